# SPDX-License-Identifier: EUPL-1.2
"""Transactions that PostgreSQL undoes: a retry can help, and where nothing can have been done it is made at once."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.engine import make_url

from repository.sql.units import unit_for_update
from repository.sql_catalogue import SqlCatalogue
from schemas.errors import CatalogueUnavailable
from schemas.ingest import IngestState, Manifest
from tests.contract.test_catalogue import manifest
from tests.services import drop_database, new_database, require

pytestmark = pytest.mark.services
NOW = datetime(2026, 3, 4, tzinfo=UTC)
CODES = ("LU/1", "LU/2")


@pytest.fixture
def database() -> Iterator[str]:
    postgresql = require("postgresql")
    url = new_database(postgresql)
    yield url
    drop_database(postgresql, url)


@contextmanager
def connected(url: str, *, autocommit: bool = False) -> Iterator[psycopg.Connection]:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=autocommit) as connection:
        yield connection


def set_for_all(url: str, name: str, value: str) -> None:
    """A database's own default; for connections that are made from now on."""
    with connected(url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {make_url(url).database} SET {name} = '{value}'")


def deposited(catalogue: SqlCatalogue) -> list[UUID]:
    """Two units of a version each, and an empty outbox."""
    catalogue.upgrade()
    units = []
    for number, code in enumerate(CODES, start=1):
        made: Manifest = manifest(code, seed=str(number))
        catalogue.register_ingest(made)
        for state in (IngestState.STAGED, IngestState.PROCESSING):
            catalogue.advance(made.ingest_id, state, now=NOW)
        catalogue.record_deposit(made.ingest_id, 1, 1, NOW)
        units.append(made.unit_id)
    catalogue.outbox_done([one.id for one in catalogue.outbox(10)])
    return units


def waiting_for_lock(url: str) -> int:
    with connected(url, autocommit=True) as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        (count,) = connection.execute(query).fetchone() or (0,)
        return int(count)


def until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def meet(url: str, units: list[UUID], work: Callable[[], None]) -> Future[None]:
    """Let `work`, which locks the first unit and then the second, meet one that locks them the other way round."""
    lock = "SELECT 1 FROM unit WHERE unit_id = %s FOR UPDATE"
    with connected(url) as other, ThreadPoolExecutor(1) as threads:
        other.execute("SET deadlock_timeout = '10min'")  # the other one is never the one to give way
        other.execute(lock, [units[1]])
        done = threads.submit(work)
        until(lambda: waiting_for_lock(url) == 1)
        other.execute(lock, [units[0]])  # answers once the catalogue's transaction is undone
        other.commit()
    return done


def test_a_deadlock_is_an_error_that_a_retry_helps(database: str) -> None:
    set_for_all(database, "deadlock_timeout", "5s")
    with SqlCatalogue(database) as catalogue:
        units = deposited(catalogue)

        def lock_both() -> None:
            with catalogue._write() as session:
                for unit in units:
                    unit_for_update(session, unit)

        with pytest.raises(CatalogueUnavailable, match="deadlock") as caught:
            meet(database, units, lock_both).result()
        assert caught.value.retryable
        assert caught.value.undone


def test_what_a_deadlock_undid_is_done_again(database: str) -> None:
    set_for_all(database, "deadlock_timeout", "5s")
    with SqlCatalogue(database) as catalogue:
        units = deposited(catalogue)
        meet(database, units, lambda: catalogue.enqueue(units, NOW)).result()
        assert [one.unit_id for one in catalogue.outbox(10)] == units
    with connected(database, autocommit=True) as connection:
        count = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        until(lambda: (connection.execute(count).fetchone() or (0,))[0] == 1)


def test_what_another_overtook_is_done_again(database: str) -> None:
    set_for_all(database, "default_transaction_isolation", "repeatable read")
    with SqlCatalogue(database) as catalogue:
        unit, _ = deposited(catalogue)

        def overtaken(work: Callable[[], Any]) -> Future[Any]:
            with connected(database) as other, ThreadPoolExecutor(1) as threads:
                other.execute("UPDATE unit SET pages = 7 WHERE unit_id = %s", [unit])
                done = threads.submit(work)
                until(lambda: waiting_for_lock(database) == 1)
                other.commit()
                done.exception()
            return done

        def lock() -> None:
            with catalogue._write() as session:
                unit_for_update(session, unit)

        with pytest.raises(CatalogueUnavailable, match="serialize") as caught:
            overtaken(lock).result()
        assert caught.value.undone
        overtaken(lambda: catalogue.enqueue([unit], NOW)).result()
        assert [one.unit_id for one in catalogue.outbox(10)] == [unit]


class Cutting(list[UUID]):
    """Units; before the last one, the catalogue's connections are ended, so many times."""

    def __init__(self, url: str, units: list[UUID], times: int) -> None:
        super().__init__(units)
        self._url, self.times = url, times

    def __iter__(self) -> Iterator[UUID]:
        yield from self[:-1]
        if self.times:
            self.times -= 1
            end_connections(self._url)
        yield self[-1]


def end_connections(url: str) -> None:
    with connected(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_connection_that_ends_before_the_commit_costs_nothing(database: str) -> None:
    with SqlCatalogue(database) as catalogue:
        units = deposited(catalogue)
        cutting = Cutting(database, units, 1)
        catalogue.enqueue(cutting, NOW)
        assert cutting.times == 0
        assert [one.unit_id for one in catalogue.outbox(10)] == units


def test_connections_that_always_end_are_an_error_that_a_retry_helps(database: str) -> None:
    with SqlCatalogue(database) as catalogue:
        units = deposited(catalogue)
        cutting = Cutting(database, units, 100)
        with pytest.raises(CatalogueUnavailable) as caught:
            catalogue.enqueue(cutting, NOW)
        assert caught.value.retryable
        assert cutting.times == 96, "once, and three times again"
        assert catalogue.outbox(10) == []


def test_what_can_be_read_only_once_is_not_tried_with_what_is_left_of_it(database: str) -> None:
    with SqlCatalogue(database) as catalogue:
        units = deposited(catalogue)
        with pytest.raises(CatalogueUnavailable) as caught:
            catalogue.enqueue(iter(Cutting(database, units, 1)), NOW)
        assert caught.value.undone
        assert catalogue.outbox(10) == []


_AT_COMMIT = """
CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_advisory_lock(4711); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER wait_at_commit AFTER INSERT ON outbox
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_commit()
"""


def test_where_nobody_knows_whether_it_was_committed_it_is_not_done_again(database: str) -> None:
    with SqlCatalogue(database) as catalogue, connected(database) as other, ThreadPoolExecutor(1) as threads:
        unit, _ = deposited(catalogue)
        other.execute(_AT_COMMIT)
        other.commit()
        other.execute("SELECT pg_advisory_lock(4711)")
        done = threads.submit(catalogue.enqueue, [unit], NOW)
        until(lambda: waiting_for_lock(database) == 1)
        end_others(other)
        with pytest.raises(CatalogueUnavailable) as caught:
            done.result()
        assert caught.value.retryable
        assert caught.value.undone is False
        assert catalogue.outbox(10) == []


def end_others(connection: psycopg.Connection) -> None:
    connection.execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
