# SPDX-License-Identifier: EUPL-1.2
"""How what was begun goes on, by what an index offers."""

from collections.abc import Collection, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.search import SuggestionKind
from schemas.unit import AccessClass
from search.completion import MAX_SUGGESTIONS, complete
from search.offers import SHOWN

CLASSES = (AccessClass.PUBLIC,)


class Offers:
    """`search.vocabulary.Vocabulary` of these offers and words."""

    def __init__(self, offers: Mapping[str, int], words: Mapping[str, int]) -> None:
        self._offers = offers
        self._words = words

    def pages(self, keys: Collection[str], classes: Collection[AccessClass]) -> Mapping[str, int]:
        raise AssertionError("not needed to go on")

    def frequent_near(self, word: str, classes: Collection[AccessClass]) -> Mapping[str, int]:
        raise AssertionError("not needed to go on")

    def beginning(self, word: str, classes: Collection[AccessClass], limit: int) -> Mapping[str, int]:
        assert classes == CLASSES
        return dict([(key, count) for key, count in self._words.items() if key.startswith(word)][:limit])

    def offers(self, beginning: str, classes: Collection[AccessClass], limit: int) -> Mapping[str, int]:
        assert classes == CLASSES
        return dict([(key, count) for key, count in self._offers.items() if key.startswith(beginning)][:limit])


VOCABULARY = Offers(
    {
        f"s:marasesti{SHOWN}Mărășești": 9,
        f"s:marasesti{SHOWN}Marasesti": 4,
        f"s:maresal averescu{SHOWN}Mareșal Averescu": 2,
        f"p:marin ion{SHOWN}Ion Marin": 3,
        f"t:marfuri{SHOWN}Mărfuri": 100,
    },
    {f"mar{letter}": 1000 for letter in "abcdefghij"},
)


def test_spellings_of_one_street_count_together_under_the_commonest() -> None:
    found = complete("mar", CLASSES, VOCABULARY, 20)
    streets = [(one.text, one.pages) for one in found if one.kind is SuggestionKind.STREET]
    assert streets == [("Mărășești", 13), ("Mareșal Averescu", 2)]


def test_many_words_leave_room_for_streets_names_and_titles() -> None:
    found = complete("mar", CLASSES, VOCABULARY, 5)
    assert [one.text for one in found] == ["Mărășești", "Ion Marin", "Mărfuri", "mara", "Mareșal Averescu"]


def test_a_second_word_is_gone_on_with_by_what_has_several_words() -> None:
    assert [one.text for one in complete("mareșal av", CLASSES, VOCABULARY, 5)] == ["Mareșal Averescu"]


def test_after_the_word_for_a_street_there_are_streets_alone() -> None:
    kinds = {one.kind for one in complete("str. mar", CLASSES, VOCABULARY, 5)}
    assert kinds == {SuggestionKind.STREET}


@given(st.text(max_size=300), st.integers(1, MAX_SUGGESTIONS))
def test_whatever_is_begun_there_are_so_many_suggestions_at_most(begun: str, limit: int) -> None:
    assert len(complete(begun, CLASSES, VOCABULARY, limit)) <= limit


@pytest.mark.parametrize("begun", ["", "m", " - ", "\ud800", "…"])
def test_next_to_nothing_is_not_gone_on_with(begun: str) -> None:
    assert complete(begun, CLASSES, VOCABULARY, 5) == ()
