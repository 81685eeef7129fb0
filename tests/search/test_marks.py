# SPDX-License-Identifier: EUPL-1.2
"""Marks on the page image: exactly the words that were found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.page import Box, Line
from search.analysis import analyse
from search.marks import mark_words
from search.matching import find_runs
from search.query import Query, parse_query
from tests.search.builders import lines_of

PAGE = """CONSILIUL POPULAR al orașului
Autorizația nr. 123/12.05.1987 de constru-
ire, pe strada Mărășești 12, s-a dat.

Hotărîrea consiliului
popular (dosar 12)."""


def marked(query: str, page: str = PAGE, language: str | None = "ron") -> list[str]:
    return [mark.text for mark in mark_words(parse_query(query), lines_of(page), language)]


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("hotararea", ["Hotărîrea"]),
        ("consiliul", ["CONSILIUL", "consiliului"]),
        ("12", ["123/12.05.1987", "12,", "12)."]),
        ("123/12.05.1987", ["123/12.05.1987"]),
        ("12 1987", ["123/12.05.1987", "12,", "12)."]),
        ('"consiliul popular"', ["CONSILIUL POPULAR", "consiliului popular"]),
        ('"nr. 123"', ["nr. 123/12.05.1987"]),
        ('"consiliul popular" popular', ["CONSILIUL POPULAR", "consiliului popular"]),
        ("construire", ["constru- ire,"]),
        ('"de construire pe strada"', ["de constru- ire, pe strada"]),
        ("s-a", ["s-a"]),
        ("maras*", ["Mărășești"]),
        ("strada -consiliul", ["strada"]),
        ('"popular consiliul"', []),
        ("unit:PS", []),
        ("inexistent", []),
    ],
)
def test_what_was_found_is_marked_and_nothing_else(query: str, texts: list[str]) -> None:
    assert marked(query) == texts


def test_a_run_over_two_lines_is_one_mark_with_a_box_on_each() -> None:
    marks = mark_words(parse_query('"consiliului popular dosar"'), lines_of(PAGE), "ron")
    assert [(mark.first_word, mark.last_word) for mark in marks] == [(17, 19)]
    assert marks[0].boxes == (
        Box(left=100, top=90, right=210, bottom=110),
        Box(left=0, top=120, right=140, bottom=140),
    )


@pytest.mark.parametrize("divided", ["auto-\nrizație", "auto¬\nrizație", "auto=\nrizație", "AUTO-\nRIZAȚIE"])
def test_both_halves_of_a_divided_word_are_marked_where_they_stand(divided: str) -> None:
    (mark,) = mark_words(parse_query("autorizaţie"), lines_of(f"o {divided} de"), "ron")
    assert mark.text == divided.replace("\n", " ")
    assert mark.boxes == (Box(left=20, top=0, right=70, bottom=20), Box(left=0, top=30, right=70, bottom=50))


def test_words_side_by_side_have_one_box_around_them() -> None:
    (mark,) = mark_words(parse_query('"popular al"'), lines_of(PAGE), "ron")
    assert mark.boxes == (Box(left=100, top=0, right=200, bottom=20),)


def test_inflected_words_are_marked_in_the_language_of_the_page() -> None:
    assert marked("épület", "az épületek rajza", "hun") == ["épületek"]


def test_a_page_without_words_has_no_marks() -> None:
    empty = Line(box=Box(left=0, top=0, right=9, bottom=9), words=())
    assert mark_words(parse_query("plan"), (), None) == ()
    assert mark_words(parse_query("plan"), (empty, *lines_of("un plan"), empty), None)[0].text == "plan"


words = st.sampled_from(["plan", "planul", "casa", "12", "12/05", "într-o", "autori-", "zație", "s-a", "(casa)", "…"])
texts = st.lists(st.lists(words, min_size=1, max_size=5).map(" ".join), min_size=1, max_size=4).map("\n".join)


@given(texts, st.lists(words.filter(str.isalnum), min_size=1, max_size=3), st.booleans())
def test_there_are_marks_just_where_the_index_finds_the_text(text: str, asked: list[str], phrase: bool) -> None:
    query: Query = parse_query(f'"{" ".join(asked)}"' if phrase else " ".join(asked))
    page = analyse(text, "ron")
    assert bool(mark_words(query, lines_of(text), "ron")) == any(find_runs(term, page) for term in query.terms)
