# SPDX-License-Identifier: EUPL-1.2
"""An index that is opened when it is first asked: who hardly ever asks does not load the library for it."""

from collections.abc import Callable, Collection, Iterable
from uuid import UUID

from schemas.search import HitPage, PageRecord, SearchFilters, UnitPage
from schemas.unit import AccessClass
from search.expansion import NO_EXPANSION, Expansion
from search.index import SearchIndex, UnitRequest
from search.query import Query
from search.vocabulary import Vocabulary


class LateIndex:
    """`SearchIndex` in place of the one that `opener` gives. Not for use by several threads at once."""

    def __init__(self, opener: Callable[[], SearchIndex]) -> None:
        self._opener = opener
        self._opened: SearchIndex | None = None

    def write(self, records: Iterable[PageRecord]) -> None:
        """See `SearchIndex.write`."""
        self._index().write(records)

    def remove_unit(self, unit_id: UUID, except_version: int | None = None) -> None:
        """See `SearchIndex.remove_unit`."""
        self._index().remove_unit(unit_id, except_version)

    def search(
        self,
        query: Query,
        filters: SearchFilters,
        limit: int = 10,
        offset: int = 0,
        expansion: Expansion = NO_EXPANSION,
    ) -> HitPage:
        """See `SearchIndex.search`."""
        return self._index().search(query, filters, limit, offset, expansion)

    def search_units(self, request: UnitRequest) -> UnitPage:
        """See `SearchIndex.search_units`."""
        return self._index().search_units(request)

    def tidy(self) -> None:
        """See `SearchIndex.tidy`."""
        self._index().tidy()

    def present(self, unit_id: UUID, version: int, classes: Collection[AccessClass] = tuple(AccessClass)) -> set[int]:
        """See `SearchIndex.present`."""
        return self._index().present(unit_id, version, classes)

    @property
    def vocabulary(self) -> Vocabulary:
        """See `SearchIndex.vocabulary`."""
        return self._index().vocabulary

    def close(self) -> None:
        """See `SearchIndex.close`."""
        if self._opened is not None:
            self._opened.close()

    def _index(self) -> SearchIndex:
        if self._opened is None:
            self._opened = self._opener()
        return self._opened
