# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong in an inventory or a nomenclator that is imported: by row and column, in Romanian and English.

A problem is data. Any problem keeps the whole file from being imported (docs/inventory.md lists them).
"""

from enum import StrEnum

from pydantic import Field

from schemas.base import Record
from schemas.messages import Language, Message


class ProblemCode(StrEnum):
    """Stable names of what can be wrong; a broken sample is named after the problem that it must produce."""

    TABLE_EMPTY = "table-empty"
    TABLE_TOO_LARGE = "table-too-large"
    TABLE_UNREADABLE = "table-unreadable"
    ENCODING_UNKNOWN = "encoding-unknown"
    HEADER_MISSING = "header-missing"
    COLUMN_MISSING = "column-missing"
    COLUMN_TWICE = "column-twice"
    ROW_MALFORMED = "row-malformed"
    ROW_TOO_LONG = "row-too-long"
    VALUE_MISSING = "value-missing"
    VALUE_TOO_LONG = "value-too-long"
    VALUE_CHARACTER = "value-character"
    VALUE_BECAME_DATE = "value-became-date"
    NUMBER_MALFORMED = "number-malformed"
    DATE_MALFORMED = "date-malformed"
    DATES_REVERSED = "dates-reversed"
    LANGUAGE_UNKNOWN = "language-unknown"
    CODE_TWICE = "code-twice"
    CODE_UNNAMEABLE = "code-unnameable"
    NAME_AMBIGUOUS = "name-ambiguous"
    RETENTION_MALFORMED = "retention-malformed"
    KIND_UNKNOWN = "kind-unknown"
    ACCESS_UNKNOWN = "access-unknown"
    ACCESS_PUBLIC = "access-public"


class RowProblem(Record):
    """One thing that is wrong, where it stands, and what is expected there."""

    code: ProblemCode
    row: int | None = Field(default=None, ge=1, description="row of the sheet or line of the file, from 1")
    column: str | None = Field(default=None, description="the column's heading as the file has it")
    value: str | None = Field(default=None, description="what stands there, shortened")
    fields: dict[str, str | int] = Field(default_factory=dict, description="what fills the sentence")

    def say(self, language: Language) -> str:
        """The sentence for people; row and column are told apart from it by `where`."""
        return PROBLEMS[self.code].say(language, {"value": self.value or "", **self.fields})

    def where(self, language: Language) -> str:
        """Row and column, as far as they are known: ``rândul 7, „Datele extreme”``."""
        parts = [_ROW.say(language, {"row": self.row})] if self.row is not None else []
        if self.column is not None:
            parts.append(_COLUMN.say(language, {"column": self.column}))
        return ", ".join(parts)


_ROW = Message(ro="rândul {row}", en="row {row}")
_COLUMN = Message(ro="„{column}”", en="'{column}'")

PROBLEMS: dict[ProblemCode, Message] = {
    ProblemCode.TABLE_EMPTY: Message(
        ro="Fișierul nu conține niciun rând de date sub antet.", en="The file holds no row of data below its header."
    ),
    ProblemCode.TABLE_TOO_LARGE: Message(
        ro="Fișierul depășește limita de {limit}; împărțiți-l în mai multe fișiere.",
        en="The file is over the limit of {limit}; split it into several files.",
    ),
    ProblemCode.TABLE_UNREADABLE: Message(
        ro="Fișierul nu poate fi citit ca tabel ({detail}); se așteaptă CSV în UTF-8 sau XLSX.",
        en="The file cannot be read as a table ({detail}); CSV in UTF-8 or XLSX is expected.",
    ),
    ProblemCode.ENCODING_UNKNOWN: Message(
        ro="Textul nu este UTF-8; salvați fișierul ca „CSV UTF-8” sau ca XLSX.",
        en="The text is not UTF-8; save the file as 'CSV UTF-8' or as XLSX.",
    ),
    ProblemCode.HEADER_MISSING: Message(
        ro="Niciun rând de la început nu este antet; se așteaptă coloane ca {expected} "
        "(vedeți `arhivar inventory template`).",
        en="No row at the beginning is a header; columns such as {expected} are expected "
        "(see `arhivar inventory template`).",
    ),
    ProblemCode.COLUMN_MISSING: Message(ro="Lipsește coloana „{expected}”.", en="The column '{expected}' is missing."),
    ProblemCode.COLUMN_TWICE: Message(
        ro="Coloana spune același lucru ca „{other}”; păstrați una singură.",
        en="The column says the same as '{other}'; keep only one.",
    ),
    ProblemCode.ROW_MALFORMED: Message(
        ro="Rândul nu este CSV corect ({detail}); se așteaptă ghilimele drepte pereche în jurul textului care conține "
        "separatori.",
        en="The row is not well-formed CSV ({detail}); straight quotes in pairs are expected around text that holds "
        "separators.",
    ),
    ProblemCode.ROW_TOO_LONG: Message(
        ro="Rândul are valori în afara celor {columns} coloane ale antetului; puneți între ghilimele textul care "
        "conține separatori.",
        en="The row has values beyond the header's {columns} columns; put text that holds separators in quotes.",
    ),
    ProblemCode.VALUE_MISSING: Message(
        ro="Valoarea lipsește; este obligatorie în fiecare rând.", en="The value is missing; every row needs it."
    ),
    ProblemCode.VALUE_TOO_LONG: Message(
        ro="Textul are {length} caractere; se așteaptă cel mult {limit}.",
        en="The text has {length} characters; at most {limit} are expected.",
    ),
    ProblemCode.VALUE_CHARACTER: Message(
        ro="Textul conține un caracter de control ({character}); se așteaptă text obișnuit.",
        en="The text holds a control character ({character}); plain text is expected.",
    ),
    ProblemCode.VALUE_BECAME_DATE: Message(
        ro="Programul de calcul tabelar a transformat textul în data {value}; formatați coloana ca „Text” și scrieți "
        "din nou valoarea.",
        en="The spreadsheet turned the text into the date {value}; format the column as 'Text' and enter the value "
        "again.",
    ),
    ProblemCode.NUMBER_MALFORMED: Message(
        ro="„{value}” nu este un număr întreg de cel puțin {least}, cum se așteaptă (de exemplu 250).",
        en="'{value}' is not a whole number of at least {least}, which is expected (for example 250).",
    ),
    ProblemCode.DATE_MALFORMED: Message(
        ro="„{value}” nu este o dată recunoscută; se așteaptă {expected_ro}.",
        en="'{value}' is not a date that is recognised; expected is {expected_en}.",
    ),
    ProblemCode.DATES_REVERSED: Message(
        ro="Perioada începe în {start} și se sfârșește mai devreme, în {end}; se așteaptă întâi data cea mai veche.",
        en="The period begins in {start} and ends earlier, in {end}; the earliest date is expected first.",
    ),
    ProblemCode.LANGUAGE_UNKNOWN: Message(
        ro="„{value}” nu este o limbă cunoscută; se așteaptă de exemplu „română, maghiară” sau „ron,hun,deu”.",
        en="'{value}' is not a known language; expected is for example 'Romanian, Hungarian' or 'ron,hun,deu'.",
    ),
    ProblemCode.CODE_TWICE: Message(
        ro="„{value}” este și în rândul {other}; se așteaptă o singură dată în fișier.",
        en="'{value}' is in row {other} too; it is expected once in the file.",
    ),
    ProblemCode.CODE_UNNAMEABLE: Message(
        ro="„{value}” nu conține nicio literă sau cifră, deci niciun folder nu i se poate potrivi.",
        en="'{value}' holds no letter or digit, so that no folder can match it.",
    ),
    ProblemCode.NAME_AMBIGUOUS: Message(
        ro="Un folder numit „{value}” s-ar potrivi și cu „{other}” ({other_row_ro}); se așteaptă ca literele sau "
        "cifrele cotelor și ale codurilor de bare să difere de la o unitate la alta.",
        en="A folder named '{value}' would match '{other}' too ({other_row_en}); reference codes and barcodes are "
        "expected to differ from unit to unit in letters or digits.",
    ),
    ProblemCode.RETENTION_MALFORMED: Message(
        ro="„{value}” nu este un termen de păstrare; se așteaptă „permanent”, „10 ani” sau „10 ani C.S.”.",
        en="'{value}' is not a retention term; expected is 'permanent', '10 years' or '10 years CS'.",
    ),
    ProblemCode.KIND_UNKNOWN: Message(
        ro="„{value}” nu este un fel de loc; se așteaptă „localitate” sau „stradă”.",
        en="'{value}' is not a kind of place; expected is 'place' or 'street'.",
    ),
    ProblemCode.ACCESS_UNKNOWN: Message(
        ro="„{value}” nu este o clasă de acces; se așteaptă „intern”, „personal” sau „restricționat”.",
        en="'{value}' is not an access class; expected is 'staff', 'personal' or 'restricted'.",
    ),
    ProblemCode.ACCESS_PUBLIC: Message(
        ro="O serie nu poate fi publică din nomenclator: publicarea o hotărăște o persoană, pentru fiecare unitate. Se "
        "așteaptă „intern”, „personal” sau „restricționat”.",
        en="A nomenclator cannot make a series public: a person decides that, for each unit. Expected is 'staff', "
        "'personal' or 'restricted'.",
    ),
}
