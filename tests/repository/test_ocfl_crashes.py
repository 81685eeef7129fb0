# SPDX-License-Identifier: EUPL-1.2
"""A writer that is killed at any point: the head that was there stays, and the next one carries on."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
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

UNIT = UUID("7f3b7c1a-94c6-5a55-8c0d-5b8c25b1f0aa").urn
NOW = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)
Referee = Callable[[Path], list[str]]


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

    def replace(self, key: str, data: bytes) -> StoredObject:
        return self._do(lambda: self._store.replace(key, data))

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
CHANGES = 12


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


def make_store(folder: Path) -> FilesystemStore:
    store = FilesystemStore(folder / "store")
    store.initialise()
    store.put("staging/2", b"two")
    OcflRepository(store).initialise()
    return store


def kill_at(store: FilesystemStore, change: int, files: dict[str, Source], *, before: bool) -> bool:
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
    tmp_path: Path, referee: Referee, change: int, retry: dict[str, Source], before: bool
) -> None:
    store = make_store(tmp_path)
    commit(store, FIRST)
    killed = kill_at(store, change, SECOND, before=before)
    assert state(store) in (plain(FIRST), plain(SECOND))
    assert state(store, 1) == plain(FIRST)
    moved = state(store) == plain(SECOND)
    version = commit(store, retry, minute=1)
    assert version == (3 if moved and retry is OTHER else 2)
    assert state(store) == plain(retry)
    assert state(store, 1) == plain(FIRST)
    assert OcflRepository(store).verify(UNIT) == []
    assert referee(store.root / "ocfl") == []
    assert killed == (change <= 6)  # two contents, inventory and sidecar, root inventory and sidecar


@pytest.mark.parametrize("change", range(1, CHANGES))
def test_after_a_kill_repair_leaves_a_valid_package(
    tmp_path: Path, referee: Referee, change: int, before: bool
) -> None:
    store = make_store(tmp_path)
    commit(store, FIRST)
    kill_at(store, change, SECOND, before=before)
    seen = state(store)
    OcflRepository(store).repair(UNIT)
    assert state(store) == seen
    assert OcflRepository(store).verify(UNIT) == []
    assert OcflRepository(store).repair(UNIT) == []
    assert referee(store.root / "ocfl") == []


@pytest.mark.parametrize("change", range(1, CHANGES))
@pytest.mark.parametrize("way", ["repair", "retry", "other"])
def test_the_first_version_survives_a_kill_too(
    tmp_path: Path, referee: Referee, change: int, way: str, before: bool
) -> None:
    store = make_store(tmp_path)
    killed = kill_at(store, change, FIRST, before=before)
    packages = OcflRepository(store)
    seen = packages.head(UNIT)
    if seen:
        assert state(store) == plain(FIRST)
    if way == "repair":
        packages.repair(UNIT)
        assert packages.head(UNIT) == seen
        assert packages.repair(UNIT) == []
    else:
        files = FIRST if way == "retry" else OTHER
        commit(store, files, minute=1)
        assert state(store) == plain(files)
    if packages.head(UNIT):
        assert packages.verify(UNIT) == []
    else:
        assert list(store.list(f"ocfl/{object_path(UNIT)}")) == []
    assert referee(store.root / "ocfl") == []
    assert killed == (change <= 8)  # three contents, inventory and sidecar, declaration, root inventory and sidecar


def test_a_first_commit_that_was_never_acknowledged_does_not_stop_the_next(tmp_path: Path, referee: Referee) -> None:
    store = make_store(tmp_path)
    assert kill_at(store, 6, FIRST, before=True)
    assert commit(store, OTHER, minute=1, expect=None) == 2
    assert referee(store.root / "ocfl") == []


def test_a_lost_root_inventory_never_costs_content(tmp_path: Path, referee: Referee) -> None:
    store = make_store(tmp_path)
    commit(store, FIRST)
    commit(store, SECOND)
    root = f"ocfl/{object_path(UNIT)}"
    store.delete(f"{root}/inventory.json")
    store.delete(f"{root}/inventory.json.sha512")
    assert state(store) == plain(SECOND)
    assert len(OcflRepository(store).repair(UNIT)) == 2
    assert state(store, 1) == plain(FIRST)
    assert referee(store.root / "ocfl") == []


def test_killed_again_and_again_it_still_gets_there(tmp_path: Path, referee: Referee) -> None:
    store = make_store(tmp_path)
    for change in (1, 2, 4, 5, 7, 3, 6):
        kill_at(store, change, FIRST if change % 2 else OTHER, before=bool(change % 3))
    commit(store, SECOND, minute=2)
    assert state(store) == plain(SECOND)
    assert OcflRepository(store).verify(UNIT) == []
    assert referee(store.root / "ocfl") == []


def _commit_for_ever(root: Path, started: Event) -> None:
    store = FilesystemStore(root)
    for number in range(1_000_000):
        commit(store, {f"masters/{page}": f"{page}, scan {number}".encode() for page in range(10)})
        started.set()


def test_a_real_process_killed_by_the_system_leaves_a_repairable_package(tmp_path: Path, referee: Referee) -> None:
    store = make_store(tmp_path)
    context = multiprocessing.get_context("spawn")
    for _ in range(2):
        started = context.Event()
        writer = context.Process(target=_commit_for_ever, args=(store.root, started))
        writer.start()
        assert started.wait(60)
        assert writer.pid is not None
        os.kill(writer.pid, signal.SIGKILL)
        writer.join(60)
        head = OcflRepository(store).head(UNIT)
        assert head
        OcflRepository(store).repair(UNIT)
        assert OcflRepository(store).head(UNIT) == head
        assert OcflRepository(store).verify(UNIT) == []
        store.sweep_temporary(timedelta())  # as `init` does: a folder that was made for a file may be empty still
        assert referee(store.root / "ocfl") == []
