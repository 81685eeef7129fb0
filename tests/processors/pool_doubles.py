# SPDX-License-Identifier: EUPL-1.2
"""What a pool's workers are given instead of an engine and of the page's steps: what goes wrong, on demand.

A page's path says what becomes of it. Workers import this module, so it is light.
"""

import errno
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from processors.limits import Limits
from schemas.errors import ImageUnreadable, LanguageMissing


@dataclass(frozen=True)
class Source:
    """As PageSource."""

    path: Path
    frame: int = 0


@dataclass(frozen=True)
class Done:
    """As ProcessedPage."""

    source: Source
    worker: int
    engine: str
    threads: str | None
    temporary: str
    payload: bytes = b""


@dataclass(frozen=True)
class Settings:
    """As PageSettings: a folder in which pages leave traces."""

    traces: Path


class Engine:
    """Opened once a process."""

    def __init__(self, name: str) -> None:
        self.name = f"{name} of {os.getpid()}"


def open_light_engine(name: str, tessdata: Path | None) -> Any:
    return Engine(name)


def open_missing_engine(name: str, tessdata: Path | None) -> Any:
    raise LanguageMissing(language="ron", tessdata=str(tessdata))


def open_broken_engine(name: str, tessdata: Path | None) -> Any:
    raise ZeroDivisionError("a bug")


class Fatal:
    """Its process is killed while it is written into the pipe, half of it through."""

    def __reduce__(self) -> tuple[Any, ...]:
        threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGKILL)).start()
        return (bytes, (bytes(300 << 20),))


def act(source: Any, settings: Any, engine: Any, limits: Limits, second: Any) -> Any:  # noqa: C901, PLR0912 by mishap
    import tempfile

    _trace(settings.traces, f"{source.path.name}-{source.frame}")
    match source.path.name:
        case "crash":
            os._exit(3)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "killed once" if _tries(settings.traces, source) == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            _trace(settings.traces, f"pid-{os.getpid()}")
            time.sleep(600)
        case "deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(600)
        case "patient":
            _wait_for(settings.traces / "go")
        case "slow":
            time.sleep(0.3)
        case "hog":
            return bytearray(limits.memory_bytes * 2)
        case "unreadable":
            raise ImageUnreadable(file="unreadable", detail="by design")
        case "full disk":
            raise ImageUnreadable(file="full disk", detail="by design") from OSError(errno.ENOSPC, "No space left")
        case "bad sector":
            raise OSError(errno.EIO, "Input/output error")
        case "bug":
            raise ZeroDivisionError("by design")
        case "not to be pickled":
            return threading.Lock()
        case "fatal answer":
            return Fatal()
    return Done(
        source, os.getpid(), engine.name, os.environ.get("OMP_THREAD_LIMIT"), tempfile.gettempdir(), bytes(200_000)
    )


def _trace(folder: Path, name: str) -> None:
    with (folder / name).open("a") as file:
        file.write(f"{time.monotonic()}\n")


def _wait_for(trace: Path) -> None:
    while not trace.exists():
        time.sleep(0.02)


def _tries(folder: Path, source: Any) -> int:
    return len((folder / f"{source.path.name}-{source.frame}").read_text().splitlines())


def read_until_killed(traces: Path) -> None:
    """The parent process of a pool that hangs, for tests that kill it."""
    from processors.pool import PagePool

    settings: Any = Settings(traces)
    with PagePool(2, Limits(), open_engine=open_light_engine, process=act) as pool:
        sources: Any = [(index, Source(Path("hang"), index)) for index in range(4)]
        for _ in pool.process(sources, settings):
            pass


if __name__ == "__main__":
    read_until_killed(Path(sys.argv[1]))
