# SPDX-License-Identifier: EUPL-1.2
"""What runs inside a worker of the pool: start under limits, then one page after the other."""

import os
import pickle
import signal
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from processors.limits import Limits, apply_limits
from processors.orphans import die_with
from schemas.crash_points import CrashPoint, reached
from schemas.disk import disk_error
from schemas.errors import ArhivarError, EngineUnavailable

if TYPE_CHECKING:  # numpy and OpenCV are loaded by `start_worker`, once the limits and thread counts stand
    from processors.page import PageSettings, PageSource, ProcessedPage
    from processors.read import OcrEngine
    from processors.read.second import SecondReader

    Process = Callable[[PageSource, PageSettings, OcrEngine, Limits, SecondReader], ProcessedPage]

T = TypeVar("T")

EXIT_OUT_OF_MEMORY = 75
"""How a worker ends that ran into its memory limit: it does not trust what is left of itself."""

_OPENCV_NO_MEMORY = -4


@dataclass(frozen=True)
class Job:
    """What a worker does, the same for every page. Travels pickled, and is unpickled under the limits."""

    engine_name: str
    tessdata: Path | None
    open_engine: "Callable[[str, Path | None], OcrEngine] | None"
    process: "Process | None"


@dataclass(frozen=True)
class StartFailed:
    """The worker has no engine: no page can be read, whichever it is."""

    error: ArhivarError


@dataclass(frozen=True)
class _Ready:
    limits: Limits
    engine: "OcrEngine"
    second: "SecondReader"
    process: "Process"


_state: _Ready | StartFailed | None = None


def start_worker(parent: int, folder: str, limits: Limits, pickled_job: bytes) -> None:
    """Bind this process to its parent and its limits, then open the engine. Temporary files go to `folder`.

    Never raises: what fails is what `read_page` says of every page.
    """
    global _state  # noqa: PLW0603 a worker is one process with one engine
    die_with(parent)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # nothing to put in order: the pool removes the folder
    os.environ["OMP_THREAD_LIMIT"] = "1"  # Tesseract's threads quadruple its CPU time
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    tempfile.tempdir = folder
    apply_limits(limits)
    name = "?"
    try:
        import cv2

        cv2.setNumThreads(1)
        job: Job = pickle.loads(pickled_job)  # noqa: S301 from the parent process
        name = job.engine_name
        engine = (job.open_engine or _default_engine())(job.engine_name, job.tessdata)
        second = _shared_reader(folder, limits)
        _state = _Ready(limits, engine, second, job.process or _default_process())
    except ArhivarError as error:
        _state = StartFailed(error)
    except Exception as error:  # noqa: BLE001 a worker that fails to start would be started again for ever
        _state = StartFailed(EngineUnavailable(engine=name, detail=_describe(error)))


def read_page(source: "PageSource", settings: "PageSettings") -> "ProcessedPage | ArhivarError | StartFailed":
    """Process one page. Its errors are returned, so that they cross the pipe as data."""
    if not isinstance(_state, _Ready):
        return _state or StartFailed(EngineUnavailable(engine="?", detail="the worker was not started"))
    ready = _state
    answer = guarded(lambda: ready.process(source, settings, ready.engine, ready.limits, ready.second), source.path)
    reached(CrashPoint.PAGE_READ)
    return answer


def count_pages(path: Path, limits: Limits) -> "int | ArhivarError":
    """As `processors.frames.count_frames`, its errors returned."""
    from processors.frames import count_frames

    return guarded(lambda: count_frames(path, limits), path)


def guarded(work: Callable[[], T], path: Path) -> T | ArhivarError:
    """What `work` on a file gives, or its error. Ends this process where memory ran out."""
    try:
        return work()
    except ArhivarError as error:
        return disk_error(error, Path(tempfile.gettempdir()), path.parent) or error
    except Exception as error:  # noqa: BLE001 whatever it is, it must not stop the other pages
        trouble = disk_error(error, Path(tempfile.gettempdir()), path.parent)
        if trouble is not None:  # a page is not unreadable since a disk is full or failing
            return trouble
        if _is_out_of_memory(error):
            os._exit(EXIT_OUT_OF_MEMORY)
        return ArhivarError(file=path.name, detail=f"{path.name}: {_describe(error)}")


def _default_engine() -> "Callable[[str, Path | None], OcrEngine]":
    from processors.read import open_engine

    return open_engine


def _shared_reader(folder: str, limits: Limits) -> "SecondReader":
    """The reader that all workers share; its process starts with the first page that is given to it."""
    from processors.read.second.dictionary import dictionary
    from processors.read.second.fused import FusedReader
    from processors.shared_reader import SharedLines

    return FusedReader(SharedLines(Path(folder), limits.page_seconds), dictionary)


def _default_process() -> "Process":
    from processors.page import process_page

    return process_page


def _is_out_of_memory(error: Exception) -> bool:
    return isinstance(error, MemoryError) or getattr(error, "code", None) == _OPENCV_NO_MEMORY


def _describe(error: Exception) -> str:
    frames: list[Any] = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"
