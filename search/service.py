# SPDX-License-Identifier: EUPL-1.2
"""A search as people see it: the query understood, pages found, each with a snippet and marks on its image."""

from collections.abc import Callable, Sequence
from uuid import UUID

from schemas.page import Line
from schemas.search import PageHit, SearchFilters, SearchHit, SearchResult
from search.index import SearchIndex
from search.marks import mark_words
from search.query import Query, parse_query
from search.snippets import snippet

WordsOf = Callable[[UUID, int, int], Sequence[Line]]
"""Unit, its version, page number → the page's lines of words, from beside its ALTO."""


class SearchService:
    """Searches an index and marks the hits on the pages' own words."""

    def __init__(self, index: SearchIndex, words_of: WordsOf) -> None:
        self._index = index
        self._words_of = words_of

    def search(self, text: str, filters: SearchFilters, limit: int = 10, offset: int = 0) -> SearchResult:
        """Answer what a person typed.

        Raises `QueryMalformed`, the index's errors, and whatever `words_of` raises.
        """
        query = parse_query(text)
        found = self._index.search(query, filters, limit, offset)
        return SearchResult(query=text, total=found.total, hits=tuple(self._show(query, hit) for hit in found.hits))

    def _show(self, query: Query, hit: PageHit) -> SearchHit:
        lines = self._words_of(hit.unit_id, hit.unit_version, hit.page) if query.terms else ()
        return SearchHit(
            unit_id=hit.unit_id,
            reference_code=hit.reference_code,
            title=hit.title,
            page=hit.page,
            language=hit.language,
            score=hit.score,
            snippet=snippet(query, hit.text, hit.language),
            marks=mark_words(query, lines, hit.language),
        )
