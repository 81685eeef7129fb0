# SPDX-License-Identifier: EUPL-1.2
"""veraPDF, the referee of PDF/A: finds its jars, runs it on many files at once, reads its report.

Starting Java takes 2 to 3 seconds, so files are given to it in batches. A file that is not PDF/A, or no PDF at all, is
a verdict; what keeps veraPDF from judging is an error.
"""

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from processors.step_times import Step, timed
from schemas.disk import disk_errors, has_no_room
from schemas.errors import DiskFull, ToolFailed, ToolMissing, ToolTimeout
from schemas.page import Agent

_TOOL = "veraPDF"
_MAIN = "org.verapdf.apps.GreenfieldCliWrapper"
_MAIN_JAR = "greenfield-apps"
_LAST_WORDS_CHARS = 600


@dataclass(frozen=True)
class Verdict:
    """What veraPDF says of one file."""

    path: Path
    """As it was given."""
    valid: bool
    failures: tuple[str, ...] = ()
    """A line a broken rule, with its clause and test number in ISO 19005, as in "6.2.11.5-1: …"; or why the file could
    not be read."""


@dataclass(frozen=True)
class RunLimits:
    """What one run of veraPDF may take."""

    seconds: float = 600
    memory_bytes: int = 1024**3
    files: int = 40
    arguments_bytes: int = 60_000


class VeraPdf:
    """veraPDF in `home`, a folder with its jars (deploy/verapdf/fetch.sh fills it), run by the program `java`."""

    def __init__(self, home: Path, java: str = "java", limits: RunLimits | None = None) -> None:
        self._home = home
        self._java = java
        self._limits = limits or RunLimits()

    @property
    def agent(self) -> Agent:
        """Name and version, from the name of the main jar. Raises ToolMissing without one."""
        jar = self._main_jar()
        return Agent(name=_TOOL, version=jar.stem.removeprefix(_MAIN_JAR + "-"))

    @timed(Step.VERAPDF)
    def validate(self, paths: Sequence[Path], flavour: str = "2u") -> list[Verdict]:
        """A verdict a file, in the order of `paths`; `flavour` as veraPDF names them (2b, 2u, …).

        Raises ToolMissing without Java or the jars; ToolTimeout when a run took longer than its limit and was stopped;
        ToolFailed when veraPDF ended without a report on every file, or ran out of memory.
        """
        self._main_jar()
        found: dict[str, Verdict] = {}
        for batch in self._batches(paths):
            found |= self._run(batch, flavour)
        return [_for_path(found[_name(path)], path) for path in paths]

    def _main_jar(self) -> Path:
        jars = sorted(self._home.glob(f"{_MAIN_JAR}-*.jar"))
        if not jars:
            raise ToolMissing(tool=_TOOL, detail=f"no {_MAIN_JAR} jar in {self._home}")
        return jars[-1]

    def _batches(self, paths: Sequence[Path]) -> Iterator[list[str]]:
        batch: list[str] = []
        size_bytes = 0
        for name in dict.fromkeys(_name(path) for path in paths):
            name_bytes = len(os.fsencode(name)) + 1
            if batch and (len(batch) == self._limits.files or size_bytes + name_bytes > self._limits.arguments_bytes):
                yield batch
                batch, size_bytes = [], 0
            batch.append(name)
            size_bytes += name_bytes
        if batch:
            yield batch

    def _run(self, names: Sequence[str], flavour: str) -> dict[str, Verdict]:
        command = [
            self._java,
            f"-Xmx{max(1, self._limits.memory_bytes // 1024**2)}m",
            "-XX:+UseSerialGC",  # one thread is enough, and takes less memory
            "-XX:TieredStopAtLevel=1",  # a better compiler costs more than it saves, also on a volume of 300 pages
            "-Xlog:disable",  # Java's own warnings would come before the report
            *self._classes(),
            "-Djava.awt.headless=true",
            "-Dfile.encoding=UTF-8",
            *("-cp", str(self._home / "*"), _MAIN),
            *("--format", "json", "--flavour", flavour, "--maxfailuresdisplayed", "1", "--nonpdfext"),
            *names,
        ]
        # Files, not pipes: a child that outlives Java cannot hold us, and a long report cannot block it.
        folder = Path(tempfile.gettempdir())
        with disk_errors(folder), tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            status = self._execute(command, out, err)
            report, words = _content(out), _content(err)
            if has_no_room(folder):  # then the report may be cut off
                raise DiskFull(where=str(folder))
        try:
            jobs = _jobs(report)
            verdicts = dict(_verdict(job) for job in jobs)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ToolFailed(tool=_TOOL, status=status, detail=_last_words(words, report)) from error
        missing = [name for name in names if name not in verdicts]
        if missing:
            detail = f"no verdict on {missing[0]}; {_last_words(words, '')}"
            raise ToolFailed(tool=_TOOL, status=status, detail=detail)
        return verdicts

    def _classes(self) -> list[str]:
        """The classes as deploy/verapdf/fetch.sh kept them, where it did; Java passes over what it cannot use."""
        kept = self._home.with_name(self._home.name + ".jsa")
        return [f"-XX:SharedArchiveFile={kept}"] if kept.is_file() else []

    def _execute(self, command: Sequence[str], out: BinaryIO, err: BinaryIO) -> int:
        # In the C locale Java would not find files whose names have Romanian letters.
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment, start_new_session=True
            )
        except OSError as error:
            raise ToolMissing(tool="java", detail=f"{self._java}: {error.strerror or error}") from error
        try:
            return process.wait(self._limits.seconds)
        except subprocess.TimeoutExpired as error:
            raise ToolTimeout(tool=_TOOL, seconds=f"{self._limits.seconds:g}") from error
        finally:
            _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Stop the process and what it started, if anything of it is left."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _name(path: Path) -> str:
    return str(path.absolute())


def _for_path(verdict: Verdict, path: Path) -> Verdict:
    return Verdict(path, verdict.valid, verdict.failures)


def _content(stream: BinaryIO) -> str:
    stream.seek(0)
    return stream.read().decode("utf-8", errors="replace")


def _last_words(*streams: str) -> str:
    for words in streams:
        folded = " ".join(words.split())
        if folded:
            return folded[-_LAST_WORDS_CHARS:]
    return "nothing was said"


def _jobs(report: str) -> Sequence[Mapping[str, Any]]:
    jobs = json.loads(report)["report"]["jobs"]
    if not isinstance(jobs, list):
        raise TypeError("jobs is no list")
    return jobs


def _verdict(job: Mapping[str, Any]) -> tuple[str, Verdict]:
    """One job of the report: either a validation result or the exception that ended it."""
    name = str(job["itemDetails"]["name"])
    results = job.get("validationResult")
    if not results:
        problem = job["taskException"]
        words = str(problem.get("exceptionMessage") or problem["exception"])
        if "OutOfMemory" in words or problem.get("type") == "OUT_OF_MEMORY":
            raise ValueError("out of memory")  # says nothing about the file
        return name, Verdict(Path(name), valid=False, failures=(f"unreadable: {words}",))
    failures = [
        f"{rule['clause']}-{rule['testNumber']}: {rule['description']}"
        for result in results
        for rule in result["details"].get("ruleSummaries", ())
    ]
    valid = all(result["compliant"] is True for result in results)
    return name, Verdict(Path(name), valid, tuple(dict.fromkeys(failures)))
