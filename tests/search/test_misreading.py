# SPDX-License-Identifier: EUPL-1.2
"""Which words look like which."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.misreading import (
    LIKELY_COST,
    MIN_LETTERS_TWICE,
    is_plain,
    misread_cost,
    misreadings,
    mistyped_cost,
    neighbours,
)

WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=20)


@pytest.mark.parametrize(
    ("word", "read"),
    [
        ("ioan", "loan"),
        ("marasesti", "marasestl"),
        ("marasesti", "narasesti"),
        ("moldova", "rnoldova"),
        ("cernavoda", "cemavoda"),
        ("hotarare", "botarare"),
        ("strada", "sfrada"),
        ("tutela", "tuteia"),
        ("autorizatie", "autor1zatie"),
        ("cladire", "dadire"),
        ("cladire", "ciadire"),
        ("scoala", "scoa1a"),
    ],
)
def test_a_likely_slip_is_among_the_misreadings_and_costs_little(word: str, read: str) -> None:
    assert read in misreadings(word)
    assert misread_cost(word, read) <= LIKELY_COST


@pytest.mark.parametrize("read", ["autorlzafie", "aulorizatle", "autcrizatic"])
def test_two_likely_slips_in_a_long_word_are_among_the_misreadings(read: str) -> None:
    assert read in misreadings("autorizatie")
    assert misread_cost("autorizatie", read) == pytest.approx(2 * LIKELY_COST)


def test_a_short_word_has_one_slip_at_a_time() -> None:
    assert len("strada") < MIN_LETTERS_TWICE
    assert "sfrodo" not in misreadings("strada")


@pytest.mark.parametrize(("word", "plain"), [("plan", True), ("act", False), ("1974", False), ("b12a", False)])
def test_only_words_of_four_letters_and_more_are_misread(word: str, plain: bool) -> None:
    assert is_plain(word) is plain


@pytest.mark.parametrize(
    ("typed", "meant", "worse"),
    [
        ("autoriztaie", "autorizatie", "autoritate"),
        ("permisse", "permise", "permisie"),
        ("hotarire", "hotarare", "notarile"),
        ("batran", "patran", "beton"),
    ],
)
def test_a_slip_of_the_fingers_costs_less_than_another_word(typed: str, meant: str, worse: str) -> None:
    assert mistyped_cost(typed, meant) < mistyped_cost(typed, worse)


@given(WORDS)
def test_misreadings_are_other_words_within_reach(word: str) -> None:
    found = misreadings(word)
    assert word not in found
    assert len(found) == len(set(found))
    assert all(misread_cost(word, other) <= 2 for other in found)
    assert all(any(char.isalpha() for char in other) for other in found)


@given(WORDS, st.integers(0, 19), st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
def test_every_single_change_is_a_neighbour(word: str, at: int, letter: str) -> None:
    at = min(at, len(word) - 1)
    near = set(neighbours(word))
    assert word[:at] + letter + word[at + 1 :] in near
    assert word[:at] + letter + word[at:] in near
    assert word[:at] + word[at + 1 :] in near
    assert word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :] in near


@given(WORDS, WORDS)
def test_only_the_same_word_costs_nothing(word: str, other: str) -> None:
    assert misread_cost(word, word) == mistyped_cost(word, word) == 0
    assert (misread_cost(word, other) == 0) is (word == other)


def test_the_longest_word_has_its_misreadings_in_little_time() -> None:
    begun = time.process_time()
    found = [misreadings("il" * half) for half in range(2, 33)]
    assert time.process_time() - begun < 1
    assert max(map(len, found)) < 3_000
