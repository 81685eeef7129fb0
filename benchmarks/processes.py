# SPDX-License-Identifier: EUPL-1.2
"""Run a command and account for it and all its descendants: CPU seconds, and memory over time."""

import os
import re
import resource
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
    process_peaks: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Of single processes, by what they run, largest first: the most memory resident at once, in bytes (VmHWM)."""

    @property
    def peak_bytes(self) -> int:
        return max((sample.pss_bytes for sample in self.samples), default=0)


def run_measured(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    log: Path,
    output: Path | None = None,
    progress: Callable[[], int] = lambda: 0,
) -> Run:
    """Run the command to its end; what it prints goes to `log`, standard output to `output` where that is given.

    Memory is the tree's proportional set size.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    samples: list[MemorySample] = []
    peaks: dict[int, tuple[str, int]] = {}
    with log.open("wb") as said, (output or log).open("ab") as printed:
        process = subprocess.Popen(command, env=environment, cwd=cwd, stdout=printed, stderr=said)
        while process.poll() is None:
            tree = _tree(process.pid)
            peaks |= {pid: peak for pid in tree if (peak := _peak_of(pid)) is not None}
            memory = sum(_pss_bytes(pid) for pid in tree)
            samples.append(MemorySample(time.monotonic() - started, memory, progress()))
            time.sleep(_SAMPLE_SECONDS)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(process.returncode, time.monotonic() - started, cpu, tuple(samples), _by_name(peaks.values()))


def _peak_of(pid: int) -> tuple[str, int] | None:
    """What the process runs, and the most memory it had resident so far, in bytes; None once it has ended."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    peak = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return None if peak is None else (program_name(words), int(peak.group(1)) * 1024)


def program_name(words: Sequence[str]) -> str:
    """What a command line runs: a module of Python's, a process that Python's `multiprocessing` started, a program."""
    if "-m" in words[:-1]:
        return words[words.index("-m") + 1]
    if any("multiprocessing" in word for word in words):
        return "worker" if any("spawn_main" in word for word in words) else "tracker"
    return Path(words[0]).name


def _by_name(peaks: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for name, peak_bytes in peaks:
        found.setdefault(name, []).append(peak_bytes)
    return {name: tuple(sorted(of_name, reverse=True)) for name, of_name in sorted(found.items())}


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
