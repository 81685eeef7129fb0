# SPDX-License-Identifier: EUPL-1.2
"""Names of processes, for what they leave behind when they are killed: who made it, and is it surely gone?

A process's number means something only on its machine, since its start, in its container. So the name holds all
three, and about a process of anywhere else nothing is said.
"""

import os
from functools import cache
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PID_NAMESPACE = Path("/proc/self/ns/pid")


def owner_name() -> str:
    """This process: `place-number`, of hexadecimal and decimal digits."""
    return f"{_place()}-{os.getpid()}"


def is_gone(owner: str) -> bool:
    """Whether the process that `owner_name` named is known to have ended. False where that cannot be told from here.

    A lease's holder has its machine's name before it, and a colon.
    """
    place, _, number = owner.rpartition(":")[2].rpartition("-")
    if place != _place() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


@cache
def _place() -> str:
    """Machine, its start and the container, in which process numbers are unique; chance where they are not told."""
    try:
        where = f"{_BOOT_ID.read_text().strip()} {_PID_NAMESPACE.readlink()}"
    except OSError:
        return token_hex(6)
    return sha256(where.encode()).hexdigest()[:12]
