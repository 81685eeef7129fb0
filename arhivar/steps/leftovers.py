# SPDX-License-Identifier: EUPL-1.2
"""Remove what killed runs left and nobody will ask for: unfinished writes, and what is kept of no ingest in hand.

What an ingest needs to go on where it stopped stays, however old it is.
"""

import shutil
import time
from contextlib import suppress
from datetime import timedelta

from arhivar.composition import Archive, sweep_store
from arhivar.steps.captures import capture_keys, captures
from arhivar.steps.workarea import WorkArea, writer_of
from schemas.ingest import UNFINISHED
from schemas.owners import is_gone
from schemas.scratch import sweep_scratch

_FORGOTTEN = timedelta(days=1)
"""Page results of no known ingest are kept so long: an intake that is about to register may share them."""


def sweep_leftovers(archive: Archive) -> None:
    """Sweep the store's unfinished writes and what lies on this machine. Raises StoreError, CatalogueError."""
    sweep_store(archive)
    sweep_work(archive)


def sweep_work(archive: Archive) -> None:
    """Sweep this machine's work area and its temporary files. Raises StoreError, CatalogueError."""
    sweep_scratch()
    files, folders = WorkArea(archive.work).held()
    if not files and not folders:
        return
    # Asked after the work area was listed: what an ingest registers and makes meanwhile is not in the lists.
    unfinished = archive.catalogue.ingests(states=UNFINISHED)
    ingests = {row.ingest_id for row in unfinished}
    keys = (
        {key for row in unfinished for key in capture_keys(archive, captures(archive, row.manifest)).values()}
        if files
        else set()
    )
    for folder in folders:
        if folder.name not in ingests:
            shutil.rmtree(folder, ignore_errors=True)
    limit = time.time() - _FORGOTTEN.total_seconds()
    for file in files:
        with suppress(FileNotFoundError):
            old = file.stat().st_mtime <= limit
            writer = writer_of(file)
            if (old and file.stem not in keys) if writer is None else (old or is_gone(writer)):
                file.unlink()
