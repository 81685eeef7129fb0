# SPDX-License-Identifier: EUPL-1.2
"""Processor time of this process and of all that it started: reading processes, veraPDF's Java."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_UTIME = 11
"""Place of the first of four times after the command's name in a process's `stat` (proc(5)): its own, and of its
children that ended, in user and in system mode."""


def tree_cpu_seconds() -> float:
    """User and system time, in seconds. What ends between two readings of it is counted once, or for an instant not.

    Where the kernel does not tell of living children (CONFIG_PROC_CHILDREN), they count once they have ended.
    """
    return _own_seconds() + sum(_ticks(pid) for pid in _descendants(os.getpid())) / _TICKS_A_SECOND


def _own_seconds() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def _descendants(pid: int) -> Iterator[int]:
    for thread in _read_names(Path(f"/proc/{pid}/task")):
        for child in _read(Path(f"/proc/{pid}/task/{thread}/children")).split():
            yield int(child)
            yield from _descendants(int(child))


def _ticks(pid: int) -> int:
    after_name = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(int(ticks) for ticks in after_name[_UTIME : _UTIME + 4])


def _read_names(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except OSError:  # it has ended
        return []


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""
