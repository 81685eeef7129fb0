# SPDX-License-Identifier: EUPL-1.2
"""What was read of holes, stains and pens goes; what may be text stays."""

from collections.abc import Sequence

import pytest

from processors.read.engine import Reading
from processors.read.noise import NoiseSettings, drop_noise, drop_strays
from schemas.page import Block, Line, Word, around
from tests.processors.read.placed import Placed, word

SETTINGS = NoiseSettings()
TEXT: Sequence[Placed] = (("primăria", 300, 95.0), ("orașului", 560, 95.0), ("hotărăște", 820, 95.0))


def page(*lines: Sequence[Placed]) -> Reading:
    """Lines of words 40 pixels high, 100 apart; a page of text as wide as `TEXT`, and these."""
    every = [*lines, *([TEXT] * max(0, 6 - len(lines)))]
    made = [[word(*one, top=100 * number) for one in line] for number, line in enumerate(every)]
    rows = tuple(Line(box=around(one.box for one in words), words=tuple(words)) for words in made)
    return Reading((Block(box=around(row.box for row in rows), lines=rows),), 90.0)


def texts(reading: Reading) -> list[str]:
    return [" ".join(one.text for one in line.words) for line in reading.lines()]


@pytest.mark.parametrize(
    "stray", [("9", 100, 40.0), ("e", 100, 81.0), ("„", 60, 95.0), ("(", 100, 9.0), ("|", 1300, 90.0)]
)
def test_a_sign_far_outside_of_the_text_is_left_out(stray: Placed) -> None:
    kept, dropped = drop_strays(page(sorted([stray, *TEXT], key=lambda one: one[1])), SETTINGS)
    assert (texts(kept), dropped) == (["primăria orașului hotărăște"] * 6, 1)


@pytest.mark.parametrize("sign", [("-", 240, 40.0), ("9", 100, 90.0), ("12", 1300, 90.0), ("nu", 100, 95.0)])
def test_a_dash_before_the_text_and_what_was_read_surely_stay(sign: Placed) -> None:
    assert drop_strays(page(sorted([sign, *TEXT], key=lambda one: one[1])), SETTINGS)[1] == 0


def test_signs_below_each_other_outside_of_the_text_are_numbers_of_rows() -> None:
    rows = [[(text, 100, 50.0), *TEXT] for text in ("1.", "2.", "a", "4.")]
    assert drop_strays(page(*rows), SETTINGS)[1] == 0
    assert drop_strays(page(*rows[:2]), SETTINGS)[1] == 2


def test_an_unsure_letter_far_behind_its_line_is_left_out_unless_others_stand_there_too() -> None:
    far = ("Ă", 1200, 15.0)
    wide = [("consiliul", 1000, 95.0), *TEXT, ("local", 1300, 95.0)]
    assert drop_strays(page([*TEXT, far], sorted(wide, key=lambda one: one[1])), SETTINGS)[1] == 1
    assert drop_strays(page([*TEXT, ("Ă", 1200, 70.0)], sorted(wide, key=lambda one: one[1])), SETTINGS)[1] == 0
    assert drop_strays(page([*TEXT, far], [*TEXT, ("lei", 1210, 95.0)]), SETTINGS)[1] == 0
    assert drop_strays(page([*TEXT, ("4", 1200, 15.0)], sorted(wide, key=lambda one: one[1])), SETTINGS)[1] == 0


def test_a_word_outside_of_the_text_stays_however_unsure() -> None:
    assert drop_strays(page([("anexa", 60, 20.0), *TEXT]), SETTINGS)[1] == 0


def test_a_page_with_next_to_no_text_has_no_outside() -> None:
    line = [("e", 100, 30.0), TEXT[0]]
    reading = Reading((Block(box=word(*TEXT[0]).box, lines=(_line(line),)),), 60.0)
    assert drop_strays(reading, SETTINGS) == (reading, 0)


@pytest.mark.parametrize(("sign", "dropped"), [("fă", 1), ("a", 1), ("5e", 0), ("fără", 0)])
def test_an_unsure_line_of_one_or_two_letters_is_no_text_but_a_figure_may_be(sign: str, dropped: int) -> None:
    assert drop_noise(page([(sign, 600, 36.0)]), lambda _: True, SETTINGS)[1] == dropped


def _line(words: Sequence[Placed]) -> Line:
    made: list[Word] = [word(*one) for one in words]
    return Line(box=around(one.box for one in made), words=tuple(made))
