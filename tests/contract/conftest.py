# SPDX-License-Identifier: EUPL-1.2
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from repository.catalogue import Catalogue
from repository.sql_catalogue import SqlCatalogue, sqlite_url
from search.index import SearchIndex
from tests.contract.search_backends import BACK_ENDS, Opener


@pytest.fixture(params=BACK_ENDS)
def open_index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the same index again and again."""
    opened: list[SearchIndex] = []

    def opener() -> SearchIndex:
        opened.append(BACK_ENDS[request.param](tmp_path / "index"))
        return opened[-1]

    yield opener
    for index in opened:
        index.close()


@pytest.fixture
def index(open_index: Opener) -> SearchIndex:
    return open_index()


def _sqlite(folder: Path) -> Catalogue:
    return SqlCatalogue(sqlite_url(folder / "catalogue.sqlite"))


CATALOGUES: dict[str, Callable[[Path], Catalogue]] = {"sqlite": _sqlite}


@pytest.fixture(params=list(CATALOGUES.values()), ids=list(CATALOGUES))
def catalogue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalogue]:
    made: Catalogue = request.param(tmp_path)
    made.upgrade()
    yield made
    made.close()
