# SPDX-License-Identifier: EUPL-1.2
"""What an import would change: new, changed and unchanged records, or the problems that keep it from happening."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from arhivar.inventory.columns import INVENTORY, NOMENCLATOR, Table
from arhivar.inventory.rows import Row, Rows, read_rows, shown
from repository.records import InventoryEntry, SeriesRule
from schemas.base import Record
from schemas.inventory import ProblemCode, RowProblem
from schemas.naming import folder_key

RecordT = TypeVar("RecordT", bound=Record)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field's value before and after, as JSON has it; None where there is none."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Changed:
    """A known record that the file changes: its key (reference code or series), and how."""

    key: str
    row: int
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Plan(Generic[RecordT]):
    """The difference between a file and what is known. With problems, `to_write` is empty: all or nothing."""

    rows: int
    to_write: tuple[RecordT, ...]
    new: tuple[str, ...]
    changed: tuple[Changed, ...]
    unchanged: int
    absent: int
    """Records that are known and not in the file; they stay as they are."""
    ignored: tuple[str, ...]
    """Headings that say nothing to us."""
    problems: tuple[RowProblem, ...]


def plan_inventory(data: bytes, known: Iterable[InventoryEntry], *, prefix: str | None = None) -> Plan[InventoryEntry]:
    """Compare an inventory's bytes with the known entries.

    Columns that the file does not have leave what is known; an empty cell empties its field. With `prefix`, a row
    without reference code gets the prefix followed by its number. Never raises for what the bytes are.
    """
    required = ("reference_code",) if prefix is None else ("number",)
    rows = read_rows(data, INVENTORY, required)
    before = {entry.reference_code: entry for entry in known}
    entries: list[tuple[int, InventoryEntry]] = []
    problems = list(rows.problems)
    for row, key in _unique(rows, INVENTORY, problems, lambda row: _code_of(row, prefix)):
        if not folder_key(key):
            problems.append(_about(rows, INVENTORY, row, ProblemCode.CODE_UNNAMEABLE, key))
        elif len(key) > MAX_KEY:
            problems.append(
                _about(rows, INVENTORY, row, ProblemCode.VALUE_TOO_LONG, key, length=len(key), limit=MAX_KEY)
            )
        else:
            fields = {name: value for name, value in row.fields.items() if name != "number"}
            entries.append((row.number, _merge(InventoryEntry, before.get(key), fields | {"reference_code": key})))
    problems += _ambiguous(entries, before, rows)
    return _plan(rows, entries, before, problems, "reference_code")


MAX_KEY = 500
"""Longest reference code (`schemas.drop.Name`)."""


def plan_nomenclator(data: bytes, known: Iterable[SeriesRule]) -> Plan[SeriesRule]:
    """Compare a nomenclator's bytes with the known rules; as `plan_inventory` does."""
    rows = read_rows(data, NOMENCLATOR, NOMENCLATOR.required)
    before = {rule.series: rule for rule in known}
    problems = list(rows.problems)
    rules: list[tuple[int, SeriesRule]] = []
    for row, key in _unique(rows, NOMENCLATOR, problems, lambda row: str(row.fields["series"])):
        rules.append((row.number, _merge(SeriesRule, before.get(key), row.fields)))
    return _plan(rows, rules, before, problems, "series")


def _code_of(row: Row, prefix: str | None) -> str:
    code = row.fields.get("reference_code")
    return str(code) if code is not None else f"{prefix}{str(row.fields['number']).rstrip('.')}".strip()


def _unique(
    rows: Rows, table: Table, problems: list[RowProblem], key_of: Callable[[Row], str]
) -> Iterable[tuple[Row, str]]:
    """Rows with their keys; a key that came before is a problem."""
    seen: dict[str, int] = {}
    for row in rows.rows:
        key = key_of(row)
        first = seen.setdefault(key, row.number)
        if first == row.number:
            yield row, key
        else:
            problems.append(_about(rows, table, row, ProblemCode.CODE_TWICE, key, other=first))


def _about(rows: Rows, table: Table, row: Row, code: ProblemCode, value: str, **fields: str | int) -> RowProblem:
    """A problem of the row's key, in the column that gave it."""
    heading = rows.headings.get(table.key, rows.headings.get("number"))
    return RowProblem(code=code, row=row.number, column=heading, value=shown(value), fields=fields)


def _merge(kind: type[RecordT], known: RecordT | None, fields: Mapping[str, object]) -> RecordT:
    """The known record with the file's fields over it; an empty field is as if it had never been given."""
    values = {} if known is None else known.model_dump(exclude_none=True)
    values |= fields
    return kind.model_validate({name: value for name, value in values.items() if value is not None})


def _ambiguous(
    entries: Sequence[tuple[int, InventoryEntry]], before: Mapping[str, InventoryEntry], rows: Rows
) -> list[RowProblem]:
    """A folder's name must lead to one unit, whether it is made of a reference code or of a barcode."""
    problems: list[RowProblem] = []
    in_file = {entry.reference_code for _, entry in entries}
    others = [(None, entry) for code, entry in before.items() if code not in in_file]
    holders: dict[str, tuple[int | None, str]] = {}
    for number, entry in [*others, *entries]:
        named = [("reference_code", entry.reference_code), ("barcode", entry.barcode)]
        for column, value in named:
            key = folder_key(value or "")
            holder = holders.setdefault(key, (number, entry.reference_code)) if value and key else None
            if holder is None or holder[1] == entry.reference_code or number is None:
                continue
            fields: dict[str, str | int] = {
                "other": holder[1],
                "other_row_ro": "deja în arhivă" if holder[0] is None else f"rândul {holder[0]}",
                "other_row_en": "in the archive already" if holder[0] is None else f"row {holder[0]}",
            }
            problems.append(
                RowProblem(
                    code=ProblemCode.NAME_AMBIGUOUS,
                    row=number,
                    column=rows.headings.get(column, rows.headings.get("number")),
                    value=shown(value or ""),
                    fields=fields,
                )
            )
    return problems


def _plan(
    rows: Rows,
    entries: Sequence[tuple[int, RecordT]],
    before: Mapping[str, RecordT],
    problems: Sequence[RowProblem],
    key_field: str,
) -> Plan[RecordT]:
    new: list[str] = []
    changed: list[Changed] = []
    writes: list[RecordT] = []
    for number, entry in entries:
        key = str(getattr(entry, key_field))
        known = before.get(key)
        changes = () if known is None else _changes(known, entry)
        if known is None:
            new.append(key)
        elif changes:
            changed.append(Changed(key, number, changes))
        if known is None or changes:
            writes.append(entry)
    in_file = {str(getattr(entry, key_field)) for _, entry in entries}
    return Plan(
        rows=len(rows.rows),
        to_write=() if problems else tuple(writes),
        new=tuple(new),
        changed=tuple(changed),
        unchanged=len(entries) - len(writes),
        absent=len(before.keys() - in_file),
        ignored=rows.ignored,
        problems=tuple(sorted(problems, key=lambda problem: problem.row or 0)),
    )


def _changes(before: Record, after: Record) -> tuple[FieldChange, ...]:
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    return tuple(FieldChange(name, old[name], new[name]) for name in old if old[name] != new[name])
