# SPDX-License-Identifier: EUPL-1.2
"""Stopping cleanly: a request that the steps ask about between two pages, two files and two units.

A signal only sets the request; the step in hand ends by itself, what it made is recorded, its leases are given back,
and `StopAsked` unwinds the rest. The next run goes on from there.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_STEP_SECONDS = 0.2
"""A signal does not end a sleep (PEP 475), and a lock may not be taken in its handler: so the wait looks up."""

_PATIENT_INTERRUPTS = 2
"""Ctrl-C so often waits for the pages in hand; the next one does not."""


class StopAsked(Exception):
    """Work was left off at a clean point because the process was asked to stop. No error: nothing went wrong."""


class StopRequest:
    """Set once, by a signal or by the program itself; asked about by whoever is about to begin something."""

    def __init__(self) -> None:
        self._asked = False
        self.signal: int | None = None
        """The signal that asked first, or None."""

    @property
    def asked(self) -> bool:
        return self._asked

    def is_set(self) -> bool:
        """As `asked`, by the name that events have."""
        return self._asked

    def ask(self, number: int | None = None) -> None:
        """Ask to stop. Safe in a signal's handler: it takes no lock."""
        if not self._asked:
            self.signal = number
        self._asked = True

    def check(self) -> None:
        """Raise StopAsked where a stop was asked for."""
        if self._asked:
            raise StopAsked

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until a stop is asked for; whether it was."""
        until = time.monotonic() + seconds
        while not self._asked and (left := until - time.monotonic()) > 0:
            time.sleep(min(_STEP_SECONDS, left))
        return self._asked


@contextmanager
def stopping_on_signals(stop: StopRequest, tell: Callable[[int], None]) -> Iterator[None]:
    """For the length of the block, SIGTERM and SIGINT ask for a stop, as often as they come.

    `tell` is called in the handler: it must not write to a buffered stream. From the third SIGINT on,
    KeyboardInterrupt is raised: whoever insists does not wait for a page that hangs. Outside the main thread, where
    Python gives no signals, nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    interrupts = 0

    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 the signature of a handler
        nonlocal interrupts
        interrupts += number == signal.SIGINT
        if interrupts > _PATIENT_INTERRUPTS:
            raise KeyboardInterrupt
        stop.ask(number)
        tell(number)

    replaced = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in replaced.items():
            signal.signal(number, handler)
