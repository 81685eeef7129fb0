# SPDX-License-Identifier: EUPL-1.2
"""Rows are joined and cells parted where geometry says so, and only there."""

from collections.abc import Sequence

from processors.read.engine import Reading
from processors.read.order import Ordered, OrderSettings, order_lines
from processors.read.words import mean_confidence
from schemas.page import Block, Line, around
from tests.processors.read.placed import word

PARAGRAPH = [("consiliul local al orașului hotărăște", 100, 60 * row) for row in range(3)]
Said = tuple[str, int, int]
"""A line's text, its left edge and its top; its words stand 24 pixels apart."""


def block(*lines: Said) -> Block:
    made = []
    for text, left, top in lines:
        words = [word(part, left, top=top) for part in text.split(" ")]
        for number in range(1, len(words)):
            words[number] = word(words[number].text, words[number - 1].box.right + 24, top=top)
        made.append(Line(box=around(one.box for one in words), words=tuple(words)))
    return Block(box=around(line.box for line in made), lines=tuple(made))


def order(*blocks: Block) -> tuple[list[list[str]], Ordered]:
    ordered = order_lines(Reading(blocks, mean_confidence(blocks)), OrderSettings())
    lines: Sequence[Block] = ordered.reading.blocks
    return [[" ".join(one.text for one in line.words) for line in one.lines] for one in lines], ordered


def test_two_signatures_at_the_foot_are_rows() -> None:
    said, ordered = order(
        block(*PARAGRAPH),
        block(("președinte,", 100, 400), ("rotaru-deleanu mihai", 100, 460)),
        block(("secretar,", 800, 404), ("stînjenescu aurelia", 800, 464)),
    )
    assert said[1:] == [["președinte, secretar,", "rotaru-deleanu mihai stînjenescu aurelia"]]
    assert (ordered.rows, ordered.cells) == (2, 0)


def test_a_word_that_a_block_s_edge_cut_is_one_again() -> None:
    said, ordered = order(
        block(*PARAGRAPH),
        Block(
            box=around([block(("șef serviciu,", 100, 400)).box, word("cas", 800, top=400).box]),
            lines=(
                Line(
                    box=around([word("șef", 100, top=400).box, word("cas", 800, top=400).box]),
                    words=(word("șef", 100, 90.0, top=400), word("cas", 800, 90.0, top=400)),
                ),
            ),
        ),
        block(("ier,", 876, 400)),
    )
    assert said[1:] == [["șef casier,"]]
    joined = ordered.reading.blocks[1].lines[0].words[1]
    assert (joined.box.left, joined.box.right, joined.confidence) == (800, 972, 92.86)


def test_columns_of_text_below_a_paragraph_stay_columns() -> None:
    left = block(*(("fântâna din piața mare", 100, 400 + 60 * row) for row in range(6)))
    right = block(*(("iar la școala nouă", 800, 400 + 60 * row) for row in range(6)))
    said, ordered = order(block(*PARAGRAPH), left, right)
    assert [len(one) for one in said] == [3, 6, 6]
    assert ordered.rows == 0


def test_columns_whose_rows_do_not_meet_stay_columns() -> None:
    left = block(*((f"nota {row}", 100, 400 + 60 * row) for row in range(6)))
    right = block(*((f"copie {row}", 500, 420 + 100 * row) for row in range(4)))
    assert order(block(*PARAGRAPH), left, right)[1].rows == 0


def test_a_reading_in_order_comes_back_as_it_is() -> None:
    reading = Reading((block(*PARAGRAPH),), 95.0)
    assert order_lines(reading, OrderSettings()).reading is reading
    assert order_lines(Reading((), None), OrderSettings()).reading.blocks == ()


def test_two_rows_of_a_table_with_many_are_no_cells() -> None:
    rows = [f"{name}" for name in ("lot", "mp", "lot", "mp", "lot", "mp")]
    lines = []
    for number, name in enumerate(rows):
        words = [word(name, left, top=60 * number) for left in (100, 700, 1300)]
        lines.append(Line(box=around(one.box for one in words), words=tuple(words)))
    whole = Block(box=around(line.box for line in lines), lines=tuple(lines))
    few = Block(box=around(line.box for line in lines[:2]), lines=tuple(lines[:2]))
    assert order(whole)[1].cells == 0
    assert order(few)[0] == [["lot", "mp"]] * 3
