# SPDX-License-Identifier: EUPL-1.2
"""Decisions about access on S3, PostgreSQL and Elasticsearch: at once, journaled, and back from the store alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from arhivar.access.decide import classify, publish, withdraw
from arhivar.access.journal import entry_numbers
from arhivar.composition import init_archive
from arhivar.keeping.rebuild import RebuildWatcher, rebuild_archive
from arhivar.settings import load_settings
from arhivar.steps.index import drain_outbox
from schemas.errors import IndexUnavailable
from schemas.unit import AccessClass
from tests.arhivar.conftest import Town
from tests.arhivar.quick import QuickPool, use_quick_validator
from tests.arhivar.test_access import CODE, TEXTS, in_catalogue, in_index, scan, stands, unit_of
from tests.services import drop_database, new_database, require

pytestmark = pytest.mark.services
PUBLIC, STAFF, PERSONAL, _ = AccessClass


@pytest.fixture
def town(variables: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """An archive on the servers with a unit of three pages."""
    use_quick_validator(monkeypatch)
    settings = load_settings(variables)
    init_archive(settings)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    pool: Any = QuickPool()
    town = Town(settings, inbox, pool)
    scan(town, "a", TEXTS)
    return town


@pytest.fixture
def other_database() -> Iterator[str]:
    server = require("postgresql")
    url = new_database(server)
    yield url
    drop_database(server, url)


def test_what_is_decided_on_servers_holds_at_once_and_comes_back_from_the_store(
    town: Town, variables: dict[str, str], other_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with town.open() as archive:
        publish(archive, CODE, "interes public")
        stands(archive, PUBLIC, PUBLIC, PUBLIC)
        classify(archive, CODE, PERSONAL, "persoane", pages=[1])
        stands(archive, PERSONAL, PUBLIC, PUBLIC)

        def down(*args: object) -> None:
            raise IndexUnavailable(detail="by design")

        with monkeypatch.context() as patch:
            patch.setattr(archive.index, "write", down)
            assert not withdraw(archive, CODE, "reclamație", pages=[3]).indexed
        assert in_catalogue(archive) == [PERSONAL, PUBLIC, STAFF]
        assert in_index(archive)[2] == {PUBLIC}
        drain_outbox(archive)
        stands(archive, PERSONAL, PUBLIC, STAFF)
        assert entry_numbers(archive.store) == {unit_of(archive): [1, 2, 3]}
    bare = load_settings({**variables, "ARHIVAR_CATALOGUE": other_database})
    report = rebuild_archive(bare, RebuildWatcher(lambda steps: None, lambda done: None))
    assert (report.decisions, report.troubles) == (3, [])
    with Town(bare, town.inbox, town.pool).open() as archive:
        stands(archive, PERSONAL, PUBLIC, STAFF)
