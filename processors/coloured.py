# SPDX-License-Identifier: EUPL-1.2
"""Coloured marks on a page of black writing: stamps, seals, signatures. For whoever reads the page, and for its image.

A coloured mark is ink of a colour that lies together. Where most of the page's ink is in colour, that is the colour of
its writing, and nothing is a mark.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.ink import (
    MM_PER_INCH,
    Marks,
    Pixels,
    as_gray,
    contrast_against,
    estimate_paper,
    find_marks,
    typed,
)
from processors.treatments import Treatment, treat
from schemas.page import Box

_COLOURED = 0.3  # chroma as a share of contrast
_BEYOND = 0.2  # the same, beyond that of the page's writing: a ribbon may be bluish itself
_TINGED = 0.12  # the same beside what is coloured: cameras and JPEG lose colour in patches
_LEAST_CHROMA = 22
_IN_WORDS = 0.6  # of a mark's pixels
_PAGE_SHARE = 1 / 3  # colour that makes up so much of a page's ink is its writing, not a stamp on it
_JOIN_MM = 4.0
_SAMPLE = 8  # pixels of ink, of which one is looked at
_LEAST_MM2 = 5.0  # of ink; less of a colour is no stamp
_GROUP_PX = 4
_SIDES_MM = (3.0, 6.0)  # the shorter and the longer, at least: a line is none, nor a fringe at the scan's edge

_FIND_DPI = 75.0
_STRONG = 90  # percentile of the ink's contrast that counts as black
_OVER_TEXT_MM2 = 5.0  # of black ink within a mark's frame: about eight letters
_DARK = 0.5  # of that: a stamp's pale edges have lost their colour, but are not dark
_BLEACH = 1.5
_PALE = 128  # of 255, on an evened page: half as dark as type
_INK_CONTRAST = 25  # of 255: stamps are paler than type


@dataclass(frozen=True)
class ColouredMarks:
    """What is coloured on an image of a page."""

    ink: Pixels
    """HxW uint8, not 0 on the marks' ink."""
    boxes: tuple[Box, ...]
    """Frames of the marks, a millimetre wider on each side, in pixels of that image."""


@dataclass(frozen=True)
class PageColour:
    """Coloured marks of a page, and its other ink, on an image reduced by `factor`."""

    marks: ColouredMarks
    dark: Pixels
    """HxW uint8, not 0 on ink that is not of a coloured mark."""
    factor: int
    px_per_mm: float
    """Of the page itself."""

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Frames, in the page's own pixels, of the marks that do not run out of it, or nearly: a brown edge does."""
        rows, columns = self.dark.shape
        edge = self.px_per_mm / self.factor
        return tuple(
            Box(
                left=box.left * self.factor,
                top=box.top * self.factor,
                right=box.right * self.factor,
                bottom=box.bottom * self.factor,
            )
            for box in self.marks.boxes
            if min(box.left, box.top, columns - box.right, rows - box.bottom) > edge
        )

    def over_text(self, box: Box) -> bool:
        """Whether so much black ink lies in a mark's frame (the page's pixels) that it may be text."""
        return self.shares(box)[1] * box.width_px * box.height_px >= _OVER_TEXT_MM2 * self.px_per_mm**2

    def shares(self, box: Box) -> tuple[float, float]:
        """How much of `box` (the page's pixels) coloured and other ink cover, 0 to 1 each."""
        part = np.s_[
            box.top // self.factor : -(-box.bottom // self.factor),
            box.left // self.factor : -(-box.right // self.factor),
        ]
        coloured, dark = self.marks.ink[part], self.dark[part]
        if coloured.size == 0:
            return 0.0, 0.0
        return cv2.countNonZero(coloured) / coloured.size, cv2.countNonZero(dark) / dark.size


def find_page_colour(reduced: Callable[[int], Pixels], dpi: float) -> PageColour | None:
    """The coloured marks on a page of `dpi`, of which `reduced` gives means over squares of so many pixels a side (HxW
    or HxWx3 RGB, uint8); None where there are none, as on any grey page.
    """
    factor = max(1, round(dpi / _FIND_DPI))
    small = reduced(factor)
    if small.ndim == 2 or not small.size:
        return None
    px_per_mm = dpi / factor / MM_PER_INCH
    gray = as_gray(small)
    paper = estimate_paper(gray, dpi / factor)
    contrast = contrast_against(paper, gray)
    ink = typed(cv2.threshold(contrast, _INK_CONTRAST, 255, cv2.THRESH_BINARY)[1])
    marks = find_coloured_marks(ink, measure_chroma(small, paper), contrast, None, px_per_mm)
    if marks is None:
        return None
    strong = float(np.percentile(contrast[ink > 0], _STRONG))
    black = typed(cv2.threshold(contrast, _DARK * strong, 255, cv2.THRESH_BINARY)[1])
    return PageColour(marks, typed(cv2.subtract(black, marks.ink)), factor, dpi / MM_PER_INCH)


def measure_chroma(work: Pixels, paper: Pixels) -> Pixels:
    """How far the channels of `work` (HxWx3) lie apart, as contrast is measured, on paper that counts as white.

    Black ink takes as much from every channel of its paper, whatever the paper's tint.
    """
    lowest, highest = _extremes(work)
    return contrast_against(paper, typed(cv2.subtract(paper, cv2.subtract(highest, lowest))))


def without_colour(pixels: Pixels, dpi: float) -> Pixels:
    """HxW grey of a piece of a page (HxWx3 RGB, uint8), evened, coloured ink as bright as paper, or nearly so.

    A channel's distance from the others is added to the brightest: a stamp's or a pen's ink is dark in one or two
    channels only, black ink, also where colour lies over it, in all.
    """
    lowest, highest = _extremes(pixels)
    bleached = typed(cv2.addWeighted(highest, 1.0 + _BLEACH, lowest, -_BLEACH, 0.0))
    return treat(bleached, dpi, Treatment.EVEN)


def without_pale(pixels: Pixels, dpi: float) -> Pixels:
    """HxW grey of a piece of a page, evened, without what is less than half as dark as its type: a black stamp, which
    is pressed unevenly and rubs off, show-through, stains.
    """
    evened = treat(pixels, dpi, Treatment.EVEN)
    return typed(cv2.convertScaleAbs(np.minimum(evened, np.uint8(_PALE)), alpha=255 / _PALE))


def find_coloured_marks(
    ink: Pixels, chroma: Pixels, contrast: Pixels, words: Pixels | None, px_per_mm: float
) -> ColouredMarks | None:
    """The coloured marks among `ink`; None where there are none. All arrays are HxW, uint8.

    `words` is not 0 where words were read: what mostly lies in words is writing, not a mark.
    """

    def coloured_by(share: float) -> Pixels:
        least = np.maximum(cv2.convertScaleAbs(contrast, alpha=share), np.uint8(_LEAST_CHROMA * share / _COLOURED))
        return typed(cv2.bitwise_and(typed(cv2.compare(chroma, least, cv2.CMP_GT)), ink))

    writing = _writing_colour(ink, chroma, contrast)
    coloured = typed(cv2.medianBlur(coloured_by(max(_COLOURED, writing + _BEYOND)), 3))
    found = cv2.countNonZero(coloured)
    if found < _LEAST_MM2 * px_per_mm**2 or found > _PAGE_SHARE * cv2.countNonZero(ink):
        return None
    groups = _group(coloured, _JOIN_MM * px_per_mm)
    places = np.flatnonzero(coloured != 0)
    labels = _group_at(places, groups, ink.shape[1])
    area = np.bincount(labels, minlength=groups.area.size)
    short, long = (side * px_per_mm / _GROUP_PX for side in _SIDES_MM)
    chosen = (area >= _LEAST_MM2 * px_per_mm**2) & (groups.short >= short) & (groups.long >= long)
    if words is not None:
        read = np.bincount(labels, weights=words.ravel()[places] > 0, minlength=groups.area.size)
        chosen &= read < _IN_WORDS * area
    chosen[0] = False
    if not chosen.any():
        return None
    places = np.flatnonzero(coloured_by(max(_TINGED, writing + _TINGED / 2)) != 0)
    marked = np.zeros_like(ink)
    marked.ravel()[places[chosen[_group_at(places, groups, ink.shape[1])]]] = 255
    rows, columns = ink.shape
    edge = round(px_per_mm)
    boxes = tuple(
        Box(
            left=max(0, int(groups.left[one]) * _GROUP_PX - edge),
            top=max(0, int(groups.top[one]) * _GROUP_PX - edge),
            right=min(columns, int(groups.left[one] + groups.width[one]) * _GROUP_PX + edge),
            bottom=min(rows, int(groups.top[one] + groups.height[one]) * _GROUP_PX + edge),
        )
        for one in np.flatnonzero(chosen)
    )
    return ColouredMarks(marked, boxes)


def _writing_colour(ink: Pixels, chroma: Pixels, contrast: Pixels) -> float:
    """Chroma as a share of contrast of the page's ink, most of which is its writing; 0 where there is no ink."""
    places = np.flatnonzero(ink)[::_SAMPLE]
    if not places.size:
        return 0.0
    shares = chroma.ravel()[places] / np.maximum(contrast.ravel()[places], np.uint8(1)).astype(np.float32)
    return float(np.median(shares))


def _extremes(work: Pixels) -> tuple[Pixels, Pixels]:
    """The lowest and the highest channel, where the paper's tint counts as white."""
    tint = np.median(work[::8, ::8].reshape(-1, 3), axis=0) + 1.0  # most of a page is paper
    red, green, blue = (
        cv2.convertScaleAbs(channel, alpha=float(tint.max() / shade))
        for channel, shade in zip(cv2.split(work), tint, strict=True)
    )
    return typed(cv2.min(cv2.min(red, green), blue)), typed(cv2.max(cv2.max(red, green), blue))


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
