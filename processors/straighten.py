# SPDX-License-Identifier: EUPL-1.2
"""From the scan to the page as people see it: turned upright, straightened, dark borders cut off.

All is decided on a small grey image and done in one resampling, or in none where the page is straight already.
Places are continuous: pixel (0, 0) covers the square from (0, 0) to (1, 1), so that a map holds for pixels, for boxes
and for the PDF alike.
"""

import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.blank import Blankness, measure_blankness
from processors.crop import Crop, find_page_in
from processors.decode import Frame
from processors.ink import Pixels, SmallPage, make_small, typed
from processors.skew import Skew, measure_skew
from processors.step_times import Step, timed
from schemas.page import Geometry, Matrix

Rotation = Literal[0, 90, 180, 270]

_WARP_SIDE_MAX_PX = 32_000  # OpenCV's warp counts pixels in 16 bits
_WHITE = 255


@dataclass(frozen=True)
class PrepareSettings:
    """What to do to a page before it is read."""

    deskew: bool = True
    crop: bool = True
    detect_blank: bool = True


@dataclass(frozen=True)
class Prepared:
    """A page ready for reading.

    `pixels` is the derivative: HxW grey or HxWx3 RGB, uint8; it may share memory with the frame. `treatment` says
    what was decided, with the measures that decided it.
    """

    pixels: Pixels
    geometry: Geometry
    blank: bool
    treatment: dict[str, str | int | float | bool]


@timed(Step.STRAIGHTEN)
def prepare_page(
    frame: Frame, settings: PrepareSettings, rotation_deg: Rotation, small: SmallPage | None = None
) -> Prepared:
    """Turn a frame clockwise by `rotation_deg`, then straighten it, crop it, and see whether it is blank.

    `small` is the frame reduced by `make_small`, where the caller has that already.
    """
    height, width = frame.pixels.shape[:2]
    small = make_small(frame.pixels, frame.dpi) if small is None else small
    turn, turned_width, turned_height = _turn(width, height, rotation_deg)
    skew = _skew_of(small, turn, max(width, height), settings)
    straight, canvas_width, canvas_height = _straighten(turn, turned_width, turned_height, skew.deg)
    view, outside = _view(small, straight, canvas_width, canvas_height)
    found = find_page_in(view, outside) if settings.crop else Crop(0, 0, view.gray.shape[1], view.gray.shape[0])
    blankness = _blankness(view, outside, found) if settings.detect_blank else Blankness(False, 0.0)
    crop = _enlarge(found, view, canvas_width, canvas_height)
    matrix = straight.then(Matrix(c=-crop.left, f=-crop.top))
    pixels = _derive(frame, matrix, crop, rotation_deg, straightened=skew.deg != 0.0)
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
    return Prepared(pixels, geometry, blankness.blank, treatment)


def _skew_of(small: SmallPage, turn: Matrix, long_side_px: int, settings: PrepareSettings) -> Skew:
    if not settings.deskew or long_side_px > _WARP_SIDE_MAX_PX:
        return Skew(0.0, 0.0, 0)
    if turn == Matrix():
        return measure_skew(small)
    quarters = {(0.0, 1.0): 3, (-1.0, 0.0): 2, (0.0, -1.0): 1}[(turn.a, turn.d)]
    gray = np.ascontiguousarray(np.rot90(small.gray, quarters))
    return measure_skew(SmallPage(gray, small.factor, small.dpi))


def _turn(width: int, height: int, rotation_deg: Rotation) -> tuple[Matrix, int, int]:
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


def _view(small: SmallPage, straight: Matrix, width: int, height: int) -> tuple[SmallPage, NDArray[np.bool_]]:
    """The small page as it will look, and flags of what the scan did not show."""
    factor = small.factor
    if straight == Matrix():
        return small, np.zeros(small.gray.shape, dtype=np.bool_)
    scaled = straight.model_copy(update={"c": straight.c / factor, "f": straight.f / factor})
    size = (max(1, width // factor), max(1, height // factor))
    paper = _paper(small.gray)
    gray = _warp(small.gray, scaled, size, paper, cv2.INTER_LINEAR)
    shown = _warp(np.full_like(small.gray, _WHITE), scaled, size, (0,), cv2.INTER_LINEAR)
    return SmallPage(gray, factor, small.dpi), shown < _WHITE


def _blankness(view: SmallPage, outside: NDArray[np.bool_], found: Crop) -> Blankness:
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


def _derive(frame: Frame, matrix: Matrix, crop: Crop, rotation_deg: Rotation, *, straightened: bool) -> Pixels:
    if not straightened:
        turned = np.rot90(frame.pixels, -rotation_deg // 90)
        return np.ascontiguousarray(turned[crop.top : crop.bottom, crop.left : crop.right])
    fill = (_WHITE,) if frame.bitonal else _paper(frame.pixels)
    return _warp(frame.pixels, matrix, (crop.width_px, crop.height_px), fill, cv2.INTER_LINEAR)


def _paper(pixels: Pixels) -> tuple[int, ...]:
    """The paper's colour: the median of the brighter half, a value a channel."""
    step = max(1, min(pixels.shape[:2]) // 200)
    sample = pixels[::step, ::step].reshape(-1, 1 if pixels.ndim == 2 else pixels.shape[2])
    brightness = sample.mean(axis=1)
    bright = sample[brightness >= np.median(brightness)]
    return tuple(int(value) for value in np.median(bright, axis=0))


def _warp(pixels: Pixels, matrix: Matrix, size: tuple[int, int], fill: tuple[int, ...], method: int) -> Pixels:
    """Resample by a map of continuous places; OpenCV's places are pixel centres, half a pixel off."""
    centred = np.array(
        [
            [matrix.a, matrix.b, matrix.c + (matrix.a + matrix.b - 1) / 2],
            [matrix.d, matrix.e, matrix.f + (matrix.d + matrix.e - 1) / 2],
        ]
    )
    return typed(cv2.warpAffine(pixels, centred, size, flags=method, borderMode=cv2.BORDER_CONSTANT, borderValue=fill))
