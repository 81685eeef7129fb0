# SPDX-License-Identifier: EUPL-1.2
"""Put a new index folder in the old one's place, with no moment at which there is none."""

import ctypes
import errno
import os
from pathlib import Path

_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2), Linux 3.15
_HERE = -100  # AT_FDCWD
_UNABLE = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP})


def take_place(new: Path, old: Path) -> Path | None:
    """Give `new` the name of `old`, durably; where what was there lies now, or None where there was nothing.

    One system call exchanges the two names. Where the file system cannot do that, two renames do, and whoever opens
    the folder just between them finds none. Raises OSError.
    """
    aside: Path | None = new
    if not old.exists():
        new.rename(old)
        aside = None
    elif not _exchange(new, old):
        aside = new.with_name(f"{new.name}.old")
        old.rename(aside)
        new.rename(old)
    handle = os.open(old.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return aside


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change names; False where that cannot be done here."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:  # a C library without it
        return False
    if renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNABLE:
        return False
    raise OSError(number, os.strerror(number), str(one))
