# SPDX-License-Identifier: EUPL-1.2
"""Lines that are no text: what a recogniser makes of signatures, seals, pencil and torn edges.

They would be found by no search that means them, and by many that do not. A line goes only where the engine itself was
unsure of it, no word speaks for it and its words have not the height of the page's type: a heading with spaced letters
is read as badly as a signature, but stands as high as the lines around it. And it goes only from a page of which most
was read: where most is doubtful, the page was read badly, and that must be seen. What was left out is counted in the
page's record, and stays visible on the image.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from processors.read.engine import Reading
from processors.read.trust import Knows, Weighed, mean_sureness, weigh
from processors.read.words import mean_confidence
from schemas.page import Block, Line, around

_RULE = re.compile(r"[|/\\\[\](){}_~=¦]+")
"""What rules, folds and frames are read as, as surely as any letter."""


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
    page_share: float = 0.4
    """Most of the page's letters, 0 to 1, that may be left out: where it would be more, nothing is."""


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
            blocks.append(block.model_copy(update={"box": around(line.box for line in kept), "lines": kept}))
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
    return word.confidence >= settings.word_confidence and (word.number or (word.known and word.looked_up))
