# SPDX-License-Identifier: EUPL-1.2
"""What was read on coloured stamps, seals and signatures, told apart from the page's own text.

A recogniser reads whatever has the size of letters, and joins an entry stamp's lines to the text beside it. A word
belongs to a coloured mark where nearly all of its ink does. What was read of a mark is kept, as a block of its own,
where words of the language or figures speak for it; the rest (a seal's ring, strokes of a pen) is no text.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol

from processors.read.engine import Reading
from processors.read.trust import Knows, Weighed, weigh
from processors.read.words import block_of, line_of, mean_confidence, with_lines
from schemas.page import Block, BlockKind, Box, Line, Word, around

_SIGN = re.compile(r"\w")


@dataclass(frozen=True)
class StampSettings:
    """When a word is a mark's, and what is kept of a mark. Shares from 0 to 1."""

    of_ink: float = 0.6
    """Share of a word's ink that is a mark's, from which the word is the mark's."""
    dark: float = 0.08
    """Share of a word's box that other ink covers, from which it is type with a mark over it."""
    word_confidence: float = 60.0
    """Confidence, 0 to 100, from which a known word or a figure speaks for a line of a mark."""
    letters: int = 3
    """Letters or digits of such a word, at least."""
    sure: float = 80.0
    """Confidence from which other words of so many letters, names mostly, count beside one that speaks."""
    spoken: float = 0.5
    """Share of a line's letters in such words, from which the line is kept; one must speak for it."""
    gain: float = 1.0
    """Letters, by their confidence, that a strip read again must tell more."""
    high: float = 1.3
    """Height of a word, in that of the page's surer words, from which something else was read with it."""
    near: float = 2.0
    """Of that height, between lines that the same thing may lie over."""


class Colour(Protocol):
    """What is told of a page's coloured ink (`processors.coloured.PageColour`)."""

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Frames of the coloured marks."""

    def shares(self, box: Box) -> tuple[float, float]:
        """How much of a box coloured and other ink cover, 0 to 1 each."""


@dataclass(frozen=True)
class Parted:
    """A reading without its marks' words, and these by mark (index in `Colour.boxes`), a line each."""

    reading: Reading
    marked: tuple[tuple[int, Line], ...]


def part_marks(reading: Reading, colour: Colour, settings: StampSettings) -> Parted:
    """Tell the words of coloured marks from the page's own."""
    marks = colour.boxes
    marked: list[tuple[int, Line]] = []
    blocks: list[Block] = []
    for block in reading.blocks:
        lines: list[Line] = []
        for line in block.lines:
            kept: list[Word] = []
            apart: dict[int, list[Word]] = {}
            for word in line.words:
                mark = max(range(len(marks)), key=lambda number: _share_in(word.box, marks[number]))
                coloured, dark = colour.shares(word.box) if _share_in(word.box, marks[mark]) > 0 else (0.0, 1.0)
                if dark < settings.dark and coloured > 0 and coloured >= settings.of_ink * (coloured + dark):
                    apart.setdefault(mark, []).append(word)
                else:
                    kept.append(word)
            marked += [(mark, line_of(words)) for mark, words in apart.items()]
            if kept:
                lines.append(line if len(kept) == len(line.words) else line_of(kept))
        if lines:
            blocks.append(_changed(block, lines))
    return Parted(Reading(tuple(blocks), mean_confidence(blocks)), tuple(marked))


def credible_lines(lines: Iterable[Line], knows: Knows, settings: StampSettings) -> tuple[Line, ...]:
    """Those that known words or figures speak for, without the frame's signs at their ends."""
    kept = []
    for line in lines:
        words = _trimmed(line.words)
        weighed = [weigh(word, knows) for word in words]
        letters = sum(word.letters for word in weighed)
        spoken = sum(word.letters for word in weighed if _speaks(word, settings))
        sure = sum(word.letters for word in weighed if _speaks(word, settings) or _is_sure(word, settings))
        if spoken and sure >= settings.spoken * letters:
            kept.append(line_of(words))
    return tuple(kept)


def _speaks(word: Weighed, settings: StampSettings) -> bool:
    return word.speaks and word.letters >= settings.letters and word.confidence >= settings.word_confidence


def _is_sure(word: Weighed, settings: StampSettings) -> bool:
    return word.letters >= settings.letters and word.confidence >= settings.sure


def stamp_block(lines: Sequence[Line]) -> Block:
    """Lines of one mark, from above to below, as a block."""
    ordered = sorted(lines, key=lambda line: (line.box.top + line.box.bottom, line.box.left))
    return block_of(ordered).model_copy(update={"kind": BlockKind.STAMP})


def strips_of(reading: Reading, marks: Iterable[Box], around_px: int) -> list[Box]:
    """What is to be read again where `marks` lie over text: each with so much above and below, and the lines there, as
    wide as they are; strips that meet are one.
    """
    lines = [line.box for line in reading.lines()]
    strips: list[Box] = []
    for mark in marks:
        grown = mark.model_copy(update={"top": max(0, mark.top - around_px), "bottom": mark.bottom + around_px})
        strip = around([grown, *(line for line in lines if _share_in(line, grown) > 0)])
        met = [other for other in strips if _share_in(other, strip) > 0]
        strips = [*(other for other in strips if other not in met), around([strip, *met])]
    return sorted(strips, key=lambda strip: (strip.top, strip.left))


def harmed_strips(reading: Reading, settings: StampSettings) -> list[Box]:
    """Where something lies over lines: two or more near each other, read surely but for words too high for type."""
    words = [word for word in reading.words() if word.confidence >= settings.word_confidence]
    if not words:
        return []
    usual = median(word.box.height_px for word in words)
    harmed = [line.box for line in reading.lines() if _is_harmed(line, usual, settings)]
    groups: list[list[Box]] = []
    for box in sorted(harmed, key=lambda one: one.top):
        near = groups and box.top - max(one.bottom for one in groups[-1]) < settings.near * usual
        if near:
            groups[-1].append(box)
        else:
            groups.append([box])
    return [around(group) for group in groups if len(group) > 1]


def _is_harmed(line: Line, usual: float, settings: StampSettings) -> bool:
    high = [word for word in line.words if word.box.height_px > settings.high * usual]
    unsure = any(word.confidence < settings.word_confidence for word in high)
    sure = [word for word in line.words if word.confidence >= settings.word_confidence and word not in high]
    return unsure and 2 * len(sure) > len(line.words)


def replace_lines(reading: Reading, strip: Box, part: Reading) -> tuple[Reading, tuple[Line, ...], tuple[Line, ...]]:
    """`reading` with its lines in `strip` replaced by those of `part`, its lines there before, and the new ones.

    A line lies in the strip where its middle does; what `part` has besides is left out.
    """
    new = [_changed(block, lines) for block in part.blocks if (lines := _inside(block, strip))]
    before: list[Line] = []
    blocks: list[Block] = []
    placed = False
    for block in reading.blocks:
        inside = _inside(block, strip)
        if not inside:
            blocks.append(block)
            continue
        before += inside
        first = block.lines.index(inside[0])
        head, tail = block.lines[:first], [line for line in block.lines[first:] if line not in inside]
        blocks += [_changed(block, head)] if head else []
        blocks += [one.model_copy(update={"language": block.language}) for one in new] if not placed else []
        blocks += [_changed(block, tail)] if tail else []
        placed = True
    after = tuple(line for block in new for line in block.lines)
    return Reading(tuple(blocks), mean_confidence(blocks)), tuple(before), after


def _inside(block: Block, strip: Box) -> list[Line]:
    return [
        line
        for line in block.lines
        if strip.left <= (line.box.left + line.box.right) / 2 < strip.right
        and strip.top <= (line.box.top + line.box.bottom) / 2 < strip.bottom
    ]


def _changed(block: Block, lines: Sequence[Line]) -> Block:
    """The block with these lines; itself where they are its own."""
    own = len(lines) == len(block.lines) and all(one is other for one, other in zip(lines, block.lines, strict=True))
    return block if own else with_lines(block, lines)


def _trimmed(words: Sequence[Word]) -> Sequence[Word]:
    """Without words at the ends that hold no letter and no digit: the stamp's frame."""
    spoken = [number for number, word in enumerate(words) if _SIGN.search(word.text)]
    return words[spoken[0] : spoken[-1] + 1] if spoken else ()


def _share_in(box: Box, outer: Box) -> float:
    """Share of `box` that lies in `outer`."""
    across = min(box.right, outer.right) - max(box.left, outer.left)
    down = min(box.bottom, outer.bottom) - max(box.top, outer.top)
    return across * down / (box.width_px * box.height_px) if across > 0 and down > 0 else 0.0
