# SPDX-License-Identifier: EUPL-1.2
"""What of the archive a caller sees: units and pages of the caller's access classes, as the catalogue has them now.

Always asked of the catalogue, never of an index or a cache: a publication that was withdrawn is gone with the next
request. A unit is seen where it, or at least one page of it, is the caller's to see. What a caller does not see is told
like what does not exist.
"""

from collections.abc import Mapping
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
    """A unit that the caller sees in its current version, and the access classes of its pages that the caller sees."""

    row: UnitRow
    version: int
    pages: Mapping[int, AccessClass]


def see_unit(catalogue: Catalogue, caller: Caller, unit_id: UUID) -> Seen:
    """The unit with all its pages that the caller sees. Raises NothingThere, CatalogueError."""
    row, classes = catalogue.unit(unit_id), records_of(caller)
    access = catalogue.access([unit_id]).get(unit_id)
    if row is None or row.version is None or access is None:
        raise NothingThere
    found = {number: access.page(row.version, number) for number in range(1, (row.pages or 0) + 1)}
    pages = {number: one for number, one in found.items() if one in classes}
    if not pages and access.access_class not in classes:
        raise NothingThere
    return Seen(row, row.version, pages)


def see_page(catalogue: Catalogue, caller: Caller, unit_id: UUID, page: int) -> Seen:
    """The unit, and of its pages that one. Raises NothingThere, CatalogueError."""
    seen = see_unit(catalogue, caller, unit_id)
    if page not in seen.pages:
        raise NothingThere
    return Seen(seen.row, seen.version, {page: seen.pages[page]})


def see_work(catalogue: Catalogue, caller: Caller, unit_id: UUID) -> UnitRow:
    """The unit whose ingests the caller works on. Raises NothingThere, CatalogueError."""
    row = catalogue.unit(unit_id)
    if row is None or row.access_class not in work_of(caller):
        raise NothingThere
    return row
