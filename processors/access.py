# SPDX-License-Identifier: EUPL-1.2
"""The page's image for the access PDF: never larger than what came in.

A bitonal source goes through as its own compressed stream, or in a smaller one without loss where there is one, and is
straightened by the PDF's matrix alone. Grey and
colour become layers (`processors.layers`) or a plain smaller JPEG of the derivative, whichever is smaller, unless the
source's own JPEG is smaller still: then that goes through.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2

from processors.decode import Frame
from processors.encoded import Codec, EncodedImage, encode_bitonal, encode_jpeg
from processors.ink import Pixels, typed
from processors.layers import Layer, LayerSettings, make_layers
from processors.step_times import Step, timed
from processors.straighten import Prepared
from schemas.page import Box, Matrix
from schemas.reading import Fidelity

_A4_LONG_SIDE_INCH = 11.7
_PASSED_COMPONENTS = (1, 3)  # PDF/A-2 with an sRGB output intent has no place for a CMYK picture
_LEAST_STENCIL_DPI = 150.0  # in coarser scans hairlines are grey, and two tones lose them
_PLAIN_BITS = 0.2  # a pixel: no page with writing on it becomes a JPEG so small at the paper's quality or a better one


@dataclass(frozen=True)
class AccessSettings:
    """How the access image is made.

    `dpi` and `quality` are those of the plain JPEG: 200 dpi at quality 50 was measured to stay readable, 150 dpi not.
    """

    dpi: int = 200
    quality: int = 50
    fidelity: Fidelity = Fidelity.ACCESS
    layers: LayerSettings = field(default_factory=LayerSettings)


@dataclass(frozen=True)
class AccessImage:
    """A compressed image and where it lies on the derivative page, and the layers that are drawn over it.

    `placement` leads from the encoded image's pixels to derivative pixels; `width_px`, `height_px` and `dpi` are the
    derivative page's. `layers` is empty where the page is one image.
    """

    image: EncodedImage
    placement: Matrix
    width_px: int
    height_px: int
    dpi: float
    layers: tuple[Layer, ...] = ()

    @property
    def size_bytes(self) -> int:
        """Of all its streams."""
        return len(self.image.data) + sum(layer.size_bytes for layer in self.layers)


@timed(Step.ACCESS_IMAGE)
def make_access_image(
    frame: Frame, prepared: Prepared, settings: AccessSettings, words: Sequence[Box] = ()
) -> AccessImage:
    """The image for the page's place in the PDF; `words` are boxes of what was surely read, in derivative pixels."""
    if frame.bitonal:
        return _placed(prepared, *_bitonal(frame, prepared))
    layered = None
    if settings.fidelity is Fidelity.ACCESS and _dpi(frame, prepared) >= _LEAST_STENCIL_DPI:
        derivative = prepared.derivative
        reduced = derivative.reduced if derivative.in_colour else None
        layers = make_layers(derivative.gray, _dpi(frame, prepared), words, settings.layers, reduced)
        layered = _placed(prepared, layers[0].image, layers[0].placement, layers[1:])
    if layered is not None and _surely_smaller(layered, frame, prepared, settings):
        smallest = layered
    else:
        plain = _plain(frame, prepared, settings)
        smallest = plain if layered is None or plain.size_bytes < layered.size_bytes else layered
    source = frame.encoded
    if (
        source is not None
        and source.codec is Codec.JPEG
        and source.components in _PASSED_COMPONENTS
        and len(source.data) <= smallest.size_bytes
    ):
        return _placed(prepared, source, frame.orientation.then(prepared.geometry.matrix))
    return smallest


def _placed(prepared: Prepared, image: EncodedImage, placement: Matrix, layers: tuple[Layer, ...] = ()) -> AccessImage:
    geometry = prepared.geometry
    return AccessImage(image, placement, geometry.width_px, geometry.height_px, geometry.dpi, layers)


def _bitonal(frame: Frame, prepared: Prepared) -> tuple[EncodedImage, Matrix]:
    """The scan's own pixels, straightened by their placement alone: its own stream, unless another is smaller."""
    matrix = prepared.geometry.matrix
    own = frame.encoded
    if own is not None and own.codec in (Codec.CCITT_G4, Codec.JBIG2) and not own.dense:
        return own, frame.orientation.then(matrix)
    made = encode_bitonal(frame.pixels)
    if own is not None and own.components in _PASSED_COMPONENTS and len(own.data) <= len(made.data):
        return own, frame.orientation.then(matrix)
    return made, matrix


def _dpi(frame: Frame, prepared: Prepared) -> float:
    """The derivative's resolution; a page of an unknown one, most likely photographed, counts as an A4 page."""
    geometry = prepared.geometry
    return geometry.dpi if frame.dpi_known else max(geometry.width_px, geometry.height_px) / _A4_LONG_SIDE_INCH


def _plain(frame: Frame, prepared: Prepared, settings: AccessSettings) -> AccessImage:
    geometry = prepared.geometry
    image = encode_jpeg(_reduce(prepared.pixels, _share(frame, prepared, settings)), settings.quality)
    return _placed(
        prepared, image, Matrix(a=geometry.width_px / image.width_px, e=geometry.height_px / image.height_px)
    )


def _surely_smaller(layered: AccessImage, frame: Frame, prepared: Prepared, settings: AccessSettings) -> bool:
    """True where one picture need not be made to know that it is larger: that would take half as long as the layers."""
    pixels = prepared.geometry.width_px * prepared.geometry.height_px * _share(frame, prepared, settings) ** 2
    return settings.quality >= settings.layers.paper_quality and layered.size_bytes * 8 <= _PLAIN_BITS * pixels


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
