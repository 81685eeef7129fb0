# SPDX-License-Identifier: EUPL-1.2
"""A search as people see it, over a real index."""

from pathlib import Path
from uuid import UUID

import pytest

from schemas.errors import QueryMalformed
from schemas.placed_words import PlacedWords
from schemas.search import PageRecord, SearchFilters
from search.service import SearchService
from search.tantivy_index import TantivyIndex
from tests.search.builders import UNIT, lines_of

PAGES = {1: "Autorizație nr. 12\nstrada Mărășești", 2: "Hotărîrea Consiliului\npopular", 3: ""}


@pytest.fixture
def asked() -> list[tuple[UUID, int, int]]:
    return []


@pytest.fixture
def service(tmp_path: Path, asked: list[tuple[UUID, int, int]]) -> SearchService:
    index = TantivyIndex(tmp_path)
    index.write(
        PageRecord(
            unit_id=UNIT, unit_version=2, page=page, reference_code="PS/12", title="Permise", language="ron", text=text
        )
        for page, text in PAGES.items()
    )

    def words_of(unit: UUID, version: int, page: int) -> PlacedWords:
        asked.append((unit, version, page))
        return PlacedWords.of(lines_of(PAGES[page]))

    return SearchService(index, words_of)


def test_a_hit_has_its_snippet_and_its_marks(service: SearchService, asked: list[tuple[UUID, int, int]]) -> None:
    result = service.search("„hotararea consiliului popular”", SearchFilters())
    (hit,) = result.hits
    assert (result.query, result.total) == ("„hotararea consiliului popular”", 1)
    assert (hit.unit_id, hit.reference_code, hit.title, hit.page, hit.language) == (UNIT, "PS/12", "Permise", 2, "ron")
    assert hit.snippet.text == "Hotărîrea Consiliului popular"
    assert hit.snippet.marks == ((0, 29),)
    assert [(mark.text, len(mark.boxes)) for mark in hit.marks] == [("Hotărîrea Consiliului popular", 2)]
    assert asked == [(UNIT, 2, 2)]


def test_a_hit_by_its_title_alone_shows_the_page_without_marks(service: SearchService) -> None:
    result = service.search("permis", SearchFilters())
    assert result.total == 3
    assert all(hit.marks == () and hit.snippet.marks == () for hit in result.hits)


def test_only_the_pages_that_are_shown_are_marked(service: SearchService, asked: list[tuple[UUID, int, int]]) -> None:
    result = service.search("permise", SearchFilters(), limit=1, offset=1)
    assert (result.total, len(result.hits), len(asked)) == (3, 1, 1)


def test_a_query_that_only_chooses_needs_no_words(service: SearchService, asked: list[tuple[UUID, int, int]]) -> None:
    assert [hit.page for hit in service.search("unit:PS/12 -popular", SearchFilters()).hits] == [1, 3]
    assert asked == []


def test_a_malformed_query_is_an_error(service: SearchService) -> None:
    with pytest.raises(QueryMalformed):
        service.search('"plan', SearchFilters())
