# SPDX-License-Identifier: EUPL-1.2
"""What importing a table of places would change, or the problems that keep it from happening; and writing it out."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from arhivar.inventory.rows import Row, read_rows
from arhivar.places.columns import PLACES
from schemas.inventory import ProblemCode, RowProblem
from schemas.places import PlaceName

_STARTING = Path(__file__).with_name("starting.csv")


@dataclass(frozen=True, slots=True)
class PlacesPlan:
    """The difference between a file and what is known, by place. With problems, `names` is empty: all or nothing."""

    rows: int
    names: tuple[PlaceName, ...]
    new: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    absent: tuple[str, ...]
    """Ids that are known and not in the file."""
    ignored: tuple[str, ...]
    """Headings that say nothing to us."""
    problems: tuple[RowProblem, ...]


def plan_places(data: bytes, known: Iterable[PlaceName]) -> PlacesPlan:
    """Compare a table's bytes, CSV or XLSX, with the known names. Never raises for what the bytes are.

    What the file says of an id is all that is known of it afterwards.
    """
    rows = read_rows(data, PLACES, PLACES.required)
    problems = [*rows.problems]
    names: list[PlaceName] = []
    for row in rows.rows:
        problem = _reversed(row)
        if problem is None:
            names.append(PlaceName.model_validate({name: one for name, one in row.fields.items() if one is not None}))
        else:
            problems.append(problem)
    before, after = _by_id(known), _by_id(names)
    kept = before.keys() & after.keys()
    return PlacesPlan(
        rows=len(rows.rows),
        names=() if problems else tuple(names),
        new=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(place for place in kept if before[place] != after[place])),
        unchanged=tuple(sorted(place for place in kept if before[place] == after[place])),
        absent=tuple(sorted(before.keys() - after.keys())),
        ignored=rows.ignored,
        problems=tuple(sorted(problems, key=lambda one: one.row or 0)),
    )


def starting_places() -> tuple[PlaceName, ...]:
    """The table that an archive starts with: towns of Romania with their Hungarian, German and former names."""
    return plan_places(_STARTING.read_bytes(), ()).names


def places_csv(names: Iterable[PlaceName]) -> bytes:
    """The table as `plan_places` reads it, in UTF-8 with a byte order mark, so that spreadsheets open it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.name for column in PLACES.columns])
    for name in names:
        years = (name.year_from, name.year_to)
        writer.writerow(
            [name.id, name.kind.value, name.name, name.language or "", *(year or "" for year in years), name.within]
        )
    return out.getvalue().encode("utf-8-sig")


def _reversed(row: Row) -> RowProblem | None:
    start, end = row.fields.get("year_from"), row.fields.get("year_to")
    if not isinstance(start, int) or not isinstance(end, int) or start <= end:
        return None
    return RowProblem(code=ProblemCode.DATES_REVERSED, row=row.number, fields={"start": start, "end": end})


def _by_id(names: Iterable[PlaceName]) -> Mapping[str, list[PlaceName]]:
    found: dict[str, list[PlaceName]] = {}
    for name in names:
        found.setdefault(name.id, []).append(name)
    return found
