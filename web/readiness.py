# SPDX-License-Identifier: EUPL-1.2
"""Whether the application can answer: store, catalogue and index do. Asked of them at most every `KEEP_SECONDS`."""

import time
from collections.abc import Callable, Mapping
from threading import Lock

from arhivar.composition import Archive
from arhivar.metrics.probes import server_probes
from schemas.errors import CatalogueError

KEEP_SECONDS = 2.0


class Readiness:
    """Asks the parts; of several who ask at once one does, the others hear what was known. Safe among threads."""

    def __init__(self, archive: Archive, clock: Callable[[], float] = time.monotonic) -> None:
        self._catalogue = archive.catalogue
        self._probes = server_probes(archive.settings)
        self._clock = clock
        self._lock = Lock()
        self._known: Mapping[str, bool] = {"catalogue": False, "index": False, "store": False}
        self._asked: float | None = None

    def __call__(self) -> Mapping[str, bool]:
        """Whether each part answers, by its name."""
        if self._lock.acquire(blocking=self._asked is None):
            try:
                if self._asked is None or self._clock() - self._asked >= KEEP_SECONDS:
                    told = {part: bool(answer) for part, answer in self._probes.ask().items()}
                    self._known = {"catalogue": self._has_catalogue(), **told}
                    self._asked = self._clock()
            finally:
                self._lock.release()
        return self._known

    def _has_catalogue(self) -> bool:
        try:
            self._catalogue.audit_end()
        except CatalogueError:
            return False
        return True
