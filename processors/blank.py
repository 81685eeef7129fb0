# SPDX-License-Identifier: EUPL-1.2
"""Is a page blank? Blank pages are marked and kept; they are only not read.

A wrong "blank" hides a page's text, a wrong "not blank" costs a second: in doubt the page is not blank. A page number
or one stamp is enough ink. What does not count: remains of the scanner's border, punch holes, specks, and what shows
through from the other side of the leaf (weak *and* blurred by the paper between).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.ink import Marks, Pixels, SmallPage, find_marks, make_small, typed

_FAINT = 24  # contrast (of 255) at which a mark is seen at all
_FIRM = 60  # contrast that show-through does not reach
_WEAK = 30  # contrast that a sharp mark must reach
_SHARP = 0.4  # steepest step between neighbouring pixels, as a share of the mark's contrast
_SPECK_MM2 = 0.35
_ENOUGH_MM2 = 1.0
EDGE_MM = 10.0
_TOUCHING_MM = 0.6
_PLAIN_MM2 = 100.0  # of letters: about so many of them
_SAMPLED_ROWS = 4
_HOLE_MM = (3.5, 9.0)
_HOLE_EDGE_MM = 25.0

_Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Blankness:
    """Whether a page is blank, and the ink that decided it."""

    blank: bool
    ink_mm2: float


def is_blank(gray: Pixels, dpi: float) -> bool:
    """Whether a grey page (HxW uint8, any border cut off) shows nothing of its own."""
    small = make_small(gray, dpi)
    return measure_blankness(small, np.zeros(small.gray.shape, dtype=np.bool_)).blank


def measure_blankness(small: SmallPage, outside: _Flags) -> Blankness:
    """As `is_blank`, with the evidence; `outside` flags what is not page (borders, corners made by straightening)."""
    contrast = small.contrast.copy()
    contrast[outside] = 0
    marks = find_marks((contrast > _FAINT).astype(np.uint8))
    area = marks.area / small.px_per_mm**2
    keep = area >= _SPECK_MM2
    keep[0] = False
    keep &= ~_at_edge(marks, outside, small.px_per_mm)
    keep &= ~_holes(marks, small)
    keep &= _own_ink(contrast, marks)
    ink = float(area[keep].sum())
    return Blankness(ink < _ENOUGH_MM2, round(ink, 2))


def find_plain_text(marks: Marks, contrast: Pixels, inside: _Flags, px_per_mm: float) -> Blankness | None:
    """That a page has text beyond doubt, with the least of its ink; None where it must be looked at closely.

    `contrast` is HxW; `inside` flags which of its `marks` lie well within the page: many firm ones of a letter's size
    are neither border nor holes, specks or what shows through.
    """
    letters = (marks.long < _HOLE_MM[0] * px_per_mm) & (marks.area >= _SPECK_MM2 * px_per_mm**2) & inside
    letters[0] = False
    if float(marks.area[letters].sum()) < _PLAIN_MM2 * px_per_mm**2:
        return None
    rows = np.s_[::_SAMPLED_ROWS]
    firm = np.zeros(marks.area.size, dtype=np.bool_)
    firm[marks.labels[rows][contrast[rows] >= _FIRM]] = True
    ink = float(marks.area[letters & firm].sum()) / px_per_mm**2
    return Blankness(False, round(ink, 2)) if ink >= _PLAIN_MM2 else None


def _at_edge(marks: Marks, outside: _Flags, px_per_mm: float) -> _Flags:
    """Marks that touch the page's edge and do not reach further in than `EDGE_MM`."""
    edge = np.pad(outside.astype(np.uint8), 1, constant_values=1)
    places = np.flatnonzero(marks.labels)
    owner = marks.labels.ravel()[places]
    touching, reaching = np.zeros((2, marks.area.size), dtype=np.bool_)
    touching[owner[_within(edge, _TOUCHING_MM * px_per_mm).ravel()[places] > 0]] = True
    reaching[owner[_within(edge, EDGE_MM * px_per_mm).ravel()[places] == 0]] = True
    flags: _Flags = touching & ~reaching
    return flags


def _within(edge: Pixels, reach_px: float) -> Pixels:
    """Not 0 up to so far from what is not 0 in `edge`, across or along; without the one pixel around it."""
    side = 2 * int(reach_px) + 1
    return typed(cv2.dilate(edge, np.ones((side, side), np.uint8)))[1:-1, 1:-1]


def _holes(marks: Marks, small: SmallPage) -> _Flags:
    """Round marks of a punch hole's size along an edge."""
    mm = small.px_per_mm
    rows, columns = small.gray.shape
    size = (marks.short >= _HOLE_MM[0] * mm) & (marks.long <= _HOLE_MM[1] * mm)
    shape = marks.short >= 0.75 * marks.long
    filled = marks.area >= 0.6 * marks.width * marks.height
    near = _HOLE_EDGE_MM * mm
    at_side = (marks.left + marks.width <= near) | (marks.left >= columns - near)
    at_side |= (marks.top + marks.height <= near) | (marks.top >= rows - near)
    holes: _Flags = size & shape & filled & at_side
    return holes


def _own_ink(contrast: Pixels, marks: Marks) -> _Flags:
    """Marks that were made on this side: firm ones, and faint ones with sharp edges."""
    marked = marks.labels > 0
    owner = marks.labels[marked]
    peak, step = np.zeros(marks.area.size, np.uint8), np.zeros(marks.area.size, np.uint8)
    np.maximum.at(peak, owner, contrast[marked])
    kernel = np.ones((2, 2), np.uint8)
    steps = typed(cv2.morphologyEx(contrast, cv2.MORPH_GRADIENT, kernel))
    np.maximum.at(step, owner, steps[marked])
    flags: _Flags = (peak >= _FIRM) | ((peak >= _WEAK) & (step >= _SHARP * peak.astype(np.float64)))
    return flags
