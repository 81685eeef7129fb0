# SPDX-License-Identifier: EUPL-1.2
"""Reading: from an upright page image to words. `open_engine` is the way in."""

import os
from pathlib import Path

from processors.read.engine import OcrEngine, Reading, ReadSettings
from schemas.errors import EngineUnavailable, InvalidSetting

__all__ = ["ENGINES", "OcrEngine", "ReadSettings", "Reading", "open_engine"]

ENGINES = ("tesserocr", "pytesseract")


def open_engine(name: str, tessdata: Path | None, settings: ReadSettings | None = None) -> OcrEngine:
    """The engine called `name` (one of `ENGINES`), with the language models in `tessdata`, or where they are found.

    Raises InvalidSetting for another name, EngineUnavailable where engine or models are missing.
    """
    # Tesseract's threads wait for each other: on several it takes four times the processor time. OpenMP looks at
    # this only once, when it is loaded.
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    try:
        if name == "tesserocr":
            from processors.read.tesserocr_engine import TesserocrEngine

            return TesserocrEngine(tessdata, settings)
        if name == "pytesseract":
            from processors.read.pytesseract_engine import PytesseractEngine

            return PytesseractEngine(tessdata, settings)
    except ImportError as error:
        raise EngineUnavailable(engine=name, detail=str(error)) from error
    raise InvalidSetting(name="engine", source="open_engine", value=name, expected=" / ".join(ENGINES))
