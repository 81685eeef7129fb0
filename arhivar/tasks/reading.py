# SPDX-License-Identifier: EUPL-1.2
"""The pool of reading processes, inside a task's process."""

import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import AuthenticationString  # type: ignore[attr-defined]
from types import ModuleType

from arhivar.composition import open_pool
from arhivar.settings import Settings
from processors.pool import PagePool


@contextmanager
def task_pool(settings: Settings) -> Iterator[PagePool]:
    """The pool, for the length of the block.

    A started process first loads its parent's main module. That is Airflow's here, which costs seconds and fails where
    a task may not reach Airflow's database; so a bare one takes its place meanwhile. It also inherits what Python keeps
    of its parent. A worker of Celery marks its processes as daemons, which may not start others, lest these outlive
    them (ours end with their parent), and gives them a key that cannot be handed on; so that is as in any program.
    """
    main, current = sys.modules["__main__"], multiprocessing.current_process()
    kept = current._config  # type: ignore[attr-defined]
    sys.modules["__main__"] = ModuleType("__main__")
    current._config = {"authkey": AuthenticationString(os.urandom(32)), "semprefix": "/mp"}  # type: ignore[attr-defined]
    try:
        with open_pool(settings) as pool:
            yield pool
    finally:
        current._config = kept  # type: ignore[attr-defined]
        sys.modules["__main__"] = main
