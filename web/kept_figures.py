# SPDX-License-Identifier: EUPL-1.2
"""The open figures, summed at most once in `KEEP_SECONDS`: anybody may ask for them as often as the limits allow."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock

from arhivar.composition import Archive
from arhivar.progress.figures import open_figures
from schemas.figures import OpenFigures

KEEP_SECONDS = 60.0


class KeptFigures:
    """Of several who ask at once one sums, the others are given what was known. Safe among threads."""

    def __init__(self, archive: Archive, clock: Callable[[], float] = time.monotonic) -> None:
        self._archive = archive
        self._clock = clock
        self._lock = Lock()
        self._known: tuple[float, OpenFigures] | None = None

    def __call__(self) -> OpenFigures:
        """The figures; `made_at` says when. Raises CatalogueError."""
        known = self._known
        if known is not None and (self._clock() - known[0] < KEEP_SECONDS or self._lock.locked()):
            return known[1]
        with self._lock:
            known = self._known
            if known is None or self._clock() - known[0] >= KEEP_SECONDS:
                now = datetime.now(UTC).astimezone()
                known = self._clock(), open_figures(self._archive.catalogue, self._archive.settings, now)
                self._known = known
            return known[1]
