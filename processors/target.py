# SPDX-License-Identifier: EUPL-1.2
"""Does the image show a colour or grey target? Told by its patches: even, alike in size, of many colours or greys.

A colour chart has patches of many hues; a grey scale has patches of rising brightness in a row. Tables' cells are even
and alike too, but all of one colour; photographs and stamps have few even places.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.ink import Pixels, typed

_LONG_SIDE_PX = 500
_EVEN = 14  # most difference between neighbours within a patch
_PATCH_SHARE = (0.0004, 0.05)  # of the image
_FILLED = 0.72  # of its upright frame: a patch that lies a little askew still does
_ELONGATED = 2.5
_ALIKE = 2.0
_COLOURED = 20.0  # chroma in Lab
_GREY = 14.0
_HUES = 12
_LEAST_HUES = 5
LEAST_COLOUR_PATCHES = 12
LEAST_GREY_PATCHES = 8
_GREY_RANGE = 120.0  # of 255

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Target:
    """A recognised target: how many patches, and how many its kind must have at least."""

    patches: int
    threshold: int


def find_target(pixels: Pixels) -> Target | None:
    """The target on a scan (HxW grey or HxWx3 RGB), or None."""
    factor = max(1, round(max(pixels.shape[:2]) / _LONG_SIDE_PX))  # a whole one: several times as fast
    height, width = (max(1, side // factor) for side in pixels.shape[:2])
    whole = pixels[: height * factor, : width * factor]
    image = typed(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA))
    colour = image if image.ndim == 3 else typed(cv2.cvtColor(image, cv2.COLOR_GRAY2RGB))
    places, shades = _patches(colour)
    if len(places) < LEAST_GREY_PATCHES:
        return None
    chroma = np.hypot(shades[:, 1] - 128, shades[:, 2] - 128)
    hues = np.arctan2(shades[:, 2] - 128, shades[:, 1] - 128)[chroma >= _COLOURED]
    distinct = np.unique(np.floor((hues + np.pi) / (2 * np.pi) * _HUES)).size
    if len(places) >= LEAST_COLOUR_PATCHES and distinct >= _LEAST_HUES:
        return Target(len(places), LEAST_COLOUR_PATCHES)
    steps = _longest_scale(places[chroma < _GREY], shades[chroma < _GREY, 0])
    return Target(steps, LEAST_GREY_PATCHES) if steps >= LEAST_GREY_PATCHES else None


def _patches(image: Pixels) -> tuple[_Floats, _Floats]:
    """Frames (left, top, width, height) and mean Lab colours (0 to 255) of even patches that are alike in size."""
    red, green, blue = cv2.split(typed(cv2.morphologyEx(image, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))))
    even = (cv2.max(cv2.max(red, green), blue) <= _EVEN).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(even, connectivity=4)
    table = np.asarray(stats, dtype=np.float64)
    width, height, area = table[:, cv2.CC_STAT_WIDTH], table[:, cv2.CC_STAT_HEIGHT], table[:, cv2.CC_STAT_AREA]
    low, high = (share * even.size for share in _PATCH_SHARE)
    keep = (area >= low) & (area <= high) & (area >= _FILLED * width * height)
    keep &= np.maximum(width, height) <= _ELONGATED * np.minimum(width, height)
    keep[0] = False
    if not keep.any():
        return np.empty((0, 4)), np.empty((0, 3))
    typical = float(np.median(area[keep]))
    keep &= (area >= typical / _ALIKE) & (area <= typical * _ALIKE)
    places = table[keep, :4]
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB)
    shades = []
    for number, (left, top, across, down) in zip(np.flatnonzero(keep), places.astype(int), strict=True):
        part = np.s_[top : top + down, left : left + across]
        shades.append(lab[part][labels[part] == number].mean(axis=0))
    return places, np.asarray(shades, dtype=np.float64)


def _longest_scale(places: _Floats, light: _Floats) -> int:
    """How many patches stand in the longest row or column of steadily rising or falling brightness."""
    longest = 0
    for along, across in ((0, 1), (1, 0)):
        middle = places[:, across] + places[:, across + 2] / 2
        for one in range(len(places)):
            beside = np.abs(middle - middle[one]) <= places[one, across + 2] / 2
            ordered = light[beside][np.argsort(places[beside, along], kind="stable")]
            steps = np.diff(ordered)
            if (
                ordered.size > longest
                and np.ptp(ordered) >= _GREY_RANGE
                and (bool((steps > 0).all() or (steps < 0).all()))
            ):
                longest = int(ordered.size)
    return longest
