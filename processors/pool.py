# SPDX-License-Identifier: EUPL-1.2
"""A pool of processes that read pages: held to limits, one warm engine each, and no page takes another one down.

Built on pebble, which ends a worker that takes too long and replaces one that died. What pebble leaves open is closed
here: memory stays flat however many pages there are, a page whose worker died is tried once more alone and in a new
pool (all workers share one pipe, and one that is killed may leave it broken), and no worker outlives its parent.
"""

import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Self, TypeVar

from pebble import ProcessExpired

from processors.limits import Limits
from processors.processes import Processes, lost_worker
from processors.shared_reader import SharedJob, SharedReader
from processors.worker import Job, StartFailed, count_pages, read_page, start_worker
from schemas.disk import disk_errors
from schemas.errors import ArhivarError, WorkerLimit
from schemas.scratch import scratch_folder, sweep_scratch

if TYPE_CHECKING:  # a worker loads this module before its limits and thread counts stand: keep numpy out of it
    from processors.page import PageSettings, PageSource, ProcessedPage
    from processors.read import OcrEngine
    from processors.worker import Process

K = TypeVar("K")

_LOOK_AHEAD = 2
"""Pages handed out, to each worker: one in hand and one in the pipe, so that none waits and memory stays flat."""
_GRACE_SECONDS = 30.0
"""What starting a worker and ending one may take beyond a page's time."""
_TERMINATED = 128 + signal.SIGTERM


class PagePool:
    """Reads pages in `workers` processes. Use it as a context manager; leaving it ends the workers.

    The workers are started when there is work for them.

    `open_engine` and `process` replace `processors.read.open_engine` and `processors.page.process_page`; they must be
    functions of a module. `second` says how the process that all workers share for second readings differs from the
    usual one; it is started when the first page needs it, and replaced when it dies.

    Not for use by several threads at once.
    """

    def __init__(
        self,
        workers: int,
        limits: Limits,
        engine_name: str = "tesserocr",
        tessdata: Path | None = None,
        *,
        open_engine: "Callable[[str, Path | None], OcrEngine] | None" = None,
        process: "Process | None" = None,
        second: SharedJob | None = None,
        grace_seconds: float = _GRACE_SECONDS,
    ) -> None:
        if workers < 1:
            raise ValueError("a pool needs a worker")
        self._workers = workers
        self._limits = limits
        self._job = pickle.dumps(Job(engine_name, tessdata, open_engine, process))
        self._stall_seconds = limits.page_seconds + grace_seconds
        self._scratch = ExitStack()
        self._folder: Path | None = None
        self._processes: Processes | None = None
        self._second_job = second or SharedJob()
        self._second: SharedReader | None = None
        self._suspect = False
        self._busy = False
        self._replaced_handler: Any = None

    def __enter__(self) -> Self:
        sweep_scratch()
        with disk_errors(Path(os.environ.get("TMPDIR", "/tmp"))):  # noqa: S108 - named in the error alone
            self._folder = self._scratch.enter_context(scratch_folder())
        self._end_cleanly_on_sigterm()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rest()
        self._scratch.close()
        self._folder = None
        if self._replaced_handler is not None:
            signal.signal(signal.SIGTERM, self._replaced_handler)
            self._replaced_handler = None

    def rest(self) -> None:
        """End the workers and the process they share, until there is work again: they would only take memory."""
        if self._processes is not None:
            self._processes.stop()
            self._processes = None
        if self._second is not None:
            self._second.stop()
            self._second = None

    def process(
        self, sources: "Iterable[tuple[K, PageSource]]", settings: "PageSettings"
    ) -> "Generator[tuple[K, ProcessedPage | ArhivarError], None, None]":
        """Process pages by these settings; yields each key with its page, or with its error, as they complete.

        `sources` is read no farther than two pages a worker ahead of what was yielded. A page that takes longer than
        `page_seconds` yields WorkerLimit. A page whose worker died (memory limit, signal) is tried once more while no
        other page is worked on, then yields WorkerLimit. An error that is no fault of the page's own but of the
        program yields ArhivarError itself; a disk that is full or fails yields DiskFull or DiskUnavailable.

        Raises EngineUnavailable, LanguageMissing or what else `open_engine` raised: then no page can be read.
        """
        waiting = iter(sources)
        running: dict[Future[Any], _Task[K]] = {}
        again: deque[_Task[K]] = deque()
        self._busy = True
        try:
            while True:
                self._hand_out(waiting, running, again, settings)
                if not running:
                    return
                done, _ = wait(running, self._stall_seconds, FIRST_COMPLETED)
                if not done:
                    done = self._give_up(running)
                for future in [one for one in running if one in done]:
                    task = running.pop(future)
                    answer = self._answer(future, task.source.path, last_try=task.tries > 1)
                    if answer is None:
                        again.append(task)
                    else:
                        yield task.key, answer
        finally:
            self._busy = False
            for future in running:
                future.cancel()

    def count_frames(self, path: Path) -> int:
        """As `processors.frames.count_frames`, in a worker under limits. Raises what it raises, and WorkerLimit."""
        for last_try in (False, True):
            if self._suspect and not self._busy:
                self._start()
            future = self._schedule(count_pages, path, self._limits)
            done, _ = wait([future], self._stall_seconds)
            if not done:
                self._give_up([future])
            answer = self._answer(future, path, last_try=last_try)
            if isinstance(answer, ArhivarError):
                raise answer
            if answer is not None:
                return int(answer)
        raise AssertionError("the last try always answers")

    def _hand_out(
        self,
        waiting: "Iterator[tuple[K, PageSource]]",
        running: "dict[Future[Any], _Task[K]]",
        again: "deque[_Task[K]]",
        settings: "PageSettings",
    ) -> None:
        """Keep the workers busy; a second try waits until it is alone, and everything else waits for it."""
        if not running and self._suspect:
            self._start()  # a worker that died while it answered leaves half an answer in the pipe that all share
        if again:
            if not running:
                task = again.popleft()
                task.tries += 1
                running[self._schedule(read_page, task.source, settings)] = task
            return
        while len(running) < _LOOK_AHEAD * self._workers:
            following = next(waiting, None)
            if following is None:
                return
            task = _Task(*following)
            running[self._schedule(read_page, task.source, settings)] = task

    def _answer(self, future: Future[Any], path: Path, *, last_try: bool) -> Any:  # noqa: ANN401 what the worker sent
        """What became of a task; None where its worker was lost and the task deserves a second try."""
        try:
            answer = future.result(timeout=0)
        except TimeoutError:
            return WorkerLimit(file=path.name, limit=f"{self._limits.page_seconds} s")
        except ProcessExpired as error:
            self._suspect = True
            return lost_worker(error.exitcode, path, self._limits) if last_try else None
        except (BrokenProcessPool, CancelledError):
            return lost_worker(None, path, self._limits) if last_try else None
        except Exception as error:  # noqa: BLE001 what cannot be pickled, for instance; the other pages go on
            return ArhivarError(file=path.name, detail=f"{path.name}: {type(error).__name__}: {error}")
        if isinstance(answer, StartFailed):
            raise answer.error
        return answer

    def _give_up(self, running: Iterable[Future[Any]]) -> set[Future[Any]]:
        """Nothing has come back for longer than a page may take: the pipe is broken. Replace pool and workers."""
        given_up = set(running)
        self._start()
        for future in given_up:
            future.cancel()
            if not future.done():
                with suppress(Exception):  # it got its answer between the two lines
                    future.set_exception(BrokenProcessPool("no answer"))
        return given_up

    def _schedule(self, function: Callable[..., Any], *args: object) -> Future[Any]:
        processes = self._processes or self._start()
        try:
            return processes.schedule(function, args, self._limits.page_seconds)
        except RuntimeError:  # pebble's pool has broken down
            return self._start().schedule(function, args, self._limits.page_seconds)

    def _start(self) -> Processes:
        if self._folder is None:
            raise RuntimeError("the pool is not open")
        if self._processes is not None:
            self._processes.stop()
        self._suspect = False
        if self._second is None:
            self._second = SharedReader(self._folder, self._limits, self._second_job)
        self._processes = Processes(
            self._workers, start_worker, (os.getpid(), str(self._folder), self._limits, self._job)
        )
        return self._processes

    def _end_cleanly_on_sigterm(self) -> None:
        """By default SIGTERM ends Python on the spot; unless the application has its own way, leave by `__exit__`."""
        is_main = threading.current_thread() is threading.main_thread()
        if is_main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            self._replaced_handler = signal.signal(signal.SIGTERM, _exit_terminated)


def _exit_terminated(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 the signature of a handler
    raise SystemExit(_TERMINATED)


@dataclass
class _Task(Generic[K]):
    key: K
    source: "PageSource"
    tries: int = 1
