# SPDX-License-Identifier: EUPL-1.2
"""The life of a server's process in `tools.services`: what is killed comes back, and leaves nothing in the way."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

import pytest

from arhivar.settings import CHECKOUT
from tools.services.airflow_processes import Part
from tools.services.server import Command, Place, running, start, stop

pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")  # as it should

_LAUNCHER = """
import socket, subprocess, sys, time
subprocess.Popen([sys.executable, "-c", '''
import socket, sys
with socket.create_server(("127.0.0.1", int(sys.argv[1])), reuse_port=False) as listening:
    while True:
        listening.accept()[0].close()
''', sys.argv[1]])
while True:
    time.sleep(1)
"""
"""A program that starts its server as a process of its own, as Elasticsearch's does."""


class Launched:
    """A server behind a launcher. What installs and completes it is not asked for by `start` and `stop`."""

    name = "launched"
    port = 0
    start_seconds = 30

    def install(self, cache: Path) -> None:
        raise NotImplementedError

    def prepare(self, place: Place) -> None:
        raise NotImplementedError

    def command(self, place: Place) -> Command:
        return Command([sys.executable, "-c", _LAUNCHER, str(place.port)], as_caller=True)

    def answers(self, place: Place) -> bool:
        return _listens(place.port)

    def complete(self, place: Place) -> Mapping[str, str]:
        raise NotImplementedError


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = int(probe.getsockname()[1])
    yield Place(tmp_path, tmp_path, port, "")
    stop(tmp_path)


def test_a_server_whose_launcher_was_killed_is_started_again_on_its_port(place: Place) -> None:
    start(Launched(), place)
    first = running(place.home)
    assert first is not None
    os.kill(first, signal.SIGKILL)
    os.waitpid(first, 0)
    assert running(place.home) is None
    assert _listens(place.port), "what outlived the launcher has the port"
    start(Launched(), place)
    second = running(place.home)
    assert second not in {None, first}
    assert _listens(place.port)
    assert stop(place.home)
    assert not _listens(place.port)


def test_down_ends_what_outlived_a_launcher_that_was_killed(place: Place) -> None:
    start(Launched(), place)
    pid = running(place.home)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert not stop(place.home), "it was not running"
    assert not _listens(place.port)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
        return True
    return False


class Clock:
    """Time that passes when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _keep_until_ended(part: Part) -> None:
    _wait(part.has_ended)
    part.keep()


def _wait(what: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not what():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_part_of_airflow_that_ends_is_started_again_each_time_later(tmp_path: Path) -> None:
    clock = Clock()
    part = Part(["sh", "-c", "exit 1"], clock)
    part.start()
    waits = []
    for _ in range(9):
        _keep_until_ended(part)
        ended = clock.now
        while not part.is_there:
            clock.now += 0.5
            part.keep()
        waits.append(clock.now - ended)
    assert waits == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]
    clock.now += 10
    _keep_until_ended(part)
    clock.now += 0.5
    part.keep()
    assert part.is_there, "what ran for a while waits no longer than at first"
    part.end()


def test_what_a_part_leaves_running_ends_with_it(tmp_path: Path) -> None:
    child = tmp_path / "child"
    part = Part(["sh", "-c", f"sleep 1000 & echo $! >{child}; exit 3"])
    part.start()
    _keep_until_ended(part)
    left = int(child.read_text())
    _wait(lambda: not _alive(left))


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


_AIRFLOW = """#!/bin/sh
# In place of Airflow: an API server that answers, and parts that end when they are told.
echo "$1 $$" >>"{folder}/started"
case "$1" in
  api-server) exec {python} -m http.server --bind 127.0.0.1 {port} ;;
  *) exec sleep 1000 ;;
esac
"""


def test_airflow_comes_back_when_a_part_is_killed_and_ends_when_asked(place: Place) -> None:
    program = place.home / "airflow"
    program.write_text(_AIRFLOW.format(folder=place.home, port=place.port, python=sys.executable))
    program.chmod(0o755)
    keeper = subprocess.Popen(
        [sys.executable, "-m", "tools.services.airflow_processes", str(program), f"http://127.0.0.1:{place.port}/"],
        cwd=CHECKOUT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(lambda: len(_started(place.home)) == 4)
        before = _started(place.home)
        assert before[0][0] == "api-server"
        for _, pid in before:
            os.kill(pid, signal.SIGKILL)
        _wait(lambda: len(_started(place.home)) == 8)
        again = _started(place.home)[4:]
        assert sorted(name for name, _ in again) == sorted(name for name, _ in before)
        assert keeper.poll() is None
    finally:
        keeper.terminate()
    assert keeper.wait(30) == 128 + signal.SIGTERM
    assert not any(_alive(pid) for _, pid in _started(place.home))


def _started(folder: Path) -> list[tuple[str, int]]:
    with suppress(FileNotFoundError):
        lines = (folder / "started").read_text().splitlines()
        return [(name, int(pid)) for name, _, pid in (line.partition(" ") for line in lines)]
    return []
