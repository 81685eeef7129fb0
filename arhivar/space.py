# SPDX-License-Identifier: EUPL-1.2
"""Room on the disks that an ingest writes to: better not begun than stopped halfway."""

from arhivar.back_ends import written_folders
from arhivar.composition import Archive
from schemas.disk import free_bytes
from schemas.errors import SpaceLow

_MIB = 1024 * 1024


def require_space(archive: Archive) -> None:
    """See that each disk of this machine that the archive writes to has the room that `least_free_bytes` asks for.

    Raises SpaceLow, and DiskUnavailable where a folder of the archive is gone.
    """
    least = archive.settings.least_free_bytes
    if not least:
        return
    for folder in written_folders(archive.settings):
        free = free_bytes(folder)
        if free < least:
            raise SpaceLow(where=str(folder), free_mib=free // _MIB, least_mib=-(-least // _MIB))
