# SPDX-License-Identifier: EUPL-1.2
"""From the scan to the page as people see it: turned upright, straightened, dark borders cut off.

All is decided on a small grey image; the pixels themselves are made when they are asked for
(`processors.derivative`).
Places are continuous: pixel (0, 0) covers the square from (0, 0) to (1, 1), so that a map holds for pixels, for boxes
and for the PDF alike.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.blank import EDGE_MM, Blankness, find_plain_text, measure_blankness
from processors.crop import Crop, find_page_in
from processors.decode import Frame
from processors.derivative import Derivative, paper_colour, warp
from processors.ink import Pixels, SmallPage, make_small, typed
from processors.skew import Skew, measure_skew
from processors.step_times import Step, timed
from schemas.page import Geometry, Matrix

Rotation = Literal[0, 90, 180, 270]

_FINE_BITS = 4
_WARP_SIDE_MAX_PX = 32_000  # OpenCV's warp counts pixels in 16 bits


@dataclass(frozen=True)
class PrepareSettings:
    """What to do to a page before it is read."""

    deskew: bool = True
    crop: bool = True
    detect_blank: bool = True


@dataclass(frozen=True)
class Prepared:
    """A page ready for reading. `treatment` says what was decided, with the measures that decided it."""

    derivative: Derivative
    geometry: Geometry
    blank: bool
    treatment: dict[str, str | int | float | bool]

    @property
    def pixels(self) -> Pixels:
        """The derivative in all its colour: HxW grey or HxWx3 RGB, uint8."""
        return self.derivative.pixels

    @property
    def gray(self) -> Pixels:
        """The derivative in grey, HxW uint8."""
        return self.derivative.gray


@timed(Step.STRAIGHTEN)
def prepare_page(
    frame: Frame, settings: PrepareSettings, rotation_deg: Rotation, small: SmallPage | None = None
) -> Prepared:
    """Turn a frame clockwise by `rotation_deg`, then straighten it, crop it, and see whether it is blank.

    `small` is the frame reduced by `make_small`, where the caller has that already.
    """
    height, width = frame.pixels.shape[:2]
    small = make_small(frame.pixels, frame.dpi) if small is None else small
    turn, turned_width, turned_height = turn_upright(width, height, rotation_deg)
    skew = _skew_of(small, rotation_deg, max(width, height), settings)
    straight, canvas_width, canvas_height = _straighten(turn, turned_width, turned_height, skew.deg)
    view, outside = _view(small, straight, canvas_width, canvas_height)
    found = find_page_in(view, outside) if settings.crop else Crop(0, 0, view.gray.shape[1], view.gray.shape[0])
    blankness = _blankness(small, straight, view, outside, found) if settings.detect_blank else Blankness(False, 0.0)
    crop = _enlarge(found, view, canvas_width, canvas_height)
    matrix = straight.then(Matrix(c=-crop.left, f=-crop.top))
    derivative = Derivative(frame, small, matrix, crop, rotation_deg, straightened=skew.deg != 0.0)
    geometry = Geometry(
        source_width_px=width,
        source_height_px=height,
        source_dpi=frame.dpi,
        width_px=crop.width_px,
        height_px=crop.height_px,
        dpi=frame.dpi,
        rotation_deg=rotation_deg,
        skew_deg=skew.deg,
        matrix=matrix,
    )
    treatment: dict[str, str | int | float | bool] = {
        "rotation_deg": rotation_deg,
        "skew_deg": skew.deg,
        "skew_strength": skew.strength,
        "skew_letters": skew.letters,
        "crop_left_px": crop.left,
        "crop_top_px": crop.top,
        "crop_right_px": canvas_width - crop.right,
        "crop_bottom_px": canvas_height - crop.bottom,
        "blank_ink_mm2": blankness.ink_mm2,
    }
    return Prepared(derivative, geometry, blankness.blank, treatment)


def _skew_of(small: SmallPage, rotation_deg: Rotation, long_side_px: int, settings: PrepareSettings) -> Skew:
    if not settings.deskew or long_side_px > _WARP_SIDE_MAX_PX:
        return Skew(0.0, 0.0, 0)
    return measure_skew(small, lying=rotation_deg % 180 != 0)


def turn_upright(width: int, height: int, rotation_deg: Rotation) -> tuple[Matrix, int, int]:
    """The clockwise turn by right angles, and the size after it."""
    if rotation_deg == 90:
        return Matrix(a=0.0, b=-1.0, c=height, d=1.0, e=0.0), height, width
    if rotation_deg == 180:
        return Matrix(a=-1.0, c=width, e=-1.0, f=height), width, height
    if rotation_deg == 270:
        return Matrix(a=0.0, b=1.0, d=-1.0, e=0.0, f=width), height, width
    return Matrix(), width, height


def _straighten(turn: Matrix, width: int, height: int, skew_deg: float) -> tuple[Matrix, int, int]:
    """The turn followed by undoing the skew, on a canvas that holds every corner of the scan."""
    if skew_deg == 0.0:
        return turn, width, height
    cos, sin = math.cos(math.radians(skew_deg)), math.sin(math.radians(skew_deg))
    tilt = Matrix(a=cos, b=sin, d=-sin, e=cos)
    corners = [tilt.map(x, y) for x in (0, width) for y in (0, height)]
    left, top = min(x for x, _ in corners), min(y for _, y in corners)
    right, bottom = max(x for x, _ in corners), max(y for _, y in corners)
    matrix = turn.then(tilt).then(Matrix(c=-left, f=-top))
    return matrix, math.ceil(right - left), math.ceil(bottom - top)


@dataclass(frozen=True)
class _View(SmallPage):
    """A small page as it will look, whose ink is that of the page as scanned."""

    scanned_ink: Callable[[], Pixels] = field(kw_only=True)

    @cached_property
    def ink(self) -> Pixels:
        return self.scanned_ink()


def _view(small: SmallPage, straight: Matrix, width: int, height: int) -> tuple[SmallPage, NDArray[np.bool_]]:
    """The small page as it will look, and flags of what the scan did not show."""
    factor = small.factor
    if straight == Matrix():
        return small, np.zeros(small.gray.shape, dtype=np.bool_)
    scaled = _scaled(straight, factor)
    size = (max(1, width // factor), max(1, height // factor))
    gray = warp(small.gray, scaled, size, paper_colour(small.gray))
    rows, columns = small.gray.shape
    corners = [scaled.map(x, y) for x, y in ((0, 0), (columns, 0), (columns, rows), (0, rows))]
    outside = np.ones(gray.shape, np.uint8)
    places = np.round((np.asarray(corners) - 0.5) * (1 << _FINE_BITS)).astype(np.int32)
    cv2.fillConvexPoly(outside, places, 0, shift=_FINE_BITS)
    outside = typed(cv2.dilate(outside, np.ones((3, 3), np.uint8)))  # also what the scan shows in part
    return _View(
        gray, factor, small.dpi, scanned_ink=lambda: warp(small.ink, scaled, size, (0,), cv2.INTER_NEAREST)
    ), outside > 0


def _scaled(straight: Matrix, factor: int) -> Matrix:
    """The same between pixels `factor` times as large."""
    return straight.model_copy(update={"c": straight.c / factor, "f": straight.f / factor})


def _blankness(
    small: SmallPage, straight: Matrix, view: SmallPage, outside: NDArray[np.bool_], found: Crop
) -> Blankness:
    marks, edge = small.marks, EDGE_MM * small.px_per_mm
    matrix = _scaled(straight, small.factor)
    middle_x, middle_y = marks.left + marks.width / 2, marks.top + marks.height / 2
    across = matrix.a * middle_x + matrix.b * middle_y + matrix.c
    down = matrix.d * middle_x + matrix.e * middle_y + matrix.f
    inside = (across > found.left + edge) & (across < found.right - edge)
    inside &= (down > found.top + edge) & (down < found.bottom - edge)
    text = find_plain_text(marks, small.contrast, inside, small.px_per_mm)
    if text is not None:
        return text
    part = np.s_[found.top : found.bottom, found.left : found.right]
    gray = np.ascontiguousarray(view.gray[part])
    return measure_blankness(SmallPage(gray, view.factor, view.dpi), outside[part])


def _enlarge(found: Crop, view: SmallPage, width: int, height: int) -> Crop:
    """The crop in full-size pixels; a side that was not cut keeps the last odd pixels too."""
    rows, columns = view.gray.shape
    factor = view.factor
    return Crop(
        found.left * factor,
        found.top * factor,
        width if found.right == columns else found.right * factor,
        height if found.bottom == rows else found.bottom * factor,
    )
