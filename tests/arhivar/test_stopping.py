# SPDX-License-Identifier: EUPL-1.2
"""A stop is asked for by a signal, waited for by nobody, and leaves nothing half done."""

import os
import signal
import time

import pytest

from arhivar.stopping import StopAsked, StopRequest, stopping_on_signals
from arhivar.tries import Tries


def test_a_signal_asks_and_the_first_one_is_remembered() -> None:
    stop, told = StopRequest(), list[int]()
    with stopping_on_signals(stop, told.append):
        stop.check()
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
    assert stop.asked
    assert stop.signal == signal.SIGTERM
    assert told == [signal.SIGTERM, signal.SIGINT]
    with pytest.raises(StopAsked):
        stop.check()


def test_whoever_interrupts_a_third_time_does_not_wait() -> None:
    stop = StopRequest()
    before = signal.getsignal(signal.SIGINT)
    with stopping_on_signals(stop, lambda number: None):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_wait_ends_when_a_stop_is_asked_for() -> None:
    stop = StopRequest()
    assert not stop.wait(0.01)
    with stopping_on_signals(stop, lambda number: None):
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        previous = signal.signal(signal.SIGALRM, lambda number, frame: stop.ask())
        began = time.monotonic()
        assert stop.wait(30)
        signal.signal(signal.SIGALRM, previous)
    assert time.monotonic() - began < 5


def test_each_failure_waits_twice_as_long_up_to_a_limit_and_success_forgets() -> None:
    now = 0.0
    tries = Tries(first_seconds=10, longest_seconds=60, clock=lambda: now)
    assert tries.may("a")
    assert [tries.failed("a") for _ in range(5)] == [10, 20, 40, 60, 60]
    assert not tries.may("a")
    assert tries.may("b")
    now = 60.0
    assert tries.may("a")
    tries.done("a")
    assert tries.failed("a") == 10


def test_what_fails_in_a_single_run_is_not_tried_again_in_it() -> None:
    now = 0.0
    tries = Tries(clock=lambda: now)
    tries.failed("a")
    now = 1e9
    assert not tries.may("a")
