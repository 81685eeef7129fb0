# SPDX-License-Identifier: EUPL-1.2
"""The open figures, summed at most once in `KEEP_SECONDS`: anybody may ask for them as often as the limits allow.

They name a fonds or a series by who may see its units. So what was summed before a decision about access is never told
after it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from arhivar.composition import Archive
from arhivar.progress.figures import open_figures
from schemas.figures import OpenFigures

KEEP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Kept:
    figures: OpenFigures
    at: float
    decisions: tuple[int, int]
    """How many there were before it was summed."""


class KeptFigures:
    """Of several who ask at once one sums, the others are given what was known. Safe among threads."""

    def __init__(self, archive: Archive, clock: Callable[[], float] = time.monotonic) -> None:
        self._archive = archive
        self._clock = clock
        self._lock = Lock()
        self._kept: _Kept | None = None

    def __call__(self) -> OpenFigures:
        """The figures; `made_at` says when. Raises CatalogueError."""
        decisions = self._archive.catalogue.decisions_made()
        kept = self._kept
        if kept is not None and kept.decisions == decisions and (self._is_new(kept) or self._lock.locked()):
            return kept.figures
        with self._lock:
            kept = self._kept
            if kept is None or kept.decisions != decisions or not self._is_new(kept):
                decisions = self._archive.catalogue.decisions_made()
                now = datetime.now(UTC).astimezone()
                figures = open_figures(self._archive.catalogue, self._archive.settings, now)
                self._kept = kept = _Kept(figures, self._clock(), decisions)
            return kept.figures

    def _is_new(self, kept: _Kept) -> bool:
        return self._clock() - kept.at < KEEP_SECONDS
