# SPDX-License-Identifier: EUPL-1.2
"""Each back end of the object store, empty, for suites that speak through the port."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from repository.filesystem_store import FilesystemStore
from repository.object_store import ObjectStore
from repository.s3_store import S3Store
from tests.services import drop_bucket, new_bucket, open_bucket, require


@contextmanager
def _filesystem(folder: Path) -> Iterator[ObjectStore]:
    store = FilesystemStore(folder / "store")
    store.initialise()
    yield store


@contextmanager
def _s3(folder: Path) -> Iterator[ObjectStore]:
    minio = require("minio")
    store = new_bucket(minio)
    yield store
    drop_bucket(minio, store.bucket)


STORES: dict[str, Callable[[Path], AbstractContextManager[ObjectStore]]] = {"filesystem": _filesystem, "s3": _s3}
EACH = ["filesystem", pytest.param("s3", marks=pytest.mark.services)]


@dataclass(frozen=True)
class Place:
    """Where a store is, for another process."""

    name: str
    where: str

    @classmethod
    def of(cls, store: ObjectStore) -> "Place":
        if isinstance(store, FilesystemStore):
            return cls("filesystem", str(store.root))
        assert isinstance(store, S3Store)
        return cls("s3", store.bucket)

    def open(self) -> ObjectStore:
        """The same store, in this process."""
        return (
            FilesystemStore(Path(self.where))
            if self.name == "filesystem"
            else open_bucket(require("minio"), self.where)
        )


def export(store: ObjectStore, prefix: str, folder: Path) -> Path:
    """The objects under a prefix as files, for programs that read files."""
    for stored in store.list(prefix):
        path = folder / stored.key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(store.read(stored.key))
    return folder / prefix.rstrip("/")


def overwrite(store: ObjectStore, key: str, data: bytes) -> None:
    """Damage an object: other bytes under its key."""
    store.delete(key)
    store.put(key, data)


def take_away(store: ObjectStore) -> None:
    """The medium is gone as a whole."""
    if isinstance(store, FilesystemStore):
        store.root.rename(store.root.with_name("unmounted"))
    else:
        drop_bucket(require("minio"), Place.of(store).where)
