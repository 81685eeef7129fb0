# SPDX-License-Identifier: EUPL-1.2
"""What the system says of a disk, told apart from what is wrong with a file.

The one place that reads error numbers: a full disk must be called by its name wherever it is met, and must never be
taken for a page that cannot be read.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.errors import DiskFull, DiskUnavailable, MachineError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_UNABLE = frozenset(
    {
        *(errno.EIO, errno.EROFS, errno.ENODEV, errno.ENXIO),  # a bad sector, a disk that went read-only or away
        *(errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.EHOSTDOWN),  # a server that went away
        *(errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE),  # not ours to use, or too much in use
    }
)
"""None of these says anything of a file's content; EINVAL and ENOENT may."""

_NO_ROOM_BYTES = 64 * 1024
"""A disk with less than this is full to those who cannot say so."""


def is_full(error: BaseException) -> bool:
    """True where the system refused to write since the disk or the quota is used up; causes are followed."""
    return any(one.errno in _FULL for one in _system_errors(error))


def disk_error(error: BaseException, written: Path, read: Path | None = None) -> MachineError | None:
    """The disk's failure behind an error or its causes; None where the disk has no part in it.

    `written` is the folder that was being written to, `read` the one that was read, where that is another.
    """
    if is_full(error):
        return DiskFull(where=str(written))
    for one in _system_errors(error):
        if one.errno in _UNABLE:
            return DiskUnavailable(where=str(one.filename or read or written), detail=one.strerror or str(one))
    return None


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn the system's errors on a folder of this machine into DiskFull and DiskUnavailable."""
    try:
        yield
    except OSError as error:
        detail = error.strerror or str(error)
        raise disk_error(error, folder) or DiskUnavailable(where=str(folder), detail=detail) from error


def free_bytes(folder: Path) -> int:
    """What this user may still write to the folder's disk. Raises DiskUnavailable."""
    with disk_errors(folder):
        status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize


def has_no_room(folder: Path, needed_bytes: int = _NO_ROOM_BYTES) -> bool:
    """True where the disk cannot take that much: why a program that only says "failed" may have failed.

    False where the disk does not tell.
    """
    try:
        return free_bytes(folder) < needed_bytes
    except DiskUnavailable:
        return False


def _system_errors(error: BaseException | None) -> Iterator[OSError]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError):
            yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
