# SPDX-License-Identifier: EUPL-1.2
"""What packages say of themselves, kept for a while: a version never changes, so what was read once stays true."""

from collections import OrderedDict
from threading import Lock
from uuid import UUID

from arhivar.composition import Archive, object_id
from arhivar.package import read_package
from schemas.unit import PackageDescription

_MOST_PAGES = 20_000
"""Pages' descriptions take about a kilobyte each."""


class Descriptions:
    """Packages' descriptions, those used last. Safe among threads. Who may see them is not asked here."""

    def __init__(self, archive: Archive, most_pages: int = _MOST_PAGES) -> None:
        self._archive = archive
        self._most_pages = most_pages
        self._kept: OrderedDict[tuple[UUID, int], PackageDescription] = OrderedDict()
        self._pages = 0
        self._lock = Lock()

    def of(self, unit_id: UUID, version: int) -> PackageDescription:
        """What this version says of itself. Raises StoreError."""
        key = (unit_id, version)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = read_package(self._archive, object_id(unit_id), version)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = found
                self._pages += len(found.pages)
            while self._pages > self._most_pages and len(self._kept) > 1:
                self._pages -= len(self._kept.popitem(last=False)[1].pages)
        return found
