# SPDX-License-Identifier: EUPL-1.2
"""Do a page's text lines run vertically? Told by the shapes of its words, without reading.

Letters of one word are closer to each other than lines are: after closing gaps of a millimetre, words stand as bars
that are long in the direction of reading. Each bar votes by its length. Projection profiles alone would not do here,
since typewritten pages are as regular across as down.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from processors.ink import Pixels, SmallPage, find_marks, typed
from processors.step_times import Step, timed

_LEAST_DPI = 60  # words stand apart on it, and letters of a word do not
_GAP_MM = 1.0
_BAR_MM = (1.0, 12.0)
_LONG = 1.8
_VOTE_MM = 25.0
_MIN_BARS = 8
_SURE = 0.7


@dataclass(frozen=True)
class LineDirection:
    """How much of the words' length runs vertically (0 to 1), and how many words were judged."""

    vertical_share: float
    words: int

    @property
    def sideways(self) -> bool:
        """The page's lines run vertically."""
        return self.words >= _MIN_BARS and self.vertical_share >= _SURE

    @property
    def upright(self) -> bool:
        """The page's lines run horizontally."""
        return self.words >= _MIN_BARS and self.vertical_share <= 1 - _SURE


@timed(Step.ANALYSIS)
def measure_direction(small: SmallPage) -> LineDirection:
    """Which way the lines of a page run."""
    step = max(1, int(small.dpi / _LEAST_DPI))
    ink, mm = _any_of(small.ink, step), small.px_per_mm / step
    reach = max(2, round(_GAP_MM * mm))
    words = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    marks = find_marks(typed(words))
    bars = (marks.short >= _BAR_MM[0] * mm) & (marks.short <= _BAR_MM[1] * mm) & (marks.long >= _LONG * marks.short)
    bars[0] = False
    # No single bar may outvote the words: the edge of a page is one long bar.
    votes = np.minimum(marks.long.astype(np.float64), _VOTE_MM * mm)
    total = float(votes[bars].sum())
    if total == 0:
        return LineDirection(0.0, 0)
    vertical = float(votes[bars & (marks.height > marks.width)].sum())
    return LineDirection(round(vertical / total, 3), int(bars.sum()))


def _any_of(ink: Pixels, step: int) -> Pixels:
    """Not 0 where there is ink in a square of `step` pixels a side."""
    rows, columns = (max(1, side // step) for side in ink.shape)
    return typed(cv2.resize(ink[: rows * step, : columns * step], (columns, rows), interpolation=cv2.INTER_AREA))
