# SPDX-License-Identifier: EUPL-1.2
"""The image that the engine gets, and the way of its boxes back to the page.

Tesseract reads lines at a height of 36 pixels, of which it makes them by leaving pixels out where they are higher. So a
page is reduced, by means over areas, until its letters are about as high as that: that costs up to 45 % less time than
at 300 dpi, most of it for finding lines, and reads as well (docs/benchmarks.md). Small print keeps its pixels.
What is done to the page besides is `processors.treatments`' and said by the caller.
"""

import math
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from processors.ink import MM_PER_INCH, Pixels, typed
from processors.read.engine import Layout, OcrEngine, Reading
from processors.read.words import line_of, with_lines
from processors.snug import fit_to_ink
from processors.treatments import Treatment, as_one_channel, treat
from schemas.page import Block, Box, Line, Word

_LETTER_PX = 16.0
"""Height of a page's letters (the median: mostly small ones without ascenders) that is high enough."""
_NEARLY = 0.9  # a reduction that saves less than it blurs
_READ_DPI = 300.0
_FINE_DPI = 450.0  # from here on a page is reduced to `_READ_DPI`
_SPARSE_DPI = 150.0
_AROUND_MM = 2.0
_PIXELS_MAX = 45_000_000  # and, whatever its resolution, to this size: an A2 sheet at 300 dpi


def read_page(
    engine: OcrEngine,
    pixels: Pixels,
    dpi: float,
    languages: Sequence[str],
    treatment: Treatment = Treatment.PLAIN,
    letter_px: float | None = None,
) -> Reading:
    """Read a derivative (HxW or HxWx3, uint8); the boxes come in its pixels. Raises what `engine.read` raises.

    `letter_px` is how high its letters are, where that is known.
    """
    share = reading_share(pixels.shape[1], pixels.shape[0], dpi, letter_px)
    return _read_reduced(engine, pixels, dpi, languages, share, Layout.AUTOMATIC, treatment)


def read_part(
    engine: OcrEngine,
    pixels: Pixels,
    dpi: float,
    part: Box,
    languages: Sequence[str],
    treatment: Treatment,
    letter_px: float | None = None,
) -> Reading:
    """As `read_page`, only what lies within `part` of the page, and a little around it."""
    left, top, cut = _cut(pixels, dpi, part)
    reading = read_page(engine, cut, dpi, languages, treatment, letter_px)
    return map_boxes(reading, lambda box: box.moved(left, top))


def read_strip(
    engine: OcrEngine,
    pixels: Pixels,
    dpi: float,
    strip: Box,
    languages: Sequence[str],
    clear: Callable[[Pixels, float], Pixels],
    letter_px: float | None = None,
) -> Reading:
    """As `read_part`, as one block of lines, of what `clear` (pixels, dpi) makes of the strip: grey, HxW."""
    left, top, cut = _cut(pixels, dpi, strip)
    cleared = clear(cut, dpi)
    share = reading_share(cleared.shape[1], cleared.shape[0], dpi, letter_px)
    reading = _read_reduced(engine, cleared, dpi, languages, share, Layout.ONE_BLOCK, Treatment.PLAIN)
    return map_boxes(reading, lambda box: box.moved(left, top))


def _cut(pixels: Pixels, dpi: float, part: Box) -> tuple[int, int, Pixels]:
    """Left and top of what is cut out for `part`, and its pixels."""
    around = round(_AROUND_MM / MM_PER_INCH * dpi)
    left, top = max(0, part.left - around), max(0, part.top - around)
    return left, top, np.ascontiguousarray(pixels[top : part.bottom + around, left : part.right + around])


def read_sparse_page(engine: OcrEngine, pixels: Pixels, dpi: float, languages: Sequence[str]) -> Reading:
    """As `read_page`, for a title page or a cover: small, so that spaced letters come together, in one block."""
    share = min(1.0, _SPARSE_DPI / dpi)
    return _read_reduced(engine, pixels, dpi, languages, share, Layout.ONE_BLOCK, Treatment.PLAIN)


def _read_reduced(
    engine: OcrEngine,
    pixels: Pixels,
    dpi: float,
    languages: Sequence[str],
    share: float,
    layout: Layout,
    treatment: Treatment,
) -> Reading:
    if share == 1.0:
        return engine.read(treat(pixels, dpi, treatment), dpi, languages, layout)
    gray = as_one_channel(pixels, treatment)
    height, width = gray.shape
    size = (max(1, round(width * share)), max(1, round(height * share)))
    reduced = typed(cv2.resize(gray, size, interpolation=cv2.INTER_AREA))
    reading = engine.read(treat(reduced, dpi * share, treatment), dpi * share, languages, layout)
    return _fit(_enlarge(reading, width / size[0], height / size[1], width, height), gray, math.ceil(1 / share))


def reading_share(width_px: int, height_px: int, dpi: float, letter_px: float | None = None) -> float:
    """By how much a page is reduced for reading; 1 where it is read as it is.

    By the height of its letters; where that is not known, only what is finer than any type needs is reduced.
    """
    share = _READ_DPI / dpi if dpi >= _FINE_DPI else 1.0
    if letter_px is not None:
        share = _LETTER_PX / letter_px
        share = 1.0 if share > _NEARLY else share
    by_size = math.sqrt(_PIXELS_MAX / (width_px * height_px))
    return min(1.0, share, by_size)


def _enlarge(reading: Reading, across: float, down: float, width_px: int, height_px: int) -> Reading:
    def box(small: Box) -> Box:
        return Box(
            left=min(round(small.left * across), width_px - 1),
            top=min(round(small.top * down), height_px - 1),
            right=min(round(small.right * across), width_px),
            bottom=min(round(small.bottom * down), height_px),
        )

    return map_boxes(reading, box)


def _fit(reading: Reading, gray: Pixels, reach_px: int) -> Reading:
    """Words close about their ink, lines and blocks about their words."""
    blocks = []
    for block in reading.blocks:
        lines = []
        for line in block.lines:
            words = tuple(word.model_copy(update={"box": fit_to_ink(word.box, gray, reach_px)}) for word in line.words)
            lines.append(line_of(words))
        blocks.append(with_lines(block, lines))
    return Reading(tuple(blocks), reading.confidence)


def map_boxes(reading: Reading, box: Callable[[Box], Box]) -> Reading:
    """The same reading with every box replaced by what `box` makes of it."""

    def word(small: Word) -> Word:
        return small.model_copy(update={"box": box(small.box)})

    def line(small: Line) -> Line:
        return small.model_copy(update={"box": box(small.box), "words": tuple(map(word, small.words))})

    def block(small: Block) -> Block:
        return small.model_copy(update={"box": box(small.box), "lines": tuple(map(line, small.lines))})

    return Reading(tuple(map(block, reading.blocks)), reading.confidence)
