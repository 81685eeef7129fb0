# SPDX-License-Identifier: EUPL-1.2
"""Words with places, made up for tests of what is text and in which order."""

from schemas.page import Box, Word

Placed = tuple[str, int, float]
"""Text, left edge in pixels, confidence from 0 to 100."""


def word(text: str, left: int, confidence: float = 95.0, *, top: int = 0, height: int = 40) -> Word:
    """A word of letters 24 pixels wide."""
    return Word(
        text=text, box=Box(left=left, top=top, right=left + 24 * len(text), bottom=top + height), confidence=confidence
    )
