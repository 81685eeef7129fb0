# SPDX-License-Identifier: EUPL-1.2
"""What of the archive a caller sees: units and pages of the caller's access classes, as the catalogue has them now.

Always asked of the catalogue, never of an index or a cache: a publication that was withdrawn is gone with the next
request. What a caller does not see is told like what does not exist.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from repository.catalogue import Catalogue
from repository.records import UnitRow
from schemas.errors import NothingThere
from schemas.unit import AccessClass
from web.identity import Caller
from web.rules import records_of, work_of


@dataclass(frozen=True, slots=True)
class Seen:
    """A unit that the caller sees, and the access classes of those pages asked about that the caller sees."""

    row: UnitRow
    version: int
    pages: Mapping[int, AccessClass]


def see_unit(catalogue: Catalogue, caller: Caller, unit_id: UUID) -> Seen:
    """The unit with all its pages that the caller sees. Raises NothingThere, CatalogueError."""
    row = catalogue.unit(unit_id)
    if row is None or row.version is None:
        raise NothingThere
    return _require(_see(row, caller, range(1, (row.pages or 0) + 1)))


def see_page(catalogue: Catalogue, caller: Caller, unit_id: UUID, page: int) -> Seen:
    """The unit, and of its pages that one. Raises NothingThere, CatalogueError."""
    row = catalogue.unit(unit_id)
    if row is None or row.version is None or not 1 <= page <= (row.pages or 0):
        raise NothingThere
    seen = _require(_see(row, caller, (page,)))
    if page not in seen.pages:
        raise NothingThere
    return seen


def see_hits(catalogue: Catalogue, caller: Caller, hits: Mapping[UUID, Iterable[int]]) -> dict[UUID, Seen]:
    """Of units and pages that an index found, those that the caller sees."""
    found: dict[UUID, Seen] = {}
    for unit_id, pages in hits.items():
        row = catalogue.unit(unit_id)
        seen = None if row is None else _see(row, caller, pages)
        if seen is not None:
            found[unit_id] = seen
    return found


def see_work(catalogue: Catalogue, caller: Caller, unit_id: UUID) -> UnitRow:
    """The unit whose ingests the caller works on. Raises NothingThere, CatalogueError."""
    row = catalogue.unit(unit_id)
    if row is None or row.access_class not in work_of(caller):
        raise NothingThere
    return row


def _require(seen: Seen | None) -> Seen:
    if seen is None:
        raise NothingThere
    return seen


def _see(row: UnitRow, caller: Caller, pages: Iterable[int]) -> Seen | None:
    if row.version is None or row.access_class not in records_of(caller):
        return None
    return Seen(row, row.version, dict.fromkeys(pages, row.access_class))
