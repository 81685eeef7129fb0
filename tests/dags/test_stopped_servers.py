# SPDX-License-Identifier: EUPL-1.2
"""Each server goes away for a minute in the middle of a binder, and comes back: all ends reconciled, by retries alone.

The servers are the test's own. PostgreSQL holds Airflow's metadata too, as in docker-compose.yml, so Airflow loses its
database with ours.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from arhivar.composition import Archive, object_id, open_archive, open_catalogue
from arhivar.intake.stage import staging_prefix
from repository.records import IngestRow
from schemas.audit import AuditAction
from schemas.ingest import IngestState
from schemas.search import SearchFilters
from search.query import parse_query
from tests.binders import make_binder, text_pages
from tests.dags.running import Running, running_airflow
from tests.own_servers import OwnServers, own_servers

pytestmark = pytest.mark.services

PAGES = 30
AWAY_SECONDS = 60.0
_PATIENCE_SECONDS = 900.0
_BEGUN_SECONDS = 300.0


@dataclass(frozen=True)
class Town:
    """Airflow at work over servers that may be stopped."""

    airflow: Running
    servers: OwnServers


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with (
        own_servers("postgresql", "minio", "elasticsearch") as servers,
        running_airflow({}, client=servers.client) as airflow,
    ):
        yield Town(airflow, servers)


def _drop(town: Town, name: str) -> None:
    """A binder of its own pages, so that no other one's results serve it."""
    make_binder(town.airflow.inbox, name, text_pages(PAGES, name), description={"reference_code": name})


def _ingest(town: Town, name: str) -> IngestRow | None:
    with open_catalogue(town.airflow.settings) as catalogue:
        return next((row for row in catalogue.ingests() if row.folder == name), None)


def _pages_read(town: Town, name: str) -> int:
    row = _ingest(town, name)
    if row is None or row.state is not IngestState.PROCESSING:
        return 0
    with open_catalogue(town.airflow.settings) as catalogue:
        return len(catalogue.pages(row.ingest_id))


def _until(what: Callable[[], bool], seconds: float, said: Callable[[], object]) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, said()
        time.sleep(0.5)


def _stop_in_the_middle(town: Town, name: str, stop: Callable[[], None]) -> float:
    """Stop a server while the binder's pages are being read; when it was, on the monotonic clock."""
    _until(lambda: _pages_read(town, name) > 0, _BEGUN_SECONDS, lambda: _ingest(town, name))
    assert _pages_read(town, name) < PAGES
    stop()
    return time.monotonic()


def _away_since(moment: float) -> None:
    time.sleep(max(0.0, moment + AWAY_SECONDS - time.monotonic()))


def test_every_server_may_stop_for_a_minute_and_no_hand_is_needed(town: Town) -> None:
    servers = town.servers
    _drop(town, "baza")
    moment = _stop_in_the_middle(town, "baza", lambda: servers.kill("postgresql"))
    _away_since(moment)
    servers.up("postgresql")

    _drop(town, "depozit")
    moment = _stop_in_the_middle(town, "depozit", lambda: servers.kill("minio"))
    _away_since(moment)
    servers.up("minio")

    _drop(town, "indice")
    moment = _stop_in_the_middle(town, "indice", lambda: servers.down("elasticsearch"))
    deposited = _deposited_without_index(town, "indice")
    _away_since(moment)
    servers.up("elasticsearch")

    names = ["baza", "depozit", "indice"]
    _until(
        lambda: _states(town) == dict.fromkeys(names, IngestState.RECONCILED), _PATIENCE_SECONDS, lambda: _told(town)
    )
    with open_archive(town.airflow.settings) as archive:
        for name in names:
            _require_whole(archive, name)
        assert archive.catalogue.outbox(10) == []
        hits = archive.index.search(parse_query("hotararea"), SearchFilters(), limit=1000).hits
        assert Counter((hit.unit_id, hit.page) for hit in hits) == Counter(
            (row.unit_id, page) for row in archive.catalogue.ingests() for page in range(1, PAGES + 1)
        )
        kept = [row.record for row in archive.catalogue.audit_rows() if row.sound is not None]
        assert sum(AuditAction.UNIT_DEPOSITED.value in record for record in kept) == len(names)
    _require_one_run(town, deposited)


def _states(town: Town) -> dict[str, IngestState]:
    with open_catalogue(town.airflow.settings) as catalogue:
        return {row.folder: row.state for row in catalogue.ingests()}


def _told(town: Town) -> str:
    """What is unfinished, for whoever reads of a failure."""
    with open_catalogue(town.airflow.settings) as catalogue:
        lines = [f"{row.folder} {row.ingest_id} {row.state.value}" for row in catalogue.ingests()]
        stops = [f"{one.ingest_id} {one.stop}" for one in catalogue.progress(datetime.now(UTC)).unfinished]
    return "\n".join([*lines, *stops, *(str(one) for one in _runs(town))])


def _deposited_without_index(town: Town, name: str) -> IngestRow:
    """The binder is deposited while there is no index: once; it waits in the outbox, and its run for another try."""
    _until(lambda: _states(town).get(name) is IngestState.DEPOSITED, _BEGUN_SECONDS, lambda: _told(town))
    row = _ingest(town, name)
    assert row is not None
    _until(lambda: _tries(town, row)["index"].state == "up_for_retry", _BEGUN_SECONDS, lambda: _told(town))
    assert _tries(town, row)["index"].run_state == "running"
    assert row.version == 1
    with open_catalogue(town.airflow.settings) as catalogue:
        waiting = [one.version for one in catalogue.outbox(10) if one.ingest_id == row.ingest_id]
    assert waiting == [1]
    return row


def _require_whole(archive: Archive, name: str) -> None:
    """One ingest of one attempt, one version, every page once and everywhere, nothing left over."""
    (row,) = [one for one in archive.catalogue.ingests() if one.folder == name]
    assert (row.attempt, row.version) == (1, 1), name
    assert archive.packages.head(object_id(row.unit_id)) == 1
    assert archive.packages.verify(object_id(row.unit_id)) == []
    ledger = archive.catalogue.ledger(row.ingest_id)
    assert ledger is not None
    assert ledger.balanced
    assert [page.page for page in ledger.rows] == list(range(1, PAGES + 1))
    assert list(archive.store.list(staging_prefix(row.ingest_id))) == []


@dataclass(frozen=True)
class TaskSeen:
    """A task as Airflow keeps it."""

    run: str
    run_state: str
    task: str
    state: str
    tries: int


def _runs(town: Town) -> list[TaskSeen]:
    url = make_url(town.airflow.metadata).set(drivername="postgresql").render_as_string(hide_password=False)
    query = """SELECT r.run_id, r.state, t.task_id, coalesce(t.state, ''), t.try_number
               FROM dag_run r JOIN task_instance t USING (dag_id, run_id)
               WHERE r.dag_id = 'digitize_unit' ORDER BY r.run_id, t.task_id, t.map_index"""
    with psycopg.connect(url) as connection:
        return [TaskSeen(*row) for row in connection.execute(query)]


def _tries(town: Town, row: IngestRow) -> dict[str, TaskSeen]:
    """The tasks of the one run that the ingest has had, by name."""
    mine = [one for one in _runs(town) if one.run.startswith(row.ingest_id)]
    assert {one.run for one in mine} == {f"{row.ingest_id}.{row.attempt}"}, mine
    return {one.task: one for one in mine}


def _require_one_run(town: Town, row: IngestRow) -> None:
    """The one run went on where it stood: the deposit was made at its first try, and nobody was alarmed."""
    _until(lambda: _tries(town, row)["close"].run_state == "success", _BEGUN_SECONDS, lambda: _told(town))
    tries = _tries(town, row)
    assert tries["deposit"].tries == 1
    assert tries["index"].tries > 1
    assert not _alert(town.airflow.settings.home, row).exists()


def _alert(home: Path, row: IngestRow) -> Path:
    """The mark that `arhivar.tasks.alerts` leaves where it has told of this ingest."""
    name = sha256(f"digitize_unit.close.{row.ingest_id}".encode()).hexdigest()[:16]
    return home / "work" / "alerts" / name
