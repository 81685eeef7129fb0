# SPDX-License-Identifier: EUPL-1.2
"""Where the page lies within its scan: dark scanner borders are cut off, paper and its margins stay.

A side is cut only as far as most of its length is border (dark and joined to the image's edge, or outside the scan
altogether), and never into anything that looks like ink. What remains of an oblique border is left: a black wedge at
the edge harms nobody, a lost letter does.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.ink import Pixels, SmallPage, find_marks, make_small, typed

_DARK_SHARE = 0.5  # of the paper's brightness
_COVERED = 0.6  # share of a row that must be border
_DEEPEST = 0.15  # share of the page that may be cut at one side
_BORDER_MM = 12.0
_INK_MM2 = 0.3
_CLEAR_MM = 0.7  # kept between a cut and ink
_EVER_DARK = 60  # brightness of the paper below which the page itself is dark

_Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Crop:
    """The page within the image, in pixels of that image; `right` and `bottom` are just outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width_px(self) -> int:
        return self.right - self.left

    @property
    def height_px(self) -> int:
        return self.bottom - self.top


def find_page(gray: Pixels, dpi: float) -> Crop:
    """The page without dark scanner borders, in pixels of `gray` (HxW uint8)."""
    height, width = gray.shape
    small = make_small(gray, dpi)
    found, factor = find_page_in(small, np.zeros(small.gray.shape, dtype=np.bool_)), small.factor
    rows, columns = small.gray.shape
    return Crop(
        found.left * factor,
        found.top * factor,
        width if found.right == columns else found.right * factor,
        height if found.bottom == rows else found.bottom * factor,
    )


def find_page_in(small: SmallPage, outside: _Flags) -> Crop:
    """As `find_page`, in small pixels; `outside` flags what the scan never showed (corners made by straightening)."""
    rows, columns = small.gray.shape
    border = find_border(small, outside)
    if not border.any():
        return Crop(0, 0, columns, rows)
    ink = _loose_ink(small, border)
    across, down = border.mean(axis=1), border.mean(axis=0)
    inked_rows: _Flags = np.asarray(ink.any(axis=1))
    inked_columns: _Flags = np.asarray(ink.any(axis=0))
    clear = round(_CLEAR_MM * small.px_per_mm)
    top, left = _depth(across, inked_rows, clear), _depth(down, inked_columns, clear)
    bottom, right = _depth(across[::-1], inked_rows[::-1], clear), _depth(down[::-1], inked_columns[::-1], clear)
    return Crop(left, top, columns - right, rows - bottom)


def find_border(small: SmallPage, outside: _Flags) -> _Flags:
    """Flags of what is dark, long, and joined to the image's edge, and of `outside` itself; HxW in small pixels."""
    inside = small.gray[~outside]
    if inside.size == 0:
        return outside
    paper = float(np.percentile(inside, 75))
    if paper < _EVER_DARK:
        return outside
    dark = ((small.gray < _DARK_SHARE * paper) & ~outside).astype(np.uint8)
    marks = find_marks(dark, corners_join=False)
    edge = typed(cv2.dilate(np.pad(outside.astype(np.uint8), 1, constant_values=1), np.ones((3, 3), np.uint8)))
    joined = np.zeros(marks.area.size, dtype=np.bool_)
    joined[marks.labels[edge[1:-1, 1:-1] > 0]] = True
    # A letter at the very edge is no border.
    joined &= marks.long >= _BORDER_MM * small.px_per_mm
    joined[0] = False
    found: _Flags = joined[marks.labels]
    return found | outside


def _loose_ink(small: SmallPage, border: _Flags) -> _Flags:
    """Ink that is not the border nor its fringe, specks left out."""
    fringe = typed(cv2.dilate(border.astype(np.uint8), np.ones((5, 5), np.uint8)))
    ink = small.ink.copy()
    ink[fringe > 0] = 0
    marks = find_marks(ink)
    keep = marks.area >= max(3.0, _INK_MM2 * small.px_per_mm**2)
    keep[0] = False
    loose: _Flags = keep[marks.labels]
    return loose


def _depth(covered: NDArray[np.float64], inked: _Flags, clear: int) -> int:
    """How many rows from the edge are border: the last one that is covered, unless ink comes within `clear` of it."""
    deepest = int(covered.size * _DEEPEST)
    border_rows = np.flatnonzero(covered[:deepest] >= _COVERED)
    if border_rows.size == 0:
        return 0
    depth = int(border_rows[-1]) + 1
    if float(covered[:depth].mean()) < _COVERED:
        return 0
    ink_rows = np.flatnonzero(inked[: depth + clear])
    return max(0, int(ink_rows[0]) - clear) if ink_rows.size else depth
