# SPDX-License-Identifier: EUPL-1.2
"""Processes that make pages' pyramids, held to limits: one for all threads of a server.

As in `processors.pool`, a page that takes too long or too much memory takes no other one down, and no worker outlives
its parent.
"""

import os
import threading
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pebble import ProcessExpired

from processors.image_worker import make_pyramid, start_image_worker
from processors.limits import Limits
from processors.processes import Processes, lost_worker
from processors.worker import EXIT_OUT_OF_MEMORY
from schemas.disk import disk_errors
from schemas.errors import ArhivarError, WorkerLimit
from schemas.scratch import scratch_folder, sweep_scratch

if TYPE_CHECKING:
    from processors.shown_source import PageToShow

_GRACE_SECONDS = 30.0
"""What starting a worker and ending one may take beyond a page's time."""
_TRIES = 3


class ImagePool:
    """Makes pyramids in `workers` processes, started when there is work. Use it as a context manager.

    For use by many threads at once: each waits for its own page.
    """

    def __init__(self, workers: int, limits: Limits, *, grace_seconds: float = _GRACE_SECONDS) -> None:
        if workers < 1:
            raise ValueError("a pool needs a worker")
        self._workers = workers
        self._limits = limits
        self._grace_seconds = grace_seconds
        self._scratch = ExitStack()
        self._folder: Path | None = None
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(workers)
        self._processes: Processes | None = None

    def __enter__(self) -> Self:
        sweep_scratch()
        with disk_errors(Path(os.environ.get("TMPDIR", "/tmp"))):  # noqa: S108 - named in the error alone
            self._folder = self._scratch.enter_context(scratch_folder())
        return self

    def __exit__(self, *exception: object) -> None:
        with self._lock:
            processes, self._processes, self._folder = self._processes, None, None
        if processes is not None:
            processes.stop()
        self._scratch.close()

    def make(self, page: "PageToShow", target: Path, name: str) -> None:
        """Write the page's pyramid to `target`; `name` is the page's in errors. Waits for a free worker first.

        What is left in `target` after an error is the caller's to remove. Raises WorkerLimit past the limits of time
        and memory, also where the worker died; ImageError and its kinds, ToolError and its kinds, DiskFull and
        DiskUnavailable.
        """
        with self._places:  # a page's time begins when it is taken up
            for attempt in range(1, _TRIES + 1):
                processes, future = self._schedule(page, target)
                answer = self._answer(processes, future, Path(name), last=attempt == _TRIES)
                if isinstance(answer, ArhivarError):
                    raise answer
                if answer:
                    return

    def _answer(self, processes: Processes, future: "Future[Any]", name: Path, *, last: bool) -> ArhivarError | bool:
        """True where it is done, False where it deserves another try."""
        try:
            error = future.result(timeout=self._limits.page_seconds + self._grace_seconds)
        except TimeoutError:
            if future.done():
                return WorkerLimit(file=name.name, limit=f"{self._limits.page_seconds} s")
            self._replace(processes)  # nothing comes back: the pipe is broken
            return last and lost_worker(None, name, self._limits)
        except ProcessExpired as expired:
            if expired.exitcode == EXIT_OUT_OF_MEMORY:
                return lost_worker(expired.exitcode, name, self._limits)
            self._replace(processes)  # all workers share one pipe; one that is killed may leave it broken
            return last and lost_worker(expired.exitcode, name, self._limits)
        except (BrokenProcessPool, CancelledError):  # another page's worker was lost
            self._replace(processes)
            return last and lost_worker(None, name, self._limits)
        return error if isinstance(error, ArhivarError) else True

    def _schedule(self, page: "PageToShow", target: Path) -> "tuple[Processes, Future[Any]]":
        for _ in range(_TRIES):
            with self._lock:
                processes = self._processes or self._start()
                self._processes = processes
            try:
                return processes, processes.schedule(
                    make_pyramid, (page, target, self._limits), self._limits.page_seconds
                )
            except RuntimeError:  # the pool has broken down, or is being replaced
                self._replace(processes)
        raise lost_worker(None, target, self._limits)

    def _start(self) -> Processes:
        if self._folder is None:
            raise RuntimeError("the pool is not open")
        return Processes(self._workers, start_image_worker, (os.getpid(), str(self._folder), self._limits))

    def _replace(self, broken: Processes) -> None:
        """Stop the broken pool, where nobody did yet; the next page starts another one."""
        with self._lock:
            if self._processes is not broken:
                return
            self._processes = None
        broken.stop()
