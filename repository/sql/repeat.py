# SPDX-License-Identifier: EUPL-1.2
"""Do a transaction of the catalogue again where the database has certainly undone it.

PostgreSQL undoes one of two that wait for each other (deadlock), one that another overtook (serialization failure), and
one whose connection ends before its commit. Where the connection ends during the commit, nobody knows: that is left to
the one who asked, whose steps may all be repeated.
"""

import functools
import inspect
import random
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from schemas.errors import CatalogueUnavailable

_WAITS_SECONDS = (0.05, 0.2, 0.8)

C = TypeVar("C", bound=type)


def repeats_undone(catalogue: C) -> C:
    """Let each public method, which is a transaction, be done again where it was undone: up to three times.

    Not where an argument can be read only once. Raises what the last time raised.
    """
    for name in dir(catalogue):
        method = getattr(catalogue, name)
        if not name.startswith("_") and inspect.isfunction(method):
            setattr(catalogue, name, _repeated(method))
    return catalogue


def _repeated(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def run(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the method's own
        once = any(isinstance(one, Iterator) for one in (*args, *kwargs.values()))
        for wait in () if once else _WAITS_SECONDS:
            try:
                return method(*args, **kwargs)
            except CatalogueUnavailable as error:
                if not error.undone:
                    raise
                time.sleep(wait * random.uniform(0.5, 1.5))  # noqa: S311 - so that two do not meet again
        return method(*args, **kwargs)

    return run
