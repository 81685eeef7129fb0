# SPDX-License-Identifier: EUPL-1.2
"""What one cell may hold: each reader takes a cell that is not empty and gives fields, or says what is wrong."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from arhivar.inventory.dates import is_reversed, is_undated, read_date, read_span
from arhivar.inventory.sheets import Cell
from schemas.inventory import ProblemCode
from schemas.naming import folder_key
from schemas.unit import AccessClass

MAX_TEXT = 500
_MAX_NOTES = 5000

Values = Mapping[str, object]
Reader = Callable[[Cell], Values]

_DATE = "1987, 05.1987, 12.05.1987, 12.V.1987, 12 mai 1987, 1987-05-12"
_SPAN_RO = "1987, 1987–1989, 12.V.1987 – 3.VI.1988 sau „fără dată”"
_SPAN_EN = "1987, 1987–1989, 12.V.1987 – 3.VI.1988 or 'undated'"

_LANGUAGES = {
    "ron": ("ro", "romana", "romanian", "rum"),
    "hun": ("hu", "maghiara", "hungarian"),
    "deu": ("de", "germana", "german", "ger"),
    "deu_latf": ("deu-latf", "fraktur", "germana-gotica"),
    "fra": ("fr", "franceza", "french", "fre"),
    "eng": ("en", "engleza", "english"),
    "lat": ("la", "latina", "latin"),
    "rus": ("ru", "rusa", "russian"),
    "ukr": ("uk", "ucraineana", "ukrainian"),
    "srp": ("sr", "sarba", "serbian"),
    "bul": ("bg", "bulgara", "bulgarian"),
    "ell": ("el", "greaca", "greek", "gre"),
    "ita": ("it", "italiana", "italian"),
}
_LANGUAGE_NAMES = {name: code for code, names in _LANGUAGES.items() for name in (folder_key(code), *names)}
_LANGUAGE_CODE = re.compile(r"[a-z]{3}(_[a-z]+)?")

_ACCESS = {
    "public": AccessClass.PUBLIC,
    "publica": AccessClass.PUBLIC,
    "staff": AccessClass.STAFF,
    "intern": AccessClass.STAFF,
    "interna": AccessClass.STAFF,
    "personal": AccessClass.PERSONAL,
    "personala": AccessClass.PERSONAL,
    "date-personale": AccessClass.PERSONAL,
    "restricted": AccessClass.RESTRICTED,
    "restrictionat": AccessClass.RESTRICTED,
    "restrictionata": AccessClass.RESTRICTED,
}

_COUNT = re.compile(r"([0-9]{1,6})(?:[ .-]*(?:file|fila|f|folios?|leaves))?\.?", re.IGNORECASE)
_TERM = re.compile(r"([0-9]{1,3})[ -]*(?:de )?(?:ani|an|years?|a)?[ .,(-]*(c\.? ?s\.?|review)?\)?\.?", re.IGNORECASE)
_PERMANENT = {"permanent", "p"}


class CellWrong(Exception):
    """A cell that cannot be used, and why."""

    def __init__(self, code: ProblemCode, value: str | None = None, **fields: str | int) -> None:
        super().__init__(code.value)
        self.code = code
        self.value = value
        self.fields = fields


def as_text(cell: Cell) -> str:
    """The cell as it is shown in a sentence."""
    return cell.isoformat() if isinstance(cell, date) else cell


def text(field: str, limit: int = MAX_TEXT) -> Reader:
    """A line of text."""

    def read(cell: Cell) -> Values:
        if isinstance(cell, date):
            raise CellWrong(ProblemCode.VALUE_BECAME_DATE)
        for character in cell:
            if unicodedata.category(character) in ("Cc", "Cs"):
                raise CellWrong(ProblemCode.VALUE_CHARACTER, character=f"U+{ord(character):04X}")
        if len(cell) > limit:
            raise CellWrong(ProblemCode.VALUE_TOO_LONG, length=len(cell), limit=limit)
        return {field: unicodedata.normalize("NFC", cell)}

    return read


def notes(field: str) -> Reader:
    """Remarks; a date alone is one too."""
    read = text(field, _MAX_NOTES)
    return lambda cell: read(as_text(cell))


def count(field: str, least: int) -> Reader:
    """A whole number, also as ``250 file``."""

    def read(cell: Cell) -> Values:
        found = None if isinstance(cell, date) else _COUNT.fullmatch(cell)
        if found is None or int(found[1]) < least:
            raise CellWrong(ProblemCode.NUMBER_MALFORMED, least=least)
        return {field: int(found[1])}

    return read


def day(field: str) -> Reader:
    """One date."""

    def read(cell: Cell) -> Values:
        if not isinstance(cell, date) and is_undated(cell):
            return {field: None}
        found = read_date(as_text(cell))
        if found is None:
            raise CellWrong(ProblemCode.DATE_MALFORMED, expected_ro=_DATE, expected_en=_DATE)
        return {field: found}

    return read


def span(first: str, last: str) -> Reader:
    """Extreme dates in one cell."""

    def read(cell: Cell) -> Values:
        if not isinstance(cell, date) and is_undated(cell):
            return {first: None, last: None}
        found = read_span(as_text(cell))
        if found is None:
            raise CellWrong(ProblemCode.DATE_MALFORMED, expected_ro=_SPAN_RO, expected_en=_SPAN_EN)
        if is_reversed(*found):
            raise CellWrong(ProblemCode.DATES_REVERSED, start=found[0], end=found[1])
        return {first: found[0], last: found[1]}

    return read


def languages(field: str) -> Reader:
    """Languages by name or code, in the order of their weight."""

    def read(cell: Cell) -> Values:
        codes: list[str] = []
        for part in re.split(r"[,;/+]|\s(?:și|si|and)\s", as_text(cell)):
            name = part.strip()
            code = _LANGUAGE_NAMES.get(folder_key(name)) or name
            if not _LANGUAGE_CODE.fullmatch(code):
                raise CellWrong(ProblemCode.LANGUAGE_UNKNOWN, value=name)
            codes.append(code)
        return {field: tuple(dict.fromkeys(codes))}

    return read


def retention(cell: Cell) -> Values:
    """A retention term; ``C.S.`` says that a commission reviews the records when it ends."""
    written = as_text(cell)
    if folder_key(written) in _PERMANENT:
        return {"retention_years": None, "review": False}
    found = _TERM.fullmatch(written)
    if found is None or int(found[1]) < 1:
        raise CellWrong(ProblemCode.RETENTION_MALFORMED)
    return {"retention_years": int(found[1]), "review": found[2] is not None}


def access_class(cell: Cell) -> Values:
    """A default access class, which is never `public`."""
    found = _ACCESS.get(folder_key(as_text(cell)))
    if found is None:
        raise CellWrong(ProblemCode.ACCESS_UNKNOWN)
    if found is AccessClass.PUBLIC:
        raise CellWrong(ProblemCode.ACCESS_PUBLIC)
    return {"access_class": found}
