# SPDX-License-Identifier: EUPL-1.2
"""Processes that work under limits, and what their deaths mean: what the pools of this room share."""

import multiprocessing
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from pebble import ProcessPool

from processors.limits import Limits
from processors.worker import EXIT_OUT_OF_MEMORY
from schemas.errors import WorkerLimit


def lost_worker(exit_code: int | None, path: Path, limits: Limits) -> WorkerLimit:
    """Why there is no answer about the file: how its worker ended, None where that is not known."""
    if exit_code == EXIT_OUT_OF_MEMORY:
        return WorkerLimit(file=path.name, limit=f"{limits.memory_bytes >> 20} MiB")
    if exit_code is not None and exit_code < 0:
        return WorkerLimit(file=path.name, limit=f"process ({signal.Signals(-exit_code).name})")
    return WorkerLimit(file=path.name, limit=f"process ({'?' if exit_code is None else exit_code})")


class Processes:
    """One pebble pool, each worker of which is begun by `initializer`, called with `arguments`.

    Its first workers are started from a thread of its own.

    A worker dies with the thread that started it (see `processors.worker`): that must not be a thread of the caller's.
    Raises what the system says where no process can be started.
    """

    def __init__(self, workers: int, initializer: Callable[..., object], arguments: tuple[object, ...]) -> None:
        self._pool = ProcessPool(
            max_workers=workers,
            initializer=initializer,
            initargs=arguments,
            context=multiprocessing.get_context("spawn"),
        )
        self._started, self._stopped = threading.Event(), threading.Event()
        self._failure: Exception | None = None
        threading.Thread(target=self._keep, name="arhivar-pool", daemon=True).start()
        self._started.wait()
        if self._failure is not None:
            raise self._failure

    def schedule(self, function: Callable[..., Any], args: tuple[object, ...], seconds: float) -> Future[Any]:
        """Raises RuntimeError where the pool has broken down."""
        future: Future[Any] = self._pool.schedule(function, args=args, timeout=seconds)
        return future

    def stop(self) -> None:
        """End the workers, whatever they do."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()
        self._stopped.set()

    def _keep(self) -> None:
        try:
            _ = self._pool.active  # starts the workers
        except BrokenProcessPool:
            pass  # `schedule` will say so
        except Exception as error:  # noqa: BLE001 whoever asked for the pool must not wait for ever
            self._failure = error
        self._started.set()
        self._stopped.wait()
