# SPDX-License-Identifier: EUPL-1.2
"""Boxes of words that were read on a reduced page, drawn close about the ink of the page itself."""

import numpy as np
from numpy.typing import NDArray

from processors.ink import Pixels
from schemas.page import Box

_Flags = NDArray[np.bool_]

_FAINT = 24  # of 255; where nothing is darker than the paper by this, there is no ink to go by


def fit_to_ink(box: Box, gray: Pixels, reach_px: int) -> Box:
    """`box` with each side moved by at most `reach_px` to where the word's ink begins, on the page in grey (HxW uint8).

    A side stays where there is no ink so near, or ink on both sides of it: a neighbour's, a rule's.
    """
    height, width = gray.shape
    left, top = max(0, box.left - reach_px), max(0, box.top - reach_px)
    right, bottom = min(width, box.right + reach_px), min(height, box.bottom + reach_px)
    part = gray[top:bottom, left:right]
    darkest, lightest = int(part.min()), int(part.max())
    if lightest - darkest < _FAINT:
        return box
    ink = part < (darkest + lightest) / 2
    columns: _Flags = np.asarray(ink[box.top - top : box.bottom - top].any(axis=0))
    rows: _Flags = np.asarray(ink[:, box.left - left : box.right - left].any(axis=1))
    first, last = _ends(columns, reach_px, box.left - left, box.right - left)
    upper, lower = _ends(rows, reach_px, box.top - top, box.bottom - top)
    return Box(left=left + first, top=top + upper, right=left + last, bottom=top + lower)


def _ends(inked: _Flags, reach: int, start: int, end: int) -> tuple[int, int]:
    """The first inked place for `start` and the one after the last for `end`, if they are near and it begins there."""
    places = np.flatnonzero(inked)
    if not places.size:
        return start, end
    first, last = int(places[0]), int(places[-1]) + 1
    first = first if abs(first - start) <= reach and (first > 0 or start == 0) else start
    last = last if abs(last - end) <= reach and (last < inked.size or end == inked.size) else end
    return (first, last) if first < last else (start, end)
