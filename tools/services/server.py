# SPDX-License-Identifier: EUPL-1.2
"""What a server is here, and the life of its process: start, is it up, stop."""

import json
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypedDict

_STOP_SECONDS = 60
_REAP_SECONDS = 20
_UNPRIVILEGED = "nobody"
"""Who the servers run as when root starts them: PostgreSQL and Elasticsearch refuse root."""


class ServiceError(Exception):
    """A server cannot be installed or does not start; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Command:
    """How a server is started."""

    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    as_caller: bool = False
    """It runs as whoever starts it, also as root: it works on the caller's own files."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server's program and files lie, where it listens, and its password."""

    cache: Path
    home: Path
    port: int
    secret: str


def read_facts(home: Path) -> dict[str, object]:
    """What is kept of a server in its folder: `secret`, `port`, `client`; nothing where it was never started."""
    try:
        content: dict[str, object] = json.loads((home / "facts.json").read_text())
    except FileNotFoundError:
        return {}
    return content


class Server(Protocol):
    """One server. Its folder is its own: data, configuration, log, pid."""

    name: str
    port: int
    """Where it listens unless told otherwise; taken already: the next free one."""
    start_seconds: int
    """How long it may take to answer, on a busy machine."""

    def install(self, cache: Path) -> None:
        """Bring its program into the cache. Does nothing where it is there. Raises ServiceError."""
        ...

    def prepare(self, place: Place) -> None:
        """Write its configuration and make its data folder where there is none."""
        ...

    def command(self, place: Place) -> Command:
        """How it is started."""
        ...

    def answers(self, place: Place) -> bool:
        """Whether it does its work."""
        ...

    def complete(self, place: Place) -> Mapping[str, str]:
        """What is done once it answers, each time; what a client has to know."""
        ...


def start(server: Server, place: Place) -> None:
    """Start the server and return when it answers. Raises ServiceError with the end of its log."""
    command, home = server.command(place), place.home
    log = home / "log"
    _end_leftovers(home)
    if not command.as_caller:
        own_to_unprivileged(home)
    with log.open("ab") as output:
        process = subprocess.Popen(
            list(command.argv),
            env={"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", **command.env},
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **(_CALLER if command.as_caller else _identity()),
        )
    (home / "pid").write_text(f"{process.pid} {_started(process.pid)}\n")
    until = time.monotonic() + server.start_seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        if server.answers(place):
            return
        time.sleep(0.3)
    state = "ended" if process.poll() is not None else f"did not answer within {server.start_seconds} s"
    stop(home)
    tail = log.read_text("utf-8", "replace").splitlines()[-15:]
    raise ServiceError("\n".join([f"{server.name} {state}; the end of {log}:", *tail]))


def running(home: Path) -> int | None:
    """The process's id, or None where the one that was started is gone (another may have got its number)."""
    pid, started = _recorded(home)
    return pid if pid and _started(pid) == started else None


def stop(home: Path) -> bool:
    """Stop the server that runs in the folder, gently, then for good; whether one did."""
    pid = running(home)
    if pid is None:
        _end_leftovers(home)
        (home / "pid").unlink(missing_ok=True)
        return False
    os.killpg(pid, signal.SIGTERM)
    until = time.monotonic() + _STOP_SECONDS
    while running(home) is not None and time.monotonic() < until:
        _reap(pid)
        time.sleep(0.1)
    _end_session(pid)  # itself, or what outlived it
    _reap(pid)
    (home / "pid").unlink(missing_ok=True)
    return True


def _end_leftovers(home: Path) -> None:
    """End what outlived a server that was killed: it would hold the port or the data of the next one.

    A number is not given to another process while anything of the session that it names is left.
    """
    pid, _ = _recorded(home)
    if pid and not _started(pid):
        _end_session(pid)
        until = time.monotonic() + _REAP_SECONDS
        while _is_unreaped(pid) and time.monotonic() < until:  # to PostgreSQL, one not yet reaped still lives
            _reap(pid)
            time.sleep(0.1)


def _end_session(pid: int) -> None:
    until = time.monotonic() + _STOP_SECONDS
    while (left := _session(pid)) and time.monotonic() < until:
        for one in left:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        _reap(pid)
        time.sleep(0.05)


def _session(pid: int) -> list[int]:
    """The processes of the session that the server was started in, but for those of which only a shell is left."""
    numbers = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal())
    return [one for one in numbers if (fields := _stat(one)) and fields[0] != "Z" and int(fields[3]) == pid]


def _recorded(home: Path) -> tuple[int, str]:
    """The number of the process that was started last, and when it was; 0 for none."""
    try:
        pid, started = (home / "pid").read_text().split()
    except (FileNotFoundError, ValueError):
        return 0, ""
    return int(pid), started


def own_to_unprivileged(folder: Path) -> None:
    """Give a folder and all in it to whoever the servers run as."""
    if os.geteuid() == 0:
        user = pwd.getpwnam(_UNPRIVILEGED)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def run_quietly(argv: Sequence[str], home: Path, env: Mapping[str, str] | None = None, *, said: str = "") -> None:
    """Run a program as the server's user. Raises ServiceError with what it said."""
    own_to_unprivileged(home)
    done = subprocess.run(
        list(argv),
        env={"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", **(env or {})},
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        input=said,
        **_identity(),
    )
    if done.returncode != 0:
        raise ServiceError(f"{argv[0]} ended with status {done.returncode}: {(done.stderr or done.stdout)[-1000:]}")


def need_program(name: str, advice: str) -> str:
    """The path of a program. Raises ServiceError with the advice."""
    found = shutil.which(name)
    if found is None:
        raise ServiceError(f"{name} is missing: {advice}")
    return found


class _Identity(TypedDict):
    user: int | None
    group: int | None
    extra_groups: list[str | int] | None


_CALLER: _Identity = {"user": None, "group": None, "extra_groups": None}


def _identity() -> _Identity:
    if os.geteuid() != 0:
        return _CALLER
    user = pwd.getpwnam(_UNPRIVILEGED)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _started(pid: int) -> str:
    """When the process was started, in ticks since boot; empty where there is none, or only its shell is left."""
    fields = _stat(pid)
    return fields[19] if fields and fields[0] != "Z" else ""


def _is_unreaped(pid: int) -> bool:
    """Whether it has ended and its parent has not heard of it."""
    return _stat(pid)[:1] == ["Z"]


def _stat(pid: int) -> list[str]:
    """What `/proc/PID/stat` says after the program's name, state first (proc(5)); nothing where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _reap(pid: int) -> None:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
