# SPDX-License-Identifier: EUPL-1.2
"""Rows of ink in which nothing was read or found: a faint line, a row of typed signs that looks like a rule.

A detector looks for words, and passes over what has few letters. The recogniser reads such a row well, once told where
it is. What is looked for is marks of a letter's size and less, side by side and level.
"""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.ink import Marks, Pixels, find_marks, make_small, typed
from schemas.page import Box

_MARK_MM = (0.25, 9.0)  # the longer side
_GAP_MM = 4.5  # between marks of one row
_ROW_MM = (15.0, 8.0)  # width at least, height at most
_MARKS = 8  # in a row
_LEVEL = 1 / 6  # of a row's width, at most its height
_ROWS_MAX = 12
_AROUND_MM = 0.5


def find_unseen_rows(pixels: Pixels, dpi: float, seen: Iterable[Box]) -> list[Box]:
    """Rows of marks outside of the boxes `seen`, from above to below, on a straight page (HxW or HxWx3 RGB, uint8)."""
    small = make_small(pixels, dpi)
    ink = small.ink.copy()
    around = _AROUND_MM * small.px_per_mm
    for box in seen:
        left, top = (max(0, round(side / small.factor - around)) for side in (box.left, box.top))
        ink[top : round(box.bottom / small.factor + around), left : round(box.right / small.factor + around)] = 0
    marks = find_marks(ink)
    least, most = (mm * small.px_per_mm for mm in _MARK_MM)
    fit = (marks.long >= least) & (marks.long <= most)
    fit[0] = False
    kept = typed(fit.astype(np.uint8)[marks.labels] * np.uint8(255))
    gap = max(3, round(_GAP_MM * small.px_per_mm)) | 1
    rows = find_marks(typed(cv2.morphologyEx(kept, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))))
    chosen = (rows.width >= _ROW_MM[0] * small.px_per_mm) & (rows.height <= _ROW_MM[1] * small.px_per_mm)
    chosen &= rows.height <= _LEVEL * rows.width
    chosen &= _marks_in(rows, marks, fit) >= _MARKS
    chosen[0] = False
    found = [_box(rows, int(one), small.factor) for one in np.flatnonzero(chosen)]
    return sorted(found, key=lambda box: (box.top, box.left))[:_ROWS_MAX]


def _marks_in(rows: Marks, marks: Marks, fit: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many of the marks that fit lie in each row."""
    middles_y = marks.top + marks.height // 2
    middles_x = marks.left + marks.width // 2
    owners = rows.labels[middles_y[fit], middles_x[fit]]
    return np.bincount(owners, minlength=rows.area.size)


def _box(rows: Marks, one: int, factor: int) -> Box:
    return Box(
        left=int(rows.left[one]) * factor,
        top=int(rows.top[one]) * factor,
        right=int(rows.left[one] + rows.width[one]) * factor,
        bottom=int(rows.top[one] + rows.height[one]) * factor,
    )
