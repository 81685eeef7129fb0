# SPDX-License-Identifier: EUPL-1.2
"""The pool of reading processes, inside a task's process."""

import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from arhivar.composition import open_pool
from arhivar.settings import Settings
from processors.pool import PagePool


@contextmanager
def task_pool(settings: Settings) -> Iterator[PagePool]:
    """The pool, for the length of the block.

    A started process first loads its parent's main module. That is Airflow's here, which costs seconds and fails where
    a task may not reach Airflow's database; so a bare one takes its place meanwhile. A worker of Celery marks its
    processes as daemons, which may not start others, lest these outlive them; ours end with their parent.
    """
    main, told = sys.modules["__main__"], multiprocessing.current_process()._config  # type: ignore[attr-defined]
    sys.modules["__main__"] = ModuleType("__main__")
    daemon = told.pop("daemon", None)
    try:
        with open_pool(settings) as pool:
            yield pool
    finally:
        if daemon is not None:
            told["daemon"] = daemon
        sys.modules["__main__"] = main
