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
_COLOURED = 0.3  # chroma as a share of contrast
_TINGED = 0.12  # the same beside what is coloured: cameras and JPEG lose colour in patches
_LEAST_CHROMA = 22
_IN_WORDS = 0.6  # of a mark's or a stamp's pixels
_PAGE_SHARE = 1 / 3  # colour that makes up so much of a page's ink is its writing, not a stamp on it
_STAMP_JOIN_MM = 4.0
_STAMP_MM2 = 5.0  # of ink; less of a colour is no stamp
_GROUP_PX = 4
_STAMP_SIDES_MM = (3.0, 6.0)  # the shorter and the longer, at least: a line is none, nor a fringe at the scan's edge

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
        stamps = _take_out_stamps(ink, stamped, _chroma(work, paper), contrast, where, px_per_mm)
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


def _chroma(work: Pixels, paper: Pixels) -> Pixels:
    """How far the channels of `work` (HxWx3) lie apart, as contrast is measured, on paper that counts as white.

    Black ink takes as much from every channel of its paper, whatever the paper's tint.
    """
    tint = np.median(work[::8, ::8].reshape(-1, 3), axis=0) + 1.0  # most of a page is paper
    red, green, blue = (
        cv2.convertScaleAbs(channel, alpha=float(tint.max() / shade))
        for channel, shade in zip(cv2.split(work), tint, strict=True)
    )
    highest, lowest = cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)
    return contrast_against(paper, typed(cv2.subtract(paper, cv2.subtract(highest, lowest))))


def _take_out_stamps(
    ink: Pixels, stamped: Pixels, chroma: Pixels, contrast: Pixels, where: Pixels, px_per_mm: float
) -> tuple[Box, ...]:
    """Move stamps from `ink` to `stamped`; their frames.

    A stamp is colour that lies together and was not read as words. Where most of the page is in colour, that is the
    colour of its writing.
    """

    def coloured_by(share: float) -> Pixels:
        least = np.maximum(cv2.convertScaleAbs(contrast, alpha=share), np.uint8(_LEAST_CHROMA * share / _COLOURED))
        return typed(cv2.bitwise_and(typed(cv2.compare(chroma, least, cv2.CMP_GT)), ink))

    coloured = typed(cv2.medianBlur(coloured_by(_COLOURED), 3))
    found = cv2.countNonZero(coloured)
    if found < _STAMP_MM2 * px_per_mm**2 or found > _PAGE_SHARE * cv2.countNonZero(ink):
        return ()
    groups = _group(coloured, _STAMP_JOIN_MM * px_per_mm)
    places = np.flatnonzero(coloured != 0)
    labels = _group_at(places, groups, ink.shape[1])
    area = np.bincount(labels, minlength=groups.area.size)
    read = np.bincount(labels, weights=where.ravel()[places] > 0, minlength=groups.area.size)
    short, long = (side * px_per_mm / _GROUP_PX for side in _STAMP_SIDES_MM)
    stamp = (area >= _STAMP_MM2 * px_per_mm**2) & (groups.short >= short) & (groups.long >= long)
    stamp &= read < _IN_WORDS * area
    stamp[0] = False
    if not stamp.any():
        return ()
    places = np.flatnonzero(coloured_by(_TINGED) != 0)
    moved = places[stamp[_group_at(places, groups, ink.shape[1])]]
    ink.ravel()[moved] = 0
    stamped.ravel()[moved] = 255
    rows, columns = ink.shape
    edge = round(px_per_mm)
    return tuple(
        Box(
            left=max(0, int(groups.left[one]) * _GROUP_PX - edge),
            top=max(0, int(groups.top[one]) * _GROUP_PX - edge),
            right=min(columns, int(groups.left[one] + groups.width[one]) * _GROUP_PX + edge),
            bottom=min(rows, int(groups.top[one] + groups.height[one]) * _GROUP_PX + edge),
        )
        for one in np.flatnonzero(stamp)
    )


def _group(flags: Pixels, join_px: float) -> Marks:
    """What lies together, on an image of a `_GROUP_PX`-th of the size."""
    rows, columns = (-(-side // _GROUP_PX) for side in flags.shape)
    padded = np.zeros((rows * _GROUP_PX, columns * _GROUP_PX), np.uint8)
    padded[: flags.shape[0], : flags.shape[1]] = flags
    small = typed(cv2.resize(padded, (columns, rows), interpolation=cv2.INTER_AREA))  # a sixteenth of 255 is not 0
    side = max(1, round(join_px / _GROUP_PX)) | 1
    edge = np.pad(small, side)  # closing must not join to the image's edge
    closed = typed(cv2.morphologyEx(edge, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8)))
    return find_marks(np.ascontiguousarray(closed[side:-side, side:-side]))


def _group_at(places: NDArray[np.int64], groups: Marks, columns: int) -> NDArray[np.int32]:
    """The group's number at flat places of the whole image."""
    return groups.labels[places // columns // _GROUP_PX, places % columns // _GROUP_PX]


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
