# SPDX-License-Identifier: EUPL-1.2
"""The port to where bytes live. Its contract suite, tests/contract/test_object_store.py, is its real definition."""

import unicodedata
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import sha512
from pathlib import Path
from typing import BinaryIO, Protocol

from schemas.errors import KeyInvalid

KEY_MAX_BYTES = 1024
"""Of a whole key in UTF-8: what the S3 protocol takes."""
PART_MAX_BYTES = 255
"""Of one part between slashes in UTF-8: what file systems take."""

_BLOCK_BYTES = 1 << 20
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object: its key, its size, and its SHA-512 (lower-case hex) where the store knows it without reading."""

    key: str
    size_bytes: int
    sha512: str | None = None


class ObjectStore(Protocol):
    """A flat space of immutable objects under keys such as ``ocfl/3c0/ff4/240/…/v1/content/masters/001.tif``.

    Every method raises `KeyInvalid` for a key that is not relative, '/'-separated and printable (see `check_key`),
    `StoreFull` where there is no room, and `StoreUnavailable` for any other trouble of the medium. After an error
    the store is as it was: no partial object can be seen, by anyone, at any time. One store is used by many
    processes at once.
    """

    def initialise(self) -> None:
        """Make the place that objects go to, where it is missing; no other method does. Again is no error."""
        ...

    def put(self, key: str, source: BinaryIO | bytes, *, sha512: str | None = None) -> StoredObject:
        """Store a new object, durably, all or nothing; the answer carries its SHA-512.

        The same content under that key: nothing is done. Other content: `ObjectExists`, and the old content stays,
        also where two writers race. With `sha512`, bytes that do not have that digest are refused (`ObjectDamaged`).
        """
        ...

    def replace(self, key: str, data: bytes, *, over: bytes | None = None) -> StoredObject:
        """Put small mutable data (an OCFL root inventory or its sidecar) in place of the old, atomically.

        With `over`, only where exactly those bytes are there, also where writers race; where the new ones are there
        already, nothing is done. Otherwise `ObjectChanged`. (Where nothing is expected to be: `put`.)
        """
        ...

    def open(self, key: str) -> BinaryIO:
        """A readable stream that the caller closes. Raises `ObjectMissing`."""
        ...

    def read(self, key: str) -> bytes:
        """All bytes of a small object. Raises `ObjectMissing`."""
        ...

    def stat(self, key: str) -> StoredObject:
        """What is known of an object without reading it. Raises `ObjectMissing`."""
        ...

    def exists(self, key: str) -> bool:
        """Whether there is an object of exactly that key (a mere prefix of others is none)."""
        ...

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Objects whose keys start with `prefix` (plain text: end it with '/' for a folder), sorted by key.

        Leftovers of writers that were killed are never listed. The empty prefix lists everything.
        """
        ...

    def copy(self, source_key: str, target_key: str) -> StoredObject:
        """Store the source's content under a second key as `put` would. Raises `ObjectMissing`, `ObjectExists`."""
        ...

    def delete(self, key: str) -> None:
        """Remove an object; one that is not there is no error."""
        ...

    def local_path(self, key: str) -> AbstractContextManager[Path]:
        """A path from which the object can be read while the context lasts; never write to it. `ObjectMissing`."""
        ...


def digest_stream(stream: BinaryIO, on_bytes: Callable[[int], object] | None = None) -> str:
    """SHA-512 (lower-case hex) of what is left of a stream; `on_bytes` hears of each block's size in bytes."""
    digest = sha512()
    while block := stream.read(_BLOCK_BYTES):
        digest.update(block)
        if on_bytes is not None:
            on_bytes(len(block))
    return digest.hexdigest()


def digest_object(store: ObjectStore, key: str, on_bytes: Callable[[int], object] | None = None) -> str:
    """SHA-512 of an object's bytes as the store gives them back. Raises ObjectMissing, StoreUnavailable, OSError."""
    with store.open(key) as stream:
        return digest_stream(stream, on_bytes)


def check_key(key: str) -> str:
    """The key itself, where it may be used. Raises `KeyInvalid`, saying what is wrong with it."""
    if not key:
        raise KeyInvalid(key=key, detail="it is empty")
    for character in key:
        if character == "\\" or unicodedata.category(character) in _UNPRINTABLE:
            raise KeyInvalid(key=ascii(key), detail=f"it holds the character {character!a}")
    if len(key.encode()) > KEY_MAX_BYTES:
        raise KeyInvalid(key=key[:80] + "…", detail=f"it is longer than {KEY_MAX_BYTES} bytes")
    for part in key.split("/"):
        if part in {"", ".", ".."}:
            raise KeyInvalid(key=key, detail=f"it has the part '{part}'; keys are relative, with single slashes")
        if len(part.encode()) > PART_MAX_BYTES:
            raise KeyInvalid(key=key[:80] + "…", detail=f"a part of it is longer than {PART_MAX_BYTES} bytes")
    return key
