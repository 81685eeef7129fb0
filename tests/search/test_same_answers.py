# SPDX-License-Identifier: EUPL-1.2
"""What makes search cheap changes nothing of what it finds: the short ways give what the long ways give."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.search_pages import distractors
from search.analysis import PageToken, analyse, base_language, indexed_keys, token_keys, tokenise
from search.romanian import _PLURAL_ZI, _RULES, more_stems
from search.snippets import _clean, _clean_quickly

PIECES = st.sampled_from(
    [
        *"ab Zș1/.-¬=\u00ad\n\r\t\u2010\x1c\x85\u0301\xa0",
        "autori",
        "-\n",
        "- \r\n\t",
        "\n\n  ",
        "zație",
        "CLUJ",
        "567/2/1",
    ]
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)


def long_way(text: str, language: str | None) -> list[PageToken]:
    """The whole text at once."""
    return [PageToken(token, token_keys(token, base_language(language))) for token in tokenise(text)]


@given(TEXTS, st.sampled_from(["ron", "hun", "deu_latf", None]))
def test_a_text_is_analysed_by_stretches_as_it_is_at_once(text: str, language: str | None) -> None:
    expected = long_way(text, language)
    assert list(analyse(text, language)) == expected
    assert indexed_keys(text, language) == [tuple(sorted(one.keys)) for one in expected]


@given(st.text())
def test_any_text_is_analysed_by_stretches_as_it_is_at_once(text: str) -> None:
    assert list(analyse(text, "ron")) == long_way(text, "ron")


def test_pages_are_analysed_by_stretches_as_they_are_at_once() -> None:
    for page in islice(distractors(1000), 0, 1000, 5):
        assert list(analyse(page.text, page.language)) == long_way(page.text, page.language)


@given(st.one_of(TEXTS, st.text()))
def test_a_text_is_made_fit_to_be_shown_the_same_in_both_ways(text: str) -> None:
    page = analyse(text, "ron")
    clean, place = _clean(text, page)
    quick = _clean_quickly(text, page)
    if quick is not None:
        assert quick[0] == clean
        for one in page:
            for index in (one.token.start, one.token.end):
                assert quick[1](index) == place(index)


@pytest.mark.parametrize("text", ["un plan", "un  autori-\nzație\n\n  de plan\n", "\n a"])
def test_usual_text_is_made_fit_to_be_shown_in_the_short_way(text: str) -> None:
    assert _clean_quickly(text, analyse(text, None)) is not None


@given(st.text("aăbcdeilmnorstuz", max_size=12))
def test_a_stem_is_told_by_its_rule_whatever_the_word_ends_in(word: str) -> None:
    by_rules = {match[1] for _, rule in _RULES if (match := rule.fullmatch(word)) is not None}
    if (changed := _PLURAL_ZI.fullmatch(word)) is not None:
        by_rules.add(changed[1] + "d")
    assert by_rules <= more_stems(word)


def test_a_stretch_without_end_takes_no_more_time_than_its_length_asks() -> None:
    text = "-\n" * 50_000 + " \n" * 50_000
    assert len(analyse(text, "ron")) == 0
    assert len(analyse("a-\n" * 20_000, "ron")) == 1
