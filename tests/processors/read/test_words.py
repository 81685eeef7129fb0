# SPDX-License-Identifier: EUPL-1.2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.read.engine import Reading
from processors.read.words import SaidWord, assemble
from schemas.page import Box

WIDTH, HEIGHT = 200, 100
EDGES = st.integers(-50, 250)
SAID = st.builds(
    SaidWord,
    block=st.integers(1, 3),
    line=st.integers(1, 4),
    text=st.text(max_size=6),
    box=st.tuples(EDGES, EDGES, EDGES, EDGES),
    confidence=st.floats(-1, 101),
)


def said(text: str, *, block: int = 1, line: int = 1, left: int = 10, confidence: float = 90.0) -> SaidWord:
    return SaidWord(block, line, text, (left, 10, left + 20, 22), confidence)


def shape(reading: Reading) -> list[list[list[str]]]:
    return [[[word.text for word in line.words] for line in block.lines] for block in reading.blocks]


def test_words_are_grouped_by_line_and_block_in_the_engines_order() -> None:
    reading = assemble(
        [said("a"), said("b", left=40), said("c", line=2), said("d", block=2, line=3)], WIDTH, HEIGHT, ["ron"]
    )
    assert shape(reading) == [[["a", "b"], ["c"]], [["d"]]]
    assert reading.blocks[0].lines[0].box == Box(left=10, top=10, right=60, bottom=22)


def test_white_space_and_empty_boxes_are_left_out_with_the_lines_they_leave_empty() -> None:
    flat = SaidWord(2, 2, "flat", (10, 10, 30, 10), 90.0)
    outside = SaidWord(2, 3, "outside", (WIDTH, 10, WIDTH + 5, 20), 90.0)
    reading = assemble([said(" \n"), said("word"), flat, outside], WIDTH, HEIGHT, ["ron"])
    assert shape(reading) == [[["word"]]]


def test_boxes_are_clipped_to_the_image() -> None:
    reading = assemble([SaidWord(1, 1, "wide", (-5, 90, 300, 300), 90.0)], WIDTH, HEIGHT, ["ron"])
    assert reading.blocks[0].box == Box(left=0, top=90, right=WIDTH, bottom=HEIGHT)


def test_raw_text_is_kept_only_where_it_differs() -> None:
    reading = assemble([said("Şef"), said(" nr. ")], WIDTH, HEIGHT, ["ron"])
    assert [(word.text, word.raw) for word in reading.blocks[0].lines[0].words] == [("Șef", "Şef"), ("nr.", None)]


def test_long_words_weigh_more_in_the_confidence() -> None:
    reading = assemble([said("a", confidence=0.0), said("bcd", confidence=80.0)], WIDTH, HEIGHT, ["ron"])
    assert reading.confidence == pytest.approx(60.0)


def test_no_words_means_no_confidence() -> None:
    assert assemble([], WIDTH, HEIGHT, ["ron"]) == Reading(blocks=(), confidence=None)


@settings(deadline=None)  # the machine may be busy
@given(st.lists(SAID, max_size=12))
def test_whatever_an_engine_says_what_comes_out_is_sound(words: list[SaidWord]) -> None:
    reading = assemble(words, WIDTH, HEIGHT, ["ron"])
    assert (reading.confidence is None) == (reading.blocks == ())
    for block in reading.blocks:
        assert block.lines
        for line in block.lines:
            assert line.words
            assert block.box.union(line.box) == block.box
            for word in line.words:
                assert word.text.strip() == word.text != ""
                assert line.box.union(word.box) == line.box
                assert 0 <= word.box.left < word.box.right <= WIDTH
                assert 0 <= word.box.top < word.box.bottom <= HEIGHT


def test_other_choices_go_with_a_word_whose_characters_they_belong_to() -> None:
    fitting = SaidWord(1, 1, "s\u0326a", (10, 10, 30, 22), 50.0, (("g",), (), ("e", "o")))
    spaced = SaidWord(1, 1, " a", (10, 10, 30, 22), 50.0, ((), ("e",)))
    (line,) = assemble([fitting, spaced], WIDTH, HEIGHT, ["ron"]).blocks[0].lines
    assert [word.choices for word in line.words] == [(("g",), (), ("e", "o")), ()]
    assert "choices" not in line.words[0].model_dump()
