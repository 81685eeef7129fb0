# SPDX-License-Identifier: EUPL-1.2
"""The floor of reading: one `Recognize()` of in-process Tesseract a page, and nothing else.

Page segmentation mode 3 (layout included), the page's language known, on our own prepared image: upright, straight and
cropped, in colour. Preparing it is not counted, nor is taking the words out. Blank pages are not read.

Two pages are read at once, as the programs do that it is held against: processes side by side share the machine's
memory and caches, and each takes up to a tenth longer for it.
"""

import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import cast

import tesserocr

from benchmarks.sets import BenchPage
from processors.decode import decode_frame
from processors.limits import Limits
from processors.read.tessdata import find_tessdata, require_models
from processors.straighten import PrepareSettings, Rotation, prepare_page

_AT_ONCE = 2


@dataclass(frozen=True)
class FloorPage:
    """A page as recognised, and the CPU seconds of that; nothing and 0 of a blank one."""

    text: str
    cpu_seconds: float


def measure_floor(pages: Sequence[BenchPage], languages: Sequence[str], rotations: Sequence[int]) -> list[FloorPage]:
    """Recognise each page in the language given for it, turned clockwise by the angle given for it.

    OMP_THREAD_LIMIT=1 must be in the environment: Tesseract looks at it when it is loaded.
    """
    with multiprocessing.get_context("spawn").Pool(_AT_ONCE) as pool:
        return pool.starmap(_measure, zip(pages, languages, rotations, strict=True), chunksize=1)


def _measure(page: BenchPage, language: str, rotation_deg: int) -> FloorPage:
    if not page.is_text:
        return FloorPage("", 0.0)
    return _recognise(page.image, find_tessdata(), language, cast(Rotation, rotation_deg))


def _recognise(image: Path, tessdata: Path, language: str, rotation_deg: Rotation) -> FloorPage:
    frame = decode_frame(image, 0, Limits())
    prepared = prepare_page(frame, PrepareSettings(), rotation_deg)
    height, width = prepared.pixels.shape[:2]
    models = require_models(tessdata, [language])
    with tesserocr.PyTessBaseAPI(path=str(tessdata), lang=models, psm=tesserocr.PSM.AUTO) as tesseract:
        samples = 1 if prepared.pixels.ndim == 2 else 3
        tesseract.SetImageBytes(prepared.pixels.tobytes(), width, height, samples, samples * width)
        tesseract.SetSourceResolution(round(prepared.geometry.dpi))
        started = process_time()
        tesseract.Recognize()
        spent = process_time() - started
        return FloorPage(tesseract.GetUTF8Text(), spent)
