# SPDX-License-Identifier: EUPL-1.2
"""Run a command and account for it and all its descendants: CPU seconds, and memory over time."""

import os
import resource
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SAMPLE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class MemorySample:
    """Memory of the whole process tree at one moment, with what `progress` said then."""

    at_seconds: float
    pss_bytes: int
    progress: int


@dataclass(frozen=True, slots=True)
class Run:
    """What a command cost. `cpu_seconds` is user and system time of it and every child that it waited for."""

    returncode: int
    wall_seconds: float
    cpu_seconds: float
    samples: tuple[MemorySample, ...]

    @property
    def peak_bytes(self) -> int:
        return max((sample.pss_bytes for sample in self.samples), default=0)


def run_measured(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    log: Path,
    progress: Callable[[], int] = lambda: 0,
) -> Run:
    """Run the command to its end; what it prints goes to `log`. Memory is the tree's proportional set size."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    samples: list[MemorySample] = []
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, cwd=cwd, stdout=output, stderr=output)
        while process.poll() is None:
            memory = sum(_pss_bytes(pid) for pid in _tree(process.pid))
            samples.append(MemorySample(time.monotonic() - started, memory, progress()))
            time.sleep(_SAMPLE_SECONDS)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(process.returncode, time.monotonic() - started, cpu, tuple(samples))


def _tree(root: int) -> list[int]:
    """The process and all its descendants, from /proc."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, []))
    return found


def cpu_by_part(root: int, part_of: Callable[[str], str | None]) -> dict[str, float]:
    """CPU seconds that the root and its descendants took so far, with those that have ended, by part.

    `part_of` names the part of a process by its command line; one that it knows none for belongs to its parent's. A
    process that ended is counted with who waited for it.
    """
    tick = os.sysconf("SC_CLK_TCK")
    parts: dict[int, str] = {}
    spent: dict[str, float] = {}
    for pid in _tree(root):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except (OSError, IndexError):  # ended just now: the next count has it, with its parent
            continue
        parts[pid] = part_of(command) or parts.get(int(fields[1]), "")
        spent[parts[pid]] = spent.get(parts[pid], 0.0) + sum(int(field) for field in fields[11:15]) / tick
    return spent


def _pss_bytes(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return 0
    return 0


def machine_load() -> str:
    """What else the machine was doing, for the record beside a figure."""
    one, five, _ = os.getloadavg()
    return f"{os.cpu_count()} processors, load {one:.1f} (1 min), {five:.1f} (5 min)"
