# SPDX-License-Identifier: EUPL-1.2
"""The page's image for the access PDF: never larger than what came in.

A bitonal source goes through as its own compressed stream and is straightened by the PDF's matrix alone. Grey and
colour become a smaller JPEG of the derivative, unless the source's own JPEG is smaller still: then that goes through.
"""

import math
from dataclasses import dataclass

import cv2

from processors.decode import Frame
from processors.encoded import Codec, EncodedImage, encode_g4, encode_jpeg
from processors.ink import Pixels, typed
from processors.step_times import Step, timed
from processors.straighten import Prepared
from schemas.page import Matrix

_A4_LONG_SIDE_INCH = 11.7
_PASSED_COMPONENTS = (1, 3)  # PDF/A-2 with an sRGB output intent has no place for a CMYK picture


@dataclass(frozen=True)
class AccessSettings:
    """How the access image is made. 200 dpi at quality 50 was measured to stay readable, 150 dpi not."""

    dpi: int = 200
    quality: int = 50


@dataclass(frozen=True)
class AccessImage:
    """A compressed image and where it lies on the derivative page.

    `placement` leads from the encoded image's pixels to derivative pixels; `width_px`, `height_px` and `dpi` are the
    derivative page's.
    """

    image: EncodedImage
    placement: Matrix
    width_px: int
    height_px: int
    dpi: float


@timed(Step.ACCESS_IMAGE)
def make_access_image(frame: Frame, prepared: Prepared, settings: AccessSettings) -> AccessImage:
    """The image for the page's place in the PDF."""
    if frame.bitonal:
        image, placement = _bitonal(frame, prepared)
    else:
        image, placement = _continuous(frame, prepared, settings)
    geometry = prepared.geometry
    return AccessImage(image, placement, geometry.width_px, geometry.height_px, geometry.dpi)


def _bitonal(frame: Frame, prepared: Prepared) -> tuple[EncodedImage, Matrix]:
    if frame.encoded is not None and frame.encoded.codec in (Codec.CCITT_G4, Codec.JBIG2):
        return frame.encoded, frame.orientation.then(prepared.geometry.matrix)
    return encode_g4(frame.pixels), prepared.geometry.matrix


def _continuous(frame: Frame, prepared: Prepared, settings: AccessSettings) -> tuple[EncodedImage, Matrix]:
    pixels = _reduce(prepared.pixels, _share(frame, prepared, settings))
    image = encode_jpeg(pixels, settings.quality)
    source = frame.encoded
    if (
        source is not None
        and source.codec is Codec.JPEG
        and source.components in _PASSED_COMPONENTS
        and len(source.data) <= len(image.data)
    ):
        return source, frame.orientation.then(prepared.geometry.matrix)
    geometry = prepared.geometry
    return image, Matrix(a=geometry.width_px / image.width_px, e=geometry.height_px / image.height_px)


def _share(frame: Frame, prepared: Prepared, settings: AccessSettings) -> float:
    """By how much to reduce. An assumed resolution may be wrong: such a page keeps at least an A4 page's pixels."""
    share = min(1.0, settings.dpi / prepared.geometry.dpi)
    if not frame.dpi_known:
        long_side_px = max(prepared.geometry.width_px, prepared.geometry.height_px)
        share = max(share, min(1.0, settings.dpi * _A4_LONG_SIDE_INCH / long_side_px))
    return share


def _reduce(pixels: Pixels, share: float) -> Pixels:
    if share >= 1.0:
        return pixels
    height, width = pixels.shape[:2]
    size = (max(1, math.ceil(width * share)), max(1, math.ceil(height * share)))
    return typed(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
