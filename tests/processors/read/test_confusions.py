# SPDX-License-Identifier: EUPL-1.2
"""The list of confusions: each with its reason, none a word as it is read, and never out of a text that is right."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.read import confusions
from processors.read.confusions import Where, decimal_comma, pairs_of, short_words, unconfused, units_of
from processors.read.lexicon import knows, knows_as_frequent
from processors.read.normalise import normalise

TABLE = json.loads((Path(confusions.__file__).with_name("confusions.json")).read_text("utf-8"))
RON = short_words("ron")


def test_each_group_names_its_reason_and_its_languages() -> None:
    groups = [*TABLE["pairs"], *TABLE["words"], TABLE["units"], TABLE["decimal_semicolon"]]
    assert all(group["reason"] and group["languages"] for group in groups)
    assert all(group["where"] in set(Where) for group in TABLE["pairs"])


@pytest.mark.parametrize(("read", "meant"), RON.items())
def test_each_short_word_of_the_list_is_no_word_and_is_meant_for_a_frequent_one(read: str, meant: str) -> None:
    assert not knows(read, "ron")
    assert knows_as_frequent(meant, "ron")
    assert normalise(meant, ("ron",)) == meant


def test_the_pairs_are_letters_in_the_one_spelling_and_of_one_size() -> None:
    for pair in pairs_of("ron"):
        assert pair.read != pair.meant
        assert (pair.read + pair.meant).isalpha()
        assert (pair.read + pair.meant).isupper() or (pair.read + pair.meant).islower()
        assert normalise(pair.meant, ("ron",)) == pair.meant


def test_units_are_two_small_letters_as_they_are_written() -> None:
    assert units_of("ron")
    assert all(len(unit) == 2 and unit.islower() for unit in units_of("ron"))


@pytest.mark.parametrize("language", ["fra", "deu", "hun", "eng"])
def test_what_was_measured_on_romanian_typewriting_is_put_into_no_other_language(language: str) -> None:
    assert not pairs_of(language)
    assert not short_words(language)
    assert not units_of(language)
    assert decimal_comma("0;90", language) == "0;90"


def test_pairs_are_undone_where_they_may_be() -> None:
    nothing, doubted = ((),) * 6, (("D",),) * 6
    assert unconfused("gagata", "ron", nothing) == {"șagata", "gașata", "șașata"}
    assert unconfused("Maxa", "ron", nothing[:4]) == set()
    assert unconfused("Maxa", "ron", doubted[:4]) == {"Taxa", "Țaxa"}
    assert unconfused("MTaxa", "ron", nothing[:5]) == {"Taxa"}
    assert unconfused("PAM", "ron", doubted[:3]) == {"FAM", "TAM"}
    assert unconfused("Pam", "ron", doubted[:3]) == set()
    assert unconfused("aMT", "ron", doubted[:3]) == set()
    assert unconfused("accccca", "ron", doubted) == {"dccccca", "acccccd", "dcccccd"}
    assert unconfused("acccca", "ron", doubted) == unconfused("Acccccccca", "ron", doubted) == set()


@settings(deadline=None)
@given(st.text(alphabet="aăâdgșțxMTPF", max_size=10))
def test_no_more_than_two_places_are_undone_at_once(word: str) -> None:
    for form in unconfused(word, "ron", (("x",),) * len(word)):
        assert form != word
        assert len(word) - 2 <= len(form) <= len(word)
        kept = sum(one == other for one, other in zip(word, form, strict=False))
        assert len(form) < len(word) or kept >= len(word) - 2


@given(st.text(alphabet="0123456789;,. m", max_size=12))
def test_only_semicolons_between_digits_become_commas(text: str) -> None:
    mended = decimal_comma(text, "ron")
    assert len(mended) == len(text)
    for index, (old, new) in enumerate(zip(text, mended, strict=True)):
        if old != new:
            assert (old, new) == (";", ",")
            assert text[index - 1].isdigit()
            assert text[index + 1].isdigit()
    assert decimal_comma(mended, "ron") == mended
