# SPDX-License-Identifier: EUPL-1.2
"""`IndexPlace` on Elasticsearch: new indices under aliases of their own, then all aliases moved in one request."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from secrets import token_hex

from schemas.errors import SearchIndexError
from search.elastic_index import ElasticAddress, ElasticIndex
from search.index import SearchIndex
from search.place import NewIndex

GRACE_SECONDS = 5.0
"""An index that has lost its aliases is deleted so much later: searches that had found it may still be reading."""


class ElasticPlace:
    """`search.place.IndexPlace` under the prefix of `address`."""

    def __init__(self, address: ElasticAddress, grace_seconds: float = GRACE_SECONDS) -> None:
        self._address = address
        self._grace_seconds = grace_seconds

    def is_lost(self) -> bool:
        """See `IndexPlace.is_lost`."""
        index = ElasticIndex(self._address)
        try:
            return not index.exists()
        finally:
            index.close()

    def open(self) -> SearchIndex:
        """See `IndexPlace.open`."""
        return ElasticIndex(self._address)

    @contextmanager
    def build(self) -> Iterator[NewIndex]:
        """See `IndexPlace.build`."""
        made = _NewIndices(self._address, self._grace_seconds)
        try:
            yield made
        finally:
            made.close()


class _NewIndices:
    """`NewIndex` of all access classes."""

    def __init__(self, address: ElasticAddress, grace_seconds: float) -> None:
        self._in_use = ElasticIndex(address)
        self._own = ElasticIndex(address, build=f"b{token_hex(6)}")
        self._grace_seconds = grace_seconds
        self._own.create_all()
        self.index: SearchIndex = self._own

    def sweep_others(self) -> None:
        own = set(self._own.own_indices())
        self._in_use.delete_indices([name for name in self._in_use.unused_indices() if name not in own])

    def take_place(self) -> None:
        own = self._own.own_indices()
        former = self._own.take_aliases(self._in_use)
        time.sleep(self._grace_seconds)
        with suppress(SearchIndexError):  # the next build sweeps it
            self._in_use.delete_indices(former)
        with suppress(SearchIndexError):  # it is whole without, and only larger
            self._in_use.merge(own)

    def close(self) -> None:
        """Remove what did not take the place: what has taken it is behind the aliases in use and not behind its own."""
        with suppress(SearchIndexError):
            self._own.delete_indices(self._own.own_indices())
        self._own.close()
        self._in_use.close()
