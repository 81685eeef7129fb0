# SPDX-License-Identifier: EUPL-1.2
"""Files made for readers, on this machine's disk: bounded, the least recently used out first, shared by processes.

Nothing here is truth; all of it may be deleted at any time, also by hand. A file is under the unit, the version, the
page and what was asked, and under nothing else: **who may see it is not in its name**. The caller checks access before
it asks the cache, at every request, so that a withdrawn page is withdrawn here too.

Files appear whole or not at all (written beside, then renamed). When a file was last used is its modification time, so
that all processes know it without talking to each other. Each process looks at the whole folder when it has written a
thirty-second of the bound, and then brings it down to three quarters: with up to four processes the bound holds at
every moment.
"""

import fcntl
import hashlib
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from schemas.disk import disk_errors
from schemas.owners import is_gone, owner_name

_SHARE = 32
"""A process looks at the whole when it has written this part of the bound."""
_FULL, _LESS = 7 / 8, 3 / 4
_LOCKS = 256
_LOCK_FOLDER = "locks"
_DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class CacheKey:
    """What a file is of, and what was asked of that: everything that its bytes depend on."""

    unit_id: UUID
    version: int
    page: int
    asked: str

    @property
    def name(self) -> str:
        """Of the file, within the unit's folder."""
        digest = hashlib.sha256(self.asked.encode()).hexdigest()
        return f"{self.version:05d}-{self.page:05d}-{digest[:40]}"


class _Found(NamedTuple):
    used: float
    size_bytes: int
    path: Path


class FileCache:
    """Files below `root` of at most `max_bytes` in all. For use by many threads and processes at once.

    Methods that write raise DiskFull and DiskUnavailable.
    """

    def __init__(self, root: Path, max_bytes: int) -> None:
        self._root = root
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._written_bytes = max_bytes  # the first write looks: an earlier process may have left too much

    def path(self, key: CacheKey) -> Path:
        """Where the file is, if it is there."""
        return self._root / key.unit_id.hex / key.name

    def read(self, key: CacheKey) -> bytes | None:
        """The kept bytes, or None. A damaged file counts as absent."""
        path = self.path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        data = content[_DIGEST_BYTES:]
        if hashlib.sha256(data).digest() != content[:_DIGEST_BYTES]:
            return None
        self.used(key)
        return data

    def keep(self, key: CacheKey, data: bytes) -> None:
        """Keep bytes, in place of what was kept."""
        with self.part(key) as part:
            part.write_bytes(hashlib.sha256(data).digest() + data)
            self.publish(key, part)

    @contextmanager
    def part(self, key: CacheKey) -> Iterator[Path]:
        """A file of one's own, to be written and published; what is left of it at the end is removed."""
        folder = self._root / key.unit_id.hex
        part = folder / f".{key.name}.{threading.get_ident():x}.{owner_name()}"
        with disk_errors(self._root):
            folder.mkdir(parents=True, exist_ok=True)
        try:
            with disk_errors(self._root):
                yield part
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def publish(self, key: CacheKey, part: Path) -> None:
        """From now on the file is what the key names. It may be gone again at once: open `part` before."""
        size_bytes = part.stat().st_size
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part.replace(path)
        with self._lock:
            self._written_bytes += size_bytes
            due = self._written_bytes * _SHARE >= self._max_bytes
            if due:
                self._written_bytes = 0
        if due:
            self.trim()

    def used(self, key: CacheKey) -> None:
        """The file was just used."""
        with suppress(OSError):  # it went out in between, or the disk is read-only
            os.utime(self.path(key))

    def drop(self, key: CacheKey) -> None:
        """Remove one file: it is damaged."""
        with suppress(OSError):
            self.path(key).unlink(missing_ok=True)

    def drop_unit(self, unit_id: UUID) -> None:
        """Remove all that is kept of the unit."""
        shutil.rmtree(self._root / unit_id.hex, ignore_errors=True)

    @contextmanager
    def making(self, key: CacheKey) -> Iterator[None]:
        """Among all threads and processes one at a time makes the key's file. A killed one holds nobody up.

        Now and then another key waits too.
        """
        number = int(hashlib.sha256(f"{key.unit_id} {key.name}".encode()).hexdigest(), 16) % _LOCKS
        with disk_errors(self._root):
            (self._root / _LOCK_FOLDER).mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._root / _LOCK_FOLDER / f"{number:02x}", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            with suppress(OSError):  # a disk that knows no locks: it is made twice, and one of the two is kept
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def trim(self) -> None:
        """Bring the whole below the bound, and clear away what killed processes left.

        One process at a time does, and others that are due wait: they must not go on writing.
        """
        self._root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._root / "trimming", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            with suppress(OSError):  # a disk that knows no locks: two trim at once, and a little too much goes
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            found = sorted(self._files())
            total = sum(file.size_bytes for file in found)
            if total <= self._max_bytes * _FULL:
                return
            for file in found:
                if total <= self._max_bytes * _LESS:
                    return
                with suppress(OSError):
                    file.path.unlink()
                    total -= file.size_bytes
                with suppress(OSError):  # not empty
                    file.path.parent.rmdir()
        finally:
            os.close(descriptor)

    def size_bytes(self) -> int:
        """Of all kept files."""
        return sum(file.size_bytes for file in self._files())

    def _files(self) -> Iterator[_Found]:
        """Every kept file; what a killed writer left goes."""
        for folder in _entries(self._root):
            if folder.name == _LOCK_FOLDER or not folder.is_dir():
                continue
            for file in _entries(Path(folder.path)):
                with suppress(OSError):  # gone in between
                    status = file.stat()
                    if file.name.startswith(".") and is_gone(file.name.rpartition(".")[2]):
                        Path(file.path).unlink()
                    else:
                        yield _Found(status.st_mtime, status.st_size, Path(file.path))


def _entries(folder: Path) -> "list[os.DirEntry[str]]":
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
