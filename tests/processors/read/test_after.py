# SPDX-License-Identifier: EUPL-1.2
"""After reading: what is put right, what is left alone, and that nothing is invented."""

import json
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.read import after
from processors.read.after import Corrected, Evidence, correct_reading
from processors.read.engine import Reading
from processors.read.lexicon import knows
from processors.read.normalise import normalise
from schemas.page import Block, Box, Line, Word

BOX = Box(left=10, top=10, right=30, bottom=20)


def word(text: str, *choices: str, raw: str | None = None, second: str | None = None) -> Word:
    """A word of little confidence; `choices` are the other characters seen, a string a character."""
    return Word(text=text, raw=raw, second=second, box=BOX, confidence=50, choices=tuple(map(tuple, choices)))


def reading(*rows: list[Word], language: str | None = None) -> Reading:
    lines = tuple(Line(box=BOX, words=tuple(row)) for row in rows)
    return Reading((Block(box=BOX, lines=lines, language=language),), 50.0)


def words_of(corrected: Corrected) -> list[Word]:
    return [one for block in corrected.reading.blocks for line in block.lines for one in line.words]


def corrected(one: Word, language: str = "ron") -> str:
    return words_of(correct_reading(reading([one]), language))[0].text


@pytest.mark.parametrize(
    ("language", "read", "meant"),
    [
        ("ron", "loan", "Ioan"),
        ("ron", "(lonescu),", "(Ionescu),"),
        ("hun", "lstván", "István"),
        ("deu", "lch", "Ich"),
        ("deu_latf", "lhre", "Ihre"),
        ("fra", "lls", "Ils"),
        ("eng", "loan", "loan"),
        ("fra", "loan", "loan"),
    ],
)
def test_known_slips_are_put_right_in_their_language(language: str, read: str, meant: str) -> None:
    assert corrected(word(read), language) == meant


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("1ucrare", "lucrare"),
        ("h0tărâre", "hotărâre"),
        ("con5iliu,", "consiliu,"),
        ("1oan", "Ioan"),
        ("0rașului", "0rașului"),  # Orașului and orașului: nobody knows which
        ("B1oc2", "B1oc2"),
        ("C0D", "C0D"),
        ("km15a", "km15a"),
        ("5at", "5at"),
        ("nr.10", "nr.10"),
        ("h0tqrqre", "h0tqrqre"),
    ],
)
def test_a_digit_within_a_word_becomes_the_one_letter_that_makes_it_one(read: str, meant: str) -> None:
    assert corrected(word(read)) == meant


def test_an_unknown_word_becomes_the_known_one_that_the_engine_saw_too() -> None:
    (mended,) = words_of(correct_reading(reading([word("privină", "", "", "", "", "", "", "da")]), "ron"))
    assert (mended.text, mended.raw, mended.box, mended.confidence) == ("privind", "privină", BOX, 50)


@pytest.mark.parametrize(
    "left_alone",
    [
        word("privină"),  # nothing else was seen
        word("privină", "", "", "", "", "", "", "x"),  # no word either
        word("privind", "", "", "", "", "", "", "ă"),  # it is one already
        word("mară", "", "", "", "ei"),  # mare and mari
        word("âin", "d", "", ""),  # too short
        word("PRIVINĂ", "", "", "", "", "", "", "D"),
        word("Popă", "", "", "", "a") if knows("Popă", "ron") else word("Balkis", "", "", "", "c", "", ""),
        word("privină", "", "", "", "", "", "", "d", second="privină"),  # the second reader has seen it so
        word("privină", "d"),  # choices of something else
        word("privină", "", "", "", "", "", "", "d", raw="prlvină"),
    ],
)
def test_without_evidence_a_word_stays_as_it_was_read(left_alone: Word) -> None:
    result = correct_reading(reading([left_alone]), "ron")
    assert words_of(result) == [left_alone.model_copy(update={"choices": ()})]
    assert set(result.counts.values()) == {0}


def test_halves_of_a_divided_word_are_left_alone() -> None:
    half = ("", "", "", "", "", "", "d", "")
    rows = [[word("o"), word("privină-", *half)], [word("privină", *half[:6], "d"), word("privină", *half[:6], "d")]]
    assert [one.text for one in words_of(correct_reading(reading(*rows), "ron"))] == [
        "o",
        "privină-",
        "privină",
        "privind",
    ]


def test_a_passage_in_another_language_is_read_in_its_own() -> None:
    result = correct_reading(reading([word("loan"), word("lch")], language="deu"), "ron")
    assert [one.text for one in words_of(result)] == ["loan", "Ich"]


def test_what_was_put_right_is_counted_by_its_evidence() -> None:
    row = [word("loan"), word("1ucrare"), word("privină", "", "", "", "", "", "", "d"), word("drum")]
    assert correct_reading(reading(row), "ron").counts == {Evidence.SLIP: 1, Evidence.DIGIT: 1, Evidence.CHOICE: 1}


def test_what_the_engine_said_stays_where_the_spelling_was_made_uniform_before() -> None:
    one = word("braniament", "", "", "", "", "șş", "", "", "", "", "", raw="braniament")
    (mended,) = words_of(correct_reading(reading([one]), "ron"))
    assert (mended.text, mended.raw) == ("branșament", "braniament")


SLIPS = json.loads((Path(after.__file__).parent / "slips.json").read_text("utf-8"))["slips"]


@pytest.mark.parametrize(
    ("language", "read", "meant"),
    [
        (language, read, meant)
        for group in SLIPS
        for language in group["languages"]
        for read, meant in group["words"].items()
    ],
)
def test_each_slip_of_the_list_is_no_word_and_each_correction_is_one_like_it(
    language: str, read: str, meant: str
) -> None:
    assert not knows(read, language)
    assert knows(meant, language)
    assert len(read) == len(meant)
    assert normalise(meant, (language,)) == meant
    assert corrected(word(meant), language) == meant


def test_each_group_of_slips_gives_its_reason() -> None:
    assert all(group["reason"] and group["languages"] and group["words"] for group in SLIPS)


LANGUAGES = st.sampled_from(["ron", "hun", "deu", "deu_latf", "eng", "fra", "xyz"])
TEXTS = st.one_of(
    st.text(alphabet="aăâeilIoO0123456789sS5.,/-=ſșțß", min_size=1, max_size=9),
    st.sampled_from(["loan", "privină", "1ucrare", "h0tărâre", "12.V.1987", "nr.10/1987", "567/2/1", "Cluj-Napoca"]),
)


@st.composite
def any_words(draw: st.DrawFn) -> Word:
    text = normalise(draw(TEXTS), ("ron",))
    choices = draw(
        st.lists(st.lists(st.sampled_from("adilIoOsșn1"), max_size=2), min_size=len(text), max_size=len(text))
    )
    return Word(text=text, box=BOX, confidence=50, choices=tuple(map(tuple, choices)))


readings = st.lists(st.lists(any_words(), max_size=4), max_size=3).map(lambda rows: reading(*rows))


@settings(deadline=None)
@given(readings, LANGUAGES)
def test_twice_gives_the_same_as_once(page: Reading, language: str) -> None:
    once = correct_reading(page, language).reading
    again = correct_reading(once, language)
    assert again.reading == once
    assert set(again.counts.values()) == {0}


@settings(deadline=None)
@given(readings, LANGUAGES)
def test_nothing_is_invented(page: Reading, language: str) -> None:
    slips = {
        (one, read): meant for group in SLIPS for one in group["languages"] for read, meant in group["words"].items()
    }
    result = correct_reading(page, language)
    before = [one for block in page.blocks for line in block.lines for one in line.words]
    for old, new in zip(before, words_of(result), strict=True):
        if new.text == old.text:
            assert new == old.model_copy(update={"choices": ()})
            continue
        assert new.raw == old.text
        core = old.text.strip(".,/-=")
        by_slip = old.text.replace(core, slips.get((language, core), core))
        by_digits = {"".join(way) for way in product(*({"1": "lIi", "0": "oO", "5": "sS"}.get(c, c) for c in old.text))}
        by_choice = {
            normalise(old.text[:index] + other + old.text[index + 1 :], (language,))
            for index, others in enumerate(old.choices)
            for other in others
        }
        assert new.text in {by_slip} | by_digits | by_choice


@settings(deadline=None)
@given(st.from_regex(r"[0-9]{1,4}([./\-][0-9IVXlO]{1,4}){0,3}[a-zA-Z]{0,2}", fullmatch=True), LANGUAGES)
def test_numbers_dates_and_codes_never_change(text: str, language: str) -> None:
    choices = ("ilo",) * len(text)
    assert corrected(word(text, *choices), language) == text
