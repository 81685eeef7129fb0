# SPDX-License-Identifier: EUPL-1.2
"""Airflow's processes, kept together: the API server first, the others once it answers; where one ends, all end.

A task that starts before the API server answers fails. ``python -m tools.services.airflow_processes PROGRAM HEALTH``
"""

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from types import FrameType
from typing import NoReturn

_PARTS = ("scheduler", "dag-processor", "triggerer")


def main(program: str, health: str) -> int:
    """Run until one of them ends or SIGTERM comes; the exit code of the first that ended."""
    started = [subprocess.Popen([program, "api-server"])]

    def leave(number: int, _: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    try:
        while not _answers(health):
            if started[0].poll() is not None:
                return started[0].returncode
            time.sleep(0.5)
        started += [subprocess.Popen([program, part]) for part in _PARTS]
        while True:
            for process in started:
                if process.poll() is not None:
                    return process.returncode or 1
            time.sleep(1)
    finally:
        for process in reversed(started):  # the API server last: what runs reports to it
            process.terminate()
        for process in reversed(started):
            process.wait()


def _answers(health: str) -> bool:
    try:
        with urllib.request.urlopen(health, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
