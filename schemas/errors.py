# SPDX-License-Identifier: EUPL-1.2
"""The one error tree of Arhivar.

What is wrong with *a drop or a page* is a finding (``schemas.findings``): data that the pipeline carries along.
What stops *an operation* is an error of this tree. Each class says its stable code, the exit code of its family,
whether trying again can help, and a message in Romanian and English that names the thing and the next action.

::

    ArhivarError
    ├── UsageError ............ ARH-10xx  exit 2   the command or its settings are wrong
    │   ├── UnknownSetting, InvalidSetting
    │   ├── ArchiveMissing, ArchiveExists
    │   ├── InboxMissing
    │   ├── UnitUnknown, PageUnknown
    │   ├── QueryMalformed
    │   ├── TargetNotEmpty
    │   └── InputUnreadable, OutputExists
    ├── IntakeError ........... ARH-12xx  exit 3   the way from the share to staging
    │   ├── CopyDiffers
    │   └── ShareUnavailable
    ├── ImageError ............ ARH-20xx  exit 4   a page image cannot be used
    │   ├── ImageUnreadable, ImageTooLarge, FormatUnsupported
    │   ├── DocumentEncrypted
    │   └── WorkerLimit
    ├── ReadingError .......... ARH-30xx  exit 5   character recognition
    │   ├── EngineUnavailable, LanguageMissing
    │   └── EngineFailed
    ├── ComposeError .......... ARH-40xx  exit 6   PDF/A and ALTO
    │   ├── PdfNotWritten
    │   └── NotPdfA
    ├── StoreError ............ ARH-50xx  exit 7   object store and preservation packages
    │   ├── KeyInvalid, ObjectMissing, ObjectExists, ObjectDamaged
    │   ├── StoreFull, StoreUnavailable
    │   └── PackageInvalid
    ├── CatalogueError ........ ARH-60xx  exit 8   the catalogue
    │   ├── CatalogueUnavailable, CatalogueVersion
    │   ├── LeaseLost
    │   └── BaseMoved
    ├── SearchIndexError ...... ARH-70xx  exit 9   the search index
    │   ├── IndexUnavailable
    │   └── IndexVersion
    └── ToolError ............. ARH-80xx  exit 10  an external program
        ├── ToolMissing, ToolFailed
        └── ToolTimeout
"""

from typing import Any, ClassVar

from schemas.messages import Language, Message

EXIT_DONE = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_BUG = 70


class ArhivarError(Exception):
    """Root of the tree. Fields given by name fill the message and travel between processes with the error."""

    code: ClassVar[str] = "ARH-0000"
    exit_code: ClassVar[int] = EXIT_BUG
    retryable: ClassVar[bool] = False
    message: ClassVar[Message] = Message(ro="Eroare: {detail}", en="Error: {detail}")

    def __init__(self, **fields: object) -> None:
        self.fields = fields
        super().__init__(self.say(Language.EN))

    def say(self, language: Language) -> str:
        """The sentence for people, with its code in front."""
        return f"{self.code}: {self.message.say(language, self.fields)}"

    def __reduce__(self) -> tuple[Any, ...]:
        return (_revive, (type(self), {name: _plain(value) for name, value in self.fields.items()}))


def _revive(kind: type[ArhivarError], fields: dict[str, object]) -> ArhivarError:
    return kind(**fields)


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | None) else str(value)


class UsageError(ArhivarError):
    code = "ARH-1000"
    exit_code = EXIT_USAGE
    message = Message(
        ro="Comanda nu poate fi executată: {detail}. Vedeți `arhivar --help`.",
        en="The command cannot be carried out: {detail}. See `arhivar --help`.",
    )


class UnknownSetting(UsageError):
    code = "ARH-1001"
    message = Message(
        ro="Setarea „{name}” din {source} nu există. Poate ați vrut să scrieți „{nearest}”.",
        en="There is no setting '{name}' ({source}). The nearest known name is '{nearest}'.",
    )


class InvalidSetting(UsageError):
    code = "ARH-1002"
    message = Message(
        ro="Setarea „{name}” din {source} nu poate fi „{value}”: {expected}.",
        en="The setting '{name}' ({source}) cannot be '{value}': {expected}.",
    )


class ArchiveMissing(UsageError):
    code = "ARH-1010"
    message = Message(
        ro="În {home} nu este nicio arhivă. Creați una cu `arhivar init` sau indicați alta prin ARHIVAR_HOME.",
        en="There is no archive in {home}. Make one with `arhivar init`, or name another one by ARHIVAR_HOME.",
    )


class ArchiveExists(UsageError):
    code = "ARH-1011"
    message = Message(
        ro="Folderul {home} conține deja altceva. Alegeți un folder gol prin ARHIVAR_HOME.",
        en="The folder {home} already holds something else. Choose an empty folder by ARHIVAR_HOME.",
    )


class InboxMissing(UsageError):
    code = "ARH-1012"
    message = Message(
        ro="Folderul de preluare {inbox} nu există sau nu poate fi citit. Verificați calea și drepturile.",
        en="The inbox {inbox} does not exist or cannot be read. Check its path and permissions.",
    )


class UnitUnknown(UsageError):
    code = "ARH-1020"
    message = Message(
        ro="Nicio unitate nu are cota „{unit}”. `arhivar status` arată cotele cunoscute.",
        en="No unit has the reference code '{unit}'. `arhivar status` lists the known ones.",
    )


class PageUnknown(UsageError):
    code = "ARH-1021"
    message = Message(
        ro="Unitatea {unit} nu are pagina {page}; paginile ei sunt 1–{pages}.",
        en="Unit {unit} has no page {page}; its pages are 1–{pages}.",
    )


class QueryMalformed(UsageError):
    code = "ARH-1030"
    message = Message(
        ro="Căutarea nu poate fi înțeleasă la caracterul {position}: {problem_ro}.",
        en="The query cannot be understood at character {position}: {problem_en}.",
    )


class TargetNotEmpty(UsageError):
    code = "ARH-1040"
    message = Message(
        ro="Folderul {target} nu este gol. Alegeți un folder nou pentru export.",
        en="The folder {target} is not empty. Choose a new folder for the export.",
    )


class InputUnreadable(UsageError):
    code = "ARH-1060"
    message = Message(
        ro="Fișierul {file} nu poate fi citit: {detail}. Verificați calea și drepturile.",
        en="The file {file} cannot be read: {detail}. Check its path and permissions.",
    )


class OutputExists(UsageError):
    code = "ARH-1061"
    message = Message(
        ro="Fișierul {file} nu poate fi scris ca fișier nou: {detail}. Alegeți alt nume.",
        en="The file {file} cannot be written as a new file: {detail}. Choose another name.",
    )


class IntakeError(ArhivarError):
    code = "ARH-1200"
    exit_code = 3
    message = Message(
        ro="Preluarea lotului {drop} s-a oprit: {detail}. Fișierele au rămas în {where}.",
        en="The intake of {drop} stopped: {detail}. Its files are still in {where}.",
    )


class CopyDiffers(IntakeError):
    code = "ARH-1201"
    retryable = True
    message = Message(
        ro="Copia fișierului {file} în depozit diferă de original. Originalul a rămas neatins; reluați preluarea.",
        en="The copy of {file} in the store differs from the original. The original is untouched; run it again.",
    )


class ShareUnavailable(IntakeError):
    code = "ARH-1202"
    retryable = True
    message = Message(
        ro="Folderul scanerelor {inbox} nu răspunde: {detail}. Verificați rețeaua; preluarea se reia singură.",
        en="The scanners' folder {inbox} does not answer: {detail}. Check the network, then run the intake again.",
    )


class ImageError(ArhivarError):
    code = "ARH-2000"
    exit_code = 4
    message = Message(
        ro="Imaginea {file} nu poate fi folosită: {detail}. Scanați din nou pagina.",
        en="The image {file} cannot be used: {detail}. Scan the page again.",
    )


class ImageUnreadable(ImageError):
    code = "ARH-2001"
    message = Message(
        ro="Fișierul {file} nu poate fi citit ca imagine ({detail}). Scanați din nou pagina.",
        en="The file {file} cannot be read as an image ({detail}). Scan the page again.",
    )


class ImageTooLarge(ImageError):
    code = "ARH-2002"
    message = Message(
        ro="Imaginea {file} are {pixels} pixeli; limita este {limit}. Scanați la o rezoluție mai mică sau măriți "
        "`max_page_pixels`.",
        en="The image {file} has {pixels} pixels; the limit is {limit}. Scan at a lower resolution or raise "
        "`max_page_pixels`.",
    )


class FormatUnsupported(ImageError):
    code = "ARH-2003"
    message = Message(
        ro="Fișierul {file} nu este o imagine sau un PDF recunoscut ({detail}). Se acceptă JPEG, TIFF, PNG, "
        "JPEG 2000 și PDF.",
        en="The file {file} is no image or PDF that is recognised ({detail}). Accepted are JPEG, TIFF, PNG, "
        "JPEG 2000 and PDF.",
    )


class DocumentEncrypted(ImageError):
    code = "ARH-2004"
    message = Message(
        ro="PDF-ul {file} este protejat prin parolă. Salvați-l fără parolă și predați-l din nou.",
        en="The PDF {file} is protected by a password. Save it without one and hand it over again.",
    )


class WorkerLimit(ImageError):
    code = "ARH-2005"
    message = Message(
        ro="Prelucrarea paginii {file} a depășit limita de {limit} și a fost oprită. Verificați originalul.",
        en="Processing {file} went over the limit of {limit} and was stopped. Check the original.",
    )


class ReadingError(ArhivarError):
    code = "ARH-3000"
    exit_code = 5
    message = Message(
        ro="Recunoașterea textului a eșuat: {detail}.",
        en="Character recognition failed: {detail}.",
    )


class EngineUnavailable(ReadingError):
    code = "ARH-3001"
    message = Message(
        ro="Motorul OCR „{engine}” lipsește: {detail}. Rulați `make setup`.",
        en="The OCR engine '{engine}' is missing: {detail}. Run `make setup`.",
    )


class LanguageMissing(ReadingError):
    code = "ARH-3002"
    message = Message(
        ro="Tesseract nu are modelul de limbă „{language}” în {tessdata}. Instalați pachetul tesseract-ocr-{language}.",
        en="Tesseract has no model for the language '{language}' in {tessdata}. Install the package "
        "tesseract-ocr-{language}.",
    )


class EngineFailed(ReadingError):
    code = "ARH-3003"
    retryable = True
    message = Message(
        ro="Motorul OCR „{engine}” s-a oprit la pagină: {detail}. Reluați; dacă se repetă, verificați imaginea.",
        en="The OCR engine '{engine}' stopped on the page: {detail}. Try again; if it repeats, check the image.",
    )


class ComposeError(ArhivarError):
    code = "ARH-4000"
    exit_code = 6
    message = Message(
        ro="Unitatea {unit} nu a putut fi compusă: {detail}.",
        en="Unit {unit} could not be composed: {detail}.",
    )


class PdfNotWritten(ComposeError):
    code = "ARH-4001"
    message = Message(
        ro="PDF-ul unității {unit} nu a putut fi scris: {detail}. Raportați problema, cu pagina {page}.",
        en="The PDF of unit {unit} could not be written: {detail}. Report the problem, with page {page}.",
    )


class NotPdfA(ComposeError):
    code = "ARH-4002"
    message = Message(
        ro="veraPDF respinge PDF-ul unității {unit} ca PDF/A: {detail}. Raportați problema.",
        en="veraPDF rejects the PDF of unit {unit} as PDF/A: {detail}. Report the problem.",
    )


class StoreError(ArhivarError):
    code = "ARH-5000"
    exit_code = 7
    message = Message(ro="Depozitul a eșuat: {detail}.", en="The store failed: {detail}.")


class KeyInvalid(StoreError):
    code = "ARH-5001"
    message = Message(
        ro="„{key}” nu poate fi nume în depozit: {detail}.",
        en="'{key}' cannot be a name in the store: {detail}.",
    )


class ObjectMissing(StoreError):
    code = "ARH-5002"
    message = Message(
        ro="În depozit lipsește {key}. Rulați `arhivar status` și verificați depozitul.",
        en="The store lacks {key}. Run `arhivar status` and check the store.",
    )


class ObjectExists(StoreError):
    code = "ARH-5003"
    message = Message(
        ro="În depozit există deja {key} cu alt conținut; nimic nu a fost suprascris.",
        en="The store already holds {key} with other content; nothing was overwritten.",
    )


class ObjectDamaged(StoreError):
    code = "ARH-5004"
    message = Message(
        ro="Conținutul {key} nu corespunde amprentei sale ({detail}). Restaurați-l din copie.",
        en="The content of {key} does not match its digest ({detail}). Restore it from a copy.",
    )


class StoreFull(StoreError):
    code = "ARH-5005"
    retryable = True
    message = Message(
        ro="Depozitul {where} este plin. Eliberați spațiu, apoi reluați; nimic nu s-a pierdut.",
        en="The store {where} is full. Make space, then run again; nothing was lost.",
    )


class StoreUnavailable(StoreError):
    code = "ARH-5006"
    retryable = True
    message = Message(
        ro="Depozitul {where} nu răspunde: {detail}. Verificați-l, apoi reluați.",
        en="The store {where} does not answer: {detail}. Check it, then run again.",
    )


class PackageInvalid(StoreError):
    code = "ARH-5007"
    message = Message(
        ro="Pachetul unității {unit} nu este valid: {detail}.",
        en="The package of unit {unit} is not valid: {detail}.",
    )


class CatalogueError(ArhivarError):
    code = "ARH-6000"
    exit_code = 8
    message = Message(ro="Catalogul a eșuat: {detail}.", en="The catalogue failed: {detail}.")


class CatalogueUnavailable(CatalogueError):
    code = "ARH-6001"
    retryable = True
    message = Message(
        ro="Catalogul nu răspunde: {detail}. Verificați-l, apoi reluați.",
        en="The catalogue does not answer: {detail}. Check it, then run again.",
    )


class CatalogueVersion(CatalogueError):
    code = "ARH-6002"
    message = Message(
        ro="Catalogul are versiunea {found}, iar programul cere {expected}. Actualizați-l cu `arhivar init`.",
        en="The catalogue is at version {found}; this program needs {expected}. Run `arhivar init`, which upgrades it.",
    )


class LeaseLost(CatalogueError):
    code = "ARH-6003"
    retryable = True
    message = Message(
        ro="Un alt proces lucrează la {name}. Pasul acesta s-a oprit fără urmări; reluați mai târziu.",
        en="Another process is working on {name}. This step stopped without effect; run again later.",
    )


class BaseMoved(CatalogueError):
    code = "ARH-6004"
    message = Message(
        ro="Paginile predate pentru {unit} continuă versiunea {base}, dar unitatea este acum la versiunea {version}. "
        "Verificați numerele paginilor și predați-le din nou.",
        en="The pages handed over for {unit} continue version {base}, but the unit is at version {version} now. Check "
        "the pages' numbers and hand them over again.",
    )


class SearchIndexError(ArhivarError):
    code = "ARH-7000"
    exit_code = 9
    message = Message(ro="Indexul de căutare a eșuat: {detail}.", en="The search index failed: {detail}.")


class IndexUnavailable(SearchIndexError):
    code = "ARH-7001"
    retryable = True
    message = Message(
        ro="Indexul de căutare nu răspunde: {detail}. Documentele sunt în siguranță în depozit; reluați.",
        en="The search index does not answer: {detail}. The records are safe in the store; run again.",
    )


class IndexVersion(SearchIndexError):
    code = "ARH-7002"
    message = Message(
        ro="Indexul din {where} a fost făcut cu altă schemă. Ștergeți folderul; `arhivar ingest` îl reface.",
        en="The index in {where} was made with another schema. Remove that folder; `arhivar ingest` rebuilds it.",
    )


class ToolError(ArhivarError):
    code = "ARH-8000"
    exit_code = 10
    message = Message(
        ro="Programul extern {tool} a eșuat: {detail}.", en="The external program {tool} failed: {detail}."
    )


class ToolMissing(ToolError):
    code = "ARH-8001"
    message = Message(
        ro="Programul {tool} lipsește ({detail}). Rulați `make setup`.",
        en="The program {tool} is missing ({detail}). Run `make setup`.",
    )


class ToolFailed(ToolError):
    code = "ARH-8002"
    retryable = True
    message = Message(
        ro="Programul {tool} s-a încheiat cu codul {status}; ultimele cuvinte: {detail}",
        en="The program {tool} ended with status {status}; its last words: {detail}",
    )


class ToolTimeout(ToolError):
    code = "ARH-8003"
    retryable = True
    message = Message(
        ro="Programul {tool} nu a terminat în {seconds} s și a fost oprit.",
        en="The program {tool} did not finish within {seconds} s and was stopped.",
    )


def all_errors() -> list[type[ArhivarError]]:
    """Every class of the tree, root first, in the order of its code."""
    found: list[type[ArhivarError]] = []
    waiting = [ArhivarError]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting.extend(kind.__subclasses__())
    return sorted(found, key=lambda kind: kind.code)
