# SPDX-License-Identifier: EUPL-1.2
"""A finder over a real index that works everything out from what the index answers for the filters."""

from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches

from schemas.search import (
    Facet,
    FacetValue,
    FoundUnit,
    FoundUnits,
    PageHit,
    SearchFilters,
    SearchHit,
    Snippet,
    SortBy,
    Suggestion,
    SuggestionKind,
)
from schemas.unit import AccessClass
from search.index import MAX_HITS, SearchIndex
from search.query import parse_query

_ALL = 1000
_EVERYTHING = "year:1800..2100"


class IndexFinder:
    """`search.router.Finder` in place of the service."""

    def __init__(self, index: SearchIndex) -> None:
        self._index = index

    def find(
        self,
        text: str,
        filters: SearchFilters,
        *,
        sort: SortBy = SortBy.RELEVANCE,
        facets: Sequence[Facet] = (),
        limit: int = 10,
        offset: int = 0,
        pages: int = 3,
    ) -> FoundUnits:
        if limit < 0 or offset < 0 or offset + limit > MAX_HITS:
            raise ValueError("out of bounds")
        hits = self._index.search(parse_query(text), filters, _ALL).hits
        by_unit: dict[str, list[PageHit]] = {}
        for hit in hits:
            by_unit.setdefault(hit.reference_code, []).append(hit)
        units = [_unit(found, pages) for found in by_unit.values()]
        if sort is SortBy.CODE:
            units.sort(key=lambda unit: unit.reference_code)
        values = Counter(hit.language or "" for hit in hits)
        counted = tuple(FacetValue(value=value, pages=count) for value, count in values.most_common())
        return FoundUnits(
            query=text,
            pages=len(hits),
            units=len(units),
            hits=tuple(units[offset : offset + limit]),
            facets={facet: counted for facet in facets if facet is Facet.LANGUAGE},
            did_you_mean=None
            if hits
            else next(iter(get_close_matches(text, self._words(filters.access_classes))), None),
        )

    def suggest(self, begun: str, access_classes: Sequence[AccessClass], limit: int = 8) -> tuple[Suggestion, ...]:
        words = self._words(tuple(access_classes))
        found = [word for word in sorted(words) if word.startswith(begun.lower())]
        return tuple(Suggestion(text=one, kind=SuggestionKind.WORD, pages=words[one]) for one in found[:limit])

    def _words(self, classes: tuple[AccessClass, ...]) -> Counter[str]:
        filters = SearchFilters(access_classes=classes)
        hits = self._index.search(parse_query(_EVERYTHING), filters, _ALL).hits
        return Counter(word for hit in hits for word in set(hit.text.lower().split()))


def _unit(hits: list[PageHit], pages: int) -> FoundUnit:
    first = hits[0]
    return FoundUnit(
        unit_id=first.unit_id,
        unit_version=first.unit_version,
        reference_code=first.reference_code,
        title=first.title,
        score=first.score,
        matching=len(hits),
        pages=tuple(
            SearchHit(
                unit_id=hit.unit_id,
                reference_code=hit.reference_code,
                title=hit.title,
                page=hit.page,
                language=hit.language,
                score=hit.score,
                snippet=Snippet(text=hit.text[:80], marks=()),
                marks=(),
            )
            for hit in hits[:pages]
        ),
    )
