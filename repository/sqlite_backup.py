# SPDX-License-Identifier: EUPL-1.2
"""`CatalogueBackup` of a catalogue in an SQLite file, by SQLite's online backup (https://www.sqlite.org/backup.html).

A copy is one file: its journal mode is set back from WAL, so that nothing of it lies beside it. When a catalogue gives
way, its WAL goes first or is emptied: a WAL that is found beside another database would be played into that one.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from repository.catalogue import Catalogue
from repository.catalogue_backup import Carried
from repository.sql_catalogue import SqlCatalogue, sqlite_url
from schemas.errors import CatalogueError, CatalogueUnavailable
from schemas.owners import is_gone

_BUSY_SECONDS = 30.0
_MAGIC = b"SQLite format 3\0"
_BESIDE = ("-wal", "-shm", "-journal")


class SqliteBackup:
    """Of the catalogue in `file`."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def exists(self) -> bool:
        return self._file.exists()

    def write(self, target: Path) -> str:
        if not self._file.exists():
            raise CatalogueUnavailable(detail=f"{self._file} does not exist")
        with _failures(), _open(self._file) as source, _open(target) as copy:
            source.backup(copy)  # in one step: a writer meanwhile does not start it again
        seal(target)
        return self.examine(target)

    def examine(self, copy: Path) -> str:
        try:
            with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
                verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
                if verdict != "ok":
                    raise CatalogueError(detail=str(verdict))
                row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.Error as error:
            raise CatalogueError(detail=str(error)) from error
        if row is None:
            raise CatalogueError(detail="it has no revision")
        return str(row[0])

    def add_audit(self, copy: Path, present: Catalogue) -> int:
        with SqlCatalogue(sqlite_url(copy)) as catalogue:
            added = catalogue.restore_audit(present.audit_rows(after=catalogue.audit_end().sequence))
        seal(copy)
        return added

    def prepare(self, copy: Path, working: Path) -> Carried:
        if self._file.exists() and not self._is_database():
            prepare_copy(copy, working, None)
            return Carried(problem=CatalogueUnavailable(detail="file is not a database"))
        return prepare_copy(copy, working, sqlite_url(self._file) if self._file.exists() else None)

    def holders(self, now: datetime) -> list[str]:
        if not self._is_database():
            return []
        try:
            with _open(self._file) as connection:
                query = "SELECT name, owner FROM lease WHERE owner IS NOT NULL AND expires_at > ? ORDER BY name"
                moment = now.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
                return [str(name) for name, owner in connection.execute(query, (moment,)) if not is_gone(owner)]
        except sqlite3.Error:
            return []

    def take_place(self, working: Path, aside: Path) -> str | None:
        there = self._file.exists()
        beside = [one for suffix in _BESIDE if (one := _beside(self._file, suffix)).exists()]
        if there or beside:
            aside.mkdir()
        if self._is_database():
            with suppress(sqlite3.Error), _open(self._file) as connection:  # what cannot be opened goes as it is
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            beside = [one for one in beside if one.exists()]
        for file in [*beside, *([self._file] if there else [])]:
            file.rename(aside / file.name)
        working.rename(self._file)
        _sync(self._file.parent)
        return str(aside) if there else None

    def _is_database(self) -> bool:
        """Told without SQLite, which takes away the log of a file that is none; what is damaged is kept as it is."""
        with suppress(OSError), self._file.open("rb") as stream:
            return stream.read(len(_MAGIC)) == _MAGIC
        return False


def prepare_copy(copy: Path, working: Path, present: str | None) -> Carried:
    """`CatalogueBackup.prepare` for a copy in an SQLite file; `present` is the URL of the catalogue that gives way."""
    shutil.copyfile(copy, working)
    working.chmod(0o644)
    with SqlCatalogue(sqlite_url(working)) as catalogue:
        catalogue.upgrade()
        carried = Carried() if present is None else _carry_audit(catalogue, present)
    with _failures(), _open(working) as connection:
        connection.execute("UPDATE lease SET owner = NULL")  # their holders worked on another catalogue
        connection.commit()
    seal(working)
    return carried


def _carry_audit(copy: Catalogue, url: str) -> Carried:
    try:
        with SqlCatalogue(url) as present:
            return Carried(copy.restore_audit(present.audit_rows(after=copy.audit_end().sequence)))
    except CatalogueError as error:  # damaged, of another revision, or not of the same chain
        return Carried(problem=error)


def seal(copy: Path) -> None:
    """Let a copy be one file, durably: nothing of it lies beside it."""
    with _failures(), _open(copy) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    _sync(copy)


@contextmanager
def _open(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file, timeout=_BUSY_SECONDS)) as connection:
        yield connection


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise CatalogueUnavailable(detail=str(error)) from error


def _beside(file: Path, suffix: str) -> Path:
    return file.with_name(file.name + suffix)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
