# SPDX-License-Identifier: EUPL-1.2
"""What failed, and when it may be tried again: each time the wait doubles, so that no failure is a tight loop."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

LONGEST_SECONDS = 3600.0


@dataclass(slots=True)
class _Failed:
    wait_seconds: float
    again_at: float


class Tries:
    """Remembers failures by name. With the default, what failed once is not tried again by this object."""

    def __init__(
        self,
        first_seconds: float = math.inf,
        longest_seconds: float = LONGEST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._first = first_seconds
        self._longest = longest_seconds
        self._clock = clock
        self._failed: dict[str, _Failed] = {}

    def may(self, name: str) -> bool:
        """Whether it never failed, succeeded since, or has waited long enough."""
        failed = self._failed.get(name)
        return failed is None or self._clock() >= failed.again_at

    def failed(self, name: str) -> float:
        """It failed; the seconds until it may be tried again."""
        before = self._failed.get(name)
        wait = self._first if before is None else max(self._first, min(2 * before.wait_seconds, self._longest))
        self._failed[name] = _Failed(wait, self._clock() + wait)
        return wait

    def done(self, name: str) -> None:
        """It succeeded: a later failure begins with a short wait again."""
        self._failed.pop(name, None)
