# SPDX-License-Identifier: EUPL-1.2
"""Promises of fusing a whole page's lines, held to with a reader of lines that says what it is told to."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from processors.read.engine import Pixels, Reading
from processors.read.second.fused import FusedReader
from processors.read.second.seen import SeenLine
from schemas.page import Agent, Block, Box, Line, Word, around
from tests.processors.read.second.said import first_said, knowing, second_saw

PAGE = np.full((400, 600), 255, np.uint8)


class Told:
    """Finds `found`, and reads `read` wherever it is sent, its letters over the whole width."""

    agent = Agent(name="Told", version="1")

    def __init__(self, found: Sequence[SeenLine], read: str = "", probability: float = 0.99) -> None:
        self.found = list(found)
        self.read = second_saw(read, probability=probability)
        self.sent: list[Box] = []

    def find_lines(self, pixels: Pixels, dpi: float) -> list[SeenLine]:
        return self.found

    def read_lines(self, pixels: Pixels, boxes: Sequence[Box]) -> list[SeenLine]:
        self.sent += boxes
        return [self._at(box) for box in boxes]

    def _at(self, box: Box) -> SeenLine:
        step = box.width_px / max(1, len(self.read.text))
        middles = tuple(box.left + step * (place + 0.5) for place in range(len(self.read.text)))
        return replace(self.read, box=box, middles_px=middles)

    def close(self) -> None:
        pass


def reading(*lines: Sequence[Word]) -> Reading:
    made = tuple(Line(box=around(word.box for word in words), words=tuple(words)) for words in lines)
    return Reading((Block(box=around(line.box for line in made), lines=made),), 90.0)


def reread(told: Told, first: Reading, page: Pixels = PAGE) -> list[str]:
    whole = FusedReader(told, lambda language: knowing("vers")).reread(page, 300, first, ["ron"])
    return [" ".join(word.text for word in line.words) for line in whole.lines()]


def test_a_page_number_that_the_detector_missed_is_read_again() -> None:
    told = Told([second_saw("vers", top=200)], "8.")
    assert reread(told, reading(first_said("De", confidence=74, left=500), first_said("vers", top=200))) == [
        "8.",
        "vers",
    ]
    (box,) = told.sent
    assert box.left <= 500
    assert box.right >= 520


def test_a_stop_that_the_detector_missed_stands_in_its_line() -> None:
    told = Told([second_saw("vers")], "vers .")
    words = first_said("vers ,", confidence=60)
    low = words[1].model_copy(update={"box": words[1].box.model_copy(update={"top": 15})})
    assert reread(told, reading([words[0], low])) == ["vers ."]


def test_a_speck_for_which_nothing_is_read_is_dropped() -> None:
    assert reread(Told([second_saw("vers")], ""), reading(first_said("vers ,", confidence=60))) == ["vers"]


def test_a_line_that_the_first_reader_missed_may_be_one_sure_digit() -> None:
    number = second_saw("8.", top=100, probability=0.99)
    assert reread(Told([second_saw("vers"), number]), reading(first_said("vers"))) == ["vers", "8."]
    unsure = second_saw("8.", top=100, probability=0.9)
    assert reread(Told([second_saw("vers"), unsure]), reading(first_said("vers"))) == ["vers"]


def test_a_row_of_signs_that_neither_reader_found_is_read_where_its_ink_is() -> None:
    page = PAGE.copy()
    for left in range(60, 500, 40):
        page[300:306, left : left + 20] = 0
    told = Told([second_saw("vers")], "-:-:-:-:-:")
    assert reread(told, reading(first_said("vers")), page) == ["vers", "-:-:-:-:-:"]
    (box,) = told.sent
    assert box.left <= 60
    assert box.right >= 480
    assert reread(Told([second_saw("vers")], "-:-:-:-:-:", 0.6), reading(first_said("vers")), page) == ["vers"]
