# SPDX-License-Identifier: EUPL-1.2
"""The port of character recognition: what every engine promises. The promises are held by
``tests/contract/test_ocr_engine.py``, which runs against all engines.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from schemas.page import Agent, Block, Line, Word, lines_in, words_in

Pixels = npt.NDArray[np.uint8]
"""An image as an array: height x width (grey or bitonal 0/255) or height x width x 3 (RGB)."""


class Layout(StrEnum):
    """What the engine is told about the arrangement of the page."""

    AUTOMATIC = "automatic"
    """It finds blocks, columns and their order itself."""
    ONE_BLOCK = "one block"
    """Lines below each other, whatever lies between them: for a title page with a few widely spaced words."""


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """How an engine works. `page_seconds` is below the page limit of a worker (`processors.limits`), so that an
    engine that takes too long ends with an error that says so, not with a killed process.
    """

    page_seconds: float = 240.0
    warm_languages: int = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of one page, in the engine's reading order."""

    blocks: tuple[Block, ...]
    confidence: float | None
    """Mean over the words, weighted by their number of characters, 0 to 100; None where there are no words."""

    def lines(self) -> Iterator[Line]:
        """All lines, in reading order."""
        return lines_in(self.blocks)

    def words(self) -> Iterator[Word]:
        """All words, in reading order."""
        return words_in(self.blocks)


class OcrEngine(Protocol):
    """A reader of page images. One page at a time: an engine is not for several threads at once."""

    @property
    def agent(self) -> Agent:
        """The engine with its version and Tesseract's."""

    def read(self, pixels: Pixels, dpi: float, languages: Sequence[str], layout: Layout = Layout.AUTOMATIC) -> Reading:
        """Read an upright page at `dpi` dots an inch, in `languages` (Tesseract's names, the chief one first).

        Boxes are whole pixels of `pixels`, lie inside it and are never empty; lines enclose their words and blocks
        their lines. Words hold something other than white space. Text is normalised (`processors.read.normalise`);
        `Word.raw` is what the engine said, where that differs. An empty page gives no blocks and no confidence. The
        answer depends on the arguments alone, not on the pages read before.

        Raises LanguageMissing, EngineUnavailable, EngineFailed; ValueError for an array that is no image.
        """

    def close(self) -> None:
        """Free what the engine holds. May be called again; a later `read` warms up anew."""


def check_request(pixels: Pixels, languages: Sequence[str]) -> tuple[int, int]:
    """Width and height of the image in pixels. Raises ValueError for what no engine can be asked to read."""
    gray = pixels.ndim == 2
    colour = pixels.ndim == 3 and pixels.shape[2] == 3
    if pixels.dtype != np.uint8 or not (gray or colour) or 0 in pixels.shape:
        raise ValueError(f"not an image of 8-bit grey or RGB pixels: {pixels.dtype} {pixels.shape}")
    if not languages:
        raise ValueError("no language to read in")
    return pixels.shape[1], pixels.shape[0]


def resolution_for_tesseract(dpi: float) -> int:
    """`dpi` as Tesseract takes it: whole, and within 70 to 2400, outside of which it would guess by itself."""
    return min(max(round(dpi), 70), 2400)
