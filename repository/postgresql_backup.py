# SPDX-License-Identifier: EUPL-1.2
"""`CatalogueBackup` of a catalogue in PostgreSQL. A copy is an SQLite file with the same tables.

So a copy needs no server to be examined or brought up to date, and goes back into either database: all that differs
between them is behind the tables' own types. What gives way stays in the database, under a schema of its own.
"""

import contextlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, delete, func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

from repository.catalogue import Catalogue
from repository.catalogue_backup import Carried
from repository.sql_catalogue import SqlCatalogue, sqlite_url
from repository.sqlite_backup import SqliteBackup, prepare_copy, seal
from repository.tables import REVISION, Base, LeaseTable
from schemas.errors import CatalogueUnavailable, CatalogueVersion
from schemas.owners import is_gone

_ROWS = 1000
_LOCK_SECONDS = 30
"""How long the present catalogue is waited for before it gives way: whoever reads it has so long to finish."""
_REVISION_TABLE = "alembic_version"


class PostgresqlBackup:
    """Of the catalogue behind a ``postgresql+psycopg://`` URL."""

    def __init__(self, url: str) -> None:
        self._url = url

    def exists(self) -> bool:
        with SqlCatalogue(self._url) as catalogue:
            return catalogue.revision() is not None

    def write(self, target: Path) -> str:
        with self._connect() as connection:
            # One transaction is one moment, however long it takes.
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                found = _revision(connection)
                if found is None:
                    raise CatalogueUnavailable(detail="the database holds no catalogue")
                if found != REVISION:
                    raise CatalogueVersion(found=found, expected=REVISION)
                with SqlCatalogue(sqlite_url(target)) as copy:
                    copy.upgrade()
                with _sqlite(target) as engine, engine.begin() as to:
                    _copy_rows(connection, to)
        seal(target)
        return self.examine(target)

    def examine(self, copy: Path) -> str:
        return SqliteBackup(copy).examine(copy)

    def add_audit(self, copy: Path, present: Catalogue) -> int:
        return SqliteBackup(copy).add_audit(copy, present)

    def prepare(self, copy: Path, working: Path) -> Carried:
        return prepare_copy(copy, working, self._url if self._there() else None)

    def holders(self, now: datetime) -> list[str]:
        try:
            with self._connect() as connection:
                if _revision(connection) is None:
                    return []
                held = select(LeaseTable.name, LeaseTable.owner).where(
                    LeaseTable.owner.is_not(None), LeaseTable.expires_at > now
                )
                found = connection.execute(held.order_by(LeaseTable.name))
                return [name for name, owner in found if not is_gone(owner or "")]
        except CatalogueUnavailable:
            return []

    def take_place(self, working: Path, aside: Path) -> str | None:
        from repository.migrations.run import upgrade

        with self._connect() as connection, connection.begin():
            connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'"))
            present = _present_tables(connection)
            if present:
                quoted = connection.dialect.identifier_preparer.quote(aside.name)
                connection.execute(text(f"CREATE SCHEMA {quoted}"))
                for name in present:
                    table = connection.dialect.identifier_preparer.quote(name)
                    connection.execute(text(f"ALTER TABLE {table} SET SCHEMA {quoted}"))
            upgrade(connection)
            with _sqlite(working) as engine, engine.connect() as source:
                _copy_rows(source, connection)
            _set_sequences(connection)
        return f"PostgreSQL, SCHEMA {quoted}" if present else None

    def _there(self) -> bool:
        try:
            return self.exists()
        except CatalogueUnavailable:
            return False

    @contextlib.contextmanager
    def _connect(self) -> Iterator[Connection]:
        engine = create_engine(self._url, connect_args={"application_name": "arhivar backup", "connect_timeout": 10})
        try:
            with engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise CatalogueUnavailable(detail=str(error.orig)) from error
        finally:
            engine.dispose()


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_REVISION_TABLE):
        return None
    found: Any = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _present_tables(connection: Connection) -> list[str]:
    """The catalogue's tables that are there, of whatever revision: what else is in the database is not ours."""
    ours = {*Base.metadata.tables, _REVISION_TABLE}
    return [name for name in inspect(connection).get_table_names() if name in ours]


@contextlib.contextmanager
def _sqlite(file: Path) -> Iterator[Engine]:
    engine = create_engine(sqlite_url(file))
    try:
        yield engine
    finally:
        engine.dispose()


def _copy_rows(source: Connection, target: Connection) -> None:
    """All rows of all tables, those that others refer to first; what the migrations entered gives way."""
    for table in reversed(Base.metadata.sorted_tables):
        target.execute(delete(table))
    for table in Base.metadata.sorted_tables:
        rows = source.execution_options(yield_per=_ROWS).execute(select(table))
        for part in rows.mappings().partitions(_ROWS):
            target.execute(insert(table), [dict(row) for row in part])


def _set_sequences(connection: Connection) -> None:
    """Let each column that numbers itself go on after its highest number."""
    for table in Base.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        name = connection.scalar(select(func.pg_get_serial_sequence(_name(table), column.name)))
        highest = connection.scalar(select(func.max(column)))
        if name is not None and highest is not None:
            connection.execute(select(func.setval(name, highest)))


def _name(table: Table) -> str:
    return f'"{table.name}"'
