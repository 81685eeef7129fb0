# SPDX-License-Identifier: EUPL-1.2
"""What two readers said of a line, written down as text: every letter ten pixels wide."""

from collections.abc import Callable

from processors.read.second.seen import SeenLine
from schemas.page import Box, Word

LETTER_PX = 10


def first_said(text: str, *, confidence: float = 90.0, top: int = 0, left: int = 0) -> list[Word]:
    """The first reader's words, where they stand in `text`."""
    words, column = [], left
    for word in text.split(" "):
        box = Box(left=column, top=top, right=column + LETTER_PX * max(1, len(word)), bottom=top + 20)
        words += [Word(text=word, box=box, confidence=confidence)] if word else []
        column += LETTER_PX * (len(word) + 1)
    return words


def second_saw(text: str, *, probability: float = 0.99, top: int = 0, left: int = 0) -> SeenLine:
    """The second reader's line, its letters where they stand in `text`."""
    return SeenLine(
        box=Box(left=left, top=top, right=left + LETTER_PX * max(1, len(text)), bottom=top + 20),
        text=text,
        middles_px=tuple(left + LETTER_PX * (index + 0.5) for index in range(len(text))),
        probabilities=(probability,) * len(text),
    )


def knowing(*words: str) -> Callable[[str], bool]:
    return lambda word: word.lower() in words
