# SPDX-License-Identifier: EUPL-1.2
"""Temporary files and folders that a later process may clear away once their maker is dead, however it died.

The maker holds a lock of the kernel on them, which ends with it: also across containers that share the folder, and
over a restart of the machine, where process numbers say nothing.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_FILE = "arhivar-file-"
_FOLDER = "arhivar-pool-"
_SETTLED_SECONDS = 60.0
"""Between its making and its lock, a file is young."""


@contextmanager
def scratch_file(suffix: str = "") -> Iterator[IO[bytes]]:
    """A named file in the folder for temporary files, removed at the end of the block. Raises OSError."""
    with tempfile.NamedTemporaryFile(prefix=_FILE, suffix=suffix) as file:
        _lock(file.fileno())
        yield file


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder in the folder for temporary files, removed with all in it at the end of the block. Raises OSError."""
    with tempfile.TemporaryDirectory(prefix=_FOLDER, ignore_cleanup_errors=True) as name:
        descriptor = os.open(name, os.O_RDONLY | os.O_DIRECTORY)
        try:
            _lock(descriptor)
            yield Path(name)
        finally:
            os.close(descriptor)


def sweep_scratch() -> None:
    """Remove the files and folders of processes that are gone. What cannot be removed stays for the next time."""
    there = Path(tempfile.gettempdir())
    for path in (*there.glob(f"{_FILE}*"), *there.glob(f"{_FOLDER}*")):
        with suppress(OSError):  # another one clears it away, or it is another user's
            if time.time() - path.stat(follow_symlinks=False).st_mtime > _SETTLED_SECONDS:
                _remove_abandoned(path)


def _remove_abandoned(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    with suppress(OSError):  # a disk that knows no locks: a sweep cannot take one either, and leaves it
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
