# SPDX-License-Identifier: EUPL-1.2
"""Transactions on the catalogue's database: how they begin, what their failures mean, which version it has.

On SQLite, writers say so at the start (BEGIN IMMEDIATE) and so queue up, where two that began as readers would stop
each other for good; readers see one state throughout and wait for nobody (WAL). On PostgreSQL, rows that are about to
be changed are locked as they are read (`for_update`); readers are read-only transactions at REPEATABLE READ, and so see
one state too. A deadlock or a lost connection is `CatalogueUnavailable`, which a retry helps; `undone` says whether the
transaction may be done again at once (repository/sql/repeat.py).
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from repository.tables import REVISION
from schemas.disk import has_no_room, is_full
from schemas.errors import CatalogueError, CatalogueFull, CatalogueUnavailable, CatalogueVersion, InvalidSetting

BUSY_SECONDS = 30
"""How long a writer waits for another one before it gives up."""

_WRITES = "arhivar_writes"
_UPGRADING = 0x61726869
"""The advisory lock of an upgrade, in the catalogue's own database."""
_UNDONE = frozenset({"40001", "40P01"})
"""What PostgreSQL says of a transaction that another one overtook, or that waited for one that waited for it."""
_POSTGRESQL = {
    "application_name": "arhivar",
    "connect_timeout": 10,
    "keepalives_idle": 30,  # a server that vanished without a word is noticed after a minute, not after two hours
    "keepalives_interval": 10,
    "keepalives_count": 3,
}


class SqlConnection:
    """The database behind a URL (``sqlite:////path/to/catalogue.sqlite``, ``postgresql+psycopg://…``)."""

    def __init__(self, url: str, *, busy_seconds: float = BUSY_SECONDS, connections: int = 5) -> None:
        try:
            self._url = make_url(url)
        except ArgumentError:  # neither value nor cause is told, since there may be a password in it
            raise InvalidSetting(name="catalogue", source="url", value="…", expected="a database URL") from None
        self._sqlite = self._url.get_backend_name() == "sqlite"
        if self._sqlite:
            self._engine = create_engine(self._url, connect_args={"timeout": busy_seconds})
            self._reader = self._engine
        else:
            self._engine = create_engine(
                self._url,
                pool_size=connections,
                max_overflow=0,
                pool_timeout=busy_seconds,
                pool_pre_ping=True,  # a server that was restarted in between is not noticed otherwise
                connect_args=_POSTGRESQL,
            )
            self._reader = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._writer = self._engine.execution_options(**{_WRITES: True})
        self._version_seen = False
        if self._sqlite:
            event.listen(self._engine, "connect", _prepare_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> "SqlConnection":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def upgrade(self) -> None:
        from repository.migrations.run import upgrade

        with self._failures():
            if self._sqlite and self._url.database:
                Path(self._url.database).absolute().parent.mkdir(parents=True, exist_ok=True)
            with self._writer.begin() as connection:
                if not self._sqlite:  # of two machines that upgrade at once, one waits; SQLite's writers do so anyway
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({_UPGRADING})"))
                found = _revision(connection)
                if found is not None and found > REVISION:
                    raise CatalogueVersion(found=found, expected=REVISION)
                upgrade(connection)

    def revision(self) -> str | None:
        """The version that the database has, be it another than ours; None where it holds no catalogue."""
        with self._failures():
            if self._sqlite and self._url.database and not Path(self._url.database).exists():
                return None
            with self._reader.connect() as connection:
                return _revision(connection)

    @contextmanager
    def _read(self) -> Iterator[Session]:
        with self._session(self._reader) as session:
            yield session

    @contextmanager
    def _write(self) -> Iterator[Session]:
        with self._session(self._writer) as session:
            yield session

    @contextmanager
    def _session(self, engine: Engine) -> Iterator[Session]:
        commits = False
        try:
            with self._failures():
                self._require_file()
                with Session(engine, expire_on_commit=False) as session, session.begin():
                    self._require_version(session)
                    yield session
                    commits = True
        except CatalogueUnavailable as error:
            if error.undone is None:
                error.undone = _is_undone(error.__cause__, commits=commits)
            raise

    def _require_file(self) -> None:
        if self._sqlite and self._url.database and not Path(self._url.database).exists():
            # Opening it would make an empty one.
            raise CatalogueUnavailable(detail=f"{self._url.database} does not exist")

    def _require_version(self, session: Session) -> None:
        if not self._version_seen:
            found = _revision(session.connection())
            if found != REVISION:
                raise CatalogueVersion(found=found or "0", expected=REVISION)
            self._version_seen = True

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Turn the database's errors into ours."""
        folder = Path(self._url.database).absolute().parent if self._sqlite and self._url.database else None
        try:
            yield
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            if folder is not None and _lacks_room(error, folder):
                raise CatalogueFull(where=str(folder)) from error
            raise CatalogueUnavailable(detail=_words(error)) from error
        except DatabaseError as error:
            damaged = isinstance(error.orig, sqlite3.DatabaseError) and type(error.orig) is sqlite3.DatabaseError
            if damaged or error.connection_invalidated:
                raise CatalogueUnavailable(detail=_words(error)) from error
            raise CatalogueError(detail=_words(error)) from error
        except OSError as error:
            if folder is not None and is_full(error):
                raise CatalogueFull(where=str(folder)) from error
            raise CatalogueUnavailable(detail=str(error)) from error


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Transactions begin and end where SQLAlchemy says, not where the driver guesses.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    _switch_to_wal(connection)


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """WAL stays with the file once it is set; setting it needs the file alone and does not wait for others."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _revision(connection: Connection) -> str | None:
    """The version that the database has; None for one that is no catalogue yet."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    found: Any = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _is_undone(error: BaseException | None, *, commits: bool) -> bool:
    """Whether nothing of a transaction that failed can have been done: undone by the server, or never committed."""
    if not isinstance(error, DBAPIError):
        return False
    by_server = getattr(error.orig, "sqlstate", None) in _UNDONE
    return by_server or (error.connection_invalidated and not commits)


def _lacks_room(error: Exception, folder: Path) -> bool:
    """True where SQLite had no room. For files other than the database it only says that a write or an open failed."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", 0) & 0xFF
    return code == sqlite3.SQLITE_FULL or (
        code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN) and has_no_room(folder)
    )


def _words(error: Exception) -> str:
    """The database's own words, without the statement and its values, which may be personal data."""
    return str(error.orig) if isinstance(error, DBAPIError) and error.orig is not None else str(error)
