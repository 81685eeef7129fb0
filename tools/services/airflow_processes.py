# SPDX-License-Identifier: EUPL-1.2
"""Airflow's processes, kept running: the API server first, the others once it answers.

A task that starts before the API server answers fails. A part that ends is started again, as compose's
``restart: unless-stopped`` does it in the deployment: scheduler, DAG processor and triggerer end when their database
goes away. What a part leaves running (tasks, with the LocalExecutor) ends with it, as with its container.
``python -m tools.services.airflow_processes PROGRAM HEALTH``
"""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType
from typing import NoReturn

_PARTS = ("scheduler", "dag-processor", "triggerer")
_FIRST_SECONDS = 0.5
_LONGEST_SECONDS = 60.0
_SETTLED_SECONDS = 10.0
"""What ran so long begins with the shortest wait again; the container engine's own numbers, but for the first."""


class Part:
    """One process of Airflow; `argv` starts it, `clock` is in seconds."""

    def __init__(self, argv: Sequence[str], clock: Callable[[], float] = time.monotonic) -> None:
        self.name = argv[-1]
        self._argv = list(argv)
        self._clock = clock
        self._wait_seconds = 0.0
        self._again_at = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    def start(self) -> None:
        """Start it, in a process group of its own."""
        self._process = subprocess.Popen(self._argv, process_group=0)
        self._started = self._clock()

    @property
    def is_there(self) -> bool:
        """Whether it was started and its end has not been noticed."""
        return self._process is not None

    def keep(self) -> None:
        """Start it again where it ended and has waited: half a second at first, then twice as long each time."""
        if self._process is None:
            if self._clock() >= self._again_at:
                self.start()
            return
        if not self.has_ended():
            return
        status, ran = self._collect(), self._clock() - self._started
        settled = ran >= _SETTLED_SECONDS or self._wait_seconds == 0.0
        self._wait_seconds = _FIRST_SECONDS if settled else min(2 * self._wait_seconds, _LONGEST_SECONDS)
        self._again_at = self._clock() + self._wait_seconds
        print(f"{self.name} ended after {ran:.0f} s, status {status}; again in {self._wait_seconds:g} s", flush=True)

    def has_ended(self) -> bool:
        """Whether it ended by itself. It is not reaped by this, so that its number stays its own."""
        if self._process is None:
            return True
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._process.pid, options) is not None

    def ask_to_end(self) -> None:
        if self._process is not None and not self.has_ended():
            self._process.terminate()

    def end(self) -> int:
        """Wait until it has ended; its status."""
        if self._process is None:
            return 0
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        return self._collect()

    def _collect(self) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        return process.wait()


def main(program: str, health: str) -> int:
    """Run until SIGTERM comes; 1 where the API server ends before it has ever answered."""
    parts = [Part([program, name]) for name in ("api-server", *_PARTS)]

    def leave(number: int, _: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    try:
        parts[0].start()
        while not _answers(health):
            if parts[0].has_ended():
                return parts[0].end() or 1
            time.sleep(0.5)
        while True:
            for part in parts:
                part.keep()
            time.sleep(0.5)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one would leave processes behind
        for part in reversed(parts):  # the API server last: what runs reports to it
            part.ask_to_end()
        for part in reversed(parts):
            part.end()


def _answers(health: str) -> bool:
    try:
        with urllib.request.urlopen(health, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
