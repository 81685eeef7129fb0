# SPDX-License-Identifier: EUPL-1.2
"""A page's words with their places, without a record for each: what marks are made of, many pages a search."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Self

from schemas.page import Box, Line


@dataclass(frozen=True, slots=True, eq=False)
class PlacedWords:
    """The words of a page in reading order, in some 40 bytes each.

    `text` has a line a line, with one space between its words. By word: `starts`, where it stands in the text (code
    points); `lengths`; `lines`, its line from 0 on; `boxes`, four numbers each: left, top, right, bottom in derivative
    pixels.
    """

    text: str
    starts: Sequence[int]
    lengths: Sequence[int]
    lines: Sequence[int]
    boxes: Sequence[int]

    @classmethod
    def in_lines(cls, lines: Sequence[Sequence[str]], boxes: Iterable[int]) -> Self:
        """Words line by line, and four numbers for each word. Raises OverflowError for numbers beyond 64 bits."""
        words = [word for line in lines for word in line]
        lengths = array("I", map(len, words))
        numbers = array("I", [number for number, line in enumerate(lines) for _ in line])
        after = list(accumulate(lengths, lambda start, length: start + length + 1, initial=0))
        empty = list(accumulate(not line for line in lines))
        starts = array("I", after[:-1])
        if empty and empty[-1]:  # each is a line's end more
            starts = array("I", map(int.__add__, starts, (empty[number] for number in numbers)))
        return cls("\n".join(map(" ".join, lines)), starts, lengths, numbers, array("q", boxes))

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Self:
        """The words of these lines. Raises OverflowError as `in_lines`."""
        boxes = (word.box for line in lines for word in line.words)
        numbers = chain.from_iterable((box.left, box.top, box.right, box.bottom) for box in boxes)
        return cls.in_lines([[word.text for word in line.words] for line in lines], numbers)

    def __len__(self) -> int:
        return len(self.starts)

    def at(self, place: int) -> int:
        """The word that has that code point of the text, or the space after it. Every letter is in some word."""
        return bisect_right(self.starts, place) - 1

    def word(self, index: int) -> str:
        """Its text."""
        start = self.starts[index]
        return self.text[start : start + self.lengths[index]]

    def box(self, index: int) -> Box:
        """Its place."""
        left, top, right, bottom = self.boxes[4 * index : 4 * index + 4]
        return Box(left=left, top=top, right=right, bottom=bottom)
