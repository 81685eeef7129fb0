# SPDX-License-Identifier: EUPL-1.2
"""The skew of a page's text lines, by the sharpest projection profile.

Only what has the size of letters is projected: rules, borders, pictures and specks would pull towards their own
direction. The angle is searched from coarse to fine over the letters' pixels (W. Postl, US patent 4723297, 1988, for
the criterion: the sum of squared differences of neighbouring profile bins).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.ink import LETTER_MM, Pixels, SmallPage, make_small

MAX_SKEW_DEG = 8.0
MIN_SKEW_DEG = 0.05
_COARSE_DEG, _MIDDLE_DEG, _FINE_DEG = 0.5, 0.1, 0.02
_POINTS = 60_000
_MIN_LETTERS = 24
_MIN_STRENGTH = 1.35

_Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Skew:
    """The skew in degrees (positive: text runs down to the right) and how sure it is.

    `strength` is the best profile's sharpness over the median sharpness of all directions; 1 means no direction at
    all. Where it is too weak, `deg` is 0.
    """

    deg: float
    strength: float
    letters: int


def find_skew(gray: Pixels, dpi: float) -> float:
    """The skew of a grey page (HxW uint8) in degrees within ±8; 0 where the page shows no clear direction."""
    return measure_skew(make_small(gray, dpi)).deg


def measure_skew(small: SmallPage, *, lying: bool = False) -> Skew:
    """As `find_skew`, with the evidence; of the page turned by a right angle where it is `lying` on its side.

    Lines that are turned by half a circle are as oblique as before.
    """
    xs, ys, letters = _letter_points(small, lying=lying)
    if lying:
        xs, ys = -ys, xs
    if letters < _MIN_LETTERS:
        return Skew(0.0, 1.0, letters)
    # Coarse profiles use wide bins: sharpness then falls off slowly enough that half a degree cannot miss the peak.
    coarse = np.arange(-MAX_SKEW_DEG, MAX_SKEW_DEG + _COARSE_DEG / 2, _COARSE_DEG)
    wide = max(1.0, small.px_per_mm * 0.7)
    sharpness = _sharpness(xs, ys, coarse, wide)
    best = float(coarse[int(np.argmax(sharpness))])
    strength = float(sharpness.max() / max(float(np.median(sharpness)), 1e-9))
    if strength < _MIN_STRENGTH:
        return Skew(0.0, round(strength, 3), letters)
    for reach, step, bin_px in ((_COARSE_DEG, _MIDDLE_DEG, wide / 2), (_MIDDLE_DEG, _FINE_DEG, 1.0)):
        angles = np.arange(best - reach, best + reach + step / 2, step)
        best = float(angles[int(np.argmax(_sharpness(xs, ys, angles, max(1.0, bin_px))))])
    deg = round(best, 2) if abs(best) >= MIN_SKEW_DEG else 0.0
    return Skew(deg, round(strength, 3), letters)


def _letter_points(small: SmallPage, *, lying: bool) -> tuple[_Floats, _Floats, int]:
    """Pixels of everything that has the size of a letter or short word, centred, at most about `_POINTS`.

    Where the page is `lying` on its side, letters are as wide as they are else high.
    """
    marks = small.marks
    low, high = (mm * small.px_per_mm for mm in LETTER_MM)
    keep = ((marks.width if lying else marks.height) <= high) & (marks.long <= 3 * high) & (marks.long >= low)
    keep &= marks.area >= max(3, 0.25 * low * low)
    keep[0] = False
    letters = int(keep.sum())
    places = small.inked[keep[marks.labels.ravel()[small.inked]]]
    random = np.random.default_rng(0)
    if places.size > _POINTS:
        places = places[random.choice(places.size, _POINTS, replace=False)]
    ys, xs = np.divmod(places, small.gray.shape[1])
    # A point stands for a whole pixel. Without the jitter, rows of pixels fall exactly into bins at 0 degrees, and
    # that false sharpness pulls small angles to 0.
    half_height, half_width = small.gray.shape[0] / 2, small.gray.shape[1] / 2
    across = (xs - half_width + random.random(xs.size)).astype(np.float32)
    down = (ys - half_height + random.random(ys.size)).astype(np.float32)
    return across, down, letters


def _sharpness(xs: _Floats, ys: _Floats, angles_deg: NDArray[np.float64], bin_px: float) -> NDArray[np.float64]:
    """For each angle: how much the ink's profile across lines of that angle changes from bin to bin."""
    result = np.empty(angles_deg.size)
    for index, angle in enumerate(np.deg2rad(angles_deg)):
        across = (ys * np.float32(np.cos(angle)) - xs * np.float32(np.sin(angle))) / np.float32(bin_px)
        bins = (across - across.min()).astype(np.int32)
        profile = np.bincount(bins).astype(np.float64)
        result[index] = float(np.square(np.diff(profile)).sum())
    return result
