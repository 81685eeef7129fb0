# SPDX-License-Identifier: EUPL-1.2
"""Many small binders at once, with Airflow at work: each done once, and the last ones as fast as the first."""

import json
import time
from collections.abc import Iterator
from statistics import median

import psycopg
import pytest
from elasticsearch import Elasticsearch
from sqlalchemy.engine import make_url

from arhivar.composition import Archive, object_id, open_archive
from schemas.audit import AuditAction
from schemas.ingest import IngestState
from schemas.search import SearchFilters
from search.query import parse_query
from tests.binders import make_binder
from tests.dags.running import Running, running_airflow
from tests.dags.throughput import CpuCurve, rates
from tests.deployment.conftest import elastic_address
from tests.services import require

pytestmark = pytest.mark.services

PAGES = 4
_SLIP_PX = (600, 260)
"""A slip of paper: what is measured is the pipeline, not the reading."""
_LEAST = 0.8
_SECONDS_A_BINDER = 120
"""Patience on a busy machine, not what one takes."""


@pytest.fixture
def airflow() -> Iterator[Running]:
    with running_airflow({}) as started:
        yield started


def drop_binders(airflow: Running, count: int) -> list[str]:
    """So many ready binders, all in the inbox at the same moment; their names."""
    aside = airflow.inbox.parent / "drawn"
    names = [f"dosar-{number:03}" for number in range(1, count + 1)]
    for name in names:
        pages = [[f"Dosarul {name[6:]}", f"pagina {page}, hotararea"] for page in range(1, PAGES + 1)]
        make_binder(aside, name, pages, description={"reference_code": f"M/{name[6:]}"}, size_px=_SLIP_PX)
    for name in names:
        (aside / name).rename(airflow.inbox / name)
    return names


def started_runs(airflow: Running) -> list[tuple[str, str]]:
    """Each run of `digitize_unit` that Airflow ever began, and its state."""
    facts = json.loads((airflow.state / "postgresql" / "facts.json").read_text())
    url = make_url(facts["client"]["airflow"]).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        return connection.execute("SELECT run_id, state FROM dag_run WHERE dag_id = 'digitize_unit'").fetchall()


def sizes(airflow: Running) -> dict[str, int]:
    """Bytes of the index, and of the catalogue's largest tables with their indices."""
    assert airflow.settings.catalogue is not None
    url = make_url(airflow.settings.catalogue.get_secret_value()).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        tables = connection.execute(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC LIMIT 8"
        ).fetchall()
        (whole,) = connection.execute("SELECT pg_database_size(current_database())").fetchone() or (0,)
    address = elastic_address(require("elasticsearch"), airflow.settings.index_prefix)
    with Elasticsearch(address.url, api_key=address.api_key, ca_certs=str(address.ca_certificates)) as client:
        index = client.indices.stats(index=f"{address.prefix}-*", metric=["store"])["_all"]["primaries"]["store"]
    return {"index": index["size_in_bytes"], "database": whole, **dict(tables)}


def wait_for(archive: Archive, airflow: Running, count: int) -> None:
    """Until so many are reconciled and their runs have ended, or patience is."""
    until = time.monotonic() + 120 + _SECONDS_A_BINDER * count
    while time.monotonic() < until:
        if len(archive.catalogue.ingests(states=[IngestState.RECONCILED])) == count:
            ended = [state for _, state in started_runs(airflow) if state in {"success", "failed"}]
            if len(ended) >= count:
                return
        time.sleep(2)


@pytest.mark.parametrize("count", [24, pytest.param(200, marks=pytest.mark.soak)])
def test_many_binders_at_once_are_each_done_once_and_the_last_as_fast_as_the_first(
    airflow: Running, pytestconfig: pytest.Config, count: int
) -> None:
    cpu = CpuCurve(int((airflow.state / "airflow" / "pid").read_text().split()[0]))
    names = drop_binders(airflow, count)
    begun = time.time()
    with open_archive(airflow.settings) as archive:
        with cpu.measured():
            wait_for(archive, airflow, count)
        require_each_once(archive, airflow, names)
        rows = archive.catalogue.ingests()
        done = [row.updated_at.timestamp() for row in rows]
        found = rates(done, cpu)
        waited = sorted(row.updated_at.timestamp() - begun for row in rows)
        worked = sorted((row.updated_at - row.received_at).total_seconds() for row in rows)
        pytestconfig.get_terminal_writer().line(
            f"\n{count} binders: {max(done) - begun:.0f} s, {cpu.at(max(done)) - cpu.at(begun):.0f} CPU s; quarters: "
            f"{[round(60 * rate, 2) for rate in found.by_clock]} a minute, "
            f"{[round(60 * rate, 2) for rate in found.by_cpu]} a CPU minute; from drop to ledger, median and last: "
            f"{median(waited):.0f}, {waited[-1]:.0f} s; from claim to ledger, median and longest: "
            f"{median(worked):.0f}, {worked[-1]:.0f} s"
        )
        pytestconfig.get_terminal_writer().line(f"bytes: {sizes(airflow)}")
    # By CPU seconds, as the clock is other processes' too. The first quarter also pays for the intake of all binders,
    # so that the last one is held to the best of the others.
    assert found.by_cpu[-1] >= _LEAST * max(found.by_cpu[:-1]), found


def require_each_once(archive: Archive, airflow: Running, names: list[str]) -> None:
    """Every binder is a unit of one version with all its pages, made by one run; nothing else is there or left."""
    rows = archive.catalogue.ingests()
    assert sorted(row.manifest.folder for row in rows) == names
    for row in rows:
        assert (row.state, row.attempt, row.version) == (IngestState.RECONCILED, 1, 1), row.manifest.folder
        assert archive.packages.head(object_id(row.unit_id)) == 1
        ledger = archive.catalogue.ledger(row.ingest_id)
        assert ledger is not None
        assert (len(ledger.rows), ledger.balanced) == (PAGES, True), row.manifest.folder
    assert sorted(started_runs(airflow)) == sorted((f"{row.ingest_id}.{row.attempt}", "success") for row in rows)
    assert archive.index.search(parse_query("hotararea"), SearchFilters()).total == PAGES * len(names)
    assert archive.catalogue.outbox(1) == []
    assert list(archive.store.list("staging/")) == []
    deposits = [row for row in archive.catalogue.audit_rows() if AuditAction.UNIT_DEPOSITED.value in row.record]
    assert len(deposits) == len(names)
    assert [path.name for path in airflow.inbox.iterdir() if not path.name.startswith(".")] == []
    assert [path.name for folder in airflow.inbox.glob(".*") for path in folder.iterdir()] == []
