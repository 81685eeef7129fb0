# SPDX-License-Identifier: EUPL-1.2
"""Where the page lies within its scan: dark scanner borders are cut off, paper and its margins stay.

A side is cut only as far as most of its length is border (dark and joined to the image's edge, or outside the scan
altogether), and never into anything that looks like ink. What remains of an oblique border is left: a black wedge at
the edge harms nobody, a lost letter does.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.ink import Pixels, SmallPage, find_marks, histogram, make_small, percentile, typed

_DARK_SHARE = 0.5  # of the paper's brightness
_COVERED = 0.6  # share of a row that must be border
_DEEPEST = 0.15  # share of the page that may be cut at one side
_BORDER_MM = 12.0
_INK_MM2 = 0.3
_CLEAR_MM = 0.7  # kept between a cut and ink
_WHOLE_MM = 6.0  # beyond what is looked at: letters there are seen whole
_EVER_DARK = 60  # brightness of the paper below which the page itself is dark

_DARK, _SEEN, _BORDER = 1, 2, 3

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
    across, down = border.mean(axis=1), border.mean(axis=0)
    depths = [_deepest(covered) for covered in (across, down[::-1], across[::-1], down)]
    top, right, bottom, left = (_clear_of_ink(small, border, side, depth) for side, depth in enumerate(depths))
    return Crop(left, top, columns - right, rows - bottom)


def find_border(small: SmallPage, outside: _Flags) -> _Flags:
    """Flags of what is dark, long, and joined to the image's edge, and of `outside` itself; HxW in small pixels."""
    shown = ~outside
    counts = histogram(small.gray, shown.view(np.uint8))
    if not counts.any():
        return outside
    paper = percentile(counts, 75)
    if paper < _EVER_DARK:
        return outside
    dark = ((small.gray < np.uint8(math.ceil(_DARK_SHARE * paper))) & shown).view(np.uint8)
    edge = cv2.dilate(np.pad(outside.view(np.uint8), 1, constant_values=1), np.ones((3, 3), np.uint8))[1:-1, 1:-1]
    starts = np.flatnonzero(dark & typed(edge))
    if not starts.size:
        return outside
    # Only what touches the edge is followed. A letter there is no border.
    least_px = _BORDER_MM * small.px_per_mm
    while starts.size:
        y, x = divmod(int(starts[0]), dark.shape[1])
        _, _, _, (_, _, width, height) = cv2.floodFill(dark, None, (x, y), _SEEN)
        if max(width, height) >= least_px:
            cv2.floodFill(dark, None, (x, y), _BORDER)
        starts = starts[dark.ravel()[starts] == _DARK]
    found: _Flags = dark == _BORDER
    return found | outside


def _deepest(covered: NDArray[np.float64]) -> int:
    """How many rows from the edge are border: the last one that is covered, if most before it are."""
    border_rows = np.flatnonzero(covered[: int(covered.size * _DEEPEST)] >= _COVERED)
    depth = int(border_rows[-1]) + 1 if border_rows.size else 0
    return depth if depth and float(covered[:depth].mean()) >= _COVERED else 0


def _clear_of_ink(small: SmallPage, border: _Flags, side: int, depth: int) -> int:
    """As much of `depth` as keeps clear of ink on a side: 0 the top, then clockwise."""
    if depth == 0:
        return 0
    clear = round(_CLEAR_MM * small.px_per_mm)
    reach = depth + clear + round(_WHOLE_MM * small.px_per_mm)
    ink = np.ascontiguousarray(np.rot90(small.ink, side)[:reach])
    edge = np.rot90(border, side)[:reach].astype(np.uint8)
    loose = _loose_ink(typed(ink), edge, _INK_MM2 * small.px_per_mm**2)
    ink_rows = np.flatnonzero(loose[: depth + clear].any(axis=1))
    return max(0, int(ink_rows[0]) - clear) if ink_rows.size else depth


def _loose_ink(ink: Pixels, border: Pixels, least_px: float) -> _Flags:
    """Ink that is not the border nor its fringe, specks left out."""
    fringe = cv2.dilate(border, np.ones((5, 5), np.uint8))
    marks = find_marks(np.where(fringe > 0, np.uint8(0), ink))
    keep = marks.area >= max(3.0, least_px)
    keep[0] = False
    loose: _Flags = keep[marks.labels]
    return loose
