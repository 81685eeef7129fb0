# SPDX-License-Identifier: EUPL-1.2
"""Tesseract as a program, by pytesseract: slower, but it needs no compiled module, and a crash takes nothing along."""

import shlex
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytesseract
from PIL import Image

from processors.read.engine import Layout, Pixels, Reading, ReadSettings, check_request, resolution_for_tesseract
from processors.read.tessdata import find_tessdata, require_models
from processors.read.words import SaidWord, assemble
from processors.step_times import Step, timed
from schemas.disk import has_no_room
from schemas.errors import DiskFull, EngineFailed, EngineUnavailable
from schemas.page import Agent

NAME = "pytesseract"

_TABLE_BYTES = 1 << 20
"""More than the table of words of a page takes."""
_LAST_WORDS = 500  # characters of the program's messages that go into an error

_MODES = {Layout.AUTOMATIC: 3, Layout.ONE_BLOCK: 6}
"""Tesseract's page segmentation modes."""


class PytesseractEngine:
    """`OcrEngine` over the program `tesseract` on PATH."""

    def __init__(self, tessdata: Path | None = None, settings: ReadSettings | None = None) -> None:
        """Raises EngineUnavailable where the program or its language models are missing."""
        self._tessdata = find_tessdata(tessdata)
        self._settings = settings or ReadSettings()
        try:
            version = pytesseract.get_tesseract_version()
        # pytesseract ends the process over a version that it cannot understand
        except (OSError, SystemExit, ValueError) as error:
            raise EngineUnavailable(engine=NAME, detail=str(error)) from error
        self._agent = Agent(name="Tesseract", version=f"{version} (pytesseract {pytesseract.__version__})")

    @property
    def agent(self) -> Agent:
        return self._agent

    @timed(Step.READ)
    def read(self, pixels: Pixels, dpi: float, languages: Sequence[str], layout: Layout = Layout.AUTOMATIC) -> Reading:
        width_px, height_px = check_request(pixels, languages)
        models = require_models(self._tessdata, languages)
        image = Image.fromarray(pixels)
        image.format = "PPM"  # as which pytesseract hands it over: to pack it as PNG costs up to a second a page
        config = (
            f"--tessdata-dir {shlex.quote(str(self._tessdata))} --oem 1 --psm {_MODES[layout]} "
            f"--dpi {resolution_for_tesseract(dpi)}"
        )
        try:
            table = pytesseract.image_to_data(image, lang=models, config=config, timeout=self._settings.page_seconds)
        except pytesseract.TesseractNotFoundError as error:
            raise EngineUnavailable(engine=NAME, detail=str(error)) from error
        except pytesseract.TesseractError as error:
            _require_room(pixels)
            raise EngineFailed(engine=NAME, detail=f"status {error.status}: {error.message[-_LAST_WORDS:]}") from error
        except RuntimeError as error:  # pytesseract says so only by the message
            raise EngineFailed(engine=NAME, detail=f"{error} after {self._settings.page_seconds:g} s") from error
        except (OSError, ValueError) as error:  # output cut off or not UTF-8
            _require_room(pixels)
            raise EngineFailed(engine=NAME, detail=f"{type(error).__name__}: {error}") from error
        _require_room(pixels)  # tesseract does not notice that its table of words was cut off
        try:
            said = list(_said(table))
        except ValueError as error:
            raise EngineFailed(engine=NAME, detail=f"its table of words cannot be read: {error}") from error
        return assemble(said, width_px, height_px, languages)

    def close(self) -> None:
        """Nothing is kept between pages."""


def _require_room(pixels: Pixels) -> None:
    """What was read on a disk without room for the program's files is not believed. Raises DiskFull."""
    folder = Path(tempfile.gettempdir())
    if has_no_room(folder, pixels.nbytes + _TABLE_BYTES):
        raise DiskFull(where=str(folder))


def _said(table: str) -> Iterator[SaidWord]:
    """The words of Tesseract's TSV. Raises ValueError for a table that is not one.

    Read here, since pytesseract's own reader rounds confidences to whole numbers.
    """
    head, *rows = table.rstrip("\n").split("\n")
    column = {name: index for index, name in enumerate(head.split("\t"))}
    if not {"level", "block_num", "par_num", "line_num", "left", "top", "width", "height", "conf"} <= column.keys():
        raise ValueError(f"unknown columns: {head[:_LAST_WORDS]!r}")
    line = 0
    last: tuple[str, ...] = ()
    for number, row in enumerate(rows, start=2):
        cells = row.split("\t", len(column) - 1)
        if len(cells) < len(column) - 1:  # without a text, the last tab may be missing
            raise ValueError(f"row {number} is cut off")
        if cells[column["level"]] != "5":
            continue
        at = tuple(cells[column[name]] for name in ("block_num", "par_num", "line_num"))
        if at != last:
            line, last = line + 1, at
        left, top, width, height = (int(cells[column[name]]) for name in ("left", "top", "width", "height"))
        text = cells[column["text"]] if len(cells) == len(column) else ""
        box = (left, top, left + width, top + height)
        yield SaidWord(int(at[0]), line, text, box, float(cells[column["conf"]]))
