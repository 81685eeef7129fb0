# SPDX-License-Identifier: EUPL-1.2
"""From what an engine says, word by word, to blocks of lines of words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from processors.read.engine import Reading
from processors.read.normalise import normalise
from schemas.page import Block, Box, Line, Word, around


@dataclass(frozen=True, slots=True)
class SaidWord:
    """One word as an engine said it: numbers of its block and line (any, but the same for words that belong
    together), text, (left, top, right, bottom) in pixels, confidence 0 to 100, and where the engine says so, for each
    character of the text the others that it saw there, likeliest first.
    """

    block: int
    line: int
    text: str
    box: tuple[int, int, int, int]
    confidence: float
    choices: tuple[tuple[str, ...], ...] = ()


def assemble(said: Iterable[SaidWord], width_px: int, height_px: int, languages: Sequence[str]) -> Reading:
    """Group words that follow each other into lines and blocks, and leave out white space and empty boxes.

    Boxes are clipped to the image. A line's box is the union of its words' boxes and a block's of its lines', not
    what the engine says, whose line boxes may cut through words or run over dropped ones.
    """
    blocks: list[Block] = []
    for _, of_block in groupby(said, key=lambda word: word.block):
        lines: list[Line] = []
        for _, of_line in groupby(of_block, key=lambda word: word.line):
            words = tuple(word for one in of_line if (word := _word(one, width_px, height_px, languages)) is not None)
            if words:
                lines.append(line_of(words))
        if lines:
            blocks.append(block_of(lines))
    return Reading(blocks=tuple(blocks), confidence=mean_confidence(blocks))


def line_of(words: Sequence[Word]) -> Line:
    """The line of some words, of which there is one at least, and around them."""
    return Line(box=around(word.box for word in words), words=tuple(words))


def block_of(lines: Sequence[Line]) -> Block:
    """The block of some lines, of which there is one at least, and around them."""
    return Block(box=around(line.box for line in lines), lines=tuple(lines))


def with_lines(block: Block, lines: Sequence[Line]) -> Block:
    """The block with other lines, of which there is one at least, and around them."""
    return block.model_copy(update={"box": around(line.box for line in lines), "lines": tuple(lines)})


def count_letters(text: str) -> int:
    """How many letters and digits there are."""
    return sum(map(str.isalnum, text))


def mean_confidence(blocks: Iterable[Block]) -> float | None:
    """The mean of the words' confidences, weighted by their number of characters; None without words."""
    weighted = characters = 0.0
    for block in blocks:
        for line in block.lines:
            for word in line.words:
                weighted += word.confidence * len(word.text)
                characters += len(word.text)
    return round(weighted / characters, 2) if characters else None


def _word(said: SaidWord, width_px: int, height_px: int, languages: Sequence[str]) -> Word | None:
    raw = said.text.strip()
    left, top, right, bottom = said.box
    box = Box(left=max(left, 0), top=max(top, 0), right=min(right, width_px), bottom=min(bottom, height_px))
    text = normalise(raw, languages)
    if not text or box.width_px <= 0 or box.height_px <= 0:
        return None
    # Hundredths are far finer than the figure means anything, and survive ALTO and JSON exactly.
    confidence = round(min(max(said.confidence, 0.0), 100.0), 2)
    # Each belongs to a character of the text as it was said: with white space around it nothing fits any more.
    choices = said.choices if len(said.choices) == len(raw) else ()
    return Word(text=text, raw=raw if raw != text else None, box=box, confidence=confidence, choices=choices)
