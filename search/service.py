# SPDX-License-Identifier: EUPL-1.2
"""A search as people see it: the query understood, units found, their best pages with snippets and marks."""

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from schemas.placed_words import PlacedWords
from schemas.search import (
    Facet,
    FoundUnit,
    FoundUnits,
    PageHit,
    SearchFilters,
    SearchHit,
    SearchResult,
    SortBy,
    Suggestion,
    UnitHit,
)
from schemas.unit import AccessClass
from search.analysis import analyse, fold, tokenise
from search.completion import complete
from search.index import SearchIndex, UnitRequest
from search.marks import mark_found
from search.matching import Finder
from search.places import Places
from search.query import Query, parse_query
from search.slips import Meaning, expand
from search.snippets import snippet_of

WordsOf = Callable[[UUID, int, int], PlacedWords | None]
"""Unit, its version, page number → the page's words as its ALTO file has them; none where there is no such file."""

NEXT_TO_NOTHING = 3
"""What was typed is on no more pages, where something else is suggested."""


class SearchService:
    """Searches an index and marks the hits on the pages' own words. As safe among threads as the index is."""

    def __init__(self, index: SearchIndex, words_of: WordsOf, places: Callable[[], Places] = Places) -> None:
        self._index = index
        self._words_of = words_of
        self._places = places

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
        """Answer what a person typed, by units. `limit` and `offset` count units; of each come its best `pages` pages.

        All of it, corrections too, is worked out from the access classes that `filters` names. Raises `QueryMalformed`,
        ValueError as `SearchIndex.search_units`, the index's errors, and whatever `words_of` raises.
        """
        query = parse_query(text)
        meaning = self._understand(query, filters)
        request = UnitRequest(query, filters, meaning.expansion, sort, facets, limit, offset, pages)
        found = self._index.search_units(request)
        finder = Finder(query.terms, meaning.expansion)
        hits = tuple(self._show_unit(finder, hit) for hit in found.hits)
        return FoundUnits(
            query=text,
            pages=found.pages,
            units=found.units,
            hits=hits,
            facets=found.facets,
            did_you_mean=self._correct(query, meaning, filters, [page for hit in hits for page in hit.pages]),
        )

    def search(self, text: str, filters: SearchFilters, limit: int = 10, offset: int = 0) -> SearchResult:
        """Answer what a person typed, page by page.

        Raises `QueryMalformed`, the index's errors, and whatever `words_of` raises.
        """
        query = parse_query(text)
        expansion = self._understand(query, filters).expansion
        found = self._index.search(query, filters, limit, offset, expansion)
        finder = Finder(query.terms, expansion)
        hits = tuple(self._show(finder, hit) for hit in found.hits)
        return SearchResult(query=text, total=found.total, hits=hits)

    def suggest(self, begun: str, access_classes: Collection[AccessClass], limit: int = 10) -> tuple[Suggestion, ...]:
        """How what a person began to type may go on, from pages of these access classes alone.

        Raises ValueError as `search.completion.complete`, and the index's errors.
        """
        if not access_classes:
            return ()
        return complete(begun, access_classes, self._index.vocabulary, limit)

    def _understand(self, query: Query, filters: SearchFilters) -> Meaning:
        return expand(query, filters.access_classes, self._index.vocabulary, self._places())

    def _correct(
        self, query: Query, meaning: Meaning, filters: SearchFilters, shown: Sequence[SearchHit]
    ) -> str | None:
        """The query with what was probably meant, where it finds more than next to nothing that was typed finds."""
        if meaning.corrected is None:
            return None
        typed = self._index.search(query, filters, limit=0).total
        if typed > NEXT_TO_NOTHING or self._index.search(meaning.corrected, filters, limit=0).total <= typed:
            return None
        return _as_written(query, str(meaning.corrected), shown)

    def _show_unit(self, finder: Finder, hit: UnitHit) -> FoundUnit:
        pages = tuple(self._show(finder, page) for page in hit.pages)
        return FoundUnit.model_validate({**dict(hit), "pages": pages})

    def _show(self, finder: Finder, hit: PageHit) -> SearchHit:
        """The page's words are analysed by themselves only where they are not the text that the index has."""
        page = analyse(hit.text, hit.language)
        found = finder.find(page)
        snippet = snippet_of(hit.text, page, found)
        words = self._words_of(hit.unit_id, hit.unit_version, hit.page) if finder.terms else None
        if words is not None and words.text != hit.text:
            page = analyse(words.text, hit.language)
            found = finder.find(page)
        return SearchHit(
            unit_id=hit.unit_id,
            reference_code=hit.reference_code,
            title=hit.title,
            page=hit.page,
            language=hit.language,
            score=hit.score,
            snippet=snippet,
            marks=() if words is None else mark_found(words, page, found),
        )


def _as_written(query: Query, corrected: str, shown: Sequence[SearchHit]) -> str:
    """The correction's new words as the pages that were found write them: the index has them without diacritics."""
    typed = {token.text for token in tokenise(str(query))}
    written = {fold(token.text): token.text.lower() for hit in shown for token in tokenise(hit.snippet.text)}
    for token in reversed(tokenise(corrected)):
        if token.text not in typed:
            word = written.get(token.text, token.text)
            corrected = corrected[: token.start] + word + corrected[token.end :]
    return corrected
