# SPDX-License-Identifier: EUPL-1.2
"""The page as a reader sees it, at the scan's full resolution, in bands from top to bottom.

What was decided when the page was read is in its geometry: the scan is decoded and mapped by it, and nothing is
measured again. So the picture and the words' boxes are in the same pixels. A page that another program prepared is
rendered from the access PDF, since only that program knows what it did to it.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from processors.decode import Frame, decode_frame
from processors.derivative import paper_colour, warp
from processors.ink import Pixels, typed
from processors.limits import Limits, check_file, check_pixels
from processors.placeholder import draw_placeholder
from processors.poppler import render_page
from processors.shown_source import DrawnPage, MasterPage, PageToShow, PdfPage
from processors.straighten import turn_upright
from schemas.errors import ImageUnreadable, ObjectDamaged
from schemas.page import Geometry

_BAND_PX = 512
_WHITE = 255


@dataclass(frozen=True)
class ShownPage:
    """A page's size in pixels, and its rows from top to bottom: HxW grey or HxWx3 RGB, uint8."""

    width_px: int
    height_px: int
    bands: Iterator[Pixels]


def show_page(page: PageToShow, limits: Limits) -> ShownPage:
    """The page's pixels. Call it in a worker: decoders are large programs that read foreign bytes.

    Raises what `decode_frame` and `render_page` raise, ObjectDamaged where the file is not the one that was named by
    its digest, and ImageUnreadable where the scan has another size than the one that was read.
    """
    match page:
        case MasterPage(path, frame, geometry, sha512):
            _check(path, sha512, limits)
            return _from_master(decode_frame(path, frame, limits), path, geometry)
        case PdfPage(path, number, geometry, sha512):
            _check(path, sha512, limits)
            check_pixels(path, geometry.width_px, geometry.height_px, limits)
            pixels = render_page(path, number, geometry.dpi, limits)
            if pixels.shape[:2] != (geometry.height_px, geometry.width_px):  # a fraction of a point more or less
                size = (geometry.width_px, geometry.height_px)
                pixels = typed(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
            return _of(pixels)
        case DrawnPage(number, unit, original):
            return _of(draw_placeholder(number, unit, original)[0])


def _check(path: Path, sha512: str | None, limits: Limits) -> None:
    """A picture made of damaged bytes may look sound."""
    if sha512 is None:
        return
    check_file(path, limits)
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha512").hexdigest() != sha512:
            raise ObjectDamaged(key=path.name, detail="its bytes do not have the SHA-512 of the inventory")


def _of(pixels: Pixels) -> ShownPage:
    height_px, width_px = pixels.shape[:2]
    return ShownPage(width_px, height_px, (pixels[top : top + _BAND_PX] for top in range(0, height_px, _BAND_PX)))


def _from_master(frame: Frame, path: Path, geometry: Geometry) -> ShownPage:
    height_px, width_px = frame.pixels.shape[:2]
    if (width_px, height_px) != (geometry.source_width_px, geometry.source_height_px):
        detail = f"it has {width_px}x{height_px} pixels, and had {geometry.source_width_px}x{geometry.source_height_px}"
        raise ImageUnreadable(file=path.name, detail=detail)
    if geometry.skew_deg == 0.0:
        turn, _, _ = turn_upright(width_px, height_px, geometry.rotation_deg)
        left, top = round(turn.c - geometry.matrix.c), round(turn.f - geometry.matrix.f)
        turned = np.rot90(frame.pixels, -geometry.rotation_deg // 90)
        return _of(turned[top : top + geometry.height_px, left : left + geometry.width_px])
    return ShownPage(geometry.width_px, geometry.height_px, _straightened(frame, geometry))


def _straightened(frame: Frame, geometry: Geometry) -> Iterator[Pixels]:
    fill = (_WHITE,) if frame.bitonal else paper_colour(frame.pixels)
    matrix = geometry.matrix
    for top in range(0, geometry.height_px, _BAND_PX):
        rows = min(_BAND_PX, geometry.height_px - top)
        lower = matrix.model_copy(update={"f": matrix.f - top})
        yield warp(frame.pixels, lower, (geometry.width_px, rows), fill)
