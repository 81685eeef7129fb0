# SPDX-License-Identifier: EUPL-1.2
"""How fast units come out of a running Airflow: by the clock, and by the CPU seconds that its processes took."""

import threading
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.processes import cpu_by_part

_SECONDS = 0.5


class CpuCurve:
    """CPU seconds of a process and of all that came of it, over time; ended ones count with who waited for them."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._points: list[tuple[float, float]] = []
        self._measure()

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Measure twice a second for the length of the block."""
        stop = threading.Event()

        def go_on() -> None:
            while not stop.wait(_SECONDS):
                self._measure()

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
            self._measure()

    def at(self, moment: float) -> float:
        """CPU seconds up to a moment (seconds since the epoch), between two measures in proportion."""
        place = bisect_left(self._points, (moment, 0.0))
        if place in {0, len(self._points)}:
            return self._points[min(place, len(self._points) - 1)][1]
        (before, low), (after, high) = self._points[place - 1], self._points[place]
        return low + (high - low) * (moment - before) / (after - before)

    def _measure(self) -> None:
        now, used = time.time(), sum(cpu_by_part(self._root, lambda _: None).values())
        # A process that ends between two looks is missed for a moment, until whoever waited for it has its time.
        self._points.append((now, max(used, self._points[-1][1] if self._points else 0.0)))


@dataclass(frozen=True)
class Rates:
    """Units a second and units a CPU second, for each quarter of the units in the order in which they were done."""

    by_clock: tuple[float, ...]
    by_cpu: tuple[float, ...]


def rates(done: Sequence[float], cpu: CpuCurve) -> Rates:
    """The rates of the quarters, of moments at which units were done (seconds since the epoch).

    The first quarter is measured from its first unit, as how long it took until that one came is no rate; each other
    one from the last unit of the quarter before.
    """
    ordered = sorted(done)
    size = len(ordered) // 4
    if size < 2:
        raise ValueError("a quarter needs two units")
    ends = [ordered[0], *(ordered[size * n - 1] for n in range(1, 5))]
    counts = (size - 1, size, size, size)
    return Rates(
        by_clock=tuple(n / (last - first) for n, (first, last) in zip(counts, pairwise(ends), strict=True)),
        by_cpu=tuple(
            n / (cpu.at(last) - cpu.at(first)) for n, (first, last) in zip(counts, pairwise(ends), strict=True)
        ),
    )
