# SPDX-License-Identifier: EUPL-1.2
"""Promises of the parts of lines that are read again."""

import pytest

from processors.read.second.stretches import find_stretches
from schemas.page import Line, around
from tests.processors.read.second.said import first_said

PAGE = 1000, 500


def line(text: str, *, left: int = 100) -> Line:
    words = tuple(first_said(text, left=left, top=100))
    return Line(box=around(word.box for word in words), words=words)


def parts(text: str, *wanted: int) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in find_stretches(line(text), wanted, *PAGE)]


def test_a_word_is_read_without_those_beside_it_and_neighbours_together() -> None:
    assert parts("unu doi trei patru", 1) == [(1, 2)]
    assert parts("unu doi trei patru", 0, 2, 3) == [(0, 1), (2, 4)]


def test_a_sign_is_read_with_the_letters_before_it() -> None:
    assert parts("unu , doi", 1) == [(0, 2)]
    assert parts("unu . . doi", 2) == [(0, 3)]
    assert parts("„ unu", 0) == [(0, 2)]
    assert parts(". .", 1) == [(1, 2)]


def test_a_part_ends_between_the_words_and_has_room_where_there_are_none() -> None:
    middle, end = find_stretches(line("unu doi trei"), (0, 2), *PAGE)
    assert (middle.box.right, end.box.left) == (135, 175)
    assert middle.box.left < 100
    assert end.box.right > 220
    assert (middle.box.top, middle.box.bottom) == (97, 123)


def test_a_part_lies_on_the_page() -> None:
    (whole,) = find_stretches(line("unu", left=0), (0,), 32, 121)
    assert (whole.box.left, whole.box.right, whole.box.bottom) == (0, 32, 121)


def test_a_neighbour_that_lies_over_a_word_does_not_cut_it() -> None:
    first, second = first_said("unu doi", left=100, top=100)
    wide = first.model_copy(update={"box": first.box.model_copy(update={"right": 170})})
    words = (wide, second)
    (part,) = find_stretches(Line(box=around(word.box for word in words), words=words), (1,), *PAGE)
    assert part.box.left <= second.box.left


def test_a_speck_taken_for_a_word_makes_no_line_higher() -> None:
    words = first_said("unu doi trei ,", top=100)
    tall = words[3].model_copy(update={"box": words[3].box.model_copy(update={"bottom": 400})})
    row = (*words[:3], tall)
    (part,) = find_stretches(Line(box=around(word.box for word in row), words=row), (0,), *PAGE)
    assert part.box.height_px < 40


def test_a_word_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="3 words"):
        find_stretches(line("unu doi trei"), (3,), *PAGE)
