# SPDX-License-Identifier: EUPL-1.2
"""What the shared process is given instead of PP-OCRv6: what goes wrong, on demand, by the resolution it is told.

The process and the workers import this module, so it is light.
"""

import os
import signal
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from schemas.errors import EngineUnavailable
from schemas.page import Agent

WELL, KILLED, HANGS, DEAF, HOG, BUG, KILLED_ONCE, SLOW = range(100, 108)
"""Resolutions, and what becomes of the process that reads a page of one."""


class Lines:
    """As `LineReader`; its lines are numbers: of its process, its threads and its starts in this pool."""

    agent = Agent(name="Double", version="2")

    def __init__(self) -> None:
        with _starts().open("a") as file:
            file.write("x")

    def find_lines(self, pixels: Any, dpi: float) -> Any:
        match dpi:
            case 101:
                os.kill(os.getpid(), signal.SIGKILL)
            case 102:
                time.sleep(600)
            case 103:
                for number in (signal.SIGTERM, signal.SIGINT):
                    signal.signal(number, signal.SIG_IGN)
                while True:
                    pass
            case 104:
                return bytearray(4 << 30)
            case 105:
                raise ZeroDivisionError("the words of a page")
            case 106 if len(_starts().read_text()) == 1:
                os.kill(os.getpid(), signal.SIGKILL)
            case 107:
                time.sleep(0.5)
        return [os.getpid(), os.environ["OMP_NUM_THREADS"], len(_starts().read_text())]

    def read_lines(self, pixels: Any, boxes: Sequence[Any]) -> Any:
        return list(boxes)

    def close(self) -> None:
        pass


def open_lines() -> Any:
    return Lines()


def open_none() -> Any:
    raise EngineUnavailable(engine="double", detail="no models")


def die_at_once() -> Any:
    os._exit(9)


def _starts() -> Path:
    return Path(tempfile.gettempdir()) / "starts"


def ask(source: Any, settings: Any, engine: Any, limits: Any, second: Any) -> Any:
    """Instead of `process_page`: what the shared process says to a page of the resolution that its frame is."""
    lines = second._lines
    try:
        return ("said", lines.find_lines(source.path.name, source.frame), lines.agent.name)
    except Exception as error:  # noqa: BLE001 handed to the test
        return ("failed", type(error).__name__, str(getattr(error, "fields", {}).get("detail", error)))


def hang_until_killed(traces: Path) -> None:
    """The parent process of a pool whose second reader hangs, for tests that kill it."""
    from processors.limits import Limits
    from processors.pool import PagePool
    from processors.shared_reader import SharedJob
    from tests.processors.pool_doubles import Source, open_light_engine

    job = SharedJob(open_lines=hang_in_start)
    with PagePool(1, Limits(), open_engine=open_light_engine, process=ask, second=job) as pool:
        sources: Any = [(0, Source(traces, WELL))]
        for _ in pool.process(sources, None):  # type: ignore[arg-type] # the double needs none
            pass


def hang_in_start() -> Any:
    (Path(os.environ["ARHIVAR_DOUBLE_TRACES"]) / f"pid-{os.getpid()}").touch()
    time.sleep(600)


if __name__ == "__main__":
    hang_until_killed(Path(os.environ["ARHIVAR_DOUBLE_TRACES"]))
