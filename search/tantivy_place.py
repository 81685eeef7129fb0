# SPDX-License-Identifier: EUPL-1.2
"""`IndexPlace` of a tantivy index: a folder, and beside it the ones that are being built."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from schemas.errors import IndexUnavailable
from search.folder_swap import take_place
from search.index import SearchIndex
from search.place import NewIndex
from search.tantivy_index import TantivyIndex


class TantivyPlace:
    """`search.place.IndexPlace` of the index in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def is_lost(self) -> bool:
        """See `IndexPlace.is_lost`."""
        return not self._folder.exists()

    def open(self) -> SearchIndex:
        """See `IndexPlace.open`."""
        return TantivyIndex(self._folder)

    @contextmanager
    def build(self) -> Iterator[NewIndex]:
        """See `IndexPlace.build`."""
        made = _NewFolder(self._folder, self._folder.with_name(f"{self._folder.name}.new-{token_hex(4)}"))
        try:
            yield made
        finally:
            made.index.close()
            shutil.rmtree(made.folder, ignore_errors=True)  # where it took the place, what it took it from


class _NewFolder:
    """`NewIndex` in a folder of its own."""

    def __init__(self, place: Path, folder: Path) -> None:
        self._place = place
        self.folder = folder
        self.index: SearchIndex = TantivyIndex(folder)

    def sweep_others(self) -> None:
        for folder in self._place.parent.glob(f"{self._place.name}.new-*"):
            if folder != self.folder:
                shutil.rmtree(folder)

    def take_place(self) -> None:
        try:
            aside = take_place(self.folder, self._place)
        except OSError as error:
            raise IndexUnavailable(detail=str(error)) from error
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)
