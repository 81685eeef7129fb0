# SPDX-License-Identifier: EUPL-1.2
"""The few lines of a page that tell most of it for least time: where its letters stand closest, cut between lines."""

import numpy as np

from processors.ink import SmallPage
from processors.letters import find_letters
from schemas.page import Box, Geometry

_HEIGHT = 6.5  # of the part, in letters' heights: two lines or three
_SLACK = 1.5  # up to which its upper and lower side give way to a line, in the same
_WORTH = 3.0  # times as many letters on the page as in its part: else the page itself is hardly more


def find_densest_part(small: SmallPage, geometry: Geometry) -> Box | None:
    """The part of the page in derivative pixels, as wide as the page; None where the page has little more.

    `small` is the page as scanned, `geometry` leads from there to the derivative.
    """
    marks = small.marks
    letters = find_letters(small)
    if not letters.any():
        return None
    matrix, factor = geometry.matrix, small.factor
    left, top = marks.left[letters] * factor, marks.top[letters] * factor
    across, down = marks.width[letters] * factor, marks.height[letters] * factor
    middle = matrix.d * (left + across / 2) + matrix.e * (top + down / 2) + matrix.f
    half = (abs(matrix.d) * across + abs(matrix.e) * down) / 2
    rows = geometry.height_px
    counted = np.bincount(np.clip(middle, 0, rows - 1).astype(np.int64), minlength=rows)
    letter_px = float(np.median(2 * half))
    reach, slack = round(_HEIGHT * letter_px), round(_SLACK * letter_px)
    if reach + 2 * slack >= rows:
        return None
    below = np.concatenate([[0], np.cumsum(counted)])
    within = below[reach:] - below[:-reach]
    start = int(np.argmax(within))
    if within[start] * _WORTH > below[-1]:
        return None
    edges = np.bincount(np.clip(middle - half, 0, rows - 1).astype(np.int64), minlength=rows + 1)
    edges -= np.bincount(np.clip(middle + half + 1, 0, rows).astype(np.int64), minlength=rows + 1)
    crossed = np.cumsum(edges)  # letters that each row goes through
    upper, lower = (_least(crossed, place, slack) for place in (start, start + reach))
    return Box(left=0, top=upper, right=geometry.width_px, bottom=lower)


def _least(crossed: "np.ndarray[tuple[int], np.dtype[np.int64]]", place: int, slack: int) -> int:
    """The row nearest to `place` within `slack` of it that goes through fewest letters."""
    first = max(0, place - slack)
    part = crossed[first : place + slack]
    rows = first + np.flatnonzero(part == part.min())
    return int(rows[np.argmin(np.abs(rows - place))])
