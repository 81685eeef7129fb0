# SPDX-License-Identifier: EUPL-1.2
"""What goes into the index and what comes out of a search."""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from schemas.base import Record
from schemas.page import Box
from schemas.unit import AccessClass


class PageRecord(Record):
    """One page for the index, with its unit's description repeated. `record_id` is the same at each re-indexing."""

    unit_id: UUID
    unit_version: int = Field(ge=1)
    page: int = Field(ge=1)
    reference_code: str
    title: str
    fonds: str | None = None
    series: str | None = None
    document_type: str | None = None
    year_from: int | None = None
    year_to: int | None = None
    language: str | None = None
    access_class: AccessClass = AccessClass.STAFF
    text: str = ""

    @property
    def record_id(self) -> str:
        return f"{self.unit_id}:{self.page}"


class SearchFilters(Record):
    """What a hit must satisfy beside the words. Of several values in one filter one must hold."""

    unit: str | None = Field(default=None, description="reference code")
    year_from: int | None = None
    year_to: int | None = None
    language: str | None = None
    fonds: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    document_types: tuple[str, ...] = ()
    decades: tuple[int, ...] = Field(default=(), description="first years: 1970 for 1970 to 1979")
    languages: tuple[str, ...] = ()
    access_classes: tuple[AccessClass, ...] = tuple(AccessClass)


class SortBy(StrEnum):
    """In what order hits come. Equals by unit id, then page."""

    RELEVANCE = "relevance"
    DATE = "date"
    """The unit's first year, earliest first; without one last."""
    DATE_DESCENDING = "-date"
    """The unit's last year, latest first; without one last."""
    CODE = "code"
    """The reference code, numbers in it by their value (``PS/9`` before ``PS/12``)."""


class Facet(StrEnum):
    """By what the pages that match are counted."""

    FONDS = "fonds"
    SERIES = "series"
    TYPE = "type"
    DECADE = "decade"
    """Every decade that the unit's dates meet."""
    LANGUAGE = "language"


class FacetValue(Record):
    """A value and how many of the pages that match have it."""

    value: str
    pages: int


class PageHit(Record):
    """A page that an index found. The words' places are worked out by `search.marks`, not by the index."""

    unit_id: UUID
    unit_version: int
    page: int
    reference_code: str
    title: str
    language: str | None = None
    score: float
    text: str


class HitPage(Record):
    """What an index answers: hits in order of relevance, and how many there are in all."""

    total: int
    hits: tuple[PageHit, ...]


class MatchingUnit(Record):
    """A unit with pages that match, without them."""

    unit_id: UUID
    unit_version: int
    reference_code: str
    title: str
    fonds: str | None = None
    series: str | None = None
    document_type: str | None = None
    year_from: int | None = None
    year_to: int | None = None
    score: float = Field(description="its best page's; 0 where the query only chooses")
    matching: int = Field(ge=1, description="how many of its pages match")


class UnitHit(MatchingUnit):
    """A unit as an index finds it."""

    pages: tuple[PageHit, ...] = Field(description="the best of them, best first")


class UnitPage(Record):
    """What an index answers when it groups: units in the order asked for."""

    pages: int = Field(ge=0, description="how many pages match")
    units: int = Field(ge=0, description="how many units have such pages")
    hits: tuple[UnitHit, ...]
    facets: Mapping[Facet, tuple[FacetValue, ...]] = Field(
        default_factory=dict, description="only those asked for, most pages first, at most 100 values each"
    )


class Mark(Record):
    """One marked run of words on a page: the words' places in derivative pixels, line by line, and their text."""

    boxes: tuple[Box, ...]
    text: str
    first_word: int = Field(description="0-based index into the page's words")
    last_word: int


class Snippet(Record):
    """A piece of text around the best marks; `marks` are (start, end) in code points of `text`."""

    text: str
    marks: tuple[tuple[int, int], ...]


class SearchHit(Record):
    """A page as shown to a person."""

    unit_id: UUID
    reference_code: str
    title: str
    page: int
    language: str | None = None
    score: float
    snippet: Snippet
    marks: tuple[Mark, ...]


class SearchResult(Record):
    """The answer to a query."""

    query: str
    total: int
    hits: tuple[SearchHit, ...]


class FoundUnit(MatchingUnit):
    """A unit as shown to a person: its best pages with snippets and marks."""

    pages: tuple[SearchHit, ...] = Field(description="the best of them, best first")


class FoundUnits(Record):
    """The answer to a query, by units."""

    query: str
    pages: int = Field(ge=0, description="how many pages match")
    units: int = Field(ge=0, description="how many units have such pages")
    hits: tuple[FoundUnit, ...]
    facets: Mapping[Facet, tuple[FacetValue, ...]] = Field(default_factory=dict)
    did_you_mean: str | None = Field(default=None, description="the query with words that the archive has")


class SuggestionKind(StrEnum):
    """What a suggestion is."""

    CODE = "code"
    TITLE = "title"
    NAME = "name"
    STREET = "street"
    WORD = "word"


class Suggestion(Record):
    """How what a person began to type may go on."""

    text: str
    kind: SuggestionKind
    pages: int = Field(ge=1, description="how many pages have it, of those that the reader may see")
