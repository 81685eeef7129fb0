# SPDX-License-Identifier: EUPL-1.2
"""Where the content of a version's files comes from."""

from dataclasses import dataclass
from hashlib import sha512
from pathlib import Path
from typing import BinaryIO

from repository.object_store import ObjectStore, digest_stream
from schemas.errors import ObjectDamaged, ObjectMissing, StoreUnavailable


@dataclass(frozen=True, slots=True)
class StoreKey:
    """Content that lies in the same store already, under another key (in staging, say)."""

    key: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Content that a version of the object holds already, by its digest; it is not read again."""

    sha512: str


Source = bytes | Path | StoreKey | Kept
"""Where a file's content comes from."""


def source_digest(store: ObjectStore, source: Source) -> str:
    """SHA-512 (lower-case hex) of the content. Raises `ObjectMissing`, `StoreUnavailable`."""
    match source:
        case bytes():
            return sha512(source).hexdigest()
        case StoreKey(key=key):
            with store.open(key) as stream:
                return digest_stream(stream)
        case Path():
            with _open_file(source) as stream:
                return digest_stream(stream)
        case Kept(sha512=digest):
            return digest


def put_source(store: ObjectStore, key: str, source: Source, digest: str) -> None:
    """Store the content under a new key. Raises as `put` does, `ObjectMissing` for `Kept`, which is nowhere."""
    match source:
        case bytes():
            store.put(key, source, sha512=digest)
        case StoreKey(key=staged):
            copied = store.copy(staged, key)
            if copied.sha512 not in {None, digest}:
                raise ObjectDamaged(key=staged, detail="it changed while it was stored")
        case Path():
            with _open_file(source) as stream:
                store.put(key, stream, sha512=digest)
        case Kept():
            raise ObjectMissing(key=key)


def _open_file(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise StoreUnavailable(where=str(path), detail=error.strerror or str(error)) from error
