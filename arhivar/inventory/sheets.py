# SPDX-License-Identifier: EUPL-1.2
"""From a file's bytes to rows of cells: CSV by Python's own reader, XLSX by openpyxl.

Whatever the bytes are, the outcome is rows or problems. What comes from a spreadsheet is data from outside: its size
is limited before it is unpacked, only stored values are read, and nothing in it is calculated.
"""

import csv
import io
import warnings
import zipfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from schemas.inventory import ProblemCode, RowProblem
from schemas.naming import folder_key

MAX_FILE_BYTES = 64 * 1024 * 1024
_MAX_UNPACKED_BYTES = 4 * MAX_FILE_BYTES
_MAX_ROWS = 200_000
_MAX_COLUMNS = 200
_SNIFFED_ROWS = 20
"""A header is looked for in so many rows: inventories begin with the creator's name and the year."""

_DELIMITERS = ",;\t"
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")

Cell = str | date
"""Text, stripped and with single spaces; or a date, where the spreadsheet says that it is one. Empty is ``""``."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row with its number in the file, from 1: the line where it begins in CSV, the row in a spreadsheet."""

    number: int
    cells: tuple[Cell, ...]

    @property
    def empty(self) -> bool:
        return not any(self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows that are not empty, and why others could not be read."""

    rows: tuple[SheetRow, ...]
    problems: tuple[RowProblem, ...] = ()


def read_sheet(data: bytes, headings: Collection[str]) -> Sheet:
    """Read CSV or XLSX, told apart by content. `headings`, as `folder_key` gives them, tell which separator is used."""
    if len(data) > MAX_FILE_BYTES:
        return _unreadable(ProblemCode.TABLE_TOO_LARGE, limit=f"{MAX_FILE_BYTES // 2**20} MiB")
    if data.startswith(_ZIP):
        return _read_xlsx(data)
    if data.startswith(_OLE):
        return _unreadable(ProblemCode.TABLE_UNREADABLE, detail="XLS")
    return _read_csv(data, headings)


def heading_count(cells: Iterable[Cell], headings: Collection[str]) -> int:
    """How many cells are known headings."""
    return sum(1 for cell in cells if isinstance(cell, str) and folder_key(cell) in headings)


def _unreadable(code: ProblemCode, row: int | None = None, **fields: str | int) -> Sheet:
    return Sheet((), (RowProblem(code=code, row=row, fields=fields),))


# --- CSV


def _read_csv(data: bytes, headings: Collection[str]) -> Sheet:
    if data.startswith(_UTF16):
        return _unreadable(ProblemCode.ENCODING_UNKNOWN)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _unreadable(ProblemCode.ENCODING_UNKNOWN, row=data.count(b"\n", 0, error.start) + 1)
    delimiter = max(_DELIMITERS, key=lambda one: _best_heading_count(text, one, headings))
    return _collect(_csv_rows(text, delimiter))


def _best_heading_count(text: str, delimiter: str, headings: Collection[str]) -> int:
    """Of the first rows, the most headings that one has when read with this separator."""
    best = 0
    rows = _csv_rows(text, delimiter, strict=False)
    for _, row in zip(range(_SNIFFED_ROWS), rows, strict=False):
        if isinstance(row, SheetRow):
            best = max(best, heading_count(row.cells, headings))
    return best


def _csv_rows(text: str, delimiter: str, *, strict: bool = True) -> Iterator[SheetRow | RowProblem]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    while True:
        number = reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # Where one row's quotes are wrong, nobody knows where the next row begins.
            yield RowProblem(code=ProblemCode.ROW_MALFORMED, row=number, fields={"detail": str(error)})
            return
        yield SheetRow(number, tuple(_tidy(value) for value in values))


# --- XLSX


def _read_xlsx(data: bytes) -> Sheet:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(member.file_size for member in packed.infolist())
        if unpacked > _MAX_UNPACKED_BYTES:
            return _unreadable(ProblemCode.TABLE_TOO_LARGE, limit=f"{_MAX_UNPACKED_BYTES // 2**20} MiB")
        return _collect(_xlsx_rows(data))
    except Exception as error:  # noqa: BLE001 - openpyxl lets through whatever a damaged part makes its parsers raise
        return _unreadable(ProblemCode.TABLE_UNREADABLE, detail=f"XLSX: {type(error).__name__}")


def _xlsx_rows(data: bytes) -> Iterator[SheetRow]:
    """Rows of the first worksheet, with formulas' values as last stored."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions, which do not matter here
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what the file says of its own size is often wrong
            for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
                yield SheetRow(number, tuple(_cell(value) for value in values))
        finally:
            book.close()


def _cell(value: object) -> Cell:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # spreadsheets keep whole numbers as fractions
    return _tidy(str(value).encode(errors="replace").decode())  # half a character cannot be written anywhere again


# --- both


def _collect(rows: Iterable[SheetRow | RowProblem]) -> Sheet:
    kept: list[SheetRow] = []
    problems: list[RowProblem] = []
    for row in rows:
        if isinstance(row, RowProblem):
            problems.append(row)
        elif row.number > _MAX_ROWS or _width(row.cells) > _MAX_COLUMNS:
            return _unreadable(ProblemCode.TABLE_TOO_LARGE, limit=f"{_MAX_ROWS} × {_MAX_COLUMNS}")
        elif not row.empty:
            kept.append(row)
    return Sheet(tuple(kept), tuple(problems))


def _width(cells: Sequence[Cell]) -> int:
    return next((index for index in range(len(cells), 0, -1) if cells[index - 1]), 0)


def _tidy(text: str) -> str:
    return " ".join(text.split())
