# SPDX-License-Identifier: EUPL-1.2
"""Which of a page's marks are ink that a stencil can show: decided on the page at half the stencil's resolution.

A stroke is cut where it is three fifths as dark as at its darkest within its own width (the local contrast of Bernsen,
1986, and of Su, Lu and Tan, 2013), so a letter keeps what the ribbon printed faintly, and what is black does not swell.
Cut at half, narrow gaps within a letter close: a typed `d` becomes an `â`.
Whether that is ink at all is decided for whole marks. Whatever is not taken stays in the background picture: to leave
something out costs sharpness, never content.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.coloured import find_coloured_marks, measure_chroma
from processors.ink import (
    BRIGHTNESS_FLOOR,
    MM_PER_INCH,
    Marks,
    Pixels,
    as_gray,
    contrast_against,
    estimate_paper,
    find_marks,
    histogram,
    typed,
)
from schemas.page import Box

_LEAST_CONTRAST = 15  # of 255
_NOISE_DEVIATIONS = 5.0
_STROKE_MM = 0.2  # to each side: about half of a stroke
_CUT_SHARE = 0.6  # of the darkest ink within a stroke's width
_WEAK_SHARE = 0.4  # the same for what belongs together: a mark reaches a little beyond its cut
_LETTER_MM = 0.85  # to each side: about half of a typed letter
_FAINTEST = 0.12  # of the darkest ink within a letter: what is paler is blur or lies behind
_STAMP_CUT_SHARE = 0.75  # of that on a coloured stamp, which is half as dark already
_INK_SHARE = 0.35  # of the page's ink: marks as dark as this are ink whatever they look like
_SHARP = 0.75  # share of its contrast that a mark's edge spans in two pixels; show-through is blurred by the paper
_SPECK_MM2 = 0.06
_IN_WORDS = 0.6  # of a mark's pixels

_READ, _STAMPED = 1, 2  # places within words, and within stamps, where what is left of a stamp is not to be taken

_Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class InkLayer:
    """Ink on the working image; arrays are HxW, uint8."""

    taken: Pixels
    """Not 0 where a mark is ink for the stencil."""
    cut: Pixels
    """The grey value under which a pixel is ink; 0 (nothing is) away from marks that were taken."""
    stamped: Pixels
    """Not 0 on a coloured stamp, as far as no other ink lies over it."""
    stamps: tuple[Box, ...]
    """Frames of coloured stamps, which were left in the picture."""


def find_ink_layer(work: Pixels, dpi: float, words: Sequence[Box], pictures: Sequence[Box]) -> InkLayer:
    """Find what a stencil can show on `work` (HxW or HxWx3).

    `words` are boxes of what was read surely, in pixels of `work`; inside of `pictures` nothing is taken.
    """
    gray = as_gray(work)
    paper = estimate_paper(gray, dpi)
    contrast = contrast_against(paper, gray)
    for box in pictures:
        contrast[box.top : box.bottom, box.left : box.right] = 0
    px_per_mm = dpi / MM_PER_INCH
    counts = histogram(contrast)
    floor = _noise_floor(counts)
    stroke, letter = (_darkest_within(contrast, reach * px_per_mm) for reach in (_STROKE_MM, _LETTER_MM))
    where = _fill_boxes(contrast.shape, words)
    behind = cv2.convertScaleAbs(letter, alpha=_FAINTEST)
    behind[where == _READ] = 0  # what is pale in a word is the ribbon's doing
    least = np.maximum(behind, np.uint8(floor))
    weak = np.maximum(cv2.convertScaleAbs(stroke, alpha=_WEAK_SHARE), least)
    ink = typed(cv2.compare(contrast, weak, cv2.CMP_GT))
    stamped = np.zeros_like(ink)
    stamps: tuple[Box, ...] = ()
    if work.ndim == 3:
        found = find_coloured_marks(ink, measure_chroma(work, paper), contrast, where, px_per_mm)
        if found is not None:
            ink, stamped, stamps = typed(cv2.subtract(ink, found.ink)), found.ink, found.boxes
    marks = find_marks(ink)
    where[_fill_boxes(ink.shape, stamps) > 0] = _STAMPED
    keep = _judge(marks, contrast, where, _page_ink(counts, floor), max(3.0, _SPECK_MM2 * px_per_mm**2))
    taken = typed(keep.astype(np.uint8)[marks.labels] * np.uint8(255))
    share = np.maximum(cv2.convertScaleAbs(stroke, alpha=_CUT_SHARE), least)
    if stamps:  # between black and the stamp's colour, not between black and paper
        beside = cv2.dilate(stamped, np.ones((5, 5), np.uint8)) > 0
        share[beside] = (letter[beside] * _STAMP_CUT_SHARE).astype(np.uint8)
    return InkLayer(taken=taken, cut=_cut(taken, typed(share), paper), stamped=stamped, stamps=stamps)


def _darkest_within(contrast: Pixels, reach_px: float) -> Pixels:
    side = 2 * max(1, round(reach_px)) + 1
    return typed(cv2.dilate(contrast, np.ones((side, side), np.uint8)))


def _noise_floor(counts: NDArray[np.int64]) -> int:
    """Contrast that the paper's own grain does not reach: median and spread of all pixels, most of which are paper."""
    below = counts.cumsum()
    median, upper = (int(np.searchsorted(below, share * below[-1])) for share in (0.5, 0.75))
    deviation = max(1.0, (upper - median) / 0.6745)
    return min(96, max(_LEAST_CONTRAST, round(median + _NOISE_DEVIATIONS * deviation)))


def _page_ink(counts: NDArray[np.int64], floor: int) -> int:
    """The least contrast of what is ink for sure, by the page's darkest marks."""
    below = counts[floor:].cumsum()
    if below[-1] == 0:
        return floor
    return max(floor, round(_INK_SHARE * (floor + int(np.searchsorted(below, 0.9 * below[-1])))))


def _fill_boxes(shape: Sequence[int], boxes: Sequence[Box]) -> Pixels:
    filled = np.zeros(tuple(shape), np.uint8)
    for box in boxes:
        filled[max(0, box.top) : box.bottom, max(0, box.left) : box.right] = _READ
    return filled


def _judge(marks: Marks, contrast: Pixels, where: Pixels, sure: int, speck_px: float) -> _Flags:
    """Which marks are ink: dark, or sharp, or read as words; in a stamp only what is dark."""
    places = np.flatnonzero(marks.labels != 0)
    labels = marks.labels.ravel()[places]
    depth, steepest = np.zeros((2, marks.area.size), np.uint8)
    np.maximum.at(depth, labels, contrast.ravel()[places])
    edge = typed(cv2.morphologyEx(contrast, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)))
    np.maximum.at(steepest, labels, edge.ravel()[places])
    place = where.ravel()[places]
    read = np.bincount(labels, weights=place == _READ, minlength=marks.area.size) >= _IN_WORDS * marks.area
    stamped = np.bincount(labels, weights=place == _STAMPED, minlength=marks.area.size) > 0
    evident = (depth >= sure) | (((steepest >= _SHARP * depth) | read) & ~stamped)
    keep: _Flags = evident & (marks.area >= speck_px)
    keep[0] = False
    return keep


def _cut(taken: Pixels, share: Pixels, paper: Pixels) -> Pixels:
    """The grey value of so much contrast, over what was taken and one pixel around it; 0 elsewhere."""
    darker = cv2.multiply(np.maximum(paper, np.uint8(BRIGHTNESS_FLOOR)), share, scale=1 / 255)
    near = typed(cv2.dilate(taken, np.ones((3, 3), np.uint8)))
    return typed(cv2.bitwise_and(typed(cv2.subtract(paper, darker)), near))
