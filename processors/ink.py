# SPDX-License-Identifier: EUPL-1.2
"""A small grey image of a page, and what on it is ink: the common ground of skew, sideways, crop and blank.

Ink is measured as *contrast*: how much darker a pixel is than the paper around it, as a share of the paper's
brightness (0 = paper, 1 = black). So yellowed paper, shadows and faint ribbons need no thresholds of their own, and
whatever is dark over more than `_PAPER_MM` (a scanner's border, a photograph's ground) counts as paper, not as ink.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.step_times import Step, timed

Pixels = NDArray[np.uint8]
"""HxW grey or HxWx3 RGB, uint8."""

MM_PER_INCH = 25.4
LETTER_MM = (0.8, 9.0)
"""The longer side of a mark that may be a letter, from that of small print to that of a heading's capitals."""
_SMALL_DPI = 120  # the small image has at least this resolution: a stroke of type is then two pixels wide
_SMALL_LONG_SIDE_PX = 1200  # and at least this size, since an assumed resolution may be wrong
_SMALL_PIXELS_MAX = 6_000_000  # and no more than this, so that a plan of 250 megapixels costs no more than a page
_PAPER_MM = 8.0
_MARKED = 20  # contrast (of 255) above which a pixel is marked at all
_LEAST_MARKED = 50  # pixels
_OF_STRONG = 0.4  # of the 90th percentile of what is marked: less is no ink for sure
BRIGHTNESS_FLOOR = 48  # on ground darker than this, noise would pass for ink


@dataclass(frozen=True)
class SmallPage:
    """A grey page reduced by a whole factor: small pixel (x, y) covers `factor`² source pixels from (x, y)·factor."""

    gray: Pixels
    factor: int
    dpi: float
    colour: Pixels | None = None
    """The same in colour, HxWx3 RGB, where the page has some."""

    @property
    def px_per_mm(self) -> float:
        return self.dpi / MM_PER_INCH

    @cached_property
    def contrast(self) -> Pixels:
        """What `measure_contrast` says of it; for reading only, as all that is kept here."""
        return measure_contrast(self.gray, self.dpi)

    @cached_property
    def ink(self) -> Pixels:
        """What `find_ink` finds on it."""
        return find_ink(self.contrast)

    @cached_property
    def inked(self) -> NDArray[np.int64]:
        """Where its ink is: pixels counted row by row."""
        return np.flatnonzero(self.ink)

    @cached_property
    def marks(self) -> "Marks":
        """The connected pieces of its ink."""
        return find_marks(self.ink)


@dataclass(frozen=True)
class Marks:
    """Connected pieces of ink. Number 0 is what is no ink; the arrays hold a value a number, in pixels."""

    labels: NDArray[np.int32]
    """HxW: the number of the piece that each pixel belongs to."""
    left: NDArray[np.int32]
    top: NDArray[np.int32]
    width: NDArray[np.int32]
    height: NDArray[np.int32]
    area: NDArray[np.int32]

    @property
    def long(self) -> NDArray[np.int32]:
        """The longer side of each piece's frame."""
        return np.maximum(self.width, self.height)

    @property
    def short(self) -> NDArray[np.int32]:
        """The shorter side of each piece's frame."""
        return np.minimum(self.width, self.height)


def as_gray(pixels: Pixels) -> Pixels:
    """HxW grey of grey or RGB pixels (luma as in ITU-R BT.601); grey comes back as it is, uncopied."""
    if pixels.ndim == 2:
        return pixels
    return typed(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))


@timed(Step.ANALYSIS)
def make_small(pixels: Pixels, dpi: float) -> SmallPage:
    """Reduce a page for analysis. Needs no full-size copy; up to factor-1 rows and columns at the end are left out."""
    height, width = pixels.shape[:2]
    factor = max(1, int(dpi / _SMALL_DPI))
    factor = min(factor, max(1, max(height, width) // _SMALL_LONG_SIDE_PX))
    factor = max(factor, math.ceil(math.sqrt(height * width / _SMALL_PIXELS_MAX)))
    factor = min(factor, height, width)
    if factor > 1:
        rows, columns = height // factor, width // factor
        whole = pixels[: rows * factor, : columns * factor]
        pixels = typed(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA))
    return SmallPage(as_gray(pixels), factor, dpi / factor, pixels if pixels.ndim == 3 else None)


def estimate_paper(gray: Pixels, dpi: float) -> Pixels:
    """The brightness of the paper at every place, HxW uint8: what is bright within `_PAPER_MM`, smoothed."""
    height, width = gray.shape
    step = max(1, round(dpi / 36))
    tiny = cv2.resize(gray, (max(1, width // step), max(1, height // step)), interpolation=cv2.INTER_AREA)
    reach = max(3, round(_PAPER_MM / MM_PER_INCH * dpi / step) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    paper = cv2.blur(cv2.morphologyEx(tiny, cv2.MORPH_CLOSE, kernel), (5, 5))
    return typed(cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR))


@timed(Step.ANALYSIS)
def measure_contrast(gray: Pixels, dpi: float) -> Pixels:
    """Contrast against the paper nearby, HxW uint8 with 255 for black on white."""
    return contrast_against(estimate_paper(gray, dpi), gray)


def contrast_against(paper: Pixels, gray: Pixels) -> Pixels:
    """Contrast of `gray` against the brightness of its paper, both HxW; 255 for black on white."""
    darker = cv2.subtract(paper, gray)
    return typed(cv2.divide(darker, np.maximum(paper, np.uint8(BRIGHTNESS_FLOOR)), scale=255.0))


def find_ink(contrast: Pixels) -> Pixels:
    """Pixels that are ink for sure: 255 or 0. The threshold follows the page's own ink, so faint pages keep theirs."""
    counts = histogram(contrast)
    counts[: _MARKED + 1] = 0
    if counts.sum() < _LEAST_MARKED:
        return np.zeros_like(contrast)
    least = max(float(_MARKED), _OF_STRONG * percentile(counts, 90))
    return typed(cv2.threshold(contrast, least, 255, cv2.THRESH_BINARY)[1])


def histogram(image: Pixels, where: Pixels | None = None) -> NDArray[np.int64]:
    """How many pixels (HxW) have each of the 256 values, where `where` (HxW) is not 0."""
    return cv2.calcHist([image], [0], where, [256], [0, 256]).ravel().astype(np.int64)


def percentile(counts: NDArray[np.int64], share: float) -> float:
    """NumPy's percentile (linear, `share` 0 to 100) of the values that were counted, of which there are some."""
    below = np.cumsum(counts)
    place = (int(below[-1]) - 1) * share / 100
    low, high = (int(np.searchsorted(below, rank, side="right")) for rank in (math.floor(place), math.ceil(place)))
    return low + (high - low) * (place - math.floor(place))


def find_marks(ink: Pixels) -> Marks:
    """The connected pieces of what is not 0 in `ink` (HxW); corners join.

    By the algorithm of Grana et al., 2010, which finds what OpenCV's own choice does in less than half of the time.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(ink, 8, cv2.CV_32S, cv2.CCL_GRANA)
    table = np.asarray(stats, dtype=np.int32)
    return Marks(
        labels=np.asarray(labels, dtype=np.int32),
        left=table[:, cv2.CC_STAT_LEFT],
        top=table[:, cv2.CC_STAT_TOP],
        width=table[:, cv2.CC_STAT_WIDTH],
        height=table[:, cv2.CC_STAT_HEIGHT],
        area=table[:, cv2.CC_STAT_AREA],
    )


def typed(image: Any) -> Pixels:  # noqa: ANN401 - OpenCV's stubs promise any array; these are uint8 by construction
    """OpenCV's answer as what it is."""
    return np.asarray(image, dtype=np.uint8)
