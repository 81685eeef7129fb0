# SPDX-License-Identifier: EUPL-1.2
"""Search over an open archive: the index finds pages, the store gives the words' places, the catalogue other names."""

import time
from threading import Lock

from arhivar.composition import Archive
from arhivar.stored_words import StoredWords
from repository.catalogue import Catalogue
from search.places import Places
from search.service import SearchService

PLACES_SECONDS = 30.0
"""How long after an import of places a program that is already running may search by the former ones."""


class PlaceTable:
    """The catalogue's places, read again when what was read has grown old. For use by several threads."""

    def __init__(self, catalogue: Catalogue, seconds: float = PLACES_SECONDS) -> None:
        self._catalogue = catalogue
        self._seconds = seconds
        self._lock = Lock()
        self._places: Places | None = None
        self._read_at = 0.0

    def __call__(self) -> Places:
        """The places as they are, or were a moment ago. Raises what the catalogue does."""
        with self._lock:
            if self._places is None or time.monotonic() - self._read_at > self._seconds:
                self._places = Places(self._catalogue.places())
                self._read_at = time.monotonic()
            return self._places


def open_search(archive: Archive) -> SearchService:
    """The search service of this archive."""
    return SearchService(archive.index, StoredWords(archive.packages), PlaceTable(archive.catalogue))
