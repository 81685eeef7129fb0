# SPDX-License-Identifier: EUPL-1.2
"""From a sheet to rows of fields: find the header, read each cell, and say by row and column what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from arhivar.inventory.cells import CellWrong, as_text
from arhivar.inventory.columns import Column, Table
from arhivar.inventory.dates import is_reversed
from arhivar.inventory.sheets import Cell, Sheet, SheetRow, heading_count, read_sheet
from schemas.inventory import ProblemCode, RowProblem
from schemas.messages import Language
from schemas.naming import folder_key

_HEADER_WITHIN = 20
_SHOWN_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Row:
    """One row that was understood: the fields that its columns give, None where the cell is empty."""

    number: int
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Rows:
    """A file's rows, the headings found (by column name), those that say nothing to us, and all that is wrong."""

    rows: tuple[Row, ...]
    headings: Mapping[str, str]
    ignored: tuple[str, ...]
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True, slots=True)
class _Header:
    row: SheetRow
    columns: tuple[Column | None, ...]
    """By position; None for a heading that is not known."""


def read_rows(data: bytes, table: Table, required: Sequence[str]) -> Rows:
    """Read a file of that kind. `required` columns must be there, with a value in every row.

    Never raises for what the bytes are: that is in `problems`.
    """
    known = table.by_key()
    sheet = read_sheet(data, known.keys())
    header = _find_header(sheet, known)
    if header is None:
        return Rows((), {}, (), sheet.problems or (_no_header(sheet, table, required),))
    headings = {
        column.name: as_text(cell)
        for cell, column in zip(header.row.cells, header.columns, strict=True)
        if column is not None
    }
    ignored = tuple(
        shown(cell) for cell, column in zip(header.row.cells, header.columns, strict=True) if column is None and cell
    )
    problems = [*sheet.problems, *_header_problems(header, table, required)]
    if problems and any(problem.code is not ProblemCode.ROW_MALFORMED for problem in problems):
        return Rows((), headings, ignored, tuple(problems))
    rows: list[Row] = []
    for row in _body(sheet, header):
        fields, wrong = _read_row(row, header, required)
        problems += wrong
        if not wrong:
            rows.append(Row(row.number, fields))
    if not rows and not problems:
        problems.append(RowProblem(code=ProblemCode.TABLE_EMPTY))
    return Rows(tuple(rows), headings, ignored, tuple(sorted(problems, key=lambda one: one.row or 0)))


def shown(cell: Cell) -> str:
    """A cell short enough for a sentence."""
    written = as_text(cell)
    return written if len(written) <= _SHOWN_LENGTH else written[:_SHOWN_LENGTH] + "…"


def _find_header(sheet: Sheet, known: Mapping[str, Column]) -> _Header | None:
    """Of the first rows, the one with the most known headings: titles and years may stand above it."""
    first = sheet.rows[:_HEADER_WITHIN]
    best = max(first, key=lambda row: heading_count(row.cells, known.keys()), default=None)
    if best is None or heading_count(best.cells, known.keys()) == 0:
        return None
    return _Header(best, tuple(known.get(folder_key(as_text(cell))) if cell else None for cell in best.cells))


def _no_header(sheet: Sheet, table: Table, required: Sequence[str]) -> RowProblem:
    if not sheet.rows:
        return RowProblem(code=ProblemCode.TABLE_EMPTY)
    expected = ", ".join(f"„{table.column(name).heading.ro}”" for name in required)
    return RowProblem(code=ProblemCode.HEADER_MISSING, fields={"expected": expected})


def _header_problems(header: _Header, table: Table, required: Sequence[str]) -> list[RowProblem]:
    problems: list[RowProblem] = []
    givers: dict[str, str] = {}
    for cell, column in zip(header.row.cells, header.columns, strict=True):
        if column is None:
            continue
        for given in column.clears or (column.name,):
            if given in givers:
                fields: dict[str, str | int] = {"other": givers[given]}
                where = {"row": header.row.number, "column": shown(cell)}
                problems.append(RowProblem(code=ProblemCode.COLUMN_TWICE, fields=fields, **where))
                break
            givers[given] = shown(cell)
    there = {column.name for column in header.columns if column is not None}
    for name in required:
        if name not in there:
            heading = table.column(name).heading
            fields = {"expected": " / ".join(heading.say(language) for language in Language)}
            problems.append(RowProblem(code=ProblemCode.COLUMN_MISSING, row=header.row.number, fields=fields))
    return problems


def _body(sheet: Sheet, header: _Header) -> list[SheetRow]:
    """The rows below the header, without the row that numbers the columns (``0 1 2 3 …``) in printed forms."""
    rows = [row for row in sheet.rows if row.number > header.row.number]
    if rows and _numbers_columns(rows[0]):
        del rows[0]
    return rows


def _numbers_columns(row: SheetRow) -> bool:
    cells = [as_text(cell) for cell in row.cells if cell]
    return len(cells) > 2 and any(
        cells == [str(number) for number in range(first, first + len(cells))] for first in (0, 1)
    )


def _read_row(row: SheetRow, header: _Header, required: Sequence[str]) -> tuple[dict[str, object], list[RowProblem]]:
    fields: dict[str, object] = {}
    problems: list[RowProblem] = []
    if any(row.cells[len(header.columns) :]):
        width = len(header.columns)
        problems.append(RowProblem(code=ProblemCode.ROW_TOO_LONG, row=row.number, fields={"columns": width}))
    for index, column in enumerate(header.columns):
        if column is None:
            continue
        cell = row.cells[index] if index < len(row.cells) else ""
        heading = shown(header.row.cells[index])
        if not cell:
            fields |= dict.fromkeys(column.clears)
            if column.name in required:
                problems.append(RowProblem(code=ProblemCode.VALUE_MISSING, row=row.number, column=heading))
            continue
        try:
            fields |= column.read(cell)
        except CellWrong as wrong:
            value = shown(cell if wrong.value is None else wrong.value)
            problems.append(
                RowProblem(code=wrong.code, row=row.number, column=heading, value=value, fields=wrong.fields)
            )
    start, end = fields.get("date_from"), fields.get("date_to")
    if isinstance(start, str) and isinstance(end, str) and is_reversed(start, end):
        problems.append(
            RowProblem(code=ProblemCode.DATES_REVERSED, row=row.number, fields={"start": start, "end": end})
        )
    return fields, problems
