# SPDX-License-Identifier: EUPL-1.2
"""Room on the disks of this machine that an archive uses."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from arhivar.back_ends import INDEX_FOLDER, STORE_FOLDER
from arhivar.log import Logger
from arhivar.profile import is_s3
from arhivar.settings import Settings

_log = Logger(__name__)


@dataclass(frozen=True, slots=True)
class Room:
    """What a folder's disk has in all, and what this user may still write."""

    place: str
    size_bytes: int
    free_bytes: int


def places(settings: Settings, more: Mapping[str, Path]) -> dict[str, Path]:
    """The folders of an archive by what they are; `more` are those that only the administrator knows."""
    found = {"home": settings.home, "work": settings.home / "work"}
    if settings.store is None:
        found["store"] = settings.home / STORE_FOLDER
    if settings.index is None:
        found["index"] = settings.home / INDEX_FOLDER
    if settings.inbox is not None:
        found["inbox"] = settings.inbox.expanduser()
    if settings.replica is not None and not is_s3(settings.replica):
        found["replica"] = Path(settings.replica).expanduser()
    return found | dict(more)


def rooms(folders: Mapping[str, Path]) -> list[Room]:
    """Room of each; those that are not on this machine are left out, and so are those whose disk does not tell."""
    found = []
    for place, folder in folders.items():
        try:
            status = os.statvfs(folder)
        except OSError as error:
            _log.info("disk does not tell", place=place, error=error.strerror)
            continue
        found.append(Room(place, status.f_blocks * status.f_frsize, status.f_bavail * status.f_frsize))
    return found
