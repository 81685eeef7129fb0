# SPDX-License-Identifier: EUPL-1.2
"""Where the words of pages lie, from the store: what a search needs of up to some dozens of pages each time.

A version of a unit never changes. So where its files lie is kept for the last units, which is what costs most (an
inventory of 300 pages takes 3 ms), and the words of the last pages, since who goes on in a search sees them again.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Generic, TypeVar
from uuid import UUID

from arhivar.composition import object_id
from arhivar.package import alto_path
from processors.alto_words import read_words
from repository.ocfl import OcflRepository
from schemas.errors import ObjectMissing
from schemas.placed_words import PlacedWords

_KEPT_VERSIONS = 256
"""Of a binder of 300 pages one takes some 60 kB."""
_KEPT_PAGES = 512
"""Of 350 words each, one takes some 20 kB."""

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class StoredWords:
    """Reads pages' words from their ALTO files. For use by many threads."""

    def __init__(self, packages: OcflRepository) -> None:
        self._packages = packages
        self._files: _Kept[tuple[UUID, int], Mapping[str, str]] = _Kept(_KEPT_VERSIONS)
        self._pages: _Kept[tuple[UUID, int, int], PlacedWords] = _Kept(_KEPT_PAGES)

    def __call__(self, unit_id: UUID, version: int, page: int) -> PlacedWords | None:
        """The words of a version's page; None where the store has none, being ahead of or behind an index.

        Raises PackageInvalid for an unknown version or a damaged file, StoreError.
        """
        try:
            return self._pages.get((unit_id, version, page), lambda: self._read(unit_id, version, page))
        except ObjectMissing:
            self._files.forget((unit_id, version))
            return None

    def _read(self, unit_id: UUID, version: int, page: int) -> PlacedWords:
        files = self._files.get((unit_id, version), lambda: self._find(unit_id, version))
        path = alto_path(page)
        if path not in files:
            raise ObjectMissing(key=f"{object_id(unit_id)}: {path}")
        return read_words(self._packages.store.read(files[path]))

    def _find(self, unit_id: UUID, version: int) -> Mapping[str, str]:
        files = self._packages.files(object_id(unit_id), version)
        folder = alto_path(1).rpartition("/")[0] + "/"
        return {path: file.content_key for path, file in files.items() if path.startswith(folder)}


class _Kept(Generic[_Key, _Value]):
    """The last values asked for."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[_Key, _Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: _Key, find: Callable[[], _Value]) -> _Value:
        """The value that is kept, or else the one found. Raises what `find` raises."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = find()
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value

    def forget(self, key: _Key) -> None:
        """Find it anew the next time."""
        with self._lock:
            self._values.pop(key, None)
