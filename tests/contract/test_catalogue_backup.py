# SPDX-License-Identifier: EUPL-1.2
"""The contract of `CatalogueBackup`, on SQLite and PostgreSQL: a copy is whole, and goes back whole."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from repository.catalogue_backup import CatalogueBackup
from repository.postgresql_backup import PostgresqlBackup
from repository.sql_catalogue import SqlCatalogue, sqlite_url
from repository.sqlite_backup import SqliteBackup
from repository.tables import REVISION
from schemas.errors import CatalogueError, CatalogueUnavailable
from schemas.unit import AccessClass
from tests.contract.conftest import CATALOGUES
from tests.contract.test_catalogue import NOW, manifest, plan, record
from tests.contract.test_catalogue_access import comes_to, decision
from tests.contract.test_catalogue_audit import entry


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with CATALOGUES[request.param](tmp_path) as found:
        yield found


@pytest.fixture
def backup(url: str, tmp_path: Path) -> CatalogueBackup:
    return SqliteBackup(tmp_path / "catalogue.sqlite") if url.startswith("sqlite") else PostgresqlBackup(url)


def fill(url: str, *seeds: str) -> None:
    """Units with an ingest, pages, an audit record and an outbox entry each, and a lease that is held."""
    with SqlCatalogue(url) as catalogue:
        catalogue.upgrade()
        for seed in seeds:
            row = catalogue.register_ingest(manifest(f"C/{seed}", seed=seed, title="Ședința „întâi”"))
            catalogue.plan_pages(row.ingest_id, plan(2))
            record(catalogue, row.ingest_id, 1)
            catalogue.append_audit([entry(int(seed))])
            catalogue.record_deposit(row.ingest_id, 1, 2, NOW)
            catalogue.begin_decision(decision(row.unit_id), comes_to(AccessClass.PERSONAL), NOW)
            after = comes_to(AccessClass.PERSONAL, pages={2: AccessClass.RESTRICTED})
            catalogue.count_decision(row.unit_id, 1, after, NOW)
        catalogue.acquire_lease("index", "machine:1", 60, NOW)


def state(url: str) -> list[object]:
    with SqlCatalogue(url) as catalogue:
        ingests = catalogue.ingests()
        return [
            catalogue.units(),
            ingests,
            [catalogue.pages(row.ingest_id) for row in ingests],
            catalogue.audit_rows(),
            catalogue.audit_end(),
            catalogue.outbox(10),
            [catalogue.decisions(row.unit_id) for row in ingests],
            catalogue.access([row.unit_id for row in ingests]),
        ]


def test_there_is_none_before_it_is_made(backup: CatalogueBackup, url: str, tmp_path: Path) -> None:
    assert not backup.exists()
    assert backup.holders(NOW) == []
    with pytest.raises(CatalogueUnavailable):
        backup.write(tmp_path / "copy")
    fill(url)
    assert backup.exists()


def test_a_copy_is_one_sound_file_with_everything_in_it(backup: CatalogueBackup, url: str, tmp_path: Path) -> None:
    fill(url, "1", "2")
    copy = tmp_path / "copies" / "copy"
    copy.parent.mkdir()
    assert backup.write(copy) == REVISION == backup.examine(copy)
    assert [one.name for one in copy.parent.iterdir()] == ["copy"]
    assert state(sqlite_url(copy)) == state(url)


def test_a_damaged_copy_is_refused(backup: CatalogueBackup, url: str, tmp_path: Path) -> None:
    fill(url, "1")
    copy = tmp_path / "copy"
    backup.write(copy)
    copy.write_bytes(copy.read_bytes()[:5000])
    with pytest.raises(CatalogueError):
        backup.examine(copy)


def test_leases_that_are_held_are_told(backup: CatalogueBackup, url: str) -> None:
    fill(url)
    assert backup.holders(NOW) == ["index"]
    assert backup.holders(NOW + timedelta(seconds=61)) == []


def test_a_copy_takes_the_place_and_later_audit_records_go_with_it(
    backup: CatalogueBackup, url: str, tmp_path: Path
) -> None:
    fill(url, "1", "2")
    before = state(url)
    copy, working = tmp_path / "copy", tmp_path / "working"
    backup.write(copy)
    fill(url, "3")
    with SqlCatalogue(url) as catalogue:
        audit = catalogue.audit_rows()
    carried = backup.prepare(copy, working)
    assert (carried.records, carried.problem) == (1, None)
    kept = backup.take_place(working, tmp_path / "aside")
    assert kept is not None
    assert "aside" in kept
    after = state(url)
    assert after[:3] == before[:3]
    assert after[3] == audit
    assert after[5] == before[5]
    assert backup.holders(NOW) == []


def test_a_copy_takes_in_what_was_added_to_the_audit_since(backup: CatalogueBackup, url: str, tmp_path: Path) -> None:
    fill(url, "1")
    copy = tmp_path / "copy.sqlite"
    backup.write(copy)
    with SqlCatalogue(url) as catalogue:
        catalogue.append_audit([entry(2), entry(3)])
        assert backup.add_audit(copy, catalogue) == 2
        assert backup.add_audit(copy, catalogue) == 0
        with SqlCatalogue(sqlite_url(copy)) as copied:
            assert copied.audit_rows() == catalogue.audit_rows()
            assert copied.audit_end() == catalogue.audit_end()


def test_a_copy_with_a_later_audit_is_one_file(backup: CatalogueBackup, url: str, tmp_path: Path) -> None:
    fill(url, "1")
    folder = tmp_path / "alone"
    folder.mkdir()
    backup.write(folder / "copy.sqlite")
    with SqlCatalogue(url) as catalogue:
        catalogue.append_audit([entry(2)])
        backup.add_audit(folder / "copy.sqlite", catalogue)
    assert [path.name for path in folder.iterdir()] == ["copy.sqlite"]
    assert backup.examine(folder / "copy.sqlite") == REVISION


def test_a_catalogue_that_is_back_numbers_on_where_it_was(backup: CatalogueBackup, url: str, tmp_path: Path) -> None:
    fill(url, "1", "2")
    copy, working = tmp_path / "copy", tmp_path / "working"
    backup.write(copy)
    backup.prepare(copy, working)
    backup.take_place(working, tmp_path / "aside")
    with SqlCatalogue(url) as catalogue:
        known = max(one.id for one in catalogue.outbox(10))
    fill(url, "3")
    with SqlCatalogue(url) as catalogue:
        assert max(one.id for one in catalogue.outbox(10)) > known
        assert [row.sequence for row in catalogue.audit_rows()] == [1, 2, 3]


def test_a_copy_comes_back_where_there_is_no_catalogue(backup: CatalogueBackup, url: str, tmp_path: Path) -> None:
    other = sqlite_url(tmp_path / "other.sqlite")
    fill(other, "1", "2")  # also one of the other database: the copies are the same
    copy, working = tmp_path / "copy", tmp_path / "working"
    SqliteBackup(tmp_path / "other.sqlite").write(copy)
    backup.prepare(copy, working)
    assert backup.take_place(working, tmp_path / "aside") is None
    assert state(url) == state(other)
