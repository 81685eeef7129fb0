# SPDX-License-Identifier: EUPL-1.2
"""PP-OCRv6 small (PaddlePaddle, Apache-2.0) in onnxruntime, from the models that RapidOCR's package brings.

RapidOCR itself is not imported: it fetches models that it misses, and loads libraries that nothing here needs.
"""

import hashlib
from collections.abc import Callable, Sequence
from importlib import metadata, util
from pathlib import Path
from typing import Any, TypeVar

import cv2

from processors.read.engine import Pixels, check_request
from processors.read.second.detect import detect_text
from processors.read.second.recognise import Alphabet, recognise_line
from processors.read.second.rows import join_rows
from processors.read.second.seen import SeenLine
from schemas.errors import EngineFailed, EngineUnavailable
from schemas.page import Agent, Box

NAME = "PP-OCRv6 small"

T = TypeVar("T")

_BESIDE = 0.25
"""Of a line's height: what is looked at on both sides of a line that the detector found."""
_NARROWED = 0.85
"""To what share of its width a line that one is sent to is shown: as many words come right, for 15 % less time."""

_DETECTOR, _RECOGNISER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"


class PaddleReader:
    """`LineReader` in this process. The models are loaded when they are first needed."""

    def __init__(self, models: Path | None = None) -> None:
        """`models` is the folder that they lie in; found by itself where None. Raises EngineUnavailable."""
        self._models = models or _find_models()
        self._sessions: dict[str, Any] = {}
        self._alphabet: Alphabet | None = None
        self._agent = Agent(name=NAME, version=_version(self._models))

    @property
    def agent(self) -> Agent:
        return self._agent

    def find_lines(self, pixels: Pixels, dpi: float) -> list[SeenLine]:
        colour = _in_colour(pixels)
        found = self._run(lambda: detect_text(self._session(_DETECTOR), colour, dpi))
        rows = join_rows([one.box for one in found])
        return self._run(lambda: [self._recognise(colour, row, beside=_BESIDE) for row in rows])

    def read_lines(self, pixels: Pixels, boxes: Sequence[Box]) -> list[SeenLine]:
        colour = _in_colour(pixels)
        return self._run(lambda: [self._recognise(colour, box, narrowed=_NARROWED) for box in boxes])

    def close(self) -> None:
        self._sessions.clear()
        self._alphabet = None

    def _recognise(self, pixels: Pixels, box: Box, *, beside: float = 0.0, narrowed: float = 1.0) -> SeenLine:
        session = self._session(_RECOGNISER)
        if self._alphabet is None:
            self._alphabet = Alphabet(session.get_modelmeta().custom_metadata_map["character"].split("\n"))
        return recognise_line(session, self._alphabet, pixels, box, beside=beside, narrowed=narrowed)

    def _session(self, model: str) -> Any:  # noqa: ANN401 onnxruntime has no types
        if model not in self._sessions:
            self._sessions[model] = _open_session(self._models / model)
        return self._sessions[model]

    def _run(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except (RuntimeError, MemoryError, cv2.error) as error:  # onnxruntime's errors are kinds of RuntimeError
            raise EngineFailed(engine=NAME, detail=f"{type(error).__name__}: {error}") from error


def _find_models() -> Path:
    """The folder of models in RapidOCR's package, which is looked up and not imported."""
    package = util.find_spec("rapidocr")
    for folder in (package.submodule_search_locations or ()) if package else ():
        models = Path(folder) / "models"
        if all((models / name).is_file() for name in (_DETECTOR, _RECOGNISER)):
            return models
    raise EngineUnavailable(engine=NAME, detail="the package rapidocr, which brings its models, is not installed")


def _version(models: Path) -> str:
    """Both models' beginnings of SHA-256, and onnxruntime's version: together they fix what is read."""
    digests = (hashlib.sha256((models / name).read_bytes()).hexdigest()[:12] for name in (_DETECTOR, _RECOGNISER))
    try:
        return f"{' '.join(digests)} (onnxruntime {metadata.version('onnxruntime')})"
    except metadata.PackageNotFoundError as error:
        raise EngineUnavailable(engine=NAME, detail="the package onnxruntime is not installed") from error


def _open_session(model: Path) -> Any:  # noqa: ANN401 onnxruntime has no types
    try:
        import onnxruntime
    except ImportError as error:
        raise EngineUnavailable(engine=NAME, detail=str(error)) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # it would keep what the largest page took
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except RuntimeError as error:
        raise EngineUnavailable(engine=NAME, detail=f"{model.name}: {error}") from error


def _in_colour(pixels: Pixels) -> Pixels:
    check_request(pixels, ("any",))
    return cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB) if pixels.ndim == 2 else pixels  # type: ignore[return-value]
