# SPDX-License-Identifier: EUPL-1.2
"""Workers on machines of their own, without access to the share: what one dies over, another one does."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from minio import Minio

from arhivar.composition import Archive, object_id, open_archive
from arhivar.finding import open_search
from arhivar.package import read_package
from repository.records import IngestRow
from schemas.ingest import IngestState
from schemas.search import SearchFilters
from tests.binders import make_binder, text_pages
from tests.dags.asking import Asking
from tests.dags.running import Running, running_airflow
from tests.services import require
from tools.services.airflow_celery import WORKERS
from tools.services.server import running

pytestmark = pytest.mark.services

_SERVERS = ("redis", "airflow-celery", *(worker.name for worker in WORKERS))
_FIRST, _SECOND = (worker.name for worker in WORKERS if worker.queues == "default")
_SECONDS = 900
"""On a busy machine; a quiet one needs a sixth of it."""
_BINDERS = {"mare": 75, "mic": 2, "mijlociu": 3}
"""Pages by name. Three chunks: a worker takes two tasks at once, so both have one."""
_RECOVERY = {
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "120",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "10",
}
"""As in the deployment, in less time."""


@pytest.fixture(scope="module")
def airflow() -> Iterator[Running]:
    with running_airflow(_RECOVERY, servers=_SERVERS) as started:
        yield started


def _wait(whether: Callable[[], bool]) -> None:
    until = time.monotonic() + _SECONDS
    while not whether():
        assert time.monotonic() < until
        time.sleep(1)


def _pid(airflow: Running, server: str) -> int:
    return int((airflow.state / server / "pid").read_text().split()[0])


def _scratch(airflow: Running, server: str) -> set[str]:
    """What Arhivar has among the machine's temporary files."""
    return {path.name for path in (airflow.state / server / "scratch").glob("arhivar-*")}


def _reading(asking: Asking, host: str) -> list[dict[str, Any]]:
    """Tasks that read pages on that machine."""
    tasks = asking.tasks("digitize_unit", "pages")
    return [one for one in tasks if one["state"] == "running" and one["hostname"] == host]


def _kept(airflow: Running) -> Counter[str]:
    """How often each page's result was put into the store; the store forgets none before the next day."""
    minio, bucket = require("minio"), str(airflow.settings.store).removeprefix("s3://")
    client = Minio(minio["endpoint"].partition("://")[2], minio["access_key"], minio["secret_key"], secure=False)
    versions = client.list_objects(bucket, "staging/", recursive=True, include_version=True)
    return Counter(one.object_name for one in versions if "/pages/" in one.object_name and not one.is_delete_marker)


def _drop(airflow: Running, name: str, pages: int) -> None:
    make_binder(airflow.inbox, name, text_pages(pages, name), description={"reference_code": f"L/{name}"})


def _all_reconciled(airflow: Running, count: int) -> bool:
    with open_archive(airflow.settings) as archive:
        states = [row.state for row in archive.catalogue.ingests()]
    return states == [IngestState.RECONCILED] * count


def _assert_once(archive: Archive, row: IngestRow, pages: int) -> None:
    """The unit has one version, and every page is once in catalogue, ledger, PDF and index."""
    numbers = list(range(1, pages + 1))
    unit = object_id(row.unit_id)
    assert (row.attempt, row.version, archive.packages.head(unit)) == (1, 1, 1)
    ledger = archive.catalogue.ledger(row.ingest_id)
    assert ledger is not None
    assert ledger.balanced
    assert [line.page for line in ledger.rows] == numbers
    assert [page.number for page in archive.catalogue.pages(row.ingest_id)] == numbers
    package = read_package(archive, unit)
    assert [page.number for page in package.pages] == numbers
    in_pdfs = 0
    for pdf in package.pdfs:
        with archive.packages.open(unit, pdf.path) as stream, pikepdf.open(stream) as opened:
            in_pdfs += len(opened.pages)
    assert in_pdfs == pages
    found = open_search(archive).search(f"{row.manifest.folder} hotararea", SearchFilters(), limit=100)
    assert sorted(hit.page for hit in found.hits) == numbers


def _hidden(airflow: Running, server: str) -> set[Path]:
    """Where the machine of the server sees an empty folder."""
    leader = _pid(airflow, server)
    first = Path(f"/proc/{leader}/task/{leader}/children").read_text().split()[0]
    lines = Path(f"/proc/{first}/mounts").read_text().splitlines()
    return {Path(line.split()[1]) for line in lines if line.startswith("hidden ") and " ro," in line}


def test_page_workers_see_neither_the_share_nor_each_other(airflow: Running) -> None:
    for worker in WORKERS:
        hidden = _hidden(airflow, worker.name)
        assert (airflow.inbox in hidden) == (worker.queues == "default")
        assert airflow.settings.home in hidden
        assert {airflow.state / other.name for other in WORKERS if other is not worker} <= hidden


def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(airflow: Running) -> None:
    asking = Asking(airflow.state, "airflow-celery")
    for name, pages in _BINDERS.items():
        _drop(airflow, name, pages)
    _wait(lambda: bool(_reading(asking, _FIRST) and _reading(asking, _SECOND) and len(_kept(airflow)) > 2))
    os.killpg(_pid(airflow, _FIRST), signal.SIGKILL)
    in_hand = _reading(asking, _FIRST)
    assert in_hand
    assert len(_kept(airflow)) < sum(_BINDERS.values())
    assert _scratch(airflow, _FIRST)
    _wait(lambda: _all_reconciled(airflow, len(_BINDERS)))
    with open_archive(airflow.settings) as archive:
        rows = {row.manifest.folder: row for row in archive.catalogue.ingests()}
        assert set(rows) == set(_BINDERS)
        for name, row in rows.items():
            _assert_once(archive, row, _BINDERS[name])
        assert archive.catalogue.outbox(1) == []
    kept = _kept(airflow)
    assert len(kept) == sum(_BINDERS.values())
    assert set(kept.values()) == {1}, "a page was read again whose result was there"
    tasks = {(one["dag_run_id"], one["map_index"]): one for one in asking.tasks("digitize_unit", "pages")}
    for one in in_hand:
        ended = tasks[one["dag_run_id"], one["map_index"]]
        assert (ended["state"], ended["try_number"], ended["hostname"]) == ("success", 2, _SECOND)
    _wait(lambda: not {"queued", "running"} & set(asking.states("digitize_unit")))
    assert asking.states("digitize_unit") == ["success"] * len(_BINDERS)  # by its tasks' retries, not by further runs


def test_one_that_comes_back_clears_up_and_one_that_is_stopped_finishes_its_tasks(airflow: Running) -> None:
    asking = Asking(airflow.state, "airflow-celery")
    airflow.services("up", _FIRST)
    left = _scratch(airflow, _FIRST)
    assert left, "the test before this one kills it"
    _drop(airflow, "sters", 75)
    asking.trigger("intake")  # the next minute's round would do it too
    _wait(lambda: bool(_reading(asking, _SECOND)))
    in_hand = _reading(asking, _SECOND)
    os.killpg(_pid(airflow, _SECOND), signal.SIGTERM)  # as the container engine does, which then waits long enough
    _wait(lambda: running(airflow.state / _SECOND) is None)
    _wait(lambda: _all_reconciled(airflow, len(_BINDERS) + 1))
    tasks = {(one["dag_run_id"], one["map_index"]): one for one in asking.tasks("digitize_unit", "pages")}
    for one in in_hand:
        ended = tasks[one["dag_run_id"], one["map_index"]]
        assert (ended["state"], ended["try_number"], ended["hostname"]) == ("success", 1, _SECOND)
    with open_archive(airflow.settings) as archive:
        (row,) = (row for row in archive.catalogue.ingests() if row.manifest.folder == "sters")
        _assert_once(archive, row, 75)
    assert _scratch(airflow, _FIRST).isdisjoint(left), "what it left when it was killed"
    assert _scratch(airflow, _SECOND) == set()
