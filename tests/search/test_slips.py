# SPDX-License-Identifier: EUPL-1.2
"""What queries are taken to mean, by the words of an index."""

import time
from collections.abc import Collection, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from schemas.errors import QueryMalformed
from schemas.places import PlaceName
from schemas.unit import AccessClass
from search.analysis import FOLD, page_keys
from search.expansion import Alternative
from search.places import Places
from search.query import Phrase, Place, Word, parse_query
from search.slips import MAX_KEYS, MAX_SELDOM, MAX_WORDS, Meaning, expand

CLASSES = (AccessClass.PUBLIC, AccessClass.STAFF)


class Words:
    """`search.vocabulary.Vocabulary` of Romanian words, each on so many pages; remembers what it was asked."""

    def __init__(self, **counts: int) -> None:
        self.counts: dict[str, int] = {}
        self.asked: list[tuple[int, tuple[AccessClass, ...]]] = []
        for word, count in counts.items():
            for key in page_keys(word, "ron"):
                self.counts[key] = self.counts.get(key, 0) + count

    def pages(self, keys: Collection[str], classes: Collection[AccessClass]) -> Mapping[str, int]:
        self.asked.append((len(keys), tuple(classes)))
        return {key: self.counts[key] for key in keys if key in self.counts}

    def frequent_near(self, word: str, classes: Collection[AccessClass]) -> Mapping[str, int]:
        self.asked.append((1, tuple(classes)))
        folded = {key.removeprefix(FOLD): count for key, count in self.counts.items() if key.startswith(FOLD)}
        near = {other: OSA.distance(word, other) for other in folded if other.startswith(word[:2])}
        return {other: folded[other] for other, distance in near.items() if 0 < distance <= 2}

    def beginning(self, word: str, classes: Collection[AccessClass], limit: int) -> Mapping[str, int]:
        raise AssertionError("not needed to understand a query")

    def offers(self, beginning: str, classes: Collection[AccessClass], limit: int) -> Mapping[str, int]:
        raise AssertionError("not needed to understand a query")


def meaning(text: str, words: Words, places: Places | None = None) -> Meaning:
    return expand(parse_query(text), CLASSES, words, places or Places())


def corrected(text: str, words: Words) -> str | None:
    found = meaning(text, words).corrected
    return None if found is None else str(found)


def looked_for(text: str, words: Words) -> dict[str, Mapping[str, float]]:
    """By word of the query, the words of the index that it is also looked for as, with how much each counts."""
    found = meaning(text, words).expansion.words
    known = [key.removeprefix(FOLD) for key in words.counts if key.startswith(FOLD)]
    by_word = {other: page_keys(other, "ron") for other in known}
    return {
        word: {other: max(keys[key] for key in met) for other, own in by_word.items() if (met := own & keys.keys())}
        for word, keys in found.items()
    }


@pytest.mark.parametrize("read", ["marasestl", "narasesti", "maragesti", "marasesi", "mara5esti", "narasestl"])
def test_a_known_word_is_also_looked_for_as_it_was_misread(read: str) -> None:
    words = Words(marasesti=40, **{read: 1})
    assert 0 < looked_for("Mărășești", words)["marasesti"][read] < 1
    assert meaning("Mărășești", words).corrected is None


def test_what_looks_alike_and_is_frequent_is_a_word_of_its_own() -> None:
    assert "casa" not in looked_for("casă", Words(casa=100, casei=1)).get("casa", {})
    assert looked_for("plan", Words(plan=100, plen=30)) == {}
    assert looked_for("plan", Words(plan=100, plen=5)) == {"plan": {"plen": 0.75}}


def test_the_likelier_slip_counts_more() -> None:
    found = looked_for("autorizatie", Words(autorizatie=400, autorlzatie=1, autorlzatle=1))
    assert found["autorizatie"]["autorlzatie"] > found["autorizatie"]["autorlzatle"]


def test_where_the_word_was_only_ever_misread_it_is_found() -> None:
    assert "marasestl" in looked_for("marasesti", Words(marasestl=1))["marasesti"]
    assert "narasestl" in looked_for("marasesti", Words(narasestl=1))["marasesti"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [("conductoare", "conduotoarele"), ("constructie", "consthuctiei"), ("autorizatie", "autorlzatiilor")],
)
def test_another_form_of_a_word_is_also_looked_for_as_it_was_misread(typed: str, read: str) -> None:
    assert read in looked_for(typed, Words(**{typed: 400, read: 1}))[typed]


def test_two_forms_of_one_word_are_both_looked_for_as_they_were_misread() -> None:
    found = looked_for("constructie constructii", Words(constructie=400, constructii=300, consthuctiei=1))
    assert "consthuctiei" in found["constructie"]
    assert "consthuctiei" in found["constructii"]


def test_what_was_meant_may_be_there_in_another_form_alone() -> None:
    assert corrected("bransamnet", Words(bransamentului=40)) == "bransamentului"


@pytest.mark.parametrize(
    "text", ["1974", "12.05.1987", "act", "b12", "nr 12", "autoriz*", "unit:autorizatii", "constructie -autorizatie"]
)
def test_numbers_short_words_beginnings_and_what_must_not_be_there_are_as_typed(text: str) -> None:
    words = Words(
        **{"1975": 50, "1914": 1, "aet": 1, "autoriz": 5, "autorlz": 1, "autorizatie": 50, "autorlzatie": 1},
        constructie=9,
    )
    found = meaning(text, words)
    assert found.expansion.words == {}
    assert found.corrected is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("autoriztaie", "autorizatie"),
        ("autorizattie", "autorizatie"),
        ("autrizatie", "autorizatie"),
        ("utorizatie", "autorizatie"),
        ("autorisatei", "autorizatie"),
        ("autoriztaie constructie", "autorizatie constructie"),
        ('"autoriztaie de constructie" -garaj', '"autorizatie de constructie" -garaj'),
        ("autoriza tie", "autorizatie"),
    ],
)
def test_what_a_searcher_mistyped_is_put_right(typed: str, meant: str) -> None:
    words = Words(autorizatie=400, constructie=300, autoritate=50, autorul=20)
    assert corrected(typed, words) == meant


def test_what_was_probably_meant_is_found_too() -> None:
    found = meaning("autoriztaie", Words(autorizatie=400)).expansion
    assert found.words == {"autoriztaie": {"f:autorizatie": 0.75}}


def test_a_word_that_hardly_any_page_has_gives_way_to_a_frequent_one() -> None:
    assert corrected("autorizatle", Words(autorizatie=400, autorizatle=2)) == "autorizatie"
    assert corrected("popesca", Words(popescu=30, popesca=2)) is None
    assert corrected("autorizatia", Words(autorizatie=400)) is None


def test_a_word_that_is_like_none_stays() -> None:
    found = meaning("locomotiva", Words(autorizatie=400, constructie=300))
    assert (found.expansion.words, found.expansion.terms, found.corrected) == ({}, {}, None)


def test_words_that_belong_together_are_found_together_and_the_other_way_round() -> None:
    found = meaning("autoriza tie", Words(autorizatie=400)).expansion.terms
    assert found[Word("autoriza")] == found[Word("tie")] == (Alternative("autorizatie", 0.5),)
    found = meaning("deconstruire", Words(de=900, construire=300)).expansion.terms
    assert found == {Word("deconstruire"): (Alternative("de construire", 0.5),)}
    assert corrected("de construire", Words(de=900, construire=300, deconstruire=2)) is None


@pytest.mark.parametrize("text", ["timisoara", '"Timișoara"', "place:timisoara", "temesvár", "Timișoarei"])
def test_a_place_is_found_by_its_other_names(text: str) -> None:
    names = ("Timișoara", "Temesvár", "Temeschwar")
    query = parse_query(text) if "place" not in text else parse_query("timisoara")
    found = expand(query, CLASSES, Words(), Places(PlaceName(id="t", name=name) for name in names)).expansion
    ((term, others),) = found.terms.items()
    assert isinstance(term, Word | Phrase | Place)
    assert "Temeschwar" in {other.text for other in others}
    assert all(0 < other.weight < 1 for other in others)


def test_a_name_of_several_words_needs_no_quotes() -> None:
    places = Places([PlaceName(id="b", name="Brașov"), PlaceName(id="b", name="Orașul Stalin")])
    found = expand(parse_query("orasul stalin 1955"), CLASSES, Words(), places).expansion.terms
    assert found == {Word(text): (Alternative("Brașov", 0.75),) for text in ("orasul", "stalin")}
    found = expand(parse_query("brasov"), CLASSES, Words(), places).expansion.terms
    assert found == {Word("brasov"): (Alternative("Orașul Stalin", 0.75),)}


def test_only_the_reader_s_classes_are_asked() -> None:
    words = Words(autorizatie=400)
    meaning("autoriztaie deconstruire", words)
    assert {classes for _, classes in words.asked} == {CLASSES}


def test_a_query_is_expanded_by_so_many_words_at_most() -> None:
    from search.misreading import misreadings

    known = ("autorizatie", "constructie", "marasesti", "certificat")
    counts = dict.fromkeys(known, 10_000) | {one: 1 for word in known for one in misreadings(word) if one.isalpha()}
    found = meaning(" ".join(known), Words(**counts)).expansion.words
    assert found.keys() == set(known)
    assert 40 < sum(map(len, found.values())) <= MAX_WORDS


@settings(deadline=None)  # it measures its own CPU time
@given(st.lists(st.text("abcilmnorst", min_size=4, max_size=64), min_size=1, max_size=32))
def test_whatever_is_asked_the_index_is_asked_little(typed: list[str]) -> None:
    words = Words(autorizatie=400)
    try:
        query = parse_query(" ".join(typed))
    except QueryMalformed:
        return
    begun = time.process_time()
    expand(query, CLASSES, words, Places())
    assert time.process_time() - begun < 0.5
    assert max((keys for keys, _ in words.asked), default=0) <= MAX_KEYS
    assert len(words.asked) <= 4 + MAX_SELDOM
