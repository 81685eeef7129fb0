# SPDX-License-Identifier: EUPL-1.2
"""Lines that run apart, as on a page photographed at an angle, and the page with its lines made parallel for reading.

Parallel lines seen at an angle meet in one point, so that a line's slope changes evenly with its height on the page
(Hartley and Zisserman, Multiple View Geometry, 2004, section 2.4). It is found on the frames of letter-sized marks in
bands of the page. Only reading gets the page so: letters that grow towards the camera do not hinder it, and the access
image stays what the camera saw.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.ink import LETTER_MM, MM_PER_INCH, Pixels, SmallPage, typed
from schemas.page import Box, Geometry

_BANDS = 6
_LETTERS = 100  # in a band, fewer of which show no direction for sure
_ACROSS = 0.4  # share of the page's width that a band's letters must span
_MOST_DEG, _STEP_DEG = 6.0, 0.1
_BIN = 0.3  # of a letter's height
_STRENGTH = 1.6  # a band's sharpest profile over its median one
_LEAST_DEG = 1.5  # from the highest line to the lowest; below it a recogniser copes
_OFF_DEG = 0.4  # how far bands may lie off the even change

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fan:
    """How a page's lines run apart: the line that crosses the page's middle at `y` rises by ``slope + change * y``.

    All in derivative pixels; positive slopes run down to the right. The flat page reaches from `top_px` over
    `height_px` rows, so that no line is cut off, and is as wide as the derivative.
    """

    slope: float
    change: float
    width_px: int
    page_height_px: int
    top_px: int
    height_px: int

    @property
    def spread_deg(self) -> float:
        """By how much the slopes of the page's highest and lowest line differ."""
        return round(math.degrees(abs(self.change) * self.page_height_px), 2)

    @property
    def _middle(self) -> float:
        return self.width_px / 2

    def flatten(self, pixels: Pixels) -> Pixels:
        """The page (HxW or HxWx3, uint8) with its lines level."""
        across = np.arange(self.width_px, dtype=np.float32)
        down = np.arange(self.top_px, self.top_px + self.height_px, dtype=np.float32) + np.float32(0.5)
        rise = np.float32(self.slope) + np.float32(self.change) * down
        rows = down[:, None] + rise[:, None] * (across[None, :] + np.float32(0.5 - self._middle)) - np.float32(0.5)
        columns = np.broadcast_to(across[None, :], rows.shape)
        return typed(
            cv2.remap(pixels, np.ascontiguousarray(columns), rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        )

    def to_page(self, box: Box) -> Box:
        """Around a box of the flat page, where that lies on the derivative."""
        rows = [self._row_on_page(x, y + self.top_px) for x in (box.left, box.right) for y in (box.top, box.bottom)]
        top = min(max(0, math.floor(min(rows))), self.page_height_px - 1)
        bottom = min(max(math.ceil(max(rows)), top + 1), self.page_height_px)
        return Box(left=box.left, top=top, right=box.right, bottom=bottom)

    def to_flat(self, box: Box) -> Box:
        """The box on the flat page that `to_page` leads back to around the middle of `box`, as high as a line there."""
        left, right = box.left, box.right
        slant = abs(self._row_on_page(right, box.top) - self._row_on_page(left, box.top))
        middle = self._flat_row((left + right) / 2, (box.top + box.bottom) / 2) - self.top_px
        half = max(1.0, (box.height_px - slant) / 2)
        top = min(max(0, math.floor(middle - half)), self.height_px - 1)
        bottom = min(max(math.ceil(middle + half), top + 1), self.height_px)
        return Box(left=left, top=top, right=right, bottom=bottom)

    def _row_on_page(self, x: float, y: float) -> float:
        return y + (self.slope + self.change * y) * (x - self._middle)

    def _flat_row(self, x: float, y: float) -> float:
        beside = x - self._middle
        return (y - self.slope * beside) / (1 + self.change * beside)


def find_fan(small: SmallPage, geometry: Geometry) -> Fan | None:
    """How the lines of a page run apart; None where they are as good as parallel, or too few to tell.

    `small` is the page as scanned; `geometry` leads from there to the derivative.
    """
    xs, ys, letter_px = _baselines(small, geometry)
    places, slopes = _slopes(xs, ys, letter_px, geometry.width_px)
    if places.size < 3:  # two bands agree with any even change
        return None
    change, slope = np.polyfit(places, slopes, 1)
    off = np.degrees(np.abs(slopes - (slope + change * places)))
    spread = math.degrees(abs(change) * float(places.max() - places.min()))
    if spread < _LEAST_DEG or float(off.max()) > max(_OFF_DEG, 0.15 * spread):
        return None
    return _make(float(slope), float(change), geometry)


def _make(slope: float, change: float, geometry: Geometry) -> Fan | None:
    width, height = geometry.width_px, geometry.height_px
    if abs(change) * width / 2 > 0.5:  # no photograph of a page: lines would meet beside it
        return None
    bare = Fan(slope, change, width, height, 0, height)
    rows = [bare._flat_row(x, y) for x in (0.0, float(width)) for y in (0.0, float(height))]
    top = math.floor(min(0.0, *rows))
    bottom = math.ceil(max(float(height), *rows))
    return Fan(slope, change, width, height, top, bottom - top)


def _baselines(small: SmallPage, geometry: Geometry) -> tuple[_Floats, _Floats, float]:
    """The middles of letters' lower sides, in derivative pixels, and the letters' median height there."""
    marks = small.marks
    low, high = (mm * small.px_per_mm for mm in LETTER_MM)
    keep = (marks.height >= low) & (marks.height <= high) & (marks.width <= 3 * high)
    keep &= marks.area >= max(3.0, 0.25 * low * low)
    keep[0] = False
    left, top, width, height = (
        side[keep].astype(np.float64) * small.factor for side in (marks.left, marks.top, marks.width, marks.height)
    )
    right, bottom = left + width, top + height
    corners = [_map(geometry, x, y) for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))]
    xs = np.mean([x for x, _ in corners], axis=0)
    heads, feet = np.min([y for _, y in corners], axis=0), np.max([y for _, y in corners], axis=0)
    inside = (xs >= 0) & (xs < geometry.width_px) & (feet > 0) & (heads < geometry.height_px)
    letter_px = float(np.median((feet - heads)[inside])) if inside.any() else geometry.dpi / MM_PER_INCH
    return np.asarray(xs[inside], np.float64), np.asarray(feet[inside], np.float64), letter_px


def _map(geometry: Geometry, xs: _Floats, ys: _Floats) -> tuple[_Floats, _Floats]:
    matrix = geometry.matrix
    return matrix.a * xs + matrix.b * ys + matrix.c, matrix.d * xs + matrix.e * ys + matrix.f


def _slopes(xs: _Floats, ys: _Floats, letter_px: float, width_px: int) -> tuple[_Floats, _Floats]:
    """By bands of as many letters each: the height (at the page's middle) and the slope of its lines, where shown."""
    beside = xs - width_px / 2
    order = np.argsort(ys)
    places: list[float] = []
    slopes: list[float] = []
    for band in np.array_split(order, _BANDS):
        if band.size < _LETTERS or np.ptp(xs[band]) < _ACROSS * width_px:
            continue
        slope, strength = _slope_of(beside[band], ys[band], max(2.0, _BIN * letter_px))
        if strength >= _STRENGTH:
            places.append(float(np.median(ys[band] - slope * beside[band])))
            slopes.append(slope)
    return np.array(places), np.array(slopes)


def _slope_of(beside: _Floats, ys: _Floats, bin_px: float) -> tuple[float, float]:
    """The slope along which letters' feet fall into the sharpest profile, and how much sharper than others that is."""
    angles = np.arange(-_MOST_DEG, _MOST_DEG + _STEP_DEG / 2, _STEP_DEG)
    tangents = np.tan(np.radians(angles))
    sharpness = np.empty(tangents.size)
    for index, tangent in enumerate(tangents):
        bins = ((ys - tangent * beside) / bin_px).astype(np.int64)
        profile = np.bincount(bins - bins.min()).astype(np.float64)
        sharpness[index] = float(np.square(profile[:-1] + profile[1:]).sum())
    best = int(np.argmax(sharpness))
    return float(tangents[best]), float(sharpness[best] / max(float(np.median(sharpness)), 1e-9))
