# SPDX-License-Identifier: EUPL-1.2
"""Hand a unit over as a BagIt 1.0 bag (RFC 8493) with SHA-512 manifests.

The `bagit` library works in the process's current folder, so bags are made one at a time in a process. It writes
percent signs in names as they are, where the RFC has them encoded; what both read alike is let through.
"""

import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha512
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import BinaryIO

import bagit

from repository.object_store import check_key
from schemas.disk import is_full
from schemas.errors import KeyInvalid, ObjectDamaged, StoreFull, StoreUnavailable, TargetNotEmpty

_CHUNK_BYTES = 1 << 20
_ENCODED = re.compile(r"%(0[ad]|25)", re.IGNORECASE)
_one_at_a_time = Lock()


@dataclass(frozen=True, slots=True)
class BagFile:
    """One payload file: its path within ``data/``, how to open its content, and what its SHA-512 must be if known."""

    path: str
    open: Callable[[], BinaryIO]
    sha512: str | None = None


def write_bag(target: Path, files: Iterable[BagFile], info: Mapping[str, str]) -> None:
    """Write a bag to `target`, whole or not at all; `info` goes into ``bag-info.txt`` (see RFC 8493, 2.2.2).

    Raises `TargetNotEmpty`, `KeyInvalid` for a path that no bag can carry or that comes twice, `ObjectDamaged` for
    content that has not the digest it must have, `StoreFull` or `StoreUnavailable` for trouble with the target's disk.
    """
    target = target.absolute()
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise TargetNotEmpty(target=str(target))
    with _failures(target):
        if target.exists() and any(target.iterdir()):
            raise TargetNotEmpty(target=str(target))
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.parent / f".{target.name}.{token_hex(4)}.part"
        temporary.mkdir()
    try:
        digests = {file.path: _copy(file, temporary, target) for file in files}
        with _failures(target):
            _make_bag(temporary, digests, info)
            temporary.rename(target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _copy(file: BagFile, folder: Path, target: Path) -> str:
    """Put the file into the folder; its SHA-512."""
    _check_path(file.path)
    path = folder / file.path
    digest = sha512()
    with file.open() as stream:
        with _failures(target):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                copy = path.open("xb")
            except FileExistsError as error:
                raise KeyInvalid(key=file.path, detail="the bag holds it twice") from error
        with copy:
            while chunk := stream.read(_CHUNK_BYTES):
                digest.update(chunk)
                with _failures(target):
                    copy.write(chunk)
            with _failures(target):
                copy.flush()
    if file.sha512 is not None and digest.hexdigest() != file.sha512:
        raise ObjectDamaged(key=file.path, detail=f"expected SHA-512 {file.sha512[:16]}…")
    return digest.hexdigest()


def _make_bag(folder: Path, digests: Mapping[str, str], info: Mapping[str, str]) -> None:
    with _one_at_a_time:
        bag = bagit.make_bag(str(folder), bag_info=dict(info), checksums=["sha512"])
        # The library writes the declaration of 0.97; with ours, the tag manifests have to follow.
        (folder / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", encoding="utf-8")
        bag = bagit.Bag(str(folder))
        bag.save()
    listed = {path: entry["sha512"] for path, entry in bag.payload_entries().items()}
    for path, digest in digests.items():
        if listed.get(f"data/{path}") != digest:
            raise ObjectDamaged(key=path, detail="it changed while the bag was written")


def _check_path(path: str) -> None:
    check_key(path)
    if path != path.strip():
        raise KeyInvalid(key=path, detail="a bag's manifest cannot carry a blank at the end of a name")
    if _ENCODED.search(path):
        raise KeyInvalid(key=path, detail="readers of a bag would take it for an encoded name")


@contextmanager
def _failures(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise StoreFull(where=str(target)) from error
        raise StoreUnavailable(where=str(target), detail=error.strerror or str(error)) from error
    except bagit.BagError as error:
        raise StoreUnavailable(where=str(target), detail=str(error)) from error
