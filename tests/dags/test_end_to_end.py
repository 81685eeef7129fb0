# SPDX-License-Identifier: EUPL-1.2
"""Airflow at work, over the real back ends: what lies in the inbox is done without a hand on it, and kept."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from sqlalchemy.engine import make_url

from arhivar.composition import Archive, object_id, open_archive, open_replica
from arhivar.finding import open_search
from arhivar.intake.claims import list_claims
from arhivar.intake.drops import QUARANTINE
from arhivar.keeping.replicate import ReplicaWatcher, replicate
from arhivar.keeping.verify import all_subjects
from arhivar.settings import CHECKOUT
from schemas.findings import FINDINGS, FindingCode, Severity
from schemas.ingest import IngestState
from schemas.search import SearchFilters
from search.elastic_index import ElasticIndex
from tests.binders import make_binder, text_pages
from tests.dags.asking import Asking
from tests.dags.running import Running, running_airflow
from tests.deployment.conftest import elastic_address
from tests.mailbox import Mailbox, open_mailbox
from tests.real_binders import put_all
from tests.services import require

pytestmark = pytest.mark.services

_SAMPLES = CHECKOUT / "sample_scans"
_BINDERS = {"permits-1987": 12, "decisions-1995": 11, "waterworks-1910": 12}
_TABLES = "broken-tables"
"""Inventories, which are imported and not dropped: in the inbox they are a drop that nobody described."""
_BROKEN = tuple(sorted(path.name for path in (_SAMPLES / "broken").iterdir()))
_SECONDS = 3600
_RUN_SECONDS = 900
_PAGE_SECONDS = "90"
"""The hanging PDF is stopped after half of it; a healthy page must never need as much, also on a busy machine."""
_CODES = {code.value: code for code in FindingCode}
_BY_THE_CLOCK = ("carantină", "Raport", "report")
"""What mails are about that housekeeping and the report send, which Airflow also runs if their hour passed lately."""
_SILENT = ReplicaWatcher(lambda _: None, lambda _: None, lambda: None)
_QUERIES = ("autorizatie", '"regular meeting of the council"', "hotarare consiliul local")
_MAKE_OLD: tuple[LiteralString, ...] = (
    "UPDATE dag_run SET start_date = now() - interval '100 days' "
    "WHERE id = (SELECT min(id) FROM dag_run WHERE dag_id = 'intake' AND state = 'success')",
    "UPDATE log SET dttm = now() - interval '100 days' WHERE id = (SELECT min(id) FROM log)",
)
_COUNT_OLD: tuple[LiteralString, ...] = (
    "SELECT count(*) FROM dag_run WHERE start_date < now() - interval '90 days'",
    "SELECT count(*) FROM log WHERE dttm < now() - interval '90 days'",
)


@dataclass(frozen=True)
class Deployment:
    """Airflow with its archive, and everything else that it was told to use."""

    airflow: Running
    asking: Asking
    mailbox: Mailbox
    pages: dict[str, int]
    """How many each healthy drop has."""

    def run(self, dag_id: str) -> tuple[str, str]:
        """Start a run and wait for its end; its id and state."""
        run_id = self.asking.trigger(dag_id)
        return run_id, self.asking.finished(dag_id, run_id, _RUN_SECONDS)

    def database(self) -> psycopg.Connection:
        """Airflow's own."""
        return _connect(self.airflow.environment["ARHIVAR_AIRFLOW_DATABASE"])


def _connect(address: str) -> psycopg.Connection:
    url = make_url(address).set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Deployment]:
    """All samples, all broken ones and the real scans, dropped at one moment beside a claim that an intake left."""
    waiting = tmp_path_factory.mktemp("waiting")
    pages = dict(_BINDERS)
    if os.environ.get("CI") or os.environ.get("ARHIVAR_TEST_SCANS"):
        pages |= put_all(request.getfixturevalue("real_scans"), waiting)
    for source in [*(_SAMPLES / name for name in (*_BINDERS, _TABLES)), *(_SAMPLES / "broken").iterdir()]:
        shutil.copytree(source, waiting / source.name, symlinks=True)
    with open_mailbox() as mailbox:
        more = {
            "ARHIVAR_PAGE_SECONDS": _PAGE_SECONDS,
            "ARHIVAR_REPLICA": str(tmp_path_factory.mktemp("replica")),
            "ARHIVAR_MAIL_SERVER": mailbox.url,
            "ARHIVAR_MAIL_TO": "arhiva@primarie.example",
        }
        with running_airflow(more, prepare=lambda settings: open_replica(settings, new=True)) as airflow:
            (airflow.inbox / ".claimed").mkdir()
            shutil.move(waiting / "waterworks-1910", airflow.inbox / ".claimed" / "waterworks-1910~00000000")
            shutil.move(waiting, airflow.inbox / ".waiting")
            for drop in sorted((airflow.inbox / ".waiting").iterdir()):
                drop.rename(airflow.inbox / drop.name)
            (airflow.inbox / ".waiting").rmdir()
            yield Deployment(airflow, Asking(airflow.state), mailbox, pages)


def _severity(folder: str) -> Severity:
    code = _CODES.get(folder)
    return Severity.NOTE if code is None else FINDINGS[code].severity


def _states(archive: Archive) -> dict[str, IngestState]:
    return {row.manifest.folder: row.state for row in archive.catalogue.ingests()}


def _left(inbox: Path) -> list[str]:
    return sorted(path.name for path in inbox.iterdir() if not path.name.startswith("."))


def test_healthy_units_are_reconciled_and_broken_ones_quarantined(deployment: Deployment) -> None:
    inbox = deployment.airflow.inbox
    wanted = dict.fromkeys(deployment.pages, IngestState.RECONCILED) | {
        name: IngestState.INDEXED if _severity(name) is Severity.PLACEHOLDER else IngestState.RECONCILED
        for name in _BROKEN
        if _severity(name) is not Severity.QUARANTINE
    }
    until = time.monotonic() + _SECONDS
    with open_archive(deployment.airflow.settings) as archive:
        while time.monotonic() < until and not (_states(archive) == wanted and not _left(inbox)):
            time.sleep(2)
        assert _states(archive) == wanted
        runs = [f"{row.ingest_id}.1" for row in archive.catalogue.ingests()]
        for row in archive.catalogue.ingests():
            name, ledger = row.manifest.folder, archive.catalogue.ledger(row.ingest_id)
            assert ledger is not None, name
            assert ledger.differences == (), name
            assert len(ledger.rows) == deployment.pages.get(name, len(ledger.rows)), name
            assert (row.attempt, archive.packages.head(object_id(row.unit_id))) == (1, 1), name
    aside = sorted(path.name for path in (inbox / QUARANTINE).iterdir())
    assert aside == sorted([_TABLES, *(name for name in _BROKEN if _severity(name) is Severity.QUARANTINE)])
    assert (_left(inbox), list_claims(inbox)) == ([], [])
    for run_id in runs:
        assert deployment.asking.finished("digitize_unit", run_id, _RUN_SECONDS) == "success"
    alerts = [one for one in deployment.mailbox.subjects if not any(word in one for word in _BY_THE_CLOCK)]
    assert alerts == [], [deployment.mailbox.text(one) for one in alerts]


def test_the_audit_finds_a_flipped_byte_and_repairs_it_from_the_replica(deployment: Deployment) -> None:
    settings = deployment.airflow.settings
    with open_archive(settings) as archive:
        replicate(archive, open_replica(settings), _SILENT)
        row = next(row for row in archive.catalogue.ingests() if row.manifest.folder == "decisions-1995")
        harmed = object_id(row.unit_id)
        key = archive.packages.files(harmed)["masters/001.jpg"].content_key
        whole = archive.store.read(key)
        archive.store.replace(key, whole[:1000] + bytes([whole[1000] ^ 1]) + whole[1001:])
        now = datetime.now(UTC)
        for subject in all_subjects(archive):
            if subject.identifier != harmed:
                archive.catalogue.record_fixity(subject.identifier, now)
        run_id, state = deployment.run("fixity_audit")
        assert state == "success"
        said = deployment.asking.said("fixity_audit", run_id, "audit")
        assert (said["objects"], said["repaired_files"], said["differing"]) == (1, 1, 0)
        assert archive.store.read(key) == whole
        assert archive.catalogue.fixity()[harmed] > now
        repaired = [str(row.record) for row in archive.catalogue.audit_rows() if "file-repaired" in str(row.record)]
        assert len(repaired) == 1
        assert "replica" in repaired[0]


def _hits(deployment: Deployment) -> dict[str, list[tuple[str, int]]]:
    with open_archive(deployment.airflow.settings) as archive:
        found = {query: open_search(archive).search(query, SearchFilters()) for query in _QUERIES}
        return {query: sorted((hit.reference_code, hit.page) for hit in one.hits) for query, one in found.items()}


def test_the_rebuilt_index_finds_the_same(deployment: Deployment) -> None:
    settings = deployment.airflow.settings
    index = ElasticIndex(elastic_address(require("elasticsearch"), settings.index_prefix))
    before, hits = index.own_indices(), _hits(deployment)
    assert hits["autorizatie"]
    run_id, state = deployment.run("rebuild_index")
    assert state == "success"
    with open_archive(settings) as archive:
        units = len(archive.catalogue.units())
    said = deployment.asking.said("rebuild_index", run_id, "rebuild")
    assert (said["units"], said["troubles"]) == (units, 0)
    assert not set(before) & set(index.own_indices())
    index.close()
    assert _hits(deployment) == hits


def test_the_report_is_kept_and_mailed(deployment: Deployment) -> None:
    run_id, state = deployment.run("progress_report")
    assert state == "success"
    key = deployment.asking.said("progress_report", run_id, "publish")
    with open_archive(deployment.airflow.settings) as archive:
        page = archive.store.read(key).decode()
    mails = [one for one in deployment.mailbox.messages if "report" in one["Subject"] or "Raport" in one["Subject"]]
    message = mails[-1]
    (attached,) = message.iter_attachments()
    assert attached.get_content().strip() == page.strip()
    assert "</html>" in page


def test_housekeeping_sweeps_reminds_and_forgets_old_runs(deployment: Deployment) -> None:
    settings, now = deployment.airflow.settings, datetime.now(UTC)
    with open_archive(settings) as archive:
        done = next(row for row in archive.catalogue.ingests() if row.state is IngestState.RECONCILED)
        waiting = next(row for row in archive.catalogue.ingests() if row.state is IngestState.INDEXED)
        work = archive.work / "ingests" / done.ingest_id
        work.mkdir(parents=True)
        (work / "volume-1.pdf").write_bytes(b"what a killed process left")
        archive.store.put(f"staging/{done.ingest_id}/pages/late", b"x")
        archive.catalogue.acquire_lease("ingest:dead", "gone", 60, now - timedelta(days=2))
        with _connect(deployment.airflow.environment["ARHIVAR_CATALOGUE"]) as catalogue:
            changed = catalogue.execute(
                "UPDATE ingest SET updated_at = updated_at - interval '2 days' WHERE ingest_id = %s",
                (waiting.ingest_id,),
            )
            assert changed.rowcount == 1
    with deployment.database() as airflow:
        for statement in _MAKE_OLD:
            assert airflow.execute(statement).rowcount == 1
    run_id, state = deployment.run("housekeeping")
    assert state == "success"
    assert deployment.asking.said("housekeeping", run_id, "sweep") == {"staging": 1, "leases": 1, "stage_runs": 0}
    assert deployment.asking.said("housekeeping", run_id, "clean") is True
    with open_archive(settings) as archive:
        assert not work.exists()
        assert not archive.store.exists(f"staging/{done.ingest_id}/pages/late")
    with deployment.database() as airflow:
        for statement in _COUNT_OLD:
            assert airflow.execute(statement).fetchone() == (0,), statement
    told = deployment.mailbox.text("carantină")
    assert waiting.ingest_id in told
    assert all(name in told for name in _BROKEN if _severity(name) is Severity.QUARANTINE)


def test_a_full_disk_is_told_and_the_drop_goes_on_once_there_is_room(deployment: Deployment) -> None:
    settings, inbox = deployment.airflow.settings, deployment.airflow.inbox
    file = settings.home / "arhivar.toml"
    before = file.read_text()
    file.write_text(f"{before}\nleast_free_bytes = {2**60}\n")
    make_binder(inbox, "late-one", text_pages(1), description={"reference_code": "E/1"})
    run_id, state = deployment.run("intake")
    file.write_text(before)
    assert state == "failed"
    assert deployment.asking.task_state("intake", run_id, "take") == "failed"
    assert str(settings.home) in deployment.mailbox.text("intake: take")
    assert _left(inbox) == ["late-one"]
    until = time.monotonic() + _RUN_SECONDS
    with open_archive(settings) as archive:
        while time.monotonic() < until and _states(archive).get("late-one") is not IngestState.RECONCILED:
            time.sleep(1)
        assert _states(archive)["late-one"] is IngestState.RECONCILED


def test_what_a_task_logs_names_its_unit(deployment: Deployment) -> None:
    with open_archive(deployment.airflow.settings) as archive:
        row = next(row for row in archive.catalogue.ingests() if row.manifest.folder == "permits-1987")
    log = json.loads(deployment.asking.log("digitize_unit", f"{row.ingest_id}.1", "deposit"))
    deposited = next(line for line in log["content"] if line.get("event") == "unit deposited")
    assert deposited["ingest"] == row.ingest_id
    assert deposited["unit"] == str(row.unit_id)
