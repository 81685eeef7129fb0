# SPDX-License-Identifier: EUPL-1.2
"""The columns of a table of places and streets, and what a cell of each may hold."""

import re

from arhivar.inventory import cells
from arhivar.inventory.cells import CellWrong, Reader, Values, as_text
from arhivar.inventory.columns import Column, Table
from arhivar.inventory.sheets import Cell
from schemas.inventory import ProblemCode
from schemas.messages import Message
from schemas.naming import folder_key
from schemas.places import PlaceKind

_KINDS = {
    "place": PlaceKind.PLACE,
    "loc": PlaceKind.PLACE,
    "localitate": PlaceKind.PLACE,
    "oras": PlaceKind.PLACE,
    "comuna": PlaceKind.PLACE,
    "sat": PlaceKind.PLACE,
    "street": PlaceKind.STREET,
    "strada": PlaceKind.STREET,
}
_YEAR = re.compile(r"[0-9]{3,4}")


def _kind(cell: Cell) -> Values:
    found = _KINDS.get(folder_key(as_text(cell)))
    if found is None:
        raise CellWrong(ProblemCode.KIND_UNKNOWN)
    return {"kind": found}


def _year(field: str) -> Reader:
    def read(cell: Cell) -> Values:
        if not isinstance(cell, str) or not _YEAR.fullmatch(cell):
            raise CellWrong(ProblemCode.DATE_MALFORMED, expected_ro="1950", expected_en="1950")
        return {field: int(cell)}

    return read


def _language(cell: Cell) -> Values:
    codes = cells.languages("language")(cell)["language"]
    if not isinstance(codes, tuple) or len(codes) != 1:
        raise CellWrong(ProblemCode.LANGUAGE_UNKNOWN)
    return {"language": codes[0]}


PLACES = Table(
    columns=(
        Column(
            "id",
            Message(ro="Id", en="Id"),
            Message(ro="același pentru toate numele unui loc", en="the same for all names of one place"),
            cells.text("id"),
            ("id",),
            ("identificator", "cod"),
        ),
        Column(
            "kind",
            Message(ro="Fel", en="Kind"),
            Message(
                ro="„localitate” (și când lipsește) sau „stradă”", en="'place' (also where it is empty) or 'street'"
            ),
            _kind,
            ("kind",),
            ("felul", "tip"),
        ),
        Column(
            "name",
            Message(ro="Nume", en="Name"),
            Message(ro="unul dintre numele locului", en="one of the place's names"),
            cells.text("name"),
            ("name",),
            ("numele", "denumire", "denumirea"),
        ),
        Column(
            "language",
            Message(ro="Limba", en="Language"),
            Message(ro="limba numelui: ron, hun, deu", en="the name's language: ron, hun, deu"),
            _language,
            ("language",),
            ("limbă",),
        ),
        Column(
            "from",
            Message(ro="Din anul", en="From"),
            Message(ro="primul an ca nume oficial", en="first year as the official name"),
            _year("year_from"),
            ("year_from",),
            ("de la", "din"),
        ),
        Column(
            "to",
            Message(ro="Până în anul", en="To"),
            Message(ro="ultimul an ca nume oficial", en="last year as the official name"),
            _year("year_to"),
            ("year_to",),
            ("până la", "până în"),
        ),
        Column(
            "within",
            Message(ro="În", en="Within"),
            Message(ro="id-ul localității în care este", en="id of the place that it lies in"),
            cells.text("within"),
            ("within",),
            ("localitatea", "in localitatea"),
        ),
    ),
    required=("id", "name"),
    key="id",
)
