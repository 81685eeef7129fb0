# SPDX-License-Identifier: EUPL-1.2
"""The port to where the search index in use lies, and how a new one takes its place while searches go on."""

from contextlib import AbstractContextManager
from typing import Protocol

from search.index import SearchIndex


class NewIndex(Protocol):
    """An index that is built beside the one in use."""

    @property
    def index(self) -> SearchIndex:
        """What is written to while it is built; nobody searches it yet."""
        ...

    def sweep_others(self) -> None:
        """Remove what builds that were killed left: hold a lease, since a living build would lose its index."""
        ...

    def take_place(self) -> None:
        """Make it the index in use, in one step: each search finds the old one or the new one, whole.

        Nobody may write to either meanwhile. Raises IndexUnavailable; then the old one is in use still.
        """
        ...


class IndexPlace(Protocol):
    """Where the index in use lies. `search.place` has its contract suite in `tests/contract/test_index_place.py`."""

    def is_lost(self) -> bool:
        """Whether there is none: it was never made, or it is gone. Raises IndexUnavailable."""
        ...

    def open(self) -> SearchIndex:
        """The index in use; the caller closes it. Raises IndexVersion, IndexUnavailable."""
        ...

    def build(self) -> AbstractContextManager[NewIndex]:
        """A new, empty index for the length of the block; removed at its end unless it has taken the place."""
        ...
