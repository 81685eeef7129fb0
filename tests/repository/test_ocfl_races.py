# SPDX-License-Identifier: EUPL-1.2
"""Two depositors of one object at once: a version each or one refused, and never a torn head.

Once step by step, with one that stalls at each of its calls and is overtaken; once for real, with two processes that
start at the same moment, and are killed now and then.
"""

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, cast

import pytest

from repository.object_store import ObjectStore
from repository.ocfl import OcflRepository, Source, StoreKey
from repository.ocfl_difference import Problem
from schemas.errors import LeaseLost
from tests.repository.conftest import Referee
from tests.repository.test_ocfl import commit
from tests.repository.test_ocfl_crashes import FIRST, OTHER, SECOND, UNIT, plain
from tests.stores import Place

ROUNDS = 32
_ROUNDS_A_UNIT = 8
_KILLED_EVERY = 4
_SEED = 20261122


@pytest.fixture
def packages(store: ObjectStore) -> OcflRepository:
    store.put("staging/2", b"two")
    made = OcflRepository(store)
    made.initialise()
    return made


def _commit(
    store: ObjectStore,
    unit: str,
    files: dict[str, Source],
    expected_head: int | None,
    fence: Callable[[], object] | None = None,
) -> int:
    return commit(OcflRepository(store), files, expected_head, unit=unit, fence=fence)


def _content(packages: OcflRepository, unit: str, version: int) -> dict[str, bytes]:
    return {path: packages.store.read(file.content_key) for path, file in packages.files(unit, version).items()}


class StallingStore:
    """A store whose writer stalls before its n-th call of any kind; meanwhile `overtake` runs."""

    def __init__(self, store: ObjectStore, call: int, overtake: Callable[[], object]) -> None:
        self._store, self._call, self._overtake, self.calls = store, call, overtake, 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def called(*arguments: object, **named: object) -> object:
            self.calls += 1
            if self.calls == self._call:
                self._overtake()
            return method(*arguments, **named)

        return called


@pytest.mark.parametrize("first", [False, True], ids=["a-further-version", "the-first-version"])
@pytest.mark.parametrize("leased", [True, False], ids=["under-a-lease", "without-a-lease"])
def test_one_that_stalls_and_is_overtaken_gets_its_version_or_is_refused(
    packages: OcflRepository, referee: Referee, first: bool, leased: bool
) -> None:
    """Under a lease, the one that takes over also sweeps what it takes for left."""
    store = packages.store
    refused = granted = 0
    for call in range(1, 60):
        unit = f"{UNIT[:-2]}{call:02}"
        if not first:
            _commit(store, unit, FIRST, None)
        head = packages.head(unit)
        theirs: dict[str, Source] = {**OTHER, "masters/3": b"theirs %d" % call}
        quick: list[int] = []

        def overtake(unit: str = unit, theirs: dict[str, Source] = theirs, quick: list[int] = quick) -> None:
            quick.append(0)
            if leased:
                packages.repair(unit)
            try:
                quick.append(_commit(store, unit, theirs, packages.head(unit)))
            except LeaseLost:  # the slow one's version was decided on
                quick.append(_commit(store, unit, theirs, packages.head(unit)))

        def fence(unit: str = unit, quick: list[int] = quick) -> None:
            if leased and quick:
                raise LeaseLost(name=unit)

        slow = None
        with suppress(LeaseLost):
            slow = _commit(cast("ObjectStore", StallingStore(store, call, overtake)), unit, SECOND, head, fence)
        if not quick:
            break  # all its calls are done
        refused += slow is None
        granted += slow is not None
        assert packages.verify(unit) == []
        newest = packages.head(unit)
        assert newest == max(slow or 0, *quick)
        before = [] if first else [plain(FIRST)]
        made = {number: files for number, files in ((slow, SECOND), (quick[-1], theirs)) if number}
        expected = [*before, *(plain(made[number]) for number in sorted(made))]
        assert [_content(packages, unit, number) for number in range(1, newest + 1)] == expected
        assert packages.repair(unit) == []
    assert refused > 3
    assert granted > 3
    assert referee(store) == []


def _depositor(place: Place, who: str, orders: Connection) -> None:
    store = place.open()
    orders.send(0)
    while True:
        unit, number, expected, starts_at = orders.recv()
        files = _files(store, who, number)
        while time.time() < starts_at:
            pass
        try:
            orders.send(_commit(store, unit, files, expected))
        except LeaseLost:
            orders.send(None)


def _files(store: ObjectStore, who: str, number: int) -> dict[str, Source]:
    """Another's content at the same path, the same content at the same path, and a path of one's own."""
    return {
        "masters/1": f"1 of {who}, round {number}".encode(),
        "masters/2": StoreKey(_staged(store, who, number)),
        f"masters/{who}": f"own {number}".encode(),
        "text/1": f"the same {number}".encode(),
    }


def _staged(store: ObjectStore, who: str, number: int) -> str:
    store.put(f"staging/{who}/{number}", f"2 of {who}, round {number}".encode())
    return f"staging/{who}/{number}"


class Depositor:
    """One process that commits when it is told to."""

    def __init__(self, store: ObjectStore, who: str) -> None:
        context = multiprocessing.get_context("spawn")
        self.who = who
        self.orders, theirs = context.Pipe()
        self.process = context.Process(target=_depositor, args=(Place.of(store), who, theirs))
        self.process.start()
        theirs.close()
        assert self.orders.poll(120)
        self.orders.recv()

    def kill(self) -> None:
        assert self.process.pid is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.join(60)
        self.orders.close()

    def answer(self) -> int | None:
        assert self.orders.poll(120)
        made: int | None = self.orders.recv()
        return made


def test_of_two_processes_that_commit_at_once_one_gets_the_version(packages: OcflRepository, referee: Referee) -> None:
    """Every fourth round one of them is killed in the middle of it."""
    store = packages.store
    chance = random.Random(_SEED)
    both = [Depositor(store, "ana"), Depositor(store, "ion")]
    seconds = 0.1
    cut = 0
    try:
        for number in range(ROUNDS):
            unit = f"{UNIT[:-2]}{number // _ROUNDS_A_UNIT:02}"
            head = packages.head(unit)
            starts_at = time.time() + 0.05
            for one in both:
                one.orders.send((unit, number, head, starts_at))
            victim = None
            if number % _KILLED_EVERY == _KILLED_EVERY - 1:
                victim = chance.choice(both)
                time.sleep(0.05 + chance.random() * seconds)
                victim.kill()
            made = {one.who: one.answer() for one in both if one is not victim}
            if victim is None:
                seconds = time.time() - starts_at
                _require_one_of_two(packages, unit, number, head, made)
                assert packages.verify(unit) == []
            else:
                both[both.index(victim)] = Depositor(store, victim.who)
                cut += _require_whole_after_a_kill(packages, unit, number, head, made)
            assert packages.repair(unit) == []
            if number % _ROUNDS_A_UNIT == _ROUNDS_A_UNIT - 1:
                assert referee(store) == []
    finally:
        for one in both:
            one.kill()
    assert referee(store) == []


def _require_one_of_two(
    packages: OcflRepository, unit: str, number: int, head: int | None, made: dict[str, int | None]
) -> None:
    (winner,) = (who for who, version in made.items() if version is not None)
    assert made[winner] == (head or 0) + 1 == packages.head(unit)
    assert _content(packages, unit, (head or 0) + 1) == _expected(packages.store, winner, number)


def _require_whole_after_a_kill(
    packages: OcflRepository, unit: str, number: int, head: int | None, made: dict[str, int | None]
) -> bool:
    """Whether the kill left something to settle: at most content that nobody names, or a sidecar that is behind."""
    (survivor,) = made
    found = {} if packages.head(unit) is None else {one.problem for one in packages.verify(unit)}
    assert set(found) <= {Problem.UNNAMED, Problem.TORN, Problem.MISSING}
    done = packages.repair(unit)
    newest = packages.head(unit) or 0
    assert newest - (head or 0) in ({1} if made[survivor] else {0, 1})
    if newest:
        assert packages.verify(unit) == []
    if newest > (head or 0):
        winner = survivor if made[survivor] else next(who for who in ("ana", "ion") if who != survivor)
        assert _content(packages, unit, newest) == _expected(packages.store, winner, number)
    return bool(done)


def _expected(store: ObjectStore, who: str, number: int) -> dict[str, bytes]:
    sources = _files(store, who, number)
    return {
        path: store.read(one.key) if isinstance(one, StoreKey) else cast("bytes", one) for path, one in sources.items()
    }
