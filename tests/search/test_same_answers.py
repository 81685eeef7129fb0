# SPDX-License-Identifier: EUPL-1.2
"""What makes search cheap changes nothing of what it finds: the short ways give what the long ways give."""

from collections.abc import Sequence
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.search_pages import distractors
from benchmarks.search_queries import make_queries
from search.analysis import PageToken, analyse, base_language, indexed_keys, token_keys, tokenise
from search.clauses import Term, Word
from search.expansion import NO_EXPANSION, Alternative, Expansion
from search.matching import Finder, Run
from search.patterns import Pattern, Slot, patterns
from search.query import parse_query
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


def check_words(text: str) -> None:
    """That words are told apart, and placed, as the definition says."""
    page, tokens = analyse(text, None), tokenise(text)
    assert page.words == [token.text for token in tokens]
    assert page.divided == {at: token.pieces for at, token in enumerate(tokens) if token.parts}
    assert page.wholes == {at: token.whole for at, token in enumerate(tokens) if token.whole is not None}
    places = [page.span(at) for at in reversed(range(len(page)))]
    assert places[::-1] == [(token.start, token.end) for token in tokens]


@given(TEXTS, st.sampled_from(["ron", "hun", "deu_latf", None]))
def test_a_text_is_analysed_by_stretches_as_it_is_at_once(text: str, language: str | None) -> None:
    expected = long_way(text, language)
    check_words(text)
    assert list(analyse(text, language)) == expected
    assert indexed_keys(text, language) == [tuple(sorted(one.keys)) for one in expected]


@given(st.text())
def test_any_text_is_analysed_by_stretches_as_it_is_at_once(text: str) -> None:
    check_words(text)
    assert list(analyse(text, "ron")) == long_way(text, "ron")


def test_pages_are_analysed_by_stretches_as_they_are_at_once() -> None:
    for page in islice(distractors(1000), 0, 1000, 5):
        check_words(page.text)
        assert list(analyse(page.text, page.language)) == long_way(page.text, page.language)


@pytest.mark.parametrize(
    "text", ["con-\nstru-\nire-\n\nși", "a-\n-\nb", "a\ufefe-\nb \ufe70 c", "un\u00ad\nu", "x=\n2 y¬\nz"]
)
def test_words_that_may_be_divided_are_told_apart_as_the_definition_says(text: str) -> None:
    check_words(text)


def by_definition(term: Term, page: Sequence[PageToken], expansion: Expansion) -> set[Run]:
    """A term's runs, by all keys of all words: the nearest end from each beginning."""
    return {
        Run(start, min(ends))
        for pattern in patterns(term, expansion)
        for start in range(len(page))
        if (ends := _ends(pattern, page, start))
    }


def _ends(pattern: Pattern, page: Sequence[PageToken], start: int) -> set[int]:
    reached = {start - 1}
    for number, slot in enumerate(pattern.slots):
        far = pattern.gap if number else 0
        nexts = {at for last in reached for at in range(last + 1, last + far + 2) if at < len(page)}
        reached = {at for at in nexts if _accepts(slot, page[at].keys)}
    return reached if pattern.slots else set()


def _accepts(slot: Slot, keys: frozenset[str]) -> bool:
    if slot.prefixes:
        return any(key.startswith(prefix) for key in keys for prefix in slot.prefixes)
    return not slot.keys.isdisjoint(keys)


ASKED = (
    *("autorizație", "autorizatii", "într-o", "intro", "sint", "sunt", "hotărîre", "str. Mare", "strada", "p-ța", "12"),
    *("nr. 123 din 1987", "123/12.05.1987", "12.05.1987", "1.204/1987", "s-a*", "aut*", "într-o*", "00*", "007", "½"),
    *('"consiliul popular"', '"b-dul Mare nr. 5"', "ähnlich", "aehnlich", "műemlék", "ß*", "die", "mese", "ora", "é"),
)
WRITTEN = st.lists(
    st.one_of(
        PIECES,
        st.sampled_from(
            [
                *(
                    "autorizația ",
                    "într-",
                    "-\no ",
                    "o ",
                    "intro ",
                    "sînt ",
                    "sunt ",
                    "hotărârile ",
                    "strada ",
                    "str. ",
                ),
                *("123/12.05.1987 ", "nr. 123 din data de 12.V.987 ", "12 mai 1987 ", "1.204 din 1987 ", "05.", "007 "),
                *(
                    "Consiliul Popular ",
                    "consiliului\npopular ",
                    "b-dul Mare 5 ",
                    "bd. Mare ",
                    "Aehnlich ",
                    "ähnliche ",
                ),
                *(
                    "műemlékek ",
                    "aß ",
                    "ßa ",
                    "dying ",
                    "Masa ",
                    "orele ",
                    "É ",
                    "ﬁ ",
                    "½ ",
                    "²3 ",
                    "a\u0301u ",
                    "piața ",
                ),
            ]
        ),
    ),
    max_size=12,
).map("".join)
MEANT = Expansion(
    words={"strada": {"straoa": 0.5, "sttada": 0.2}, "autorizatie": {"aucorizatie": 0.4}},
    terms={Word("strada"): (Alternative("Consiliul Popular", 0.5),)},
)


@settings(max_examples=200)
@given(
    st.one_of(WRITTEN, st.text()),
    st.lists(st.sampled_from(ASKED), min_size=1, max_size=2).map(" ".join),
    st.sampled_from(["ron", "hun", "deu", "fra", "eng", None]),
    st.sampled_from([NO_EXPANSION, MEANT]),
)
def test_runs_are_found_as_by_all_keys_of_all_words(
    text: str, asked: str, language: str | None, expansion: Expansion
) -> None:
    terms = parse_query(asked).terms
    page = analyse(text, language)
    expected = {(run, at) for at, term in enumerate(terms) for run in by_definition(term, list(page), expansion)}
    finder = Finder(terms, expansion)
    assert finder.runs(page) == finder.runs(list(page)) == expected
    assert finder.runs(analyse(text, language)) == expected, "what it has learnt changes nothing"


def test_runs_on_pages_are_found_as_by_all_keys_of_all_words() -> None:
    pages = [(page.text, page.language) for page in islice(distractors(3000), 0, 1000, 200)]
    for query in make_queries(40):
        terms = parse_query(query).terms
        finder = Finder(terms)
        for text, language in pages[:: 1 + len(query) % 5]:
            page = analyse(text, language)
            assert finder.runs(page) == finder.runs(long_way(text, language)), query


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
