# SPDX-License-Identifier: EUPL-1.2
"""The pool of reading processes, inside a task's process."""

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
    a task may not reach Airflow's database; so a bare one takes its place meanwhile.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        with open_pool(settings) as pool:
            yield pool
    finally:
        sys.modules["__main__"] = main
