# SPDX-License-Identifier: EUPL-1.2
"""Promises about pages in two languages: which lines are in the other, and how they come to be read in it."""

from collections.abc import Sequence

import pytest

from processors.read.engine import Reading
from processors.read.language import LanguageSettings
from processors.read.passages import Passage, PassageSettings, find_passages, lines_of, replace_passages
from processors.read.words import mean_confidence
from schemas.page import Block, Box, Line, Word
from tests.processors.read.rendered import HUNGARIAN, ROMANIAN

ALLOWED = ("ron", "hun", "deu")


def line(text: str, top: int) -> Line:
    box = Box(left=0, top=top, right=900, bottom=top + 30)
    return Line(box=box, words=tuple(Word(text=word, box=box, confidence=90.0) for word in text.split()))


def block(texts: Sequence[str], top: int = 0) -> Block:
    lines = tuple(line(text, top + 40 * at) for at, text in enumerate(texts))
    return Block(box=Box(left=0, top=top, right=900, bottom=lines[-1].box.bottom), lines=lines)


def page(*blocks: Block) -> Reading:
    return Reading(blocks, mean_confidence(blocks))


def found(reading: Reading, language: str = "ron", allowed: Sequence[str] = ALLOWED) -> list[Passage]:
    return find_passages(reading, language, allowed, PassageSettings(), LanguageSettings())


def texts(reading: Reading) -> list[str]:
    return [" ".join(word.text for word in one.words) for each in reading.blocks for one in each.lines]


def test_a_translation_below_is_found_within_its_block() -> None:
    (passage,) = found(page(block([*ROMANIAN, *HUNGARIAN])))
    assert (passage.block, passage.first, passage.end, passage.language) == (0, 4, 8, "hun")
    assert (passage.box.top, passage.box.bottom) == (160, 310)


def test_a_column_in_another_language_is_found_as_a_block() -> None:
    reading = page(block(ROMANIAN), block(HUNGARIAN, top=500))
    (passage,) = found(reading)
    assert (passage.block, passage.first, passage.end) == (1, 0, 4)
    assert lines_of(reading, passage) == reading.blocks[1].lines


@pytest.mark.parametrize(
    "lines",
    [
        [*ROMANIAN, "Szilvás Ödön városi főmérnök"],  # a name and a title are no passage
        [*ROMANIAN[:2], HUNGARIAN[0], *ROMANIAN[2:]],  # nor is one line that looks foreign
        [*ROMANIAN, "Nr. 12/1987", "450 mp 1.240 lei"],
    ],
)
def test_names_single_lines_and_figures_make_no_passage(lines: Sequence[str]) -> None:
    assert found(page(block(lines))) == []


def test_a_unit_in_one_language_has_no_passages() -> None:
    assert found(page(block([*ROMANIAN, *HUNGARIAN])), allowed=("ron",)) == []


def test_broken_and_roman_type_are_one_language() -> None:
    german = ["Der Magistrat der Stadt beschließt den Bau einer Wasserleitung", "und die Kosten trägt die Gemeinde"]
    assert found(page(block(german)), "frk", ("deu", "frk")) == []
    assert found(page(block(german)), "frk", ("ron", "deu", "frk")) == []


def test_a_passage_takes_its_own_reading_and_says_its_language() -> None:
    reading = page(block([ROMANIAN[0], *HUNGARIAN, ROMANIAN[1]]), block(ROMANIAN, top=900))
    passage = Passage(0, 1, 5, "hun", Box(left=0, top=40, right=900, bottom=190))
    again = page(block(["új olvasat"], top=40), block(["második"], top=120))
    whole = replace_passages(reading, {passage: again})
    assert texts(whole) == [ROMANIAN[0], "új olvasat", "második", ROMANIAN[1], *ROMANIAN]
    assert [one.language for one in whole.blocks] == [None, "hun", "hun", None, None]
    for each in whole.blocks:
        assert all(each.box.top <= one.box.top and one.box.bottom <= each.box.bottom for one in each.lines)


def test_a_passage_that_is_a_whole_block_leaves_no_empty_one() -> None:
    reading = page(block(ROMANIAN), block(HUNGARIAN, top=500))
    passage = Passage(1, 0, 4, "hun", reading.blocks[1].box)
    whole = replace_passages(reading, {passage: page(block(HUNGARIAN, top=500))})
    assert [one.language for one in whole.blocks] == [None, "hun"]
    assert texts(whole) == [*ROMANIAN, *HUNGARIAN]
