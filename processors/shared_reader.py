# SPDX-License-Identifier: EUPL-1.2
"""One process that reads lines for all workers of a pool: its models take more memory than all else in a worker.

The pool's own process holds a listening socket (unix(7)) in the pool's folder and starts the reader when somebody
first knocks; the reader takes one visitor after the other. So it can die at any time: who was being served hears it,
who waits is served by the next one. A reading that takes too long is ended by the kernel (alarm(2)), since neither
Python nor a thread of it need get a word in while a library computes.
"""

import multiprocessing
import os
import pickle
import select
import signal
import socket
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from processors.limits import Limits, apply_limits
from processors.orphans import die_with
from processors.step_times import Step, charge
from schemas.errors import ArhivarError, EngineFailed, EngineUnavailable

if TYPE_CHECKING:  # the process that reads loads numpy and OpenCV once its limits stand; the pool's own, never
    from processors.read.engine import Pixels
    from processors.read.second.seen import LineReader, SeenLine
    from schemas.page import Agent, Box

NAME = "second reader"

_MEMORY_BYTES = 1200 << 20
_CALL_SHARE, _WAIT_SHARE = 0.2, 0.3
"""Of the time that a page may take: what one reading may take, and what a worker waits for it, its turn included. Two
tries leave a page time for its first reading.
"""
_SOCKET = "second"
_LOOK_SECONDS = 0.2
_BACKLOG = 256
_GREETING = "come in"


@dataclass(frozen=True)
class SharedJob:
    """What the process does. Travels pickled, and is unpickled under the limits."""

    open_lines: "Callable[[], LineReader] | None" = None
    """Replaces `processors.read.second.paddle.PaddleReader`; a function of a module."""
    memory_bytes: int = _MEMORY_BYTES


class SharedReader:
    """Keeps the process: starts it when it is needed, another one when it died, and ends it."""

    def __init__(self, folder: Path, limits: Limits, job: SharedJob) -> None:
        """The socket is made in `folder`, which must be its owner's alone. Raises OSError."""
        self._folder = folder
        self._limits = replace(limits, memory_bytes=job.memory_bytes)
        self._job = pickle.dumps(job)
        self._listener = socket.socket(socket.AF_UNIX)
        with _address(folder) as address:
            self._listener.bind(address)
        self._listener.listen(_BACKLOG)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="arhivar-second", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the process, whatever it does."""
        self._ended.set()
        self._thread.join()
        self._listener.close()
        (self._folder / _SOCKET).unlink(missing_ok=True)

    def _keep(self) -> None:
        """The process dies with the thread that started it: that is this one, which lives as long as the pool."""
        while not self._ended.is_set():
            if select.select([self._listener], [], [], _LOOK_SECONDS)[0]:
                try:
                    self._serve()
                except Exception as error:  # noqa: BLE001 who waits must hear that there is none
                    self._refuse(f"{type(error).__name__}: {error}")

    def _serve(self) -> None:
        """Start the process, and stay until it has ended or is to end. Raises what keeps it from starting."""
        spawn = multiprocessing.get_context("spawn")
        served, serving = spawn.Pipe(duplex=False)
        arguments = (os.getpid(), str(self._folder), self._listener, serving, self._limits, self._job)
        process = spawn.Process(target=_read_for_all, args=arguments, name="arhivar-second", daemon=True)
        with closing(served), closing(serving):
            process.start()
            try:
                while process.is_alive() and not self._ended.is_set():
                    process.join(_LOOK_SECONDS)
                if not self._ended.is_set() and not served.poll():
                    self._refuse(f"its process ended before it could begin ({process.exitcode})")
            finally:
                process.kill()
                process.join()

    def _refuse(self, reason: str) -> None:
        """Tell whoever waits that there is no reader. A later one may have more luck."""
        self._listener.settimeout(0)
        with suppress(OSError):  # nobody waits any more, or went away
            while True:
                visitor, _ = self._listener.accept()
                with closing(_connection(visitor)) as connection:
                    connection.send(EngineUnavailable(engine=NAME, detail=reason))
        self._listener.settimeout(None)


class SharedLines:
    """`LineReader` for a worker: asks the process that `SharedReader` keeps in `folder`."""

    def __init__(self, folder: Path, page_seconds: float) -> None:
        self._folder = folder
        self._seconds = page_seconds * _WAIT_SHARE
        self._agent: Agent | None = None

    @property
    def agent(self) -> "Agent":
        if self._agent is None:
            self._ask("agent")
        return self._agent  # type: ignore[return-value] # every answer brings it

    def find_lines(self, pixels: "Pixels", dpi: float) -> "list[SeenLine]":
        found: list[SeenLine] = self._ask("find_lines", pixels, dpi)
        return found

    def read_lines(self, pixels: "Pixels", boxes: "Sequence[Box]") -> "list[SeenLine]":
        """Only the lines travel, each with as much around it as a reader may look at: a page is 25 MB."""
        pieces = [cut_around(pixels, box) for box in boxes]
        read: list[SeenLine] = self._ask("read_pieces", [(piece, inside) for piece, inside, _ in pieces])
        return [
            replace(line, box=box, middles_px=tuple(round(middle + left, 1) for middle in line.middles_px))
            for line, box, (_, _, left) in zip(read, boxes, pieces, strict=True)
        ]

    def close(self) -> None:
        """Nothing is kept between pages."""

    def _ask(self, *request: object) -> Any:  # noqa: ANN401 what the method asked for
        end = time.monotonic() + self._seconds
        try:
            with closing(self._knock()) as connection:
                answer = self._hear(connection, end)
                if answer == _GREETING:
                    connection.send(request)
                    answer = self._hear(connection, end)
        except EOFError as error:
            raise EngineFailed(engine=NAME, detail="its process was ended over the page") from error
        except OSError as error:
            raise EngineFailed(engine=NAME, detail=f"{type(error).__name__}: {error}") from error
        if isinstance(answer, ArhivarError):
            raise answer
        self._agent, cpu_seconds, result = answer
        charge(Step.SECOND_READER, cpu_seconds)
        return result

    def _knock(self) -> Connection:
        visitor = socket.socket(socket.AF_UNIX)
        with _address(self._folder) as address:
            visitor.connect(address)
        return _connection(visitor)

    def _hear(self, connection: Connection, end: float) -> Any:  # noqa: ANN401 as above
        if not connection.poll(max(0.0, end - time.monotonic())):
            raise EngineFailed(engine=NAME, detail=f"no answer in {self._seconds:g} s")
        return connection.recv()


def _read_for_all(
    parent: int, folder: str, listener: socket.socket, serving: Connection, limits: Limits, pickled_job: bytes
) -> None:
    """What the process does: one visitor after the other, until something goes wrong.

    A visitor is let in before anything is loaded, so that whatever fails, somebody hears of it.
    """
    die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the pool ends it, after what it was doing for the workers
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    tempfile.tempdir = folder
    apply_limits(limits)
    seconds = max(1, round(limits.page_seconds * _CALL_SHARE))
    reader: LineReader | None = None
    well = True
    while well:
        visitor, _ = listener.accept()
        signal.alarm(seconds)
        if reader is None:
            serving.send(_GREETING)
        with closing(_connection(visitor)) as connection, suppress(OSError, EOFError):  # the visitor is gone
            connection.send(_GREETING)
            try:
                request = connection.recv()
                began = time.process_time()
                reader = reader or _open(pickled_job)
                result = _do(reader, *request)
                answer: object = (reader.agent, time.process_time() - began, result)
            except ArhivarError as error:
                answer, well = error, False
            except (OSError, EOFError):
                raise
            except Exception as error:  # noqa: BLE001 what state it is in nobody knows: say so, and leave
                answer, well = EngineFailed(engine=NAME, detail=_place(error)), False
            connection.send(answer)
        signal.alarm(0)


def _open(pickled_job: bytes) -> "LineReader":
    import cv2

    cv2.setNumThreads(1)
    job: SharedJob = pickle.loads(pickled_job)  # noqa: S301 from the parent process
    if job.open_lines is not None:
        return job.open_lines()
    from processors.read.second.paddle import PaddleReader

    return PaddleReader()


def cut_around(pixels: "Pixels", box: "Box") -> "tuple[Pixels, Box, int]":
    """A line with as much around it as it is high: the piece, the line's box in it, and where its left edge lies."""
    left, top = max(0, box.left - box.height_px), max(0, box.top - box.height_px)
    piece = pixels[top : box.bottom + box.height_px, left : box.right + box.height_px]
    return piece, box.moved(-left, -top), left


def _do(reader: "LineReader", what: str, *arguments: Any) -> Any:  # noqa: ANN401 as the reader's methods take them
    if what == "agent":
        return reader.agent
    if what == "read_pieces":
        return [line for piece, box in arguments[0] for line in reader.read_lines(piece, [box])]
    return getattr(reader, what)(*arguments)


def _place(error: Exception) -> str:
    """What went wrong and where; not in the error's words, which may quote a page."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} ({Path(frames[-1].filename).name}:{frames[-1].lineno})"


def _connection(opened: socket.socket) -> Connection:
    return Connection(opened.detach())


@contextmanager
def _address(folder: Path) -> Iterator[str]:
    """The socket's address, by way of the open folder: it may have 107 bytes (unix(7)), and folders' names are long."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{_SOCKET}"
    finally:
        os.close(descriptor)
