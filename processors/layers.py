# SPDX-License-Identifier: EUPL-1.2
"""A page in layers (mixed raster content, after ITU-T T.44): a small picture of the paper, and ink drawn over it.

The paper is a JPEG of low resolution from which the ink was taken out, so that it stays small and has no halos. Ink is
a JPEG of still lower resolution, which holds nothing but the ink's colour, seen through a stencil of about 300 dpi that
is coded without loss. Photographs and stamps are pictures of their own between the two. A stencil has two tones: no
transparency is needed.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from processors.encoded import EncodedImage, encode_g4, encode_jpeg
from processors.ink import Pixels, as_gray, typed
from processors.ink_layer import InkLayer, find_ink_layer
from processors.picture_area import find_pictures
from schemas.page import Box, Matrix

_STENCIL_DPI = 300.0
_AS_IT_IS_DPI = (250.0, 330.0)  # a stencil has the page's own pixels here: resampling blurs strokes
_MOST_ENLARGED = 2.0
_STENCIL_PIXELS_MAX = 60_000_000  # a plan's stencil is coarser
_SMOOTH_PX = 0.7  # deviation of a Gaussian: less than a stroke, enough for outlines without the scan's grain
_CELL_PX = 4
_SIDE_PX = 8  # sides of the stencil are multiples of it
_COLOUR_CELL_PX = 4  # of the working image: ink has its colour from about a letter's surroundings
_LEAST_INK = 16  # of 255 of a cell; with less, its colour comes from farther away
_WHOLE = 0.5  # share of the page in pictures from which on all of it is one picture
_KNOWN = 64  # of 255: with less paper in a cell, its colour comes from farther away


@dataclass(frozen=True)
class LayerSettings:
    """Resolution and JPEG quality of the paper, and quality of photographs and stamps (at half the stencil's dpi)."""

    paper_dpi: int = 100
    paper_quality: int = 40
    picture_quality: int = 50
    colour_quality: int = 40


@dataclass(frozen=True)
class Layer:
    """What is drawn over the page's image: a picture, or with `stencil` what of it the stencil's black lets through.

    `placement` leads from the picture's pixels to derivative pixels; the stencil covers the same area.
    """

    image: EncodedImage
    placement: Matrix
    stencil: EncodedImage | None = None

    @property
    def size_bytes(self) -> int:
        """Of its streams."""
        return len(self.image.data) + (len(self.stencil.data) if self.stencil else 0)


def make_layers(
    pixels: Pixels,
    dpi: float,
    words: Sequence[Box],
    settings: LayerSettings,
    reduced: Callable[[int], Pixels] | None = None,
) -> tuple[Layer, ...]:
    """The paper's picture, which covers the page and up to a millimetre more, and what is drawn over it in this order.

    `pixels` is the derivative, HxW grey or HxWx3 RGB; `dpi` its resolution; `words` the boxes of words that were read
    surely, in its pixels. Where `pixels` is only the grey of a page in colour, `reduced` gives that, reduced by a
    whole factor.
    """
    gray, work, scale = _prepare(pixels, dpi, reduced)
    work_dpi = dpi / (2 * scale)
    boxes = [_scaled(box, 0.5 / scale, 0.5 / scale) for box in words]
    pictures = find_pictures(as_gray(work), work_dpi, boxes)
    ink = find_ink_layer(work, work_dpi, boxes, pictures)
    around = _around(ink)
    filled = fill_under(work, around)
    frames = _merge([*pictures, *ink.stamps])
    rows, columns = work.shape[:2]
    if sum(frame.width_px * frame.height_px for frame in frames) > _WHOLE * rows * columns:
        paper, frames = encode_jpeg(filled, settings.picture_quality), []
    else:
        paper = encode_jpeg(_paper(filled, frames, min(1.0, settings.paper_dpi / work_dpi)), settings.paper_quality)
    whole = Box(left=0, top=0, right=columns, bottom=rows)
    layers = [Layer(paper, _placement(paper, whole, 2 * scale))]
    for box in frames:
        part = filled[box.top : box.bottom, box.left : box.right]
        picture = encode_jpeg(np.ascontiguousarray(part), settings.picture_quality, fine_colour=True)
        layers.append(Layer(picture, _placement(picture, box, 2 * scale)))
    stencil = _stencil(gray, ink)
    if stencil is not None:
        colours = encode_jpeg(_ink_colours(work, filled, around, stencil), settings.colour_quality)
        layers.append(Layer(colours, _placement(colours, whole, 2 * scale), encode_g4(stencil)))
    return tuple(layers)


def _around(ink: InkLayer) -> Pixels:
    """Where the paper has to be made up: under the ink and its soft edge, as little as can be of a stamp."""
    near = typed(cv2.dilate(ink.taken, np.ones((3, 3), np.uint8)))
    wide = typed(cv2.dilate(near, np.ones((3, 3), np.uint8)))
    return typed(cv2.bitwise_or(near, typed(cv2.bitwise_and(wide, typed(cv2.bitwise_not(ink.stamped))))))


def _placement(image: EncodedImage, box: Box, scale: float) -> Matrix:
    """Where an image lies that fills `box` of the working image, of which a pixel is `scale` derivative pixels wide."""
    return Matrix(
        a=scale * box.width_px / image.width_px,
        c=scale * box.left,
        e=scale * box.height_px / image.height_px,
        f=scale * box.top,
    )


def _prepare(pixels: Pixels, dpi: float, reduced: Callable[[int], Pixels] | None) -> tuple[Pixels, Pixels, float]:
    """The grey page for the stencil, the page at half of that, and how many derivative pixels a stencil's pixel is.

    Both reach a little beyond the page, to sides that divide well: reducing by whole factors is several times as fast.
    """
    height, width = pixels.shape[:2]
    share = 1.0 if _AS_IT_IS_DPI[0] <= dpi <= _AS_IT_IS_DPI[1] else min(_MOST_ENLARGED, _STENCIL_DPI / dpi)
    share = min(share, math.sqrt(_STENCIL_PIXELS_MAX / (height * width)))
    size = (max(1, round(width * share)), max(1, round(height * share)))
    share = min(size[0] / width, size[1] / height)  # so that both sides reach the page's edge
    half = (max(1, size[0] // 2), max(1, size[1] // 2))
    factor = round(2 / share)
    if reduced is None:
        work = _halve(_resize(pixels, size, share))
    elif abs(2 / share - factor) * max(half) < 1 and min(width, height) >= factor:
        work = reduced(factor)[: half[1], : half[0]]
    else:
        work = _halve(_resize(reduced(1), size, share))
    gray = _resize(as_gray(pixels), size, share)
    gray = _extend(gray, -size[0] % _SIDE_PX, -size[1] % _SIDE_PX)
    rows, columns = gray.shape[0] // 2, gray.shape[1] // 2
    return gray, _extend(work, columns - work.shape[1], rows - work.shape[0]), 1.0 / share


def _resize(pixels: Pixels, size: tuple[int, int], share: float) -> Pixels:
    if share == 1.0:
        return pixels
    return typed(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if share < 1 else cv2.INTER_CUBIC))


def _halve(pixels: Pixels) -> Pixels:
    """At half the size; an odd row or column at the end is left out."""
    height, width = pixels.shape[:2]
    even = pixels[: max(1, height // 2 * 2), : max(1, width // 2 * 2)]
    half = ((even.shape[1] + 1) // 2, (even.shape[0] + 1) // 2)
    return typed(cv2.resize(even, half, interpolation=cv2.INTER_AREA))


def _extend(pixels: Pixels, right: int, bottom: int) -> Pixels:
    if right <= 0 and bottom <= 0:
        return pixels
    return typed(cv2.copyMakeBorder(pixels, 0, bottom, 0, right, cv2.BORDER_REPLICATE))


def _stencil(gray: Pixels, ink: InkLayer) -> Pixels | None:
    """HxW of twice the working image's sides: 0 is ink, 255 none; None where there is no ink at all."""
    if not ink.cut.any():
        return None
    cut = cv2.resize(ink.cut, (gray.shape[1], gray.shape[0]), interpolation=cv2.INTER_NEAREST)
    stencil = typed(cv2.compare(cv2.GaussianBlur(gray, (0, 0), _SMOOTH_PX), cut, cv2.CMP_GE))
    return stencil if cv2.countNonZero(stencil) < stencil.size else None


def _ink_colours(work: Pixels, filled: Pixels, around: Pixels, stencil: Pixels) -> Pixels:
    """A picture of the ink's colour: that with which the stencil leaves each place as dark as it was.

    So what is drawn in two tones has the weight of the scan's soft strokes, and a faint letter stays faint; but no ink
    becomes darker than it is at its darkest. `around` (HxW) is not 0 on ink and beside it; `filled` is `work` without
    its ink.
    """
    rows, columns = stencil.shape[0] // 2, stencil.shape[1] // 2
    drawn = cv2.bitwise_not(typed(cv2.resize(stencil, (columns, rows), interpolation=cv2.INTER_AREA)))
    darker = cv2.bitwise_and(cv2.subtract(filled, work), cv2.subtract(filled, work), mask=around)
    cells = (max(1, columns // _COLOUR_CELL_PX), max(1, rows // _COLOUR_CELL_PX))
    paper, taken, share = (
        cv2.blur(np.asarray(cv2.resize(image, cells, interpolation=cv2.INTER_AREA), np.float32), (3, 3))
        for image in (filled, darker, drawn)
    )
    each = share if work.ndim == 2 else cv2.merge((share, share, share))
    wanted = typed(np.clip(paper - 255.0 * taken / np.maximum(each, 1.0) + 0.5, 0, 255).astype(np.uint8))
    colours = typed(np.maximum(wanted, _darkest_of_cells(work)))
    return fill_under(colours, typed((share < _LEAST_INK) * np.uint8(255)))


def _darkest_of_cells(work: Pixels) -> Pixels:
    """The darkest value of each channel within every cell and those around it; `work` has sides of whole cells."""
    side, middle = 3 * _COLOUR_CELL_PX, _COLOUR_CELL_PX // 2
    darkest = cv2.erode(work, np.ones((side, side), np.uint8))
    return typed(darkest[middle::_COLOUR_CELL_PX, middle::_COLOUR_CELL_PX])


def fill_under(image: Pixels, unknown: Pixels) -> Pixels:
    """`image` with what is not 0 in `unknown` (HxW) replaced by what lies around it, from as near as there is some.

    A pyramid of means over what is known (the push and pull of Gortler et al., 1996, "The Lumigraph").
    """
    if not unknown.any():
        return image
    known = cv2.bitwise_not(unknown)
    bare = typed(cv2.bitwise_and(image, image, mask=known))
    height, width = known.shape
    cells = (max(1, width // _CELL_PX), max(1, height // _CELL_PX))
    part = np.s_[: max(1, height // _CELL_PX * _CELL_PX), : max(1, width // _CELL_PX * _CELL_PX)]
    total = typed(cv2.resize(bare[part], cells, interpolation=cv2.INTER_AREA))
    share = typed(cv2.resize(known[part], cells, interpolation=cv2.INTER_AREA))
    divisor = share if image.ndim == 2 else cv2.merge((share, share, share))
    mean = typed(cv2.divide(total, divisor, scale=255.0))
    lacking = typed((share < _KNOWN) * np.uint8(255))
    if max(cells) > 1 and not lacking.all():
        mean = fill_under(mean, lacking)
    around = typed(cv2.resize(mean, (width, height), interpolation=cv2.INTER_LINEAR))
    return typed(cv2.copyTo(around, unknown, image.copy()))


def _paper(filled: Pixels, frames: Sequence[Box], share: float) -> Pixels:
    """The page for its lowest layer; what pictures will cover is blurred, since it costs and is not seen."""
    height, width = filled.shape[:2]
    size = (max(1, round(width * share)), max(1, round(height * share)))
    soft = cv2.GaussianBlur(filled, (3, 3), 0) if share < 1 else filled
    paper = typed(cv2.resize(soft, size, interpolation=cv2.INTER_LINEAR))
    for frame in frames:
        box = _scaled(frame, size[0] / width, size[1] / height)
        part = paper[box.top + 2 : box.bottom - 2, box.left + 2 : box.right - 2]
        if part.size:
            tiny = cv2.resize(part, (2, 2), interpolation=cv2.INTER_AREA)
            part[...] = cv2.resize(tiny, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_LINEAR).reshape(
                part.shape
            )
    return paper


def _merge(frames: Sequence[Box]) -> list[Box]:
    """Frames that overlap become one."""
    merged: list[Box] = []
    for frame in frames:
        box = frame
        while True:
            touching = [one for one in merged if _overlap(one, box)]
            if not touching:
                break
            for one in touching:
                merged.remove(one)
                box = box.union(one)
        merged.append(box)
    return merged


def _overlap(one: Box, other: Box) -> bool:
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom


def _scaled(box: Box, across: float, down: float) -> Box:
    return Box(
        left=math.floor(box.left * across),
        top=math.floor(box.top * down),
        right=math.ceil(box.right * across),
        bottom=math.ceil(box.bottom * down),
    )
