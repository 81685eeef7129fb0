# SPDX-License-Identifier: EUPL-1.2
"""An object store on a directory tree of one file system: each object is a plain file that other tools can read.

A write goes to a temporary file under ``.tmp`` of the same file system, is hashed on its way, forced to disk, and gets
its name by a hard link, which fails where the name is taken: no reader ever sees half an object, and of two writers one
wins. Files are made read-only, since objects never change. What a killed writer leaves is in ``.tmp`` alone (and,
at worst, empty folders); `FilesystemStore.sweep_temporary` clears both away, `sweep_unfinished` the files alone.
"""

import errno
import fcntl
import io
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from hashlib import sha512 as new_sha512
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from repository.object_store import StoredObject, check_key, digest_stream
from schemas.crash_points import CrashPoint, reached
from schemas.disk import is_full
from schemas.errors import (
    KeyInvalid,
    ObjectChanged,
    ObjectDamaged,
    ObjectExists,
    ObjectMissing,
    StoreFull,
    StoreUnavailable,
)
from schemas.owners import is_gone, owner_name

TEMPORARY = ".tmp"
"""Folder of unfinished writes in the store's root; no key may start with it."""

_CHUNK_BYTES = 1 << 20
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR})
_NO_HARD_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
_LOCK = "lock"
_FOLDER_RACES = 100
"""How often a folder may be pruned by others between its making and the file's arrival in it."""

_Naming = Callable[[Path, Path], bool]


class _NoHardLinks(Exception):
    """The file system cannot give a file a second name."""


class FilesystemStore:
    """`ObjectStore` under `root`, which `initialise` makes.

    The root must exist: a store whose disk is not mounted answers `StoreUnavailable` and does not start an empty one.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    def initialise(self) -> None:
        """Make the root folder where it is missing."""
        with self._failures(str(self.root)):
            (self.root / TEMPORARY).mkdir(parents=True, exist_ok=True)

    def put(self, key: str, source: BinaryIO | bytes, *, sha512: str | None = None) -> StoredObject:
        path = self._path(key)
        temporary, size_bytes, digest = self._write(key, source)
        try:
            if sha512 is not None and digest != sha512.lower():
                raise ObjectDamaged(key=key, detail=f"expected SHA-512 {sha512[:16]}…, got {digest[:16]}…")
            with self._failures(key, writing=True):
                taken = not self._name_exclusively(temporary, path, otherwise=self._name_under_lock)
            if taken and self._digest(key) != digest:
                raise ObjectExists(key=key)
        finally:
            temporary.unlink(missing_ok=True)
        return StoredObject(key, size_bytes, digest)

    def replace(self, key: str, data: bytes, *, over: bytes | None = None) -> StoredObject:
        path = self._path(key)
        temporary, size_bytes, digest = self._write(key, data)
        try:
            with self._failures(key, writing=True), self._in_turn():
                there = over if over is None else _bytes_of(path)
                if there not in {over, data}:
                    raise ObjectChanged(key=key)
                if there == over:
                    self._in_folder(path.parent, lambda: temporary.replace(path))
                    _sync_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)
        return StoredObject(key, size_bytes, digest)

    def open(self, key: str) -> BinaryIO:
        path = self._path(key)
        with self._failures(key):
            return path.open("rb")

    def read(self, key: str) -> bytes:
        with self.open(key) as stream, self._failures(key):
            return stream.read()

    def stat(self, key: str) -> StoredObject:
        path = self._path(key)
        with self._failures(key):
            status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise ObjectMissing(key=key)
        return StoredObject(key, status.st_size)

    def exists(self, key: str) -> bool:
        try:
            self.stat(key)
        except ObjectMissing:
            return False
        return True

    def list(self, prefix: str) -> Iterator[StoredObject]:
        folder, _, start = prefix.rpartition("/")
        base = self._path(folder) if folder else self._root()
        with self._failures(prefix):
            yield from self._walk(base, f"{folder}/" if folder else "", start)

    def copy(self, source_key: str, target_key: str) -> StoredObject:
        """A second name for the same file: objects never change, so no byte needs moving (nor a digest, here)."""
        source, target = self._path(source_key), self._path(target_key)
        size_bytes = self.stat(source_key).size_bytes
        try:
            with self._failures(target_key, writing=True):
                named = self._name_exclusively(source, target, otherwise=None)
        except _NoHardLinks:
            with self.open(source_key) as stream:
                return self.put(target_key, stream)
        if not named and self._digest(source_key) != self._digest(target_key):
            raise ObjectExists(key=target_key)
        return StoredObject(target_key, size_bytes)

    def delete(self, key: str) -> None:
        path = self._path(key)
        with self._failures(key), suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            path.unlink()
            self._prune(path.parent)
            _sync_nearest(path.parent)

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """The object's own file."""
        self.stat(key)
        yield self._path(key)

    def sweep_temporary(self, older_than: timedelta) -> int:
        """Remove unfinished writes, and empty folders that nobody touched for that long; how many unfinished writes.

        Give it longer than any write can take (a day is ample). It walks through the whole store.
        """
        removed = self.sweep_unfinished(older_than)
        limit = time.time() - older_than.total_seconds()
        with self._failures(TEMPORARY):
            folders = [Path(folder) for folder, _, _ in os.walk(self._root())]
            touched = [(folder, folder.stat().st_mtime) for folder in folders if folder.exists()]
            for folder, touched_at in reversed(touched):  # what lies within comes first
                if touched_at <= limit and folder not in {self.root, self.root / TEMPORARY}:
                    _remove_if_empty(folder)
        return removed

    def sweep_unfinished(self, older_than: timedelta) -> int:
        """Remove unfinished writes of processes that are gone, or that nobody touched for that long; how many.

        The age is for writers of another machine, where a slow one is not told from a dead one.
        """
        limit = time.time() - older_than.total_seconds()
        removed = 0
        with self._failures(TEMPORARY):
            for entry in os.scandir(self._temporary()):
                with suppress(FileNotFoundError):
                    dead = is_gone(entry.name.rpartition("-")[0]) or entry.stat(follow_symlinks=False).st_mtime <= limit
                    if dead and entry.name != _LOCK and entry.is_file(follow_symlinks=False):
                        Path(entry.path).unlink()
                        removed += 1
        return removed

    # --- places

    def _root(self) -> Path:
        if not self.root.is_dir():
            raise StoreUnavailable(where=str(self.root), detail="the folder is missing or its disk is not mounted")
        return self.root

    def _temporary(self) -> Path:
        folder = self._root() / TEMPORARY
        folder.mkdir(exist_ok=True)
        return folder

    def _path(self, key: str) -> Path:
        """The key's file. No part of the way may be a symbolic link, which could lead out of the root."""
        parts = check_key(key).split("/")
        if parts[0] == TEMPORARY:
            raise KeyInvalid(key=key, detail=f"'{TEMPORARY}' is kept for unfinished writes")
        path = self._root()
        with self._failures(key):
            for part in parts:
                path /= part
                if path.is_symlink():
                    raise KeyInvalid(key=key, detail=f"'{path.relative_to(self.root)}' in the store is a link")
        return path

    # --- writing

    def _write(self, key: str, source: BinaryIO | bytes) -> tuple[Path, int, str]:
        """A temporary file on disk with all bytes of the source, their number and digest; on error, no file."""
        stream = io.BytesIO(source) if isinstance(source, bytes) else source
        with self._failures(key):
            temporary = self._temporary() / f"{owner_name()}-{token_hex(8)}"
            # Read-only for everybody; the descriptor that makes the file may write all the same.
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o444)
        digest = new_sha512()
        size_bytes = 0
        try:
            with os.fdopen(descriptor, "wb", buffering=0) as target:
                while chunk := stream.read(_CHUNK_BYTES):
                    digest.update(chunk)
                    size_bytes += len(chunk)
                    with self._failures(key):
                        _write_all(target, chunk)
                with self._failures(key):
                    os.fsync(target.fileno())
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        reached(CrashPoint.OBJECT_WRITTEN)
        return temporary, size_bytes, digest.hexdigest()

    def _name_exclusively(self, source: Path, path: Path, otherwise: _Naming | None) -> bool:
        """Give the file a name, unless the name is taken; whether it got it. `otherwise` serves without hard links."""
        try:
            self._in_folder(path.parent, lambda: os.link(source, path, follow_symlinks=False))
        except FileExistsError:
            if path.is_dir():
                raise
            return False
        except OSError as error:
            if error.errno not in _NO_HARD_LINKS:
                raise
            if otherwise is None:
                raise _NoHardLinks from error
            if not otherwise(source, path):
                return False
        _sync_folder(path.parent)
        return True

    def _name_under_lock(self, temporary: Path, path: Path) -> bool:
        """The same where the file system has no hard links: writers of this store take turns."""
        with self._in_turn():
            if path.exists():
                return False
            self._in_folder(path.parent, lambda: temporary.rename(path))
        return True

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """One process of this store at a time; a lock of one that is killed is gone with it."""
        with (self._temporary() / _LOCK).open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _in_folder(self, folder: Path, action: Callable[[], object]) -> None:
        """Do it in a folder that is made if need be, again where `delete` elsewhere prunes the folder meanwhile."""
        for _ in range(_FOLDER_RACES):
            with suppress(FileNotFoundError):
                self._make_folder(folder)
                action()
                return
        raise OSError(errno.EAGAIN, "the folder vanishes again and again", str(folder))

    def _make_folder(self, folder: Path) -> None:
        """Make it and what it lies in, durably. FileNotFoundError: it was pruned meanwhile, so try again."""
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        try:
            folder.mkdir()
        except FileExistsError:
            if folder.is_file():
                raise NotADirectoryError(errno.ENOTDIR, "another object has this name", str(folder)) from None
        _sync_folder(folder.parent)

    def _prune(self, folder: Path) -> None:
        """Remove folders that became empty, as they do not exist in other stores (and OCFL forbids them)."""
        while folder != self.root and _remove_if_empty(folder):
            folder = folder.parent

    # --- reading

    def _walk(self, folder: Path, prefix: str, start: str) -> Iterator[StoredObject]:
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            if error.errno in _ABSENT:
                return
            raise
        names = {entry.name + ("/" if entry.is_dir(follow_symlinks=False) else ""): entry for entry in entries}
        for name in sorted(names):
            entry = names[name]
            if not entry.name.startswith(start) or (not prefix and entry.name == TEMPORARY):
                continue
            if name.endswith("/"):
                yield from self._walk(Path(entry.path), prefix + name, "")
            elif entry.is_file(follow_symlinks=False):
                with suppress(FileNotFoundError):
                    yield StoredObject(prefix + name, entry.stat(follow_symlinks=False).st_size)

    def _digest(self, key: str) -> str:
        with self.open(key) as stream, self._failures(key):
            return digest_stream(stream)

    @contextmanager
    def _failures(self, key: str, *, writing: bool = False) -> Iterator[None]:
        """Turn the system's errors into ours."""
        try:
            yield
        except FileNotFoundError as error:
            self._root()  # a store that is gone is another matter than an object that is gone
            raise ObjectMissing(key=key) from error
        except (IsADirectoryError, NotADirectoryError, FileExistsError) as error:
            if writing:
                raise KeyInvalid(key=key, detail="an object's name would be a folder of others") from error
            raise ObjectMissing(key=key) from error
        except OSError as error:
            if is_full(error):
                raise StoreFull(where=str(self.root)) from error
            raise StoreUnavailable(where=str(self.root), detail=f"{error.strerror or error} ({key})") from error


def _bytes_of(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _write_all(target: io.RawIOBase, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[target.write(view) :]


def _remove_if_empty(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError as error:
        if error.errno in {errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT, errno.EBUSY, errno.EACCES}:
            return False
        raise
    return True


def _sync_folder(folder: Path) -> None:
    """Force a folder's entries to disk: without it, a new name may be lost with the power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_nearest(folder: Path) -> None:
    while not folder.is_dir():
        folder = folder.parent
    with suppress(FileNotFoundError):
        _sync_folder(folder)
