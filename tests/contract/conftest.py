# SPDX-License-Identifier: EUPL-1.2
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from repository.catalogue import Catalogue
from repository.sql_catalogue import SqlCatalogue, sqlite_url
from search.index import SearchIndex
from tests.contract.search_backends import BACK_ENDS, EACH, Opener
from tests.services import drop_database, new_database, require


@pytest.fixture(params=EACH)
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


@contextmanager
def _sqlite(folder: Path) -> Iterator[str]:
    yield sqlite_url(folder / "catalogue.sqlite")


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    server = require("postgresql")
    url = new_database(server)
    yield url
    drop_database(server, url)


CATALOGUES: dict[str, Callable[[Path], AbstractContextManager[str]]] = {"sqlite": _sqlite, "postgresql": _postgresql}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def catalogue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalogue]:
    with CATALOGUES[request.param](tmp_path) as url, SqlCatalogue(url) as made:
        made.upgrade()
        yield made
