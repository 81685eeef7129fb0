# SPDX-License-Identifier: EUPL-1.2
"""How words begin tells which keys they cannot have, whatever stemmers do."""

from itertools import islice

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.page_words import vocabulary
from benchmarks.search_pages import distractors
from search.analysis import STEMMERS, fold, page_keys, tokenise
from search.openings import OPENINGS, wanted_openings

LETTERS = "aăâbcdeéfghiîjklmnoöpqrsșşștţțuüvwxyzßáàèêëïôœæçűAĂEÉIÎOSȘUÜ0125\u0301\u00ad"
ENDINGS = (
    *("", "ing", "ed", "ies", "ied", "s", "y", "aux", "eux", "euse", "ence", "amment", "emment", "logie", "ism", "e"),
    *("ul", "ii", "iile", "ațiune", "ibil", "ur", "iv", "el", "ek", "ok", "nak", "vel", "ből", "eit", "ung", "isch"),
    *("keit", "eedly", "ly", "li", "ative", "zi", "uri", "ele", "elor", "rea"),
)
WORDS = st.tuples(st.text(LETTERS, max_size=4), st.sampled_from(ENDINGS)).map("".join)


def wanted_by(key: str) -> frozenset[str | None]:
    return wanted_openings([key.partition(":")[2]], [])


def check(word: str, language: str) -> None:
    for key in page_keys(word, language):
        assert OPENINGS.get(word[:2]) in wanted_by(key), (word, language, key)


@settings(max_examples=500)
@given(WORDS.filter(lambda word: word[:1].isalnum() and fold(word) != ""), st.sampled_from(list(STEMMERS)))
@example("aehnlich", "deu")
@example("sînt", "ron")
@example("dying", "eng")
@example("mese", "ron")
@example("007", "ron")
@example("aß", "deu")
def test_no_word_has_a_key_that_its_beginning_rules_out(word: str, language: str) -> None:
    check(word, language)


@pytest.mark.parametrize("language", ["ron", "hun", "deu"])
def test_words_of_dictionaries_and_pages_have_only_keys_that_begin_as_they_do(language: str) -> None:
    words = set(vocabulary(language).words[::31])
    for page in islice(distractors(2000), 0, 1000, 100):
        words.update(token.text for token in tokenise(page.text))
    for word in words:
        check(word, language)


@given(WORDS.filter(lambda word: word[:1].isalnum() and fold(word) != ""), st.integers(1, 6))
def test_no_word_is_ruled_out_that_begins_as_asked(word: str, length: int) -> None:
    assert OPENINGS.get(word[:2]) in wanted_openings([], [fold(word)[:length]])


def test_most_words_are_ruled_out() -> None:
    words = vocabulary("ron").words
    wanted = wanted_openings(["autorizatie", "construct"], [])
    assert sum(OPENINGS.get(word[:2]) in wanted for word in words) < len(words) / 10


def test_one_letter_asked_for_as_a_beginning_is_that_of_any_word_with_it() -> None:
    wanted = wanted_openings([], ["a"])
    assert {OPENINGS.get(word) for word in ("a", "au", "al", "Ăl", "1", "bă"[:1])} - wanted == {"1", "b"}
