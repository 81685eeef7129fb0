# SPDX-License-Identifier: EUPL-1.2
"""What `SecondReader` promises, held to by the real models."""

import socket
from collections.abc import Iterator
from functools import reduce

import numpy as np
import pytest

from processors.read.engine import Pixels, Reading
from processors.read.second import SecondReader, open_second_reader
from processors.read.second.paddle import PaddleReader
from processors.read.words import mean_confidence
from schemas.errors import EngineUnavailable
from schemas.page import Block, Box, Line, Word
from tests.processors.read.rendered import DPI, ROMANIAN, render

NOTHING = Reading((), None)
GARBLED = ("Prirnaria rnunicipiului, în ședința din l2 rnai 1987,", "hotărăște elib erarea autorizației de construire")


@pytest.fixture(scope="module")
def reader() -> Iterator[SecondReader]:
    opened = open_second_reader()
    yield opened
    opened.close()


def read_first(lines: dict[int, str], *, left: int = 60, height: int = 36) -> Reading:
    """What a first reader made of lines that `render` put at these numbers, in one block."""
    made = []
    for number, text in lines.items():
        words, column = [], float(left)
        for word in text.split():
            width = 13.2 * len(word)
            top = 50 + height * number
            box = Box(left=int(column), top=top + 4, right=int(column + width), bottom=top + 32)
            words.append(Word(text=word, box=box, confidence=60.0))
            column += width + 9
        made.append(Line(box=reduce(Box.union, (word.box for word in words)), words=tuple(words)))
    block = Block(box=reduce(Box.union, (line.box for line in made)), lines=tuple(made))
    return Reading((block,), 60.0)


def lines_of(reading: Reading) -> list[Line]:
    return [line for block in reading.blocks for line in block.lines]


def text_of(reading: Reading) -> list[str]:
    return [" ".join(word.text for word in line.words) for line in lines_of(reading)]


def inside(outer: Box, inner: Box) -> bool:
    return outer.union(inner) == outer and inner.width_px > 0 and inner.height_px > 0


def check_promises(reading: Reading, pixels: Pixels) -> None:
    page = Box(left=0, top=0, right=pixels.shape[1], bottom=pixels.shape[0])
    assert reading.confidence == mean_confidence(reading.blocks)
    for block in reading.blocks:
        assert inside(page, block.box)
        for line in block.lines:
            assert inside(block.box, line.box)
            assert line.words
            for word in line.words:
                assert inside(line.box, word.box)
                assert word.text.strip() == word.text != ""


def test_lines_that_the_first_reader_missed_are_found(reader: SecondReader) -> None:
    page = render(ROMANIAN)
    reading = reader.reread(page, DPI, NOTHING, ["ron"])
    check_promises(reading, page)
    assert len(lines_of(reading)) == 4
    assert "1987" in text_of(reading)[0]
    assert {word.raw for line in lines_of(reading) for word in line.words} == {""}


def test_a_garbled_page_comes_right_and_says_who_said_what(reader: SecondReader) -> None:
    page = render(ROMANIAN[:2])
    reading = reader.reread(page, DPI, read_first(dict(enumerate(GARBLED))), ["ron"])
    check_promises(reading, page)
    assert text_of(reading) == list(ROMANIAN[:2])
    first = lines_of(reading)[0].words[0]
    assert (first.text, first.raw) == ("Primăria", "Prirnaria")
    assert first.second


def test_of_words_that_are_named_only_those_change(reader: SecondReader) -> None:
    page = render(ROMANIAN[:2])
    before = read_first(dict(enumerate(GARBLED)))
    reading = reader.reread(page, DPI, before, ["ron"], words={0: [1]})
    check_promises(reading, page)
    assert text_of(reading) == ["Prirnaria municipiului, în ședința din l2 rnai 1987,", GARBLED[1]]
    assert lines_of(reading)[0].words[0] == lines_of(before)[0].words[0]
    assert reader.reread(page, DPI, before, ["ron"], words={}).blocks == before.blocks
    with pytest.raises(ValueError, match="2 lines"):
        reader.reread(page, DPI, before, ["ron"], words={2: [0]})
    with pytest.raises(ValueError, match="6 words"):
        reader.reread(page, DPI, before, ["ron"], words={1: [6]})


def test_what_neither_reader_is_sure_of_goes(reader: SecondReader) -> None:
    page = render([ROMANIAN[0]])
    before = read_first({0: ROMANIAN[0], 6: "dir NE pr"})
    reading = reader.reread(page, DPI, before, ["ron"], words={1: [0, 1, 2]})
    assert text_of(reading) == [ROMANIAN[0]]
    check_promises(reading, page)


def test_an_empty_page_gives_nothing_and_a_page_of_one_line_gives_it(reader: SecondReader) -> None:
    empty = np.full((800, 600), 255, np.uint8)
    assert reader.reread(empty, DPI, NOTHING, ["ron"]) == NOTHING
    one = render(["Proces-verbal"], size=(700, 150))
    assert text_of(reader.reread(one, DPI, NOTHING, ["ron"])) == ["Proces-verbal"]


def test_two_columns_are_read_one_after_the_other(reader: SecondReader) -> None:
    left = [f"Punctul {number} al hotaririi" for number in ("unu", "doi", "trei", "patru", "cinci")]
    right = [f"Anexa {number} a dosarului nou" for number in ("unu", "doi", "trei", "patru", "cinci")]
    page = np.hstack([render(left, size=(560, 320)), render(right, size=(560, 320))])
    reading = reader.reread(page, DPI, NOTHING, ["ron"])
    check_promises(reading, page)
    assert [line.split()[0] for line in text_of(reading)] == ["Punctul"] * 5 + ["Anexa"] * 5


def test_the_answer_depends_on_the_page_alone(reader: SecondReader) -> None:
    page = render(ROMANIAN)
    before = reader.reread(page, DPI, NOTHING, ["ron"])
    reader.reread(render(["Altceva, cu totul"]), DPI, NOTHING, ["ron"])
    assert reader.reread(page, DPI, NOTHING, ["ron"]) == before


def test_colour_and_grey_are_both_read_and_what_is_no_image_is_refused(reader: SecondReader) -> None:
    page = render(["Stampila rotunda"], size=(700, 150))
    colour = np.stack([page] * 3, axis=-1)
    assert text_of(reader.reread(colour, DPI, NOTHING, ["ron"])) == ["Stampila rotunda"]
    with pytest.raises(ValueError, match="not an image"):
        reader.reread(page.astype(np.float32), DPI, NOTHING, ["ron"])


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    fresh = PaddleReader()
    assert fresh.find_lines(render(["Proba"], size=(400, 120)), DPI)[0].text == "Proba"
    assert "onnxruntime" in fresh.agent.version


def test_missing_models_are_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EngineUnavailable, match="rapidocr"):
        PaddleReader()
