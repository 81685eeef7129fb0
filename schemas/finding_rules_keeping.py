# SPDX-License-Identifier: EUPL-1.2
"""Findings about what is stored, repairs and the replica: what they say and what to do next."""

from schemas.finding_codes import FindingCode, FindingRule, Severity
from schemas.messages import Message

_RESTORE = Message(
    ro="Rulați `arhivar verify --repair`; nu mai modificați pachetul până atunci.",
    en="Run `arhivar verify --repair`; change nothing in the package until then.",
)
_REBUILD = Message(
    ro="Rulați `arhivar rebuild`, apoi din nou `arhivar verify`.",
    en="Run `arhivar rebuild`, then `arhivar verify` again.",
)

KEEPING_FINDINGS: dict[FindingCode, FindingRule] = {
    FindingCode.STORED_FILE_MISSING: FindingRule(
        Severity.NOTE,
        Message(
            ro="Din pachet (versiunea {version}) lipsește „{file}” (pagini: {pages}).",
            en="The package (version {version}) lacks '{file}' (pages: {pages}).",
        ),
        _RESTORE,
    ),
    FindingCode.STORED_FILE_DAMAGED: FindingRule(
        Severity.NOTE,
        Message(
            ro="„{file}” din pachet (versiunea {version}) nu corespunde amprentei sale sau nu poate fi citit "
            "(pagini: {pages}).",
            en="'{file}' of the package (version {version}) does not match its digest or cannot be read "
            "(pages: {pages}).",
        ),
        _RESTORE,
    ),
    FindingCode.STORED_FILE_UNEXPECTED: FindingRule(
        Severity.NOTE,
        Message(
            ro="În pachet se află „{file}”, pe care niciun inventar nu îl numește.",
            en="The package holds '{file}', which no inventory names.",
        ),
        Message(
            ro="Poate fi urma unei depuneri întrerupte: `arhivar verify --repair` îl scoate din pachet și îl "
            "păstrează; altfel aflați cine a scris în depozit.",
            en="It may be left of an interrupted deposit: `arhivar verify --repair` takes it out and keeps it; else "
            "find out who wrote to the store.",
        ),
    ),
    FindingCode.PACKAGE_MISSING: FindingRule(
        Severity.NOTE,
        Message(
            ro="Catalogul cunoaște versiunea {version} a unității „{unit}”, dar depozitul nu are pachetul ei.",
            en="The catalogue knows version {version} of unit '{unit}', but the store has no package of it.",
        ),
        Message(
            ro="Rulați `arhivar verify --repair`, care readuce pachetul din replică.",
            en="Run `arhivar verify --repair`, which brings the package back from the replica.",
        ),
    ),
    FindingCode.PACKAGE_DAMAGED: FindingRule(
        Severity.NOTE,
        Message(
            ro="„{file}”, parte a inventarului pachetului, lipsește, este deteriorat sau nu se potrivește cu restul.",
            en="'{file}', a part of the package's inventory, is missing, damaged, or does not agree with the rest.",
        ),
        _RESTORE,
    ),
    FindingCode.CATALOGUE_ROW_MISSING: FindingRule(
        Severity.NOTE,
        Message(
            ro="Depozitul are unitatea „{unit}”, versiunea {version}, dar din catalog lipsește: {row}.",
            en="The store has unit '{unit}', version {version}, but the catalogue lacks: {row}.",
        ),
        _REBUILD,
    ),
    FindingCode.CATALOGUE_DIFFERS: FindingRule(
        Severity.NOTE,
        Message(
            ro="Catalogul și pachetul unității „{unit}” diferă la {row}: în catalog {found}, în pachet {expected}.",
            en="The catalogue and the package of unit '{unit}' differ in {row}: catalogue {found}, package {expected}.",
        ),
        _REBUILD,
    ),
    FindingCode.INDEX_STALE: FindingRule(
        Severity.NOTE,
        Message(
            ro="Indexul arată pagini din versiunea {version}, care nu este cea curentă a unității (pagini: {pages}).",
            en="The index shows pages of the unit's version {version}, which is not the current one (pages: {pages}).",
        ),
        Message(ro="Rulați `arhivar rebuild --index-only`.", en="Run `arhivar rebuild --index-only`."),
    ),
    FindingCode.FILE_REPAIRED: FindingRule(
        Severity.NOTE,
        Message(
            ro="„{file}” din pachet a fost reparat din: {origin}. Octeții deteriorați sunt păstrați în: {aside}.",
            en="'{file}' of the package was repaired from: {origin}. The damaged bytes are kept in: {aside}.",
        ),
        Message(
            ro="Verificați discul depozitului; dacă se repetă, înlocuiți-l.",
            en="Check the store's disk; if it repeats, replace it.",
        ),
    ),
    FindingCode.FILE_SET_ASIDE: FindingRule(
        Severity.NOTE,
        Message(
            ro="„{file}”, pe care niciun inventar nu îl numea, a fost scos din pachet. Octeții sunt păstrați "
            "în: {aside}.",
            en="'{file}', which no inventory named, was taken out of the package. Its bytes are kept in: {aside}.",
        ),
        Message(
            ro="Dacă nu este urma unei depuneri întrerupte, aflați cine a scris în depozit.",
            en="If it was not left of an interrupted deposit, find out who wrote to the store.",
        ),
    ),
    FindingCode.REPAIR_IMPOSSIBLE: FindingRule(
        Severity.NOTE,
        Message(
            ro="„{file}” din pachet nu a putut fi reparat: {problem_ro}.",
            en="'{file}' of the package could not be repaired: {problem_en}.",
        ),
        Message(
            ro="Căutați o altă copie a fișierului (o replică mai veche, originalele); nimic nu a fost schimbat.",
            en="Look for another copy of the file (an older replica, the originals); nothing was changed.",
        ),
    ),
    FindingCode.REPLICA_REFUSED: FindingRule(
        Severity.NOTE,
        Message(
            ro="„{file}” nu a fost copiat în replică: în depozit lipsește sau nu corespunde amprentei sale.",
            en="'{file}' was not copied to the replica: in the store it is missing or does not match its digest.",
        ),
        Message(
            ro="Rulați `arhivar verify --repair`, apoi din nou `arhivar replicate`.",
            en="Run `arhivar verify --repair`, then `arhivar replicate` again.",
        ),
    ),
    FindingCode.REPLICA_DIFFERS: FindingRule(
        Severity.NOTE,
        Message(
            ro="În replică, „{file}” este altceva decât în depozit și nu a fost atins.",
            en="In the replica, '{file}' is other than in the store; it was left alone.",
        ),
        Message(
            ro="Rulați `arhivar verify`: dacă depozitul este întreg, mutați deoparte fișierul din replică și reluați "
            "`arhivar replicate`.",
            en="Run `arhivar verify`: where the store is sound, move the replica's file aside and run "
            "`arhivar replicate` again.",
        ),
    ),
}
