# SPDX-License-Identifier: EUPL-1.2
"""Lines that are no text: what a recogniser makes of signatures, seals, pencil and torn edges.

They would be found by no search that means them, and by many that do not. A line goes only where the engine itself was
unsure of it, no word speaks for it and its words have not the height of the page's type: a heading with spaced letters
is read as badly as a signature, but stands as high as the lines around it. And it goes only from a page of which most
was read: where most is doubtful, the page was read badly, and that must be seen. What was left out is counted in the
page's record, and stays visible on the image.

At a page's edges single signs are read of punch holes, stains and torn paper: they go where they stand far outside of
all that is text. Figures that were read surely, and signs below each other (numbers of rows), are not of them. Within
the text a sign goes only where the engine was unsure of it and it stands as far from its line's other words.
"""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from statistics import median

from processors.read.engine import Reading
from processors.read.trust import Knows, Weighed, mean_sureness, weigh
from processors.read.words import count_letters, line_of, mean_confidence, with_lines
from schemas.page import Block, Line, Word

_RULE = re.compile(r"[|/\\\[\](){}_~=¦]+")
"""What rules, folds and frames are read as, as surely as any letter."""

_FEW = 2  # signs of a word that may be a hole's or a stain's


@dataclass(frozen=True)
class NoiseSettings:
    """What a line must be to be left out as no text."""

    line_confidence: float = 50.0
    """Mean confidence, 0 to 100, that the line is below."""
    word_confidence: float = 60.0
    """Confidence, 0 to 100, from which a word of the lexicon or a figure speaks for its line."""
    share: float = 0.5
    """Share of the line's letters in such words, or of its words as high as type, 0 to 1, from which it is kept."""
    heights: tuple[float, float] = (0.6, 1.7)
    """A word's height, in that of the page's surer words, between which it may be type."""
    outside: float = 3.0
    """How far outside of the page's text, in heights of its words, a sign must stand to be a stray one."""
    column_words: int = 5
    """Surely read words of more than two letters that a page needs, for its text to have an outside."""
    line_words: int = 3
    """A line of no more words than that has no end to speak of."""
    aligned: int = 3
    """So many signs below each other outside of the text are numbers of rows, or labels."""
    page_share: float = 0.4
    """Most of the page's letters, 0 to 1, that may be left out: where it would be more, nothing is."""


def drop_strays(reading: Reading, settings: NoiseSettings) -> tuple[Reading, int]:
    """The reading without the signs that stand far outside of its text or its lines, and how many those were."""
    words = list(reading.words())
    text = [word for word in words if count_letters(word.text) > _FEW and word.confidence >= settings.word_confidence]
    if len(text) < settings.column_words:
        return reading, 0
    usual = median(word.box.height_px for word in text)
    left, right = min(word.box.left for word in text), max(word.box.right for word in text)
    room = settings.outside * usual
    outside = [word for word in words if len(word.text) <= _FEW and not left - room < _middle(word) < right + room]
    strays = {id(word) for word in outside if _is_stray(word, outside, usual, settings)}
    strays |= _loose_ends(list(reading.lines()), room, settings)
    if not strays:
        return reading, 0
    blocks: list[Block] = []
    for block in reading.blocks:
        lines = tuple(kept for line in block.lines if (kept := _without(line, strays)) is not None)
        if lines:
            blocks.append(with_lines(block, lines))
    return Reading(tuple(blocks), mean_confidence(blocks)), len(strays)


def _is_stray(word: Word, outside: Sequence[Word], usual: float, settings: NoiseSettings) -> bool:
    low, high = (share * usual for share in settings.heights)
    sure = word.confidence >= settings.word_confidence and low <= word.box.height_px <= high
    if sure and (any(map(str.isdigit, word.text)) or count_letters(word.text) == _FEW):
        return False
    below = [other for other in outside if count_letters(other.text) and abs(_middle(other) - _middle(word)) < usual]
    return len(below) < settings.aligned or not count_letters(word.text)


def _loose_ends(lines: Sequence[Line], room: float, settings: NoiseSettings) -> set[int]:
    """Unsure letters and signs at lines' ends, far from their other words; in a table others stand so too."""
    ends = [
        (line, end)
        for line in lines
        if len(line.words) > settings.line_words
        for end, beside in ((line.words[0], line.words[1]), (line.words[-1], line.words[-2]))
        if max(end.box.left - beside.box.right, beside.box.left - end.box.right) > room
    ]
    return {
        id(end)
        for line, end in ends
        if len(end.text) <= _FEW
        and not any(map(str.isdigit, end.text))
        and end.confidence < settings.line_confidence
        and not any(other is not line and abs(_middle(word) - _middle(end)) < room for other, word in ends)
    }


def _without(line: Line, strays: Set[int]) -> Line | None:
    words = tuple(word for word in line.words if id(word) not in strays)
    if len(words) == len(line.words):
        return line
    return line_of(words) if words else None


def _middle(word: Word) -> float:
    return (word.box.left + word.box.right) / 2


def drop_noise(reading: Reading, knows: Knows, settings: NoiseSettings) -> tuple[Reading, int]:
    """The reading without its lines that are no text, and how many those were."""
    lines = list(reading.lines())
    usual = _usual_height(lines, settings)
    noise = {id(line) for line in lines if _is_noise(line, knows, usual, settings)}
    letters = {id(line): sum(len(word.text) for word in line.words) for line in lines}
    if not noise or sum(letters[one] for one in noise) > settings.page_share * sum(letters.values()):
        return reading, 0
    blocks: list[Block] = []
    for block in reading.blocks:
        kept = tuple(line for line in block.lines if id(line) not in noise)
        if len(kept) == len(block.lines):
            blocks.append(block)
        elif kept:
            blocks.append(with_lines(block, kept))
    return Reading(tuple(blocks), mean_confidence(blocks)), len(noise)


def _usual_height(lines: Sequence[Line], settings: NoiseSettings) -> float:
    every = [word for line in lines for word in line.words]
    sure = [word.box.height_px for word in every if word.confidence >= settings.word_confidence]
    return median(sure or [word.box.height_px for word in every] or [0])


def _is_noise(line: Line, knows: Knows, usual: float, settings: NoiseSettings) -> bool:
    if all(_RULE.fullmatch(word.text) for word in line.words):
        return True
    words = [weigh(word, knows) for word in line.words]
    if mean_sureness(words) >= settings.line_confidence:
        return False
    alone = line.words[0].text if len(line.words) == 1 else ""
    if 0 < len(alone) <= _FEW and not any(map(str.isdigit, alone)):
        return True
    letters = sum(word.letters for word in words)
    spoken = sum(word.letters for word in words if _speaks(word, settings))
    if letters > 0 and spoken >= settings.share * letters:
        return False
    low, high = (share * usual for share in settings.heights)
    if line.box.height_px > high:  # pieces of a signature, some as high as type, none on one line
        return True
    type_high = sum(low <= word.box.height_px <= high for word in line.words)
    return type_high < settings.share * len(line.words)


def _speaks(word: Weighed, settings: NoiseSettings) -> bool:
    return word.confidence >= settings.word_confidence and word.speaks
