# SPDX-License-Identifier: EUPL-1.2
"""A printing house or an office printer: columns of lines set in type, justified, centred, or at tabs."""

import re

import numpy as np
from PIL import ImageFont

from sample_scans.fonts import Face, open_font
from sample_scans.lettering import print_word
from sample_scans.plan import FaceName, PrintedBlock
from sample_scans.raster import Layer, px
from sample_scans.typewriter import TypedWord

FACES: dict[FaceName, Face] = {
    "serif": Face.SERIF,
    "serif-bold": Face.SERIF_BOLD,
    "sans": Face.SANS,
    "sans-bold": Face.SANS_BOLD,
    "broken": Face.BROKEN,
}
_NEARLY_FULL = 0.80
"""A line that fills this share of its column is stretched to all of it; a shorter one ends a paragraph."""


def set_block(rng: np.random.Generator, layer: Layer, block: PrintedBlock, lines: list[str]) -> list[TypedWord]:
    """Print the block's lines of a page on a coverage layer, in place.

    Raises ValueError for a line that is wider than its column, or that has more cells than there are tabs.
    """
    font = open_font(FACES[block.face], round(px(block.size_mm)))
    words: list[TypedWord] = []
    first, last = block.lines
    for row, number in enumerate(range(first, last + 1)):
        base_px = px(block.top_mm + row * block.leading_mm)
        for x, word in _places(block, lines[number], font):
            box = print_word(rng, layer, word, FACES[block.face], px(block.size_mm), (x, base_px))
            words.append(TypedWord(word, number, box))
    return words


def _places(block: PrintedBlock, line: str, font: ImageFont.FreeTypeFont) -> list[tuple[float, str]]:
    """Where each word of a line begins, in px of the sheet."""
    left, width = px(block.left_mm), px(block.width_mm)
    if block.tabs_mm:
        cells = re.split(r" {2,}", line.strip())
        return [
            place
            for tab, cell in zip(block.tabs_mm[: len(cells)], cells, strict=True)
            for place in _run(left + px(tab), cell.split(), font, font.getlength(" "))
        ]
    words = line.split()
    space = font.getlength(" ")
    indent = 0.0 if block.align == "center" else space * (len(line) - len(line.lstrip()))
    natural = sum(font.getlength(word) for word in words) + space * (len(words) - 1)
    spare = width - indent - natural
    if spare < -0.01 * width:
        raise ValueError(f"wider than its column by {-spare / width:.0%}: {line!r}")
    if block.align == "center":
        return _run(left + spare / 2, words, font, space)
    if block.align == "justified" and natural + indent > _NEARLY_FULL * width and len(words) > 1:
        space += spare / (len(words) - 1)
    return _run(left + indent, words, font, space)


def _run(x: float, words: list[str], font: ImageFont.FreeTypeFont, space: float) -> list[tuple[float, str]]:
    placed = []
    for word in words:
        placed.append((x, word))
        x += font.getlength(word) + space
    return placed
