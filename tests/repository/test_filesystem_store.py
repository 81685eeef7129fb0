# SPDX-License-Identifier: EUPL-1.2
"""What the store on a directory tree promises beyond the contract: full disks, killed writers, links."""

import errno
import multiprocessing
import os
import signal
import stat
import threading
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from repository import filesystem_store
from repository.filesystem_store import TEMPORARY, FilesystemStore
from schemas.errors import ArhivarError, KeyInvalid, ObjectExists, StoreFull, StoreUnavailable


@pytest.fixture
def store(tmp_path: Path) -> FilesystemStore:
    made = FilesystemStore(tmp_path / "store")
    made.initialise()
    return made


def everything(store: FilesystemStore) -> list[str]:
    return sorted(str(path.relative_to(store.root)) for path in store.root.rglob("*") if path.name != TEMPORARY)


def test_an_object_is_a_plain_read_only_file_at_its_key(store: FilesystemStore) -> None:
    store.put("masters/001.tif", b"page")
    path = store.root / "masters/001.tif"
    assert path.read_bytes() == b"page"
    assert stat.S_IMODE(path.stat().st_mode) & 0o222 == 0
    with store.local_path("masters/001.tif") as local:
        assert local == path


def test_a_store_whose_disk_is_not_there_is_not_started_anew(tmp_path: Path) -> None:
    store = FilesystemStore(tmp_path / "not-mounted")
    actions: list[Callable[[], object]] = [
        lambda: store.put("a", b"1"),
        lambda: store.read("a"),
        lambda: store.exists("a"),
        lambda: list(store.list("")),
    ]
    for action in actions:
        with pytest.raises(StoreUnavailable, match="not-mounted"):
            action()
    assert not (tmp_path / "not-mounted").exists()


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, StoreFull),
        (errno.EDQUOT, StoreFull),
        (errno.EIO, StoreUnavailable),
        (errno.EROFS, StoreUnavailable),
        (errno.EACCES, StoreUnavailable),
    ],
    ids=errno.errorcode.get,
)
@pytest.mark.parametrize("where", ["write", "fsync", "link", "replace"])
def test_a_failing_disk_leaves_no_partial_object(
    store: FilesystemStore, monkeypatch: pytest.MonkeyPatch, number: int, expected: type[ArhivarError], where: str
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise OSError(number, os.strerror(number))

    store.replace("o/inventory.json", b"old")
    with monkeypatch.context() as patch:
        if where == "write":
            patch.setattr(filesystem_store, "_write_all", fail)
        elif where == "replace":
            patch.setattr(Path, "replace", fail)
        else:
            patch.setattr(os, where, fail)
        with pytest.raises(expected):
            store.replace("o/inventory.json", b"new") if where == "replace" else store.put("o/page", b"page")
    assert [stored.key for stored in store.list("")] == ["o/inventory.json"]
    assert store.read("o/inventory.json") == b"old"
    assert [entry.name for entry in (store.root / TEMPORARY).iterdir()] == ["lock"]
    store.put("o/page", b"page")


def test_a_file_system_without_hard_links_will_do(store: FilesystemStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    store.put("a/b", b"one")
    store.put("a/b", b"one")
    with pytest.raises(ObjectExists):
        store.put("a/b", b"two")
    store.copy("a/b", "a/c")
    with pytest.raises(ObjectExists):
        store.put("a/c", b"two")
    assert store.read("a/c") == store.read("a/b") == b"one"


def test_links_in_the_store_are_not_followed(store: FilesystemStore, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    store.put("a/b", b"1")
    (store.root / "folder").symlink_to(outside, target_is_directory=True)
    (store.root / "a/file").symlink_to(outside / "secret")
    for key in ("folder/secret", "a/file"):
        with pytest.raises(KeyInvalid):
            store.read(key)
        with pytest.raises(KeyInvalid):
            store.put(key, b"x")
        with pytest.raises(KeyInvalid):
            store.replace(key, b"x")
        with pytest.raises(KeyInvalid):
            store.delete(key)
        with pytest.raises(KeyInvalid):
            store.exists(key)
    assert [stored.key for stored in store.list("")] == ["a/b"]
    assert (outside / "secret").read_bytes() == b"secret"
    assert [path.name for path in outside.iterdir()] == ["secret"]


def test_an_object_cannot_be_a_folder_of_others(store: FilesystemStore) -> None:
    store.put("a/b", b"1")
    for key in ("a", "a/b/c"):
        with pytest.raises(KeyInvalid):
            store.put(key, b"2")
        with pytest.raises(KeyInvalid):
            store.replace(key, b"2")
        with pytest.raises(KeyInvalid):
            store.copy("a/b", key)
    assert store.read("a/b") == b"1"


def test_the_folder_of_unfinished_writes_holds_no_objects(store: FilesystemStore) -> None:
    with pytest.raises(KeyInvalid):
        store.put(f"{TEMPORARY}/x", b"1")
    (store.root / TEMPORARY / "123-abc").write_bytes(b"half")
    assert list(store.list("")) == []
    assert list(store.list(".")) == []


def test_emptied_folders_disappear(store: FilesystemStore) -> None:
    store.put("a/b/c/d", b"1")
    store.put("a/e", b"1")
    store.delete("a/b/c/d")
    assert everything(store) == ["a", "a/e"]


def _write_slowly(root: Path, started: Event) -> None:
    class Endless:
        def read(self, _size: int) -> bytes:
            started.set()
            return b"x" * 65536

    FilesystemStore(root).put("masters/001.tif", Endless())  # type: ignore[arg-type]


def test_what_a_killed_writer_leaves_is_invisible_and_swept(store: FilesystemStore) -> None:
    context = multiprocessing.get_context("spawn")
    started = context.Event()
    writer = context.Process(target=_write_slowly, args=(store.root, started))
    writer.start()
    assert started.wait(60)
    assert writer.pid is not None
    os.kill(writer.pid, signal.SIGKILL)
    writer.join(60)
    assert list(store.list("")) == []
    assert not store.exists("masters/001.tif")
    assert len(list((store.root / TEMPORARY).iterdir())) == 1
    store.put("masters/001.tif", b"whole")

    (store.root / "empty/folder").mkdir(parents=True)
    elsewhere = store.root / TEMPORARY / "0123456789ab-1-0123456789abcdef"
    elsewhere.touch()
    assert store.sweep_unfinished(timedelta(hours=1)) == 1
    assert list((store.root / TEMPORARY).iterdir()) == [elsewhere]
    assert store.sweep_temporary(timedelta(hours=1)) == 0
    assert (store.root / "empty/folder").is_dir()
    assert store.sweep_temporary(timedelta(0)) == 1
    assert everything(store) == ["masters", "masters/001.tif"]


def test_a_write_at_work_is_not_swept(store: FilesystemStore) -> None:
    class Sweeping:
        def __init__(self) -> None:
            self.chunks = [b"first", b"second"]

        def read(self, _size: int) -> bytes:
            assert store.sweep_unfinished(timedelta(hours=1)) == 0
            return self.chunks.pop(0) if self.chunks else b""

    store.put("masters/001.tif", Sweeping())  # type: ignore[arg-type]
    assert store.read("masters/001.tif") == b"firstsecond"


def test_writers_and_deleters_of_one_folder_do_not_trip_over_each_other(store: FilesystemStore) -> None:
    failures: list[BaseException] = []

    def churn(name: str) -> None:
        try:
            for _ in range(60):
                store.put(f"deep/er/{name}", b"1")
                store.delete(f"deep/er/{name}")
        except BaseException as error:  # noqa: BLE001 - shown below
            failures.append(error)

    threads = [threading.Thread(target=churn, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert everything(store) == []
