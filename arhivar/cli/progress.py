# SPDX-License-Identifier: EUPL-1.2
"""Progress of long commands over units: a bar with the time left on a terminal, else a line now and then."""

import time
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from schemas.messages import Language, Message

_STEP = Message(ro="{done}/{total}, {detail}încă {left} s", en="{done}/{total}, {detail}{left} s left")
_MIB = 1024 * 1024


def megabytes(size_bytes: int) -> str:
    """A size for people."""
    return f"{size_bytes / _MIB:.1f} MiB"


class UnitProgress:
    """Counts steps, and bytes where they are told."""

    _EVERY_SECONDS = 10.0

    def __init__(self, language: Language, stream: TextIO, *, quiet: bool) -> None:
        self._language = language
        self._stream = stream
        self._quiet = quiet
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._total = self._done = self._bytes = 0
        self._began = self._spoken = time.monotonic()

    def start(self, total: int) -> None:
        """So many steps are to come."""
        self._total = total
        self._began = self._spoken = time.monotonic()
        if not self._quiet and self._stream.isatty():
            columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
            self._bar = Progress(*columns, console=Console(file=self._stream), transient=True)
            self._task = self._bar.add_task("", total=total)
            self._bar.start()

    def read(self, size_bytes: int) -> None:
        """So many more bytes were read."""
        self._bytes += size_bytes
        self._show(0)

    def advance(self) -> None:
        """One more step is done."""
        self._done += 1
        self._show(1)

    def stop(self) -> None:
        """End the bar, so that other lines can be written."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = self._task = None

    def _show(self, steps: int) -> None:
        detail = megabytes(self._bytes) if self._bytes else ""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=steps, description=detail)
            return
        now = time.monotonic()
        if self._quiet or now - self._spoken < self._EVERY_SECONDS:
            return
        self._spoken = now
        left = (self._total - self._done) * (now - self._began) / self._done if self._done else None
        fields = {
            "done": self._done,
            "total": self._total,
            "detail": f"{detail}, " if detail else "",
            "left": "?" if left is None else f"{left:.0f}",
        }
        self._stream.write(_STEP.say(self._language, fields) + "\n")
        self._stream.flush()
