# SPDX-License-Identifier: EUPL-1.2
"""The sign at the end of a word, seen by its ink: as drawn, heavy or faint, on paper of any tone."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.read.after import Evidence, correct_reading
from processors.read.engine import Pixels, Reading
from processors.read.signs import see_last_sign
from schemas.page import Block, Box, Line, Word

PAPER, INK = 215, 40
BOX = Box(left=20, top=20, right=92, bottom=52)
LINE = 46
"""On which the letters stand."""


def draw(sign: str, *, size: int = 10, ink: int = INK, paper: int = PAPER) -> Pixels:
    """Two letters 24 pixels high, and a sign at the end of `BOX`, whose marks are `size` pixels wide."""
    page = np.full((80, 120), paper, np.uint8)
    for left in (22, 48):
        cv2.rectangle(page, (left, LINE - 24), (left + 17, LINE - 1), ink, 4)
    across, radius = 90 - size // 2, size // 2
    if sign in ".:":
        cv2.circle(page, (across, LINE - radius), radius, ink, -1)
    if sign in ",;":
        cv2.circle(page, (across, LINE - radius - 2), radius, ink, -1)
        tail = np.array([[across + radius, LINE - radius - 2], [across + 1, LINE + 7], [across - 2, LINE + 6]])
        cv2.fillPoly(page, [tail], ink)
    if sign in ":;":
        cv2.circle(page, (across, LINE - 22), radius, ink, -1)
    return cv2.GaussianBlur(page, (3, 3), 0).astype(np.uint8)


def seen(sign: str, **how: int) -> str | None:
    return see_last_sign(draw(sign, **how), BOX)


@settings(deadline=None)
@given(
    size=st.integers(8, 12), ink=st.integers(0, 110), paper=st.integers(170, 255), sign=st.sampled_from([".", ",", ";"])
)
def test_a_mark_that_stands_alone_is_seen_and_two_are_no_one_sign(sign: str, size: int, ink: int, paper: int) -> None:
    assert seen(sign, size=size, ink=ink, paper=paper) == {".": ".", ",": ",", ";": None}[sign]


def test_a_page_in_colour_or_of_two_tones_is_seen_alike() -> None:
    gray = draw(",")
    assert see_last_sign(np.stack([gray] * 3, axis=2), BOX) == ","
    assert see_last_sign(np.where(gray > 128, 255, 0).astype(np.uint8), BOX) == ","


def test_an_upper_dot_that_is_all_but_gone_is_a_dot() -> None:
    page = draw(",")
    cv2.circle(page, (85, LINE - 22), 5, 150, -1)
    assert see_last_sign(page, BOX) is None


def test_ink_too_faint_or_marks_too_small_are_not_judged() -> None:
    assert seen(",", ink=PAPER - 30) is None
    page = draw(" ")
    page[LINE - 4 : LINE, 80:84] = INK
    assert see_last_sign(page, BOX) is None
    page[LINE - 5 : LINE, 80:85] = INK
    assert see_last_sign(page, BOX) == "."


def test_a_word_without_a_sign_at_its_end_has_none() -> None:
    page = draw(" ")
    assert see_last_sign(page, BOX) is None
    assert see_last_sign(np.full((80, 120), PAPER, np.uint8), BOX) is None


def test_a_sign_by_itself_is_judged_by_the_word_before_it() -> None:
    page = draw(".")
    before, own = Box(left=20, top=20, right=70, bottom=48), Box(left=78, top=34, right=92, bottom=48)
    assert see_last_sign(page, own, before) == "."
    assert see_last_sign(page, own) is None


def test_a_sign_that_was_read_by_itself_becomes_the_one_that_is_there() -> None:
    words = (
        Word(text=",", box=Box(left=0, top=34, right=14, bottom=48), confidence=50),
        Word(text="nn", box=Box(left=20, top=20, right=70, bottom=48), confidence=50),
        Word(text=",", box=Box(left=78, top=34, right=92, bottom=48), confidence=50),
    )
    page = Reading((Block(box=BOX, lines=(Line(box=BOX, words=words),)),), 50.0)
    assert [word.text for word in correct_reading(page, "ron", draw(".")).reading.words()] == [",", "nn", "."]


def test_a_box_at_the_edge_of_the_page_is_judged_too() -> None:
    page = np.ascontiguousarray(draw(",")[19:55, 19:93])
    assert see_last_sign(page, BOX.moved(-19, -19)) == ","


@pytest.mark.parametrize(
    ("drawn", "read", "meant"),
    [
        (",", "nn;", "nn,"),
        (".", "nn,", "nn."),
        (".", "nn;", "nn."),
        (";", "nn;", "nn;"),
        (",", "nn,", "nn,"),
        (",", "nn.", "nn."),  # a full stop is not doubted: a worn comma is as round
        (".", "nn,;", "nn,;"),
        (",", "nn", "nn"),
        (",", ";", ";"),
    ],
)
@pytest.mark.parametrize("language", ["ron", "fra", "xyz"])
def test_the_sign_that_was_read_becomes_the_one_that_is_there(drawn: str, read: str, meant: str, language: str) -> None:
    word = Word(text=read, box=BOX, confidence=50)
    page = Reading((Block(box=BOX, lines=(Line(box=BOX, words=(word,)),)),), 50.0)
    result = correct_reading(page, language, draw(drawn))
    (mended,) = (one for block in result.reading.blocks for line in block.lines for one in line.words)
    assert mended.text == meant
    assert mended.raw == (read if read != meant else None)
    assert result.counts[Evidence.SIGN] == (read != meant)
    assert correct_reading(result.reading, language, draw(drawn)).reading == result.reading
    assert correct_reading(page, language).reading == page
