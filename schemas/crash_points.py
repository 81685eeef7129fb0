# SPDX-License-Identifier: EUPL-1.2
"""Places where a test may kill a process: just after each thing that lasts was done (docs/testing.md).

In normal life `reached` does nothing. ``ARHIVAR_CRASH_AT=file-staged:2`` kills the process with SIGKILL the second
time that it reaches that point. A worker that reads pages is a process of its own and counts for itself.
"""

import os
import signal
from difflib import get_close_matches
from enum import StrEnum

from schemas.errors import InvalidSetting

VARIABLE = "ARHIVAR_CRASH_AT"


class CrashPoint(StrEnum):
    """What was done just now, in the order of an ingest; "several" are reached more than once in it."""

    CLAIMED = "claimed"
    """The drop has been renamed into `.claimed/`; no lease says by whom."""
    REGISTERED = "registered"
    """The catalogue knows the ingest."""
    OBJECT_WRITTEN = "object-written"
    """Several: all bytes of an object are in a temporary file of the store, which has no other name yet."""
    FILE_STAGED = "file-staged"
    """Several: a file is in staging and not yet read back."""
    MANIFEST_STAGED = "manifest-staged"
    """All files and the manifest are in staging."""
    STATE_ADVANCED = "state-advanced"
    """Several: the ingest is in another state: staged, processing, indexed, reconciled."""
    CLAIM_RENAMED = "claim-renamed"
    """The claimed folder has the name that says that it is done with, and is still there."""
    CLAIM_REMOVED = "claim-removed"
    """The claimed folder is gone."""
    PAGES_PLANNED = "pages-planned"
    """The catalogue knows the ingest's pages."""
    PAGE_READ = "page-read"
    """Several, in a worker: a page is read, and nobody else has heard of it."""
    PAGE_IMAGE_KEPT = "page-image-kept"
    """Several: a page's image is in the work area, its text is not."""
    PAGE_KEPT = "page-kept"
    """Several: a page's result is in the work area, not in the catalogue."""
    PAGE_RECORDED = "page-recorded"
    """Several: the catalogue has a page's result."""
    PDF_WRITTEN = "pdf-written"
    """The access PDF is in the work area; veraPDF has not seen it."""
    UNIT_COMPOSED = "unit-composed"
    """Everything for the package is made, and findings on pages are recorded."""
    CONTENT_STORED = "content-stored"
    """Several: a file of the new version is in the package's folder."""
    VERSION_INVENTORY = "version-inventory"
    """The new version's inventory is written: the version is decided."""
    VERSION_SIDECAR = "version-sidecar"
    """The new version's sidecar is written: the version is complete, and not the head."""
    OBJECT_DECLARED = "object-declared"
    """The package's folder is declared to be an OCFL object (first version)."""
    ROOT_INVENTORY = "root-inventory"
    """The package's head is the new version; the root's sidecar is the old one."""
    ROOT_SIDECAR = "root-sidecar"
    """The package is whole; the catalogue knows nothing of it."""
    DEPOSIT_WRITTEN = "deposit-written"
    """Unit, state and outbox are changed in a transaction that is not committed."""
    DEPOSIT_COMMITTED = "deposit-committed"
    """The catalogue and its outbox know the new version."""
    INDEX_WRITTEN = "index-written"
    """The index's writer has all pages and has not committed."""
    INDEX_COMMITTED = "index-committed"
    """The index shows the new version, beside the old one."""
    UNIT_INDEXED = "unit-indexed"
    """The index shows the new version alone; the outbox still asks for it."""
    OUTBOX_DONE = "outbox-done"
    """The outbox has struck the version out."""
    PAGES_DROPPED = "pages-dropped"
    """The work area has forgotten the ingest's pages."""
    WORK_DROPPED = "work-dropped"
    """The work area has forgotten the ingest."""
    STAGED_FILE_DELETED = "staged-file-deleted"
    """Several: a file is gone from staging."""
    LEDGER_RECORDED = "ledger-recorded"
    """The catalogue has the ledger; the ingest is not reconciled."""
    DECISION_BEGUN = "decision-begun"
    """A decision about access closes what it closes; the journal in the store does not have it."""
    DECISION_WRITTEN = "decision-written"
    """The journal has the decision; it does not count in the catalogue."""
    DECISION_COUNTED = "decision-counted"
    """The decision counts; the index shows the pages to whom it did before."""


_wanted = os.environ.get(VARIABLE)
_times_reached = 0


def check_crash_point(text: str) -> tuple[CrashPoint, int]:
    """The point that `name` or `name:n` means, and at which time, from 1. Raises InvalidSetting."""
    name, colon, times = text.partition(":")
    names = [point.value for point in CrashPoint]
    if name not in names:
        nearest = get_close_matches(name, names, n=1, cutoff=0.0)[0]
        raise InvalidSetting(name="crash_at", source=VARIABLE, value=text, expected=f"a crash point: {nearest} …")
    if colon and not (times.isdecimal() and int(times)):
        raise InvalidSetting(name="crash_at", source=VARIABLE, value=text, expected=f"{name}:1, {name}:2 …")
    return CrashPoint(name), int(times or 1)


def reached(point: CrashPoint) -> None:
    """Say that the process is here; it does not come back from there if a test wants that."""
    if _wanted is not None:
        _count(point, _wanted)


def _count(point: CrashPoint, wanted: str) -> None:
    global _times_reached  # noqa: PLW0603 - a process dies once
    chosen, times = check_crash_point(wanted)
    if point is chosen:
        _times_reached += 1
        if _times_reached == times:
            os.kill(os.getpid(), signal.SIGKILL)
