# SPDX-License-Identifier: EUPL-1.2
"""A writer that is killed at any point: the head that was there stays, and the next one carries on."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import pytest

from repository.filesystem_store import FilesystemStore
from repository.object_store import ObjectStore, StoredObject
from repository.ocfl import OcflRepository, Source, StoreKey
from repository.ocfl_layout import object_path
from schemas.errors import LeaseLost
from tests.repository.conftest import Referee
from tests.stores import Place

UNIT = UUID("7f3b7c1a-94c6-5a55-8c0d-5b8c25b1f0aa").urn
NOW = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)


class Killed(BaseException):
    """The process ends here; nobody catches it."""


class KillingStore:
    """A store whose process is killed at its n-th change (`before`), or just after that one was done."""

    def __init__(self, store: ObjectStore, change: int, *, before: bool) -> None:
        self._store = store
        self._change = change
        self._before = before
        self.changes = 0

    def _do(self, action: Callable[[], StoredObject | None]) -> StoredObject:
        self.changes += 1
        if self.changes == self._change and self._before:
            raise Killed
        result = action()
        if self.changes == self._change:
            raise Killed
        return result or StoredObject("", 0)

    def initialise(self) -> None:
        self._store.initialise()

    def put(self, key: str, source: BinaryIO | bytes, *, sha512: str | None = None) -> StoredObject:
        return self._do(lambda: self._store.put(key, source, sha512=sha512))

    def replace(self, key: str, data: bytes, *, over: bytes | None = None) -> StoredObject:
        return self._do(lambda: self._store.replace(key, data, over=over))

    def copy(self, source_key: str, target_key: str) -> StoredObject:
        return self._do(lambda: self._store.copy(source_key, target_key))

    def delete(self, key: str) -> None:
        self._do(lambda: self._store.delete(key))

    def open(self, key: str) -> BinaryIO:
        return self._store.open(key)

    def read(self, key: str) -> bytes:
        return self._store.read(key)

    def stat(self, key: str) -> StoredObject:
        return self._store.stat(key)

    def exists(self, key: str) -> bool:
        return self._store.exists(key)

    def list(self, prefix: str) -> Iterator[StoredObject]:
        return self._store.list(prefix)

    def local_path(self, key: str) -> AbstractContextManager[Path]:
        return self._store.local_path(key)


FIRST: dict[str, Source] = {"masters/1": b"one", "masters/2": StoreKey("staging/2"), "metadata/unit.json": b"{1}"}
SECOND: dict[str, Source] = {**FIRST, "masters/3": b"three", "metadata/unit.json": b"{2}"}
OTHER: dict[str, Source] = {"masters/3": b"three, scanned again", "masters/4": b"four"}
CHANGES = 10


def commit(store: ObjectStore, files: dict[str, Source], *, minute: int = 0, expect: int | str | None = "head") -> int:
    packages = OcflRepository(store)
    return packages.commit(
        UNIT,
        files,
        message="Ingest",
        user_name="Ana Pop",
        user_address="mailto:arhiva@primaria.example",
        created=NOW.replace(minute=minute),
        expected_head=packages.head(UNIT) if isinstance(expect, str) else expect,
    )


def state(store: ObjectStore, version: int | None = None) -> dict[str, bytes]:
    return {path: store.read(file.content_key) for path, file in OcflRepository(store).files(UNIT, version).items()}


def plain(files: dict[str, Source]) -> dict[str, bytes]:
    return {path: source if isinstance(source, bytes) else b"two" for path, source in files.items()}


@pytest.fixture
def begun(store: ObjectStore) -> ObjectStore:
    """A store with an empty storage root, and a file in staging."""
    store.put("staging/2", b"two")
    OcflRepository(store).initialise()
    return store


def decided(store: ObjectStore, version: int) -> bool:
    """Whether a version is one, be it the head or not."""
    return store.exists(f"ocfl/{object_path(UNIT)}/v{version}/inventory.json")


def commit_after_a_kill(store: ObjectStore, files: dict[str, Source]) -> int:
    """What a depositor does that is told once that another came first: what it finds then was decided by the killed."""
    try:
        return commit(store, files, minute=1)
    except LeaseLost:
        assert OcflRepository(store).head(UNIT)
        return commit(store, files, minute=1)


def kill_at(store: ObjectStore, change: int, files: dict[str, Source], *, before: bool) -> bool:
    """Whether the writer was killed; False where it had fewer changes to make."""
    try:
        commit(KillingStore(store, change, before=before), files)
    except Killed:
        return True
    return False


@pytest.fixture(params=[True, False], ids=["before-the-change", "after-the-change"])
def before(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.mark.parametrize("change", range(1, CHANGES))
@pytest.mark.parametrize("retry", [SECOND, OTHER], ids=["same-content", "other-content"])
def test_after_a_kill_the_old_head_reads_and_the_next_commit_is_valid(
    begun: ObjectStore, referee: Referee, change: int, retry: dict[str, Source], before: bool
) -> None:
    commit(begun, FIRST)
    killed = kill_at(begun, change, SECOND, before=before)
    assert state(begun) in (plain(FIRST), plain(SECOND))
    assert state(begun, 1) == plain(FIRST)
    was_decided = decided(begun, 2)
    version = commit_after_a_kill(begun, retry)
    assert version == (3 if was_decided and retry is OTHER else 2)
    assert state(begun) == plain(retry)
    assert state(begun, 1) == plain(FIRST)
    assert OcflRepository(begun).verify(UNIT) == []
    assert referee(begun) == []
    assert killed == (change <= 6)  # two contents, inventory and sidecar, root inventory and sidecar


@pytest.mark.parametrize("change", range(1, CHANGES))
def test_after_a_kill_repair_leaves_a_valid_package(
    begun: ObjectStore, referee: Referee, change: int, before: bool
) -> None:
    commit(begun, FIRST)
    kill_at(begun, change, SECOND, before=before)
    expected = plain(SECOND if decided(begun, 2) else FIRST)
    OcflRepository(begun).repair(UNIT)
    assert state(begun) == expected
    assert OcflRepository(begun).verify(UNIT) == []
    assert OcflRepository(begun).repair(UNIT) == []
    assert referee(begun) == []


@pytest.mark.parametrize("change", range(1, CHANGES))
@pytest.mark.parametrize("way", ["repair", "retry", "other"])
def test_the_first_version_survives_a_kill_too(
    begun: ObjectStore, referee: Referee, change: int, way: str, before: bool
) -> None:
    killed = kill_at(begun, change, FIRST, before=before)
    packages = OcflRepository(begun)
    if packages.head(UNIT):
        assert decided(begun, 1)
        assert state(begun) == plain(FIRST)
    if way == "repair":
        expected = 1 if decided(begun, 1) else None
        packages.repair(UNIT)
        assert packages.head(UNIT) == expected
        assert packages.repair(UNIT) == []
    else:
        files = FIRST if way == "retry" else OTHER
        commit_after_a_kill(begun, files)
        assert state(begun) == plain(files)
    if packages.head(UNIT):
        assert packages.verify(UNIT) == []
    else:
        assert list(begun.list(f"ocfl/{object_path(UNIT)}")) == []
    assert referee(begun) == []
    assert killed == (change <= 8)  # three contents, inventory and sidecar, declaration, root inventory and sidecar


def test_a_first_commit_that_was_decided_and_never_acknowledged_stands(begun: ObjectStore, referee: Referee) -> None:
    assert kill_at(begun, 6, FIRST, before=True)
    with pytest.raises(LeaseLost):
        commit(begun, OTHER, minute=1, expect=None)
    assert commit(begun, FIRST, minute=1, expect=None) == 1
    assert commit(begun, OTHER, minute=1) == 2
    assert referee(begun) == []


def test_a_lost_root_inventory_never_costs_content(begun: ObjectStore, referee: Referee) -> None:
    commit(begun, FIRST)
    commit(begun, SECOND)
    root = f"ocfl/{object_path(UNIT)}"
    begun.delete(f"{root}/inventory.json")
    begun.delete(f"{root}/inventory.json.sha512")
    assert state(begun) == plain(SECOND)
    assert len(OcflRepository(begun).repair(UNIT)) == 2
    assert state(begun, 1) == plain(FIRST)
    assert referee(begun) == []


def test_killed_again_and_again_it_still_gets_there(begun: ObjectStore, referee: Referee) -> None:
    for change in (1, 2, 4, 5, 7, 3, 6):
        with suppress(LeaseLost):
            kill_at(begun, change, FIRST if change % 2 else OTHER, before=bool(change % 3))
    commit_after_a_kill(begun, SECOND)
    assert state(begun) == plain(SECOND)
    assert OcflRepository(begun).verify(UNIT) == []
    assert referee(begun) == []


def _commit_for_ever(place: Place, started: Event) -> None:
    store = place.open()
    for number in range(1_000_000):
        commit(store, {f"masters/{page}": f"{page}, scan {number}".encode() for page in range(10)})
        started.set()


def test_a_real_process_killed_by_the_system_leaves_a_repairable_package(begun: ObjectStore, referee: Referee) -> None:
    context = multiprocessing.get_context("spawn")
    packages = OcflRepository(begun)
    for _ in range(2):
        started = context.Event()
        writer = context.Process(target=_commit_for_ever, args=(Place.of(begun), started))
        writer.start()
        assert started.wait(60)
        assert writer.pid is not None
        os.kill(writer.pid, signal.SIGKILL)
        writer.join(60)
        head = packages.head(UNIT)
        assert head
        expected = head + 1 if decided(begun, head + 1) else head
        packages.repair(UNIT)
        assert packages.head(UNIT) == expected
        assert packages.verify(UNIT) == []
        if isinstance(begun, FilesystemStore):
            begun.sweep_temporary(timedelta())  # as `init` does: a folder made for a file may be empty still
        assert referee(begun) == []
