# SPDX-License-Identifier: EUPL-1.2
from collections.abc import Iterator
from pathlib import Path

import pytest

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
