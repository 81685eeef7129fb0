# SPDX-License-Identifier: EUPL-1.2
"""The addresses of search, suggestions and facets. The application says who asks; the service says what is found.

Nothing here is computed from records outside the asker's access classes: they go into the filters, and totals, facets,
suggestions and the corrected query come from these alone. Personal numbers come by POST: the application refuses
addresses that hold one.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Body, Depends, Query
from pydantic import Field

from schemas.base import Record
from schemas.search import Facet, FacetValue, FoundUnit, FoundUnits, SearchFilters, SortBy, Suggestion
from schemas.unit import AccessClass
from search.index import MAX_HITS
from search.query import MAX_LENGTH
from search.router_examples import FACETS_EXAMPLE, SEARCH_BODY, SEARCH_EXAMPLE, SUGGEST_BODY, SUGGEST_EXAMPLE

MAX_UNITS = 50
MAX_PAGES = 10
MAX_SUGGESTIONS = 20
_MAX_VALUES = 20

Name = Annotated[str, Field(min_length=1, max_length=500)]
Language = Annotated[str, Field(pattern=r"^[a-z]{3}(_[a-z]+)?$")]
Year = Annotated[int, Field(ge=1, le=9999)]
Decade = Annotated[int, Field(ge=0, le=9990, multiple_of=10)]


class Finder(Protocol):
    """The part of `search.service.SearchService` that is asked here."""

    def find(
        self,
        text: str,
        filters: SearchFilters,
        *,
        sort: SortBy = ...,
        facets: Sequence[Facet] = ...,
        limit: int = ...,
        offset: int = ...,
        pages: int = ...,
    ) -> FoundUnits:
        """Answer what a person typed, by units. Raises QueryMalformed, SearchIndexError."""
        ...

    def suggest(self, begun: str, access_classes: Sequence[AccessClass], limit: int = ...) -> tuple[Suggestion, ...]:
        """How what a person began to type may go on. Raises SearchIndexError."""
        ...


class Asker(Protocol):
    """Who asks, and what the application knows to do for them."""

    @property
    def access_classes(self) -> tuple[AccessClass, ...]:
        """Whose records the asker may see."""
        ...

    @property
    def finder(self) -> Finder:
        """The service."""
        ...

    def seal(self, listed: object, place: int) -> str:
        """The cursor for a place in a list."""
        ...

    def open(self, listed: object, cursor: str) -> int:
        """The place. Raises CursorRefused."""
        ...

    def show(self, found: FoundUnits) -> FoundUnits:
        """What of it may be shown at this moment; that it was shown is recorded."""
        ...


class Filters(Record):
    """What to look for, and where."""

    q: str = Field(
        min_length=1,
        max_length=MAX_LENGTH,
        description='words, "phrases", -word, word*, field:value, years 1948..1952; see docs/search.md',
    )
    unit: Name | None = Field(default=None, description="reference code of the one unit to look in")
    fonds: tuple[Name, ...] = Field(default=(), max_length=_MAX_VALUES, description="any of these")
    series: tuple[Name, ...] = Field(default=(), max_length=_MAX_VALUES, description="any of these")
    type: tuple[Name, ...] = Field(default=(), max_length=_MAX_VALUES, description="any of these document types")
    decade: tuple[Decade, ...] = Field(default=(), max_length=_MAX_VALUES, description="any of these: 1970 to 1979")
    language: tuple[Language, ...] = Field(default=(), max_length=_MAX_VALUES, description="any of these, ISO 639-2/T")
    year_from: Year | None = None
    year_to: Year | None = None
    facet: tuple[Facet, ...] = Field(default=(), max_length=len(Facet), description="count the matching pages by these")


class SearchAsked(Filters):
    """A search."""

    sort: SortBy = SortBy.RELEVANCE
    limit: int = Field(default=10, ge=1, le=MAX_UNITS, description="units")
    pages: int = Field(default=3, ge=1, le=MAX_PAGES, description="of each unit, its best")
    cursor: str | None = Field(default=None, max_length=4096, description="`next` of the piece before")


class SuggestAsked(Record):
    """What was typed so far."""

    q: str = Field(min_length=1, max_length=100)
    limit: int = Field(default=8, ge=1, le=MAX_SUGGESTIONS)


class SearchAnswer(Record):
    """What was found, a piece of it."""

    query: str
    pages: int = Field(ge=0, description="how many pages match")
    units: int = Field(ge=0, description="how many units have such pages")
    hits: tuple[FoundUnit, ...]
    facets: Mapping[Facet, tuple[FacetValue, ...]]
    did_you_mean: str | None = Field(description="the query with words that the archive has")
    next: str | None = Field(description="cursor of the next piece; null at the end")


class FacetsAnswer(Record):
    """How many pages match, by what was asked for."""

    pages: int = Field(ge=0)
    units: int = Field(ge=0)
    facets: Mapping[Facet, tuple[FacetValue, ...]]


class SuggestAnswer(Record):
    """How it may go on, likeliest first."""

    suggestions: tuple[Suggestion, ...]


def search_router(asker: Callable[..., Asker]) -> APIRouter:
    """The addresses; `asker` is the application's dependency that says who asks, and refuses who may not."""
    router = APIRouter(tags=["search"])
    who = Depends(asker)
    search_answers = _answers(SEARCH_EXAMPLE)
    facets_answers = _answers(FACETS_EXAMPLE)
    suggest_answers = _answers(SUGGEST_EXAMPLE)

    @router.get("/search", summary="Find pages by their words", responses=search_answers)
    def search(asked: Annotated[SearchAsked, Query()], one: Annotated[Asker, who]) -> SearchAnswer:
        return _search(one, asked)

    @router.post("/search", summary="Find pages by their words, also by a person's number", responses=search_answers)
    def search_by_body(
        asked: Annotated[SearchAsked, Body(openapi_examples=SEARCH_BODY)], one: Annotated[Asker, who]
    ) -> SearchAnswer:
        return _search(one, asked)

    @router.get("/facets", summary="Count the pages that match, without showing any", responses=facets_answers)
    def facets(asked: Annotated[Filters, Query()], one: Annotated[Asker, who]) -> FacetsAnswer:
        return _facets(one, asked)

    @router.post("/facets", summary="The same, also for a person's number", responses=facets_answers)
    def facets_by_body(
        asked: Annotated[Filters, Body(openapi_examples=SEARCH_BODY)], one: Annotated[Asker, who]
    ) -> FacetsAnswer:
        return _facets(one, asked)

    @router.get("/suggest", summary="Go on with what was begun", responses=suggest_answers)
    def suggest(asked: Annotated[SuggestAsked, Query()], one: Annotated[Asker, who]) -> SuggestAnswer:
        return SuggestAnswer(suggestions=one.finder.suggest(asked.q, one.access_classes, asked.limit))

    @router.post("/suggest", summary="The same, also for a person's number", responses=suggest_answers)
    def suggest_by_body(
        asked: Annotated[SuggestAsked, Body(openapi_examples=SUGGEST_BODY)], one: Annotated[Asker, who]
    ) -> SuggestAnswer:
        return SuggestAnswer(suggestions=one.finder.suggest(asked.q, one.access_classes, asked.limit))

    return router


def _answers(example: Mapping[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {"application/json": {"example": dict(example)}}}}


def _search(one: Asker, asked: SearchAsked) -> SearchAnswer:
    listed = ["search", asked.model_dump(mode="json", exclude={"cursor"}), list(one.access_classes)]
    offset = 0 if asked.cursor is None else one.open(listed, asked.cursor)
    found = one.finder.find(
        asked.q,
        _filters(one, asked),
        sort=asked.sort,
        facets=asked.facet,
        limit=min(asked.limit, MAX_HITS - offset),
        offset=offset,
        pages=asked.pages,
    )
    end = offset + asked.limit
    shown = one.show(found)
    return SearchAnswer(
        query=shown.query,
        pages=shown.pages,
        units=shown.units,
        hits=shown.hits,
        facets=shown.facets,
        did_you_mean=shown.did_you_mean,
        next=one.seal(listed, end) if end < min(found.units, MAX_HITS) else None,
    )


def _facets(one: Asker, asked: Filters) -> FacetsAnswer:
    found = one.finder.find(
        asked.q,
        _filters(one, asked),
        sort=SortBy.RELEVANCE,
        facets=asked.facet or tuple(Facet),
        limit=0,
        offset=0,
        pages=1,
    )
    return FacetsAnswer(pages=found.pages, units=found.units, facets=found.facets)


def _filters(one: Asker, asked: Filters) -> SearchFilters:
    return SearchFilters(
        unit=asked.unit,
        year_from=asked.year_from,
        year_to=asked.year_to,
        fonds=asked.fonds,
        series=asked.series,
        document_types=asked.type,
        decades=asked.decade,
        languages=asked.language,
        access_classes=one.access_classes,
    )
