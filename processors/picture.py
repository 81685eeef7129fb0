# SPDX-License-Identifier: EUPL-1.2
"""A picture as it comes out of a file, before it is turned upright: pixels, resolution, and its own stream."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from processors.encoded import EncodedImage, Pixels
from schemas.page import Matrix

_LEAST_DPI, _MOST_DPI = 50.0, 2400.0
_PLACEHOLDER_DPI = (72.0, 96.0)
"""What software writes that does not know (72 is Exif's own word for it)."""
_A3_LONG_SIDE_INCH = 16.6
_SQUARE_WITHIN = 1.02
_MOST_STRETCH = 4.0


@dataclass(frozen=True, slots=True)
class Picture:
    """`orientation` is EXIF's, 1 to 8: how `pixels` and `encoded` must be turned to be seen right."""

    pixels: Pixels
    bitonal: bool
    dpi: tuple[float, float] | None
    """Horizontal and vertical, of `pixels` as they are here."""
    orientation: int = 1
    encoded: EncodedImage | None = None


def believable_dpi(picture: Picture) -> tuple[float, float] | None:
    """The resolution that the file states, or None where it is missing, absurd, or a mere placeholder."""
    if picture.dpi is None:
        return None
    dpi = (_snap(picture.dpi[0]), _snap(picture.dpi[1]))
    if not all(_LEAST_DPI <= one <= _MOST_DPI for one in dpi) or max(dpi) > _MOST_STRETCH * min(dpi):
        return None
    # Nobody scans a sheet that is larger than A3 at 72 dpi; a camera that says so does not know.
    if dpi[0] == dpi[1] and dpi[0] in _PLACEHOLDER_DPI and max(picture.pixels.shape) > dpi[0] * _A3_LONG_SIDE_INCH:
        return None
    return dpi


def square_size(pixels: Pixels, dpi: tuple[float, float]) -> tuple[int, int] | None:
    """Width and height with square pixels of the finer resolution, or None where the pixels are square already.

    Fax lines lie farther apart than fax columns.
    """
    if max(dpi) <= _SQUARE_WITHIN * min(dpi):
        return None
    height_px, width_px = pixels.shape[:2]
    finest = max(dpi)
    return (max(1, round(width_px * finest / dpi[0])), max(1, round(height_px * finest / dpi[1])))


def stretch(picture: Picture, size: tuple[int, int]) -> Pixels:
    """The picture's pixels at another size (width, height); bitonal stays bitonal."""
    method = cv2.INTER_NEAREST if picture.bitonal else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture.pixels, size, interpolation=method), dtype=np.uint8)


def turn(pixels: Pixels, orientation: int) -> Pixels:
    """Pixels as EXIF's orientation says they are meant to be seen (a contiguous array)."""
    match orientation:
        case 2:
            return np.ascontiguousarray(pixels[:, ::-1])
        case 3:
            return np.ascontiguousarray(pixels[::-1, ::-1])
        case 4:
            return np.ascontiguousarray(pixels[::-1])
        case 5:
            return np.ascontiguousarray(pixels.swapaxes(0, 1))
        case 6:
            return np.ascontiguousarray(np.rot90(pixels, -1))
        case 7:
            return np.ascontiguousarray(pixels[::-1, ::-1].swapaxes(0, 1))
        case 8:
            return np.ascontiguousarray(np.rot90(pixels, 1))
    return np.ascontiguousarray(pixels)


def turn_matrix(orientation: int, width_px: int, height_px: int) -> Matrix:
    """The same turn as a map of places; the image covers (0, 0) to (width, height) before it."""
    width, height = float(width_px), float(height_px)
    return {
        2: Matrix(a=-1, c=width),
        3: Matrix(a=-1, c=width, e=-1, f=height),
        4: Matrix(e=-1, f=height),
        5: Matrix(a=0, b=1, d=1, e=0),
        6: Matrix(a=0, b=-1, c=height, d=1, e=0),
        7: Matrix(a=0, b=-1, c=height, d=-1, e=0, f=width),
        8: Matrix(a=0, b=1, d=-1, e=0, f=width),
    }.get(orientation, Matrix())


def swaps_sides(orientation: int) -> bool:
    """True where width becomes height."""
    return orientation >= 5


def drop_colour(pixels: Pixels) -> Pixels:
    """RGB in which every pixel is gray, as gray; anything else as it is."""
    if pixels.ndim == 2 or not _is_gray(pixels[::16, ::16]) or not _is_gray(pixels):
        return pixels
    return np.ascontiguousarray(pixels[:, :, 0])


def is_bitonal(pixels: Pixels) -> bool:
    """True for gray pixels of which all are 0 or 255."""
    return pixels.ndim == 2 and _only_extremes(pixels[::16, ::16]) and _only_extremes(pixels)


def _is_gray(pixels: Pixels) -> bool:
    red = pixels[:, :, 0]
    return bool(np.array_equal(red, pixels[:, :, 1]) and np.array_equal(red, pixels[:, :, 2]))


def _only_extremes(pixels: Pixels) -> bool:
    # 0 and 255 are the two values that become 0 or 1 when one is added (modulo 256).
    return bool((pixels + np.uint8(1) <= 1).all())


def _snap(dpi: float) -> float:
    """Resolutions are kept as dots a metre or as page sizes in points: 299.9994 means 300."""
    if not math.isfinite(dpi):
        return 0.0
    whole = round(dpi)
    return float(whole) if abs(dpi - whole) <= 0.0005 * max(dpi, 1.0) else round(dpi, 2)
