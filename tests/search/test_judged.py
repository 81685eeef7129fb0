# SPDX-License-Identifier: EUPL-1.2
"""The judged queries are what they say: asked of pages that are there and that answer them."""

import re
from collections import Counter, defaultdict

import pytest

from benchmarks.judged import CLASSES, JudgedQuery, load_judged, page_names, sample_pages, true_texts, with_slips
from benchmarks.ocr_noise import slips
from search.analysis import fold, tokenise

JUDGED = load_judged()
TEXTS = true_texts()
SLIPPED = [query for query in JUDGED.queries if query.slips]


def plain(text: str) -> str:
    return " ".join(text.split())


def of(kind: str) -> list[JudgedQuery]:
    return [query for query in JUDGED.queries if query.kind == kind]


def words_of(query: JudgedQuery) -> set[str]:
    return {fold(token.text) for token in tokenise(query.text)}


def test_every_class_has_nine_queries_or_more_and_there_is_no_other_class() -> None:
    counted = Counter(query.kind for query in JUDGED.queries)
    assert set(counted) == set(CLASSES)
    assert min(counted.values()) >= 9
    assert len(JUDGED.queries) >= 120


def test_no_query_is_there_twice() -> None:
    assert [text for text, count in Counter(query.text for query in JUDGED.queries).items() if count > 1] == []


def test_the_page_of_a_citizen_at_the_counter_is_asked_for() -> None:
    query = next(query for query in JUDGED.queries if query.text == "autorizatie constructie marasesti 12 1974")
    assert query.grades == {"permits-1987/7": 2}
    assert len(query.slips) == 2


@pytest.mark.parametrize("query", JUDGED.queries, ids=lambda query: query.text)
def test_the_pages_have_what_makes_them_relevant(query: JudgedQuery) -> None:
    lost = [one for one in query.relevant if plain(one.because) not in plain(TEXTS.get(one.page, ""))]
    assert lost == []
    assert len(query.grades) == len(query.relevant)
    assert 2 in query.grades.values()


@pytest.mark.parametrize("query", SLIPPED, ids=lambda query: query.text)
def test_slips_are_letters_that_look_alike_in_words_that_are_asked_for(query: JudgedQuery) -> None:
    wrong: dict[str, int] = defaultdict(int)
    asked = words_of(query)
    for slip in query.slips:
        assert slip.page in query.grades
        letters = slips(slip.word, slip.read)
        assert letters, slip
        assert any(fold(slip.word)[:4] == word[:4] for word in asked), slip
        wrong[slip.page] += len(letters)
    assert set(wrong.values()) == {1 if query.kind == "one-slip" else 2}


def test_only_queries_of_the_slip_classes_have_slips_and_all_of_them_do() -> None:
    assert {query.kind for query in SLIPPED} == {"one-slip", "two-slips"}
    assert len(SLIPPED) == len(of("one-slip")) + len(of("two-slips"))


def test_no_other_query_needs_a_word_that_was_misread() -> None:
    misread = {(slip.page, fold(slip.word)) for query in SLIPPED for slip in query.slips}
    others = [
        (query.text, page, word)
        for query in JUDGED.queries
        if not query.slips
        for page in query.grades
        for word in words_of(query)
        if (page, word) in misread and word not in fold_words(sample_text(page))
    ]
    assert others == []


def fold_words(text: str) -> set[str]:
    return {fold(token.text) for token in tokenise(text)}


def sample_text(page: str) -> str:
    names = page_names()
    return next(one.text for one in sample_pages(JUDGED) if f"{names[one.unit_id]}/{one.page}" == page)


def test_spelling_classes_are_typed_as_they_say() -> None:
    assert all(query.text.isascii() for query in of("no-diacritics"))
    assert all(re.search("[şţŞŢ]", query.text) for query in of("cedilla"))
    assert all("*" in query.text for query in of("prefix"))
    assert all(re.search('["„”]', query.text) for query in of("phrases"))
    assert all(re.search(r"\w:|\.\.", query.text) for query in of("field-range"))
    assert all(re.search(r"\d", query.text) for query in of("numbers-dates"))


def test_each_misspelt_query_has_a_word_that_no_page_has() -> None:
    everything = set().union(*(fold_words(text) for text in TEXTS.values()))
    assert [query.text for query in of("misspelt") if words_of(query) <= everything] == []


def test_the_sample_pages_are_the_true_texts_but_for_the_slips() -> None:
    names = page_names()
    changed = {
        f"{names[page.unit_id]}/{page.page}"
        for page in sample_pages(JUDGED)
        if page.text != TEXTS[f"{names[page.unit_id]}/{page.page}"]
    }
    assert changed == {slip.page for query in SLIPPED for slip in query.slips}


def test_a_slip_in_a_word_that_the_page_has_not_is_an_error() -> None:
    slip = SLIPPED[0].slips[0]
    with pytest.raises(ValueError, match=re.escape(slip.word)):
        with_slips("altceva", [slip])
