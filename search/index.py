# SPDX-License-Identifier: EUPL-1.2
"""The port to a search index. Its contract suite is `tests/contract/test_search_index.py`."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from schemas.search import Facet, HitPage, PageRecord, SearchFilters, SortBy, UnitPage
from schemas.unit import AccessClass
from search.expansion import NO_EXPANSION, Expansion
from search.query import Query
from search.vocabulary import Vocabulary

MAX_HITS = 10_000
"""How deep one can page: `offset + limit` may not be more."""
MAX_PAGES = 100
"""How many pages of a unit can come with it."""


@dataclass(frozen=True, slots=True)
class UnitRequest:
    """A search by units. `limit` and `offset` count units; of each the best `pages` pages come with it."""

    query: Query
    filters: SearchFilters = field(default_factory=SearchFilters)
    expansion: Expansion = NO_EXPANSION
    sort: SortBy = SortBy.RELEVANCE
    facets: Sequence[Facet] = ()
    limit: int = 10
    offset: int = 0
    pages: int = 3

    def check(self) -> None:
        """Raise ValueError as `SearchIndex.search_units` does."""
        check_depth(self.limit, self.offset)
        if not 1 <= self.pages <= MAX_PAGES:
            raise ValueError(f"{self.pages} pages of a unit do not fit 1..{MAX_PAGES}")


def check_depth(limit: int, offset: int) -> None:
    """Raise ValueError as `SearchIndex.search` does."""
    if limit < 0 or offset < 0 or offset + limit > MAX_HITS:
        raise ValueError(f"limit {limit} and offset {offset} do not fit 0..{MAX_HITS}")


class SearchIndex(Protocol):
    """Pages by their words. It holds no truth: all of it can be built again from the store and the catalogue.

    All calls raise `schemas.errors.IndexUnavailable` where the index cannot be reached, is damaged, or stays held by
    another writer, and `IndexVersion` where it was made by another schema or another text analysis.
    """

    def write(self, records: Iterable[PageRecord]) -> None:
        """Put in pages, each in place of what has its `record_id`, whatever its access class was.

        On return they are durable and found by every later search, in this process or another. A killed or failed write
        leaves what was there before; it may be done again. A page that moves to a stricter access class is out of the
        open one before it is in the other.
        """

    def remove_unit(self, unit_id: UUID, except_version: int | None = None) -> None:
        """Take out a unit's pages, but for those of one version. An unknown unit is no error."""

    def search(
        self,
        query: Query,
        filters: SearchFilters,
        limit: int = 10,
        offset: int = 0,
        expansion: Expansion = NO_EXPANSION,
    ) -> HitPage:
        """Pages for which all items of the query hold, in text, title or reference code, and all filters do.

        Best first; equals by unit id, then page, so that paging repeats and skips nothing while nothing is written.
        Only the access classes that the filters name are touched, and no other class moves a score. `total` counts all
        hits. Raises ValueError for a negative limit or offset, or where `offset + limit` is more than `MAX_HITS`.
        """

    def search_units(self, request: UnitRequest) -> UnitPage:
        """The same pages, by unit: those of `search`, whose best page decides where their unit stands.

        Facets count all pages that match, the filters' own facets among them as filtered. Raises what `search` raises;
        ValueError too where `pages` is not 1 to `MAX_PAGES`.
        """

    def tidy(self) -> None:
        """Put together what many writes have left in many pieces: searches find the same, with less work.

        May take minutes after a million pages; searches and writes go on meanwhile. What was taken out no longer counts
        in how frequent words are, where the engine can do that.
        """

    def present(self, unit_id: UUID, version: int, classes: Collection[AccessClass] = tuple(AccessClass)) -> set[int]:
        """The page numbers that are really found for this version of a unit, in the indices of these access classes."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of its pages, for guessing what a query means and how what was begun may go on."""
        ...

    def close(self) -> None:
        """Give back what is held. The index is not used afterwards."""
