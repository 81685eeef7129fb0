# SPDX-License-Identifier: EUPL-1.2
"""The SQL catalogue: its migrations agree with its tables, its failures have names, its writers queue up."""

import multiprocessing
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, event, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from repository.migrations.run import newest
from repository.migrations.run import upgrade as migrate
from repository.records import InventoryEntry
from repository.sql_catalogue import SqlCatalogue, sqlite_url
from repository.tables import REVISION, Base
from schemas.errors import CatalogueUnavailable, CatalogueVersion, InvalidSetting

NOW = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)
TURNS = 4


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "with space, 100% ș" / "catalogue.sqlite"


@pytest.fixture
def catalogue(file: Path) -> Iterator[SqlCatalogue]:
    with SqlCatalogue(sqlite_url(file)) as made:
        made.upgrade()
        yield made


def test_the_migrations_make_exactly_the_tables(catalogue: SqlCatalogue, file: Path) -> None:
    engine = create_engine(sqlite_url(file))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()
    with sqlite3.connect(file) as raw:
        migrated = dict(raw.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall())
    raw.close()
    model = create_engine("sqlite://")
    with model.begin() as connection:
        Base.metadata.create_all(connection)
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        wanted = {row.name: row.sql for row in rows}
    model.dispose()
    migrated.pop("alembic_version")
    assert {name: _folded(sql) for name, sql in migrated.items()} == {n: _folded(sql) for n, sql in wanted.items()}


def _folded(sql: str) -> set[str]:
    return set(sql.replace(",", " ").split())


def test_entries_of_an_older_catalogue_are_found_by_folder_name_after_an_upgrade(file: Path) -> None:
    file.parent.mkdir(parents=True)
    engine = create_engine(sqlite_url(file))
    with engine.begin() as connection:
        migrate(connection, "0001")
        for code in ("LU/1", "LU-1", "---"):
            entry = InventoryEntry(reference_code=code).to_json().decode()
            connection.execute(
                text("INSERT INTO inventory (reference_code, entry) VALUES (:c, :e)"), {"c": code, "e": entry}
            )
    engine.dispose()
    with SqlCatalogue(sqlite_url(file)) as catalogue:
        catalogue.upgrade()
        found = catalogue.inventory_for_folder("lu_1")
        assert found is not None
        assert found.reference_code == "LU-1"
        assert len(catalogue.inventory()) == 3


def test_the_tables_know_their_migration() -> None:
    assert newest() == REVISION


def test_the_tables_can_be_made_in_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    statements = [str(CreateTable(table).compile(dialect=dialect)) for table in Base.metadata.sorted_tables]
    assert any("BIGSERIAL" in statement for statement in statements)
    assert all("AUTOINCREMENT" not in statement for statement in statements)


def test_what_is_written_is_forced_to_disk_and_readers_do_not_wait(catalogue: SqlCatalogue) -> None:
    with catalogue._read() as session:
        connection = session.connection()
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
        assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}
        catalogue.add_inventory([InventoryEntry(reference_code="A")])


def test_a_writer_says_so_before_it_reads(catalogue: SqlCatalogue) -> None:
    statements: list[str] = []
    event.listen(catalogue._engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    catalogue.units()
    assert statements[0] == "BEGIN"
    statements.clear()
    catalogue.acquire_lease("a", "me", 1, NOW)
    assert statements[0] == "BEGIN IMMEDIATE"


def test_a_catalogue_that_is_not_there_is_not_made_by_a_look(tmp_path: Path) -> None:
    with SqlCatalogue(sqlite_url(tmp_path / "none.sqlite")) as catalogue, pytest.raises(CatalogueUnavailable):
        catalogue.units()
    assert list(tmp_path.iterdir()) == []


def test_a_catalogue_of_another_version_is_refused(catalogue: SqlCatalogue, file: Path) -> None:
    catalogue.units()
    with sqlite3.connect(file) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with SqlCatalogue(sqlite_url(file)) as other:
        with pytest.raises(CatalogueVersion, match=f"9999.*{REVISION}"):
            other.units()
        with pytest.raises(CatalogueVersion, match="9999"):
            other.upgrade()


def test_a_database_that_was_never_upgraded_is_refused(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "empty.sqlite").close()
    (tmp_path / "empty.sqlite").touch()
    with SqlCatalogue(sqlite_url(tmp_path / "empty.sqlite")) as catalogue, pytest.raises(CatalogueVersion):
        catalogue.units()


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "text.sqlite").write_bytes(b"not a database at all" * 100)
    with SqlCatalogue(sqlite_url(tmp_path / "text.sqlite")) as catalogue:
        with pytest.raises(CatalogueUnavailable):
            catalogue.units()
        with pytest.raises(CatalogueUnavailable):
            catalogue.upgrade()


def test_a_locked_catalogue_is_unavailable_for_writers_alone(catalogue: SqlCatalogue, file: Path) -> None:
    raw = sqlite3.connect(file, isolation_level=None)
    raw.execute("BEGIN IMMEDIATE")
    with SqlCatalogue(sqlite_url(file)) as reader:
        assert reader.units() == []
    with SqlCatalogue(sqlite_url(file), busy_seconds=0.1) as impatient, pytest.raises(CatalogueUnavailable):
        impatient.add_inventory([InventoryEntry(reference_code="A")])
    raw.execute("ROLLBACK")
    raw.close()
    catalogue.add_inventory([InventoryEntry(reference_code="A")])


def test_a_url_that_is_none_is_a_wrong_setting() -> None:
    with pytest.raises(InvalidSetting):
        SqlCatalogue("catalogue.sqlite")


def test_what_a_failing_step_wrote_is_undone(catalogue: SqlCatalogue) -> None:
    entry = InventoryEntry(reference_code="A")

    def entries() -> Iterator[InventoryEntry]:
        yield entry
        raise RuntimeError("the file ends in the middle")

    with pytest.raises(RuntimeError):
        catalogue.add_inventory(entries())
    assert catalogue.inventory_entry("A") is None
    assert catalogue.add_inventory([entry]) == 1


def _race(file: Path, barrier: Barrier, results: Any, number: int) -> None:
    with SqlCatalogue(sqlite_url(file)) as catalogue:
        barrier.wait(60)
        catalogue.upgrade()
        tokens = []
        for turn in range(TURNS):
            lease = catalogue.acquire_lease(f"unit:{turn}", f"process-{number}", 600, NOW)
            catalogue.add_inventory([InventoryEntry(reference_code=f"{number}/{turn}")])
            tokens.append(lease.token if lease else None)
        results.put(tokens)


def test_processes_that_race_upgrade_once_and_exactly_one_gets_each_lease(file: Path) -> None:
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(3), context.Queue()
    processes = [context.Process(target=_race, args=(file, barrier, results, number)) for number in range(3)]
    for process in processes:
        process.start()
    outcome = [results.get(timeout=120) for _ in processes]
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    results.close()
    results.join_thread()
    for turn in zip(*outcome, strict=True):
        assert sorted(token is not None for token in turn) == [False, False, True]
    with SqlCatalogue(sqlite_url(file)) as catalogue:
        found = [catalogue.inventory_entry(f"{number}/{turn}") for number in range(3) for turn in range(TURNS)]
        assert None not in found
