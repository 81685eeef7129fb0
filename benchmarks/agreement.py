# SPDX-License-Identifier: EUPL-1.2
"""Referees: how well a reading agrees with ground truth, and boxes with boxes."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

import jiwer

from schemas.page import Box


def fold_space(text: str) -> str:
    """NFC, runs of white space as one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def character_errors(truth: Sequence[str], read: Sequence[str]) -> float:
    """Character error rate over all pages together, by jiwer."""
    return float(jiwer.cer([fold_space(page) for page in truth], [fold_space(page) for page in read]))


def words_of(text: str) -> list[str]:
    """Words as they compare: letters and digits, lower case, without diacritics' composition differing."""
    return re.findall(r"\w+", unicodedata.normalize("NFC", text).lower())


def word_recall(truth: str, read: str) -> float:
    """Share of the true words that were read, whatever their order."""
    wanted, found = Counter(words_of(truth)), Counter(words_of(read))
    return sum((wanted & found).values()) / max(1, sum(wanted.values()))


def overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (one.width_px * one.height_px + other.width_px * other.height_px - shared)


def align_words(
    one: Sequence[tuple[str, Box]], other: Sequence[tuple[str, Box]]
) -> list[tuple[tuple[str, Box], tuple[str, Box]]]:
    """Pairs of equal words of two readings, in their common order."""
    texts = [[re.sub(r"\W", "", word).lower() for word, _ in side] for side in (one, other)]
    matcher = SequenceMatcher(a=texts[0], b=texts[1], autojunk=False)
    return [
        (one[block.a + step], other[block.b + step])
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
        if texts[0][block.a + step]
    ]
