# SPDX-License-Identifier: EUPL-1.2
"""What of an answer a reader may see, held against the catalogue when it is shown.

The index is behind for a moment, or for as long as it is down. What people decided holds at once: whoever shows hits,
pages or units asks here, with one question to the catalogue for a whole answer.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from arhivar.composition import Archive
from schemas.search import FoundUnit, FoundUnits
from schemas.unit import AccessClass


class PageKey(NamedTuple):
    """A page of a version of a unit."""

    unit_id: UUID
    version: int
    page: int


def page_classes(archive: Archive, pages: Iterable[PageKey]) -> dict[PageKey, AccessClass]:
    """Who may see these pages; those of unknown units are not in it. Raises CatalogueError."""
    wanted = list(pages)
    known = archive.catalogue.access({one.unit_id for one in wanted})
    return {one: known[one.unit_id].page(one.version, one.page) for one in wanted if one.unit_id in known}


def visible_units(archive: Archive, unit_ids: Iterable[UUID], classes: Collection[AccessClass]) -> frozenset[UUID]:
    """Those of the units of which a reader may know: the unit, or at least one page, is theirs to see.

    Raises CatalogueError.
    """
    known = archive.catalogue.access(unit_ids)
    return frozenset(
        unit_id
        for unit_id, access in known.items()
        if access.access_class in classes or any(one in classes for one in access.pages.values())
    )


def found_classes(archive: Archive, found: FoundUnits) -> dict[PageKey, AccessClass]:
    """Who may see the pages of an answer, as `page_classes` says."""
    return page_classes(
        archive, (PageKey(unit.unit_id, unit.unit_version, hit.page) for unit in found.hits for hit in unit.pages)
    )


def visible_found(
    found: FoundUnits, known: Mapping[PageKey, AccessClass], classes: Collection[AccessClass]
) -> FoundUnits:
    """The answer without pages that the reader may not see, and without units of which none is left.

    `known` is what `found_classes` said of it. Such pages are there only while the index is behind; what is known of
    them is taken off the counts.
    """
    allowed = {page for page, one in known.items() if one in classes}
    shown = {PageKey(unit.unit_id, unit.unit_version, hit.page) for unit in found.hits for hit in unit.pages}
    if allowed == shown:
        return found
    units: list[FoundUnit] = []
    gone_pages = 0
    for unit in found.hits:
        pages = tuple(hit for hit in unit.pages if PageKey(unit.unit_id, unit.unit_version, hit.page) in allowed)
        gone = len(unit.pages) - len(pages) if pages else unit.matching
        gone_pages += gone
        if pages:
            units.append(unit.model_copy(update={"pages": pages, "matching": max(len(pages), unit.matching - gone)}))
    return found.model_copy(
        update={
            "hits": tuple(units),
            "pages": max(0, found.pages - gone_pages),
            "units": max(len(units), found.units - (len(found.hits) - len(units))),
        }
    )
