# SPDX-License-Identifier: EUPL-1.2
"""The one table of findings: what each code does, what it says and what the operator should do next."""

from schemas.finding_codes import FindingCode, FindingRule, Severity
from schemas.finding_rules_access import ACCESS_FINDINGS
from schemas.finding_rules_audit import AUDIT_FINDINGS
from schemas.finding_rules_keeping import KEEPING_FINDINGS
from schemas.messages import Message

_RESCAN = Message(
    ro="Scanați din nou pagina și predați-o în același folder, sau acceptați lipsa ei.",
    en="Scan the page again and hand it over in the same folder, or accept the gap.",
)
_CORRECT_AND_RETURN = Message(
    ro="Corectați folderul, apoi mutați-l înapoi în folderul de preluare.",
    en="Correct the folder, then move it back into the inbox.",
)
_CORRECT_OR_ACCEPT = Message(
    ro="Corectați folderul și mutați-l înapoi, sau preluați-l așa cum este: `arhivar accept FOLDER --reason …`.",
    en="Correct the folder and move it back, or take it in as it is: `arhivar accept FOLDER --reason …`.",
)
_RESCAN_300 = Message(
    ro="Setați scanerul la 300 dpi și scanați din nou.",
    en="Set the scanner to 300 dpi and scan again.",
)
_EXPOSE = Message(
    ro="Corectați luminozitatea scanerului și scanați din nou.",
    en="Correct the scanner's brightness and scan again.",
)
_NOTHING = Message(ro="Nu este nimic de făcut.", en="Nothing needs doing.")
_LOOK = Message(ro="Verificați pagina cu ochiul liber.", en="Look at the page.")

FINDINGS: dict[FindingCode, FindingRule] = {
    FindingCode.DESCRIPTION_MISSING: FindingRule(
        Severity.QUARANTINE,
        Message(
            ro="Folderul „{folder}” nu are unit.json și nu este în inventar.",
            en="The folder '{folder}' has no unit.json and is not in the inventory.",
        ),
        Message(
            ro='Adăugați un fișier unit.json (cel puțin {{"reference_code": "…"}}) sau corectați numele '
            "folderului, apoi mutați-l înapoi în folderul de preluare.",
            en='Add a unit.json (at least {{"reference_code": "…"}}) or correct the folder\'s name, then move it '
            "back into the inbox.",
        ),
    ),
    FindingCode.DESCRIPTION_INVALID: FindingRule(
        Severity.QUARANTINE,
        Message(
            ro="În {file}, câmpul „{field}” este greșit: {problem_ro}.",
            en="In {file}, the field '{field}' is wrong: {problem_en}.",
        ),
        _CORRECT_AND_RETURN,
    ),
    FindingCode.UNIT_CONFLICT: FindingRule(
        Severity.QUARANTINE,
        Message(
            ro="Unitatea „{unit}” există deja, cu alte imagini, iar lotul nu spune că o înlocuiește.",
            en="Unit '{unit}' exists already with other images, and the drop does not say that it replaces it.",
        ),
        Message(
            ro='Dacă folderul are nume greșit, corectați-l. Dacă este o rescanare, scrieți "intent": "replace_unit" '
            "în unit.json. Apoi mutați folderul înapoi.",
            en='If the folder\'s name is wrong, correct it. If this is a rescan, write "intent": "replace_unit" in '
            "unit.json. Then move the folder back.",
        ),
    ),
    FindingCode.PAGES_FEWER: FindingRule(
        Severity.NOTE,
        Message(
            ro="Unitatea „{unit}” avea {before} pagini; versiunea nouă are numai {pages}.",
            en="Unit '{unit}' had {before} pages; the new version has only {pages}.",
        ),
        Message(
            ro="Verificați dacă rescanarea este completă; versiunea veche este păstrată.",
            en="Check whether the rescan is complete; the old version is kept.",
        ),
    ),
    FindingCode.UNIT_NOT_DEPOSITED: FindingRule(
        Severity.QUARANTINE,
        Message(
            ro="Lotul cere „{intent}”, dar unitatea „{unit}” nu este încă în depozit.",
            en="The drop asks for '{intent}', but unit '{unit}' is not in the store yet.",
        ),
        Message(
            ro="Verificați cota din unit.json; dacă este bună, predați întâi unitatea întreagă, apoi mutați folderul "
            "înapoi.",
            en="Check the reference code in unit.json; if it is right, hand over the whole unit first, then move the "
            "folder back.",
        ),
    ),
    FindingCode.REPLACES_WRONG: FindingRule(
        Severity.QUARANTINE,
        Message(
            ro="În unit.json, câmpul „replaces” este greșit: {problem_ro}.",
            en="In unit.json, the field 'replaces' is wrong: {problem_en}.",
        ),
        Message(
            ro='Scrieți în unit.json "intent": "replace_pages" și "replaces": […] cu {pages} numere diferite: '
            "numărul din unitate al fiecărei pagini din folder, în ordinea citirii (`arhivar status COTA --pages`). "
            "Apoi mutați folderul înapoi.",
            en='Write "intent": "replace_pages" and "replaces": […] into unit.json with {pages} different numbers: '
            "the number in the unit of each page in the folder, in reading order (`arhivar status CODE --pages`). "
            "Then move the folder back.",
        ),
    ),
    FindingCode.VOLUME_WRONG: FindingRule(
        Severity.QUARANTINE,
        Message(
            ro="Lotul este volumul {volume} al unității „{unit}”, dar volumul care urmează este {next}.",
            en="The drop is volume {volume} of unit '{unit}', but the next volume is {next}.",
        ),
        Message(
            ro='Dacă folderul este volumul următor, scrieți "volume": {next} în unit.json. Dacă volumul a mai fost '
            'predat, folosiți "replace_pages". Apoi mutați folderul înapoi.',
            en='If the folder is the next volume, write "volume": {next} into unit.json. If the volume was handed '
            'over before, use "replace_pages". Then move the folder back.',
        ),
    ),
    FindingCode.LINK_REFUSED: FindingRule(
        Severity.QUARANTINE,
        Message(
            ro="„{file}” este o legătură sau un fișier special, care poate ieși din folder.",
            en="'{file}' is a link or a special file, which may lead out of the folder.",
        ),
        Message(
            ro="Înlocuiți-l cu fișierul însuși, apoi mutați folderul înapoi.",
            en="Replace it by the file itself, then move the folder back.",
        ),
    ),
    FindingCode.NO_PAGES: FindingRule(
        Severity.QUARANTINE,
        Message(ro="Folderul nu conține nicio pagină.", en="The folder holds no page."),
        _CORRECT_AND_RETURN,
    ),
    FindingCode.PAGE_LISTED_MISSING: FindingRule(
        Severity.QUARANTINE,
        Message(
            ro="unit.json numește pagina „{file}”, care lipsește din folder.",
            en="unit.json lists the page '{file}', which is not in the folder.",
        ),
        _CORRECT_OR_ACCEPT,
        acceptable=True,
    ),
    FindingCode.FOLIO_COUNT: FindingRule(
        Severity.NOTE,
        Message(
            ro="Sunt {pages} pagini pentru {folios} file declarate; se așteptau cel puțin {least}, cel mult {most}.",
            en="There are {pages} pages for {folios} declared folios; expected were {least} to {most}.",
        ),
        Message(
            ro="Comparați dosarul cu numărul de file certificat; scanați ce lipsește.",
            en="Compare the binder with its certified folio count; scan what is missing.",
        ),
    ),
    FindingCode.SEQUENCE_GAP: FindingRule(
        Severity.NOTE,
        Message(
            ro="În numerotarea fișierelor lipsește {missing} (înainte de „{file}”).",
            en="The files' numbering lacks {missing} (before '{file}').",
        ),
        Message(
            ro="Verificați dacă a fost sărită o pagină la scanare.",
            en="Check whether a page was skipped when scanning.",
        ),
    ),
    FindingCode.PAGE_DUPLICATE: FindingRule(
        Severity.NOTE,
        Message(
            ro="Fișierul „{file}” este identic cu „{other}”.",
            en="The file '{file}' is identical to '{other}'.",
        ),
        Message(
            ro="Verificați dacă o pagină a fost scanată de două ori și alta lipsește.",
            en="Check whether one page was scanned twice and another is missing.",
        ),
    ),
    FindingCode.FILE_NOT_LISTED: FindingRule(
        Severity.NOTE,
        Message(
            ro="„{file}” este în folder, dar nu în lista „pages”; a fost păstrat ca anexă.",
            en="'{file}' is in the folder but not in the list 'pages'; it is kept as an attachment.",
        ),
        Message(ro="Verificați lista de pagini.", en="Check the list of pages."),
    ),
    FindingCode.ATTACHMENT_KEPT: FindingRule(
        Severity.NOTE,
        Message(
            ro="„{file}” nu este o pagină; a fost păstrat ca anexă.",
            en="'{file}' is not a page; it is kept as an attachment.",
        ),
        _NOTHING,
    ),
    FindingCode.FILE_UNSUPPORTED: FindingRule(
        Severity.QUARANTINE,
        Message(
            ro="Conținutul fișierului „{file}” nu este o imagine, un PDF sau o anexă (.txt, .csv, .xml).",
            en="The content of '{file}' is no image or PDF, nor is it an attachment (.txt, .csv, .xml).",
        ),
        _CORRECT_OR_ACCEPT,
        acceptable=True,
    ),
    FindingCode.FILE_EMPTY: FindingRule(
        Severity.QUARANTINE,
        Message(ro="Fișierul „{file}” este gol.", en="The file '{file}' is empty."),
        _CORRECT_AND_RETURN,
    ),
    FindingCode.FILE_TOO_LARGE: FindingRule(
        Severity.QUARANTINE,
        Message(
            ro="Fișierul „{file}” are {bytes} octeți, peste limita de {limit}.",
            en="The file '{file}' has {bytes} bytes, over the limit of {limit}.",
        ),
        Message(
            ro="Împărțiți fișierul sau măriți `max_file_bytes`, apoi mutați folderul înapoi.",
            en="Split the file or raise `max_file_bytes`, then move the folder back.",
        ),
    ),
    FindingCode.FILE_UNREADABLE: FindingRule(
        Severity.PLACEHOLDER,
        Message(
            ro="Fișierul „{file}” nu a putut fi deschis pentru a-i număra paginile ({detail}).",
            en="The file '{file}' could not be opened to count its pages ({detail}).",
        ),
        _RESCAN,
        acceptable=True,
    ),
    FindingCode.DOCUMENT_ENCRYPTED: FindingRule(
        Severity.QUARANTINE,
        Message(ro="PDF-ul „{file}” este protejat prin parolă.", en="The PDF '{file}' is protected by a password."),
        Message(
            ro="Salvați PDF-ul fără parolă, apoi mutați folderul înapoi.",
            en="Save the PDF without a password, then move the folder back.",
        ),
    ),
    FindingCode.PAGE_UNREADABLE: FindingRule(
        Severity.PLACEHOLDER,
        Message(
            ro="Pagina {page} („{file}”) nu poate fi decodată: {detail}.",
            en="Page {page} ('{file}') cannot be decoded: {detail}.",
        ),
        _RESCAN,
        acceptable=True,
    ),
    FindingCode.PAGE_TOO_LARGE: FindingRule(
        Severity.PLACEHOLDER,
        Message(
            ro="Pagina {page} („{file}”) are {pixels} pixeli, peste limita de {limit}.",
            en="Page {page} ('{file}') has {pixels} pixels, over the limit of {limit}.",
        ),
        Message(
            ro="Scanați la o rezoluție mai mică sau măriți `max_page_pixels`.",
            en="Scan at a lower resolution, or raise `max_page_pixels`.",
        ),
        acceptable=True,
    ),
    FindingCode.PAGE_LIMIT: FindingRule(
        Severity.PLACEHOLDER,
        Message(
            ro="Prelucrarea paginii {page} („{file}”) a fost oprită: {detail}.",
            en="Processing page {page} ('{file}') was stopped: {detail}.",
        ),
        _RESCAN,
        acceptable=True,
    ),
    FindingCode.PAGE_UNREAD: FindingRule(
        Severity.NOTE,
        Message(
            ro="Pe pagina {page} nu a fost citit niciun cuvânt, deși nu este albă.",
            en="No word was read on page {page}, although it is not blank.",
        ),
        _LOOK,
    ),
    FindingCode.PAGE_BLANK: FindingRule(
        Severity.NOTE,
        Message(ro="Pagina {page} este albă; a fost păstrată.", en="Page {page} is blank; it is kept."),
        _NOTHING,
    ),
    FindingCode.RESOLUTION_UNKNOWN: FindingRule(
        Severity.NOTE,
        Message(
            ro="Fișierul paginii {page} nu spune rezoluția; s-a presupus {dpi} dpi.",
            en="The file of page {page} does not say its resolution; {dpi} dpi was assumed.",
        ),
        Message(
            ro="Setați rezoluția în programul scanerului.",
            en="Set the resolution in the scanner's program.",
        ),
    ),
    FindingCode.CONFIDENCE_LOW: FindingRule(
        Severity.NOTE,
        Message(
            ro="Textul paginii {page} este nesigur (încredere medie {confidence}, prag {threshold}).",
            en="The text of page {page} is doubtful (mean confidence {confidence}, threshold {threshold}).",
        ),
        _LOOK,
    ),
    FindingCode.SECOND_READING_FAILED: FindingRule(
        Severity.NOTE,
        Message(
            ro="Pagina {page} a fost citită o singură dată; a doua citire nu a reușit: {detail}.",
            en="Page {page} was read only once; the second reading failed: {detail}.",
        ),
        _LOOK,
    ),
    FindingCode.RESOLUTION_LOW: FindingRule(
        Severity.NOTE,
        Message(
            ro="Pagina {page} are rezoluția de {measure} dpi, sub pragul de {threshold} dpi.",
            en="Page {page} has a resolution of {measure} dpi, below the threshold of {threshold} dpi.",
        ),
        _RESCAN_300,
    ),
    FindingCode.LETTERS_SMALL: FindingRule(
        Severity.NOTE,
        Message(
            ro="Cuvintele de pe pagina {page} au înălțimea de {measure} pixeli, sub pragul de {threshold} pixeli.",
            en="The words on page {page} are {measure} pixels high, below the threshold of {threshold} pixels.",
        ),
        _RESCAN_300,
    ),
    FindingCode.BLURRED: FindingRule(
        Severity.NOTE,
        Message(
            ro="Pagina {page} este neclară: marginile literelor au lățimea de {measure} mm, peste pragul "
            "de {threshold} mm.",
            en="Page {page} is blurred: the edges of its letters are {measure} mm wide, above the "
            "threshold of {threshold} mm.",
        ),
        Message(
            ro="Curățați geamul scanerului, așezați fila întinsă și scanați din nou.",
            en="Clean the scanner's glass, lay the leaf flat and scan again.",
        ),
    ),
    FindingCode.CONTRAST_LOW: FindingRule(
        Severity.NOTE,
        Message(
            ro="Pagina {page} are contrast slab: {measure} între cerneală și hârtie, sub pragul de {threshold}.",
            en="Page {page} has little contrast: {measure} between ink and paper, below the threshold of {threshold}.",
        ),
        Message(
            ro="Comparați cu originalul; dacă acesta se citește mai bine, scanați din nou.",
            en="Compare with the original; if that reads better, scan again.",
        ),
    ),
    FindingCode.OVEREXPOSED: FindingRule(
        Severity.NOTE,
        Message(
            ro="Pagina {page} este supraexpusă: {measure} % din ea este alb pur, peste pragul de {threshold} %.",
            en="Page {page} is overexposed: {measure} % of it is pure white, above the threshold of {threshold} %.",
        ),
        _EXPOSE,
    ),
    FindingCode.UNDEREXPOSED: FindingRule(
        Severity.NOTE,
        Message(
            ro="Pagina {page} este subexpusă: {measure} % din ea este negru pur, peste pragul de {threshold} %.",
            en="Page {page} is underexposed: {measure} % of it is pure black, above the threshold of {threshold} %.",
        ),
        _EXPOSE,
    ),
    FindingCode.SKEW_LEFT: FindingRule(
        Severity.NOTE,
        Message(
            ro="Rândurile paginii {page} sunt încă înclinate cu {measure}° după îndreptare, peste pragul "
            "de {threshold}°.",
            en="The lines of page {page} still slope by {measure}° after straightening, above the "
            "threshold of {threshold}°.",
        ),
        Message(
            ro="Verificați pagina; dacă fila a fost așezată strâmb, scanați din nou.",
            en="Look at the page; if the leaf lay askew, scan it again.",
        ),
    ),
    FindingCode.TEXT_CUT: FindingRule(
        Severity.NOTE,
        Message(
            ro="Pe pagina {page} textul pare tăiat la margine: {measure} litere ating o latură a imaginii "
            "(prag {threshold}).",
            en="On page {page} text seems to be cut off: {measure} letters touch one side of the image "
            "(threshold {threshold}).",
        ),
        Message(
            ro="Verificați marginile paginii; dacă lipsește text, scanați din nou fila întreagă.",
            en="Check the page's edges; if text is missing, scan the whole leaf again.",
        ),
    ),
    FindingCode.TARGET_RECOGNISED: FindingRule(
        Severity.NOTE,
        Message(
            ro="Pagina {page} arată o țintă de culoare sau de gri ({patches} câmpuri, prag {threshold}).",
            en="Page {page} shows a colour or grey target ({patches} patches, threshold {threshold}).",
        ),
        _NOTHING,
    ),
    FindingCode.PAGE_NEAR_DUPLICATE: FindingRule(
        Severity.NOTE,
        Message(
            ro="Pagina {page} arată ca pagina {other}: amprentele lor diferă în {measure} de biți din "
            "{bits} (prag {threshold}).",
            en="Page {page} looks like page {other}: their hashes differ in {measure} bits of {bits} "
            "(threshold {threshold}).",
        ),
        Message(
            ro="Verificați dacă o pagină a fost scanată de două ori și alta lipsește.",
            en="Check whether one page was scanned twice and another is missing.",
        ),
    ),
    FindingCode.LEDGER_DIFFERENCE: FindingRule(
        Severity.NOTE,
        Message(
            ro="Pagina {page} a fost preluată, dar lipsește din: {missing}.",
            en="Page {page} was captured but is missing from: {missing}.",
        ),
        Message(
            ro="Reluați `arhivar ingest`; dacă diferența rămâne, `arhivar verify --repair` repară depozitul, iar "
            "`arhivar rebuild` indexul.",
            en="Run `arhivar ingest` again; if the difference stays, `arhivar verify --repair` mends the store and "
            "`arhivar rebuild` the index.",
        ),
    ),
    **AUDIT_FINDINGS,
    FindingCode.FINDINGS_ACCEPTED: FindingRule(
        Severity.NOTE,
        Message(
            ro="Preluat în ciuda constatărilor ({codes}), acceptate de {by}: {reason}",
            en="Taken in despite findings ({codes}), which {by} accepted: {reason}",
        ),
        _NOTHING,
    ),
    **KEEPING_FINDINGS,
    **ACCESS_FINDINGS,
}
