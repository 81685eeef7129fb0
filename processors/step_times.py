# SPDX-License-Identifier: EUPL-1.2
"""CPU seconds of the steps that a page goes through, as they nest: what an inner step takes is not the outer one's.

A step's function carries `@timed(Step.…)`, or a block of it `with timed(Step.…)`. Outside of `measured` that costs next
to nothing. Times are of this run and this machine: they travel beside a page's result, never in it.
"""

import resource
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

if TYPE_CHECKING:
    from processors.page import ProcessedPage

P = ParamSpec("P")


class Step(StrEnum):
    """What time is told apart by, in the order in which a page meets it."""

    DECODE = "decode"
    ANALYSIS = "analysis"
    """The small image, contrast, the direction of lines."""
    STRAIGHTEN = "straighten"
    READ = "read"
    LANGUAGE = "language"
    """Telling which it is; reading again in another one is reading."""
    TRUST = "trust"
    """Looking words up, and which ink they explain."""
    SECOND_READER = "second reader"
    AFTER = "after-reading"
    ACCESS_IMAGE = "access image"
    QUALITY = "quality"
    OTHER = "other"
    """What is between steps."""
    VERAPDF = "veraPDF"


class StepTimes:
    """CPU seconds by step while something is measured; those of programs that were started count where they ended."""

    def __init__(self) -> None:
        self._seconds: dict[Step, float] = {}
        self._open = [Step.OTHER]
        self._mark = _cpu_seconds()

    def begin(self, step: Step) -> None:
        self._settle()
        self._open.append(step)

    def end(self) -> None:
        self._settle()
        self._open.pop()

    def charge(self, step: Step, seconds: float) -> None:
        """Count so many seconds as a step's."""
        self._seconds[step] = self._seconds.get(step, 0.0) + seconds

    def seconds(self) -> Mapping[Step, float]:
        """So far, in the order of `Step`; a step that did not come is not named."""
        self._settle()
        return {step: self._seconds[step] for step in Step if step in self._seconds}

    def _settle(self) -> None:
        now = _cpu_seconds()
        self.charge(self._open[-1], now - self._mark)
        self._mark = now


_measuring: ContextVar[StepTimes | None] = ContextVar("step times", default=None)


@contextmanager
def measured() -> Iterator[StepTimes]:
    """Measure the steps of the block."""
    times = StepTimes()
    token = _measuring.set(times)
    try:
        yield times
    finally:
        _measuring.reset(token)


@contextmanager
def timed(step: Step) -> Iterator[None]:
    """Count the block, or each call of the function that this decorates, as `step`, where something is measured."""
    times = _measuring.get()
    if times is None:
        yield
        return
    times.begin(step)
    try:
        yield
    finally:
        times.end()


def keep_times(process: "Callable[P, ProcessedPage]") -> "Callable[P, ProcessedPage]":
    """Decorates what takes a page through its steps: each page carries their times."""

    @wraps(process)
    def run(*args: P.args, **kwargs: P.kwargs) -> "ProcessedPage":
        with measured() as times:
            page = process(*args, **kwargs)
        return replace(page, step_seconds=times.seconds())

    return run


def charge(step: Step, seconds: float) -> None:
    """As `StepTimes.charge`, where something is measured."""
    times = _measuring.get()
    if times is not None:
        times.charge(step, seconds)


def _cpu_seconds() -> float:
    """User and system time of this process and of its children that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)
