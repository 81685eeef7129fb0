# SPDX-License-Identifier: EUPL-1.2
"""Printed pages in colour, drawn for tests of what is read where: A5 at 300 dpi, on yellowed paper.

Needs DejaVu (Debian: fonts-dejavu-core), which Pillow looks for where fonts are kept.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from processors.page import PageSettings, PageSource, process_page
from processors.read.tesserocr_engine import TesserocrEngine
from schemas.page import BlockKind, PageResult
from schemas.reading import ReadingLevel
from tests.processors.typed_pages import DPI, HEIGHT, WIDTH

BLACK, BLUE, PEN = (35, 33, 36), (96, 92, 178), (52, 60, 132)
PAPER = (238, 230, 206)
_GAP = 62


class Page:
    """A page to draw on; places are in pixels from the top left corner."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)

    def write(self, *lines: str, at: tuple[int, int], size: int = 40, ink: tuple[int, int, int] = BLACK) -> "Page":
        """Lines below each other."""
        font = ImageFont.truetype("DejaVuSerif.ttf", size)
        for number, line in enumerate(lines):
            self._lay(ink).text((at[0], at[1] + _GAP * number), line, fill=255, font=font)
            self._press(ink)
        return self

    def stamp(self, *lines: str, at: tuple[int, int], ink: tuple[int, int, int] = BLUE) -> "Page":
        """An entry stamp: lines in a frame."""
        draw = self._lay(ink)
        draw.rectangle((at[0], at[1], at[0] + 500, at[1] + 40 + 60 * len(lines)), outline=255, width=6)
        font = ImageFont.truetype("DejaVuSans-Bold.ttf", 38)
        for number, line in enumerate(lines):
            draw.text((at[0] + 250, at[1] + 50 + 60 * number), line, fill=255, font=font, anchor="mm")
        return self._press(ink)

    def seal(
        self, ring: str, *, centre: tuple[int, int], radius: int = 215, ink: tuple[int, int, int] = BLUE
    ) -> "Page":
        """A round seal: two rings and, between them, letters that stand along them."""
        draw = self._lay(ink)
        for reach in (radius, radius - 70):
            draw.ellipse(
                (centre[0] - reach, centre[1] - reach, centre[0] + reach, centre[1] + reach), outline=255, width=6
            )
        self._press(ink)
        font = ImageFont.truetype("DejaVuSans-Bold.ttf", 40)
        for number, letter in enumerate(ring):
            turn = 360 * number / len(ring)
            tile = Image.new("L", (WIDTH, HEIGHT), 0)
            ImageDraw.Draw(tile).text((centre[0], centre[1] - radius + 36), letter, fill=255, font=font, anchor="mm")
            self._mask = tile.rotate(-turn, center=centre)
            self._press(ink)
        return self

    def sign(self, *, at: tuple[int, int], width: int = 420, ink: tuple[int, int, int] = PEN) -> "Page":
        """A signature: loops above and below the line that it begins on."""
        across = np.linspace(0, 1, 240)
        x = at[0] + width * across + 40 * np.sin(40 * across)
        y = at[1] + 55 * np.cos(40 * across) * (1.1 - across)
        self._lay(ink).line(list(zip(x.tolist(), y.tolist(), strict=True)), fill=255, width=7, joint="curve")
        return self._press(ink)

    def rule(self, *places: tuple[int, int]) -> "Page":
        """A black line from place to place."""
        ImageDraw.Draw(self.image).line(list(places), fill=BLACK, width=4)
        return self

    def _lay(self, ink: tuple[int, int, int]) -> ImageDraw.ImageDraw:
        self._mask = Image.new("L", (WIDTH, HEIGHT), 0)
        return ImageDraw.Draw(self._mask)

    def _press(self, ink: tuple[int, int, int]) -> "Page":
        """As ink takes light from what is there already."""
        share = np.asarray(self._mask, dtype=np.float32)[:, :, None] / 255
        taken = 1 - share * (1 - np.asarray(ink, dtype=np.float32) / np.asarray(PAPER, dtype=np.float32))
        self.image = Image.fromarray((np.asarray(self.image) * taken).round().astype(np.uint8))
        return self


def read(page: Page, folder: Path, *, languages: tuple[str, ...] = ("ron",), gray: bool = False) -> PageResult:
    """What the page reader and Tesseract make of the page, with a scanner's JPEG between them."""
    path = folder / "001.jpg"
    image = page.image.convert("L") if gray else page.image
    image.save(path, quality=92, dpi=(DPI, DPI))
    engine = TesserocrEngine()
    try:
        settings = PageSettings(languages=languages, level=ReadingLevel.FAST)
        return process_page(PageSource(path), settings, engine).result
    finally:
        engine.close()


def texts(result: PageResult, kind: BlockKind = BlockKind.TEXT) -> list[str]:
    """The lines of a kind of blocks, in reading order."""
    blocks = (block for block in result.blocks if block.kind is kind)
    return [" ".join(word.text for word in line.words) for block in blocks for line in block.lines]
