# SPDX-License-Identifier: EUPL-1.2
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from repository.filesystem_store import FilesystemStore
from repository.object_store import ObjectStore
from tests.referees import judge_ocfl_root
from tests.stores import EACH, STORES, export

Referee = Callable[[ObjectStore], list[str]]


@pytest.fixture(params=EACH)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    """An empty store on each back end."""
    with STORES[request.param](tmp_path) as opened:
        yield opened


@pytest.fixture
def referee(tmp_path: Path) -> Referee:
    """What ocfl-py has to say against a store's packages, as files where they are files."""
    times = count()

    def judge(store: ObjectStore, prefix: str = "ocfl") -> list[str]:
        if isinstance(store, FilesystemStore):
            return judge_ocfl_root(store.root / prefix)
        return judge_ocfl_root(export(store, f"{prefix}/", tmp_path / f"export-{next(times)}"))

    return judge
