# SPDX-License-Identifier: EUPL-1.2
"""What goes into the index and what comes out of a search."""

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
    year_from: int | None = None
    year_to: int | None = None
    language: str | None = None
    access_class: AccessClass = AccessClass.STAFF
    text: str = ""

    @property
    def record_id(self) -> str:
        return f"{self.unit_id}:{self.page}"


class SearchFilters(Record):
    """What a hit must satisfy beside the words."""

    unit: str | None = Field(default=None, description="reference code")
    year_from: int | None = None
    year_to: int | None = None
    language: str | None = None
    access_classes: tuple[AccessClass, ...] = tuple(AccessClass)


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
