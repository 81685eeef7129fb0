# SPDX-License-Identifier: EUPL-1.2
"""Time by stage and looks at the inbox are kept as work goes on, and stop nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from arhivar.cpu_time import tree_cpu_seconds
from arhivar.monitor import Monitor
from repository.monitoring import StageRun
from repository.sql_catalogue import SqlCatalogue
from schemas.errors import CatalogueUnavailable
from schemas.ingest import IngestState
from schemas.stages import Stage, StageOutcome
from tests.arhivar.conftest import Town
from tests.arhivar.quick import make_quick_binder, quick_town, use_quick_validator

_BURN = "import time\nwhile time.process_time() < 0.5: pass\nprint(flush=True)\n"


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    use_quick_validator(monkeypatch)
    return quick_town(tmp_path)


def _pages(town: Town) -> dict[tuple[Stage, StageOutcome], tuple[int, int]]:
    with town.open() as archive:
        sums = archive.catalogue.standing(now()).stages
    return {(one.stage, one.outcome): (one.runs, one.pages) for one in sums}


def now() -> datetime:
    return datetime.now(UTC)


def test_every_stage_of_an_ingest_is_measured_once_with_its_pages(quick: Town) -> None:
    make_quick_binder(quick.inbox, "a", ["unu", "doi", "trei unreadable"], {"reference_code": "M/1"})
    quick.ingest()
    done = StageOutcome.DONE
    of_pages = (Stage.STAGE, Stage.PAGES, Stage.COMPOSE, Stage.DEPOSIT, Stage.RECONCILE)
    assert _pages(quick) == {(stage, done): (1, 3) for stage in of_pages} | {(Stage.INDEX, done): (1, 0)}


def test_pages_that_were_read_before_do_not_count_again(quick: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    make_quick_binder(quick.inbox, "a", ["unu", "doi"], {"reference_code": "M/1"})

    def fails(*_: object) -> None:
        raise CatalogueUnavailable(detail="by design")

    with monkeypatch.context() as broken:
        broken.setattr("repository.ocfl.OcflRepository.commit", fails)
        quick.ingest()
    quick.ingest()
    found = _pages(quick)
    assert found[Stage.PAGES, StageOutcome.DONE] == (2, 2)
    assert found[Stage.DEPOSIT, StageOutcome.STOPPED] == (1, 2)
    assert found[Stage.DEPOSIT, StageOutcome.DONE] == (1, 2)


def test_a_catalogue_that_takes_no_times_stops_no_ingest(quick: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def fails(_: SqlCatalogue, runs: Sequence[StageRun]) -> None:
        tried.append(len(runs))
        raise CatalogueUnavailable(detail="by design")

    monkeypatch.setattr(SqlCatalogue, "record_stages", fails)
    make_quick_binder(quick.inbox, "a", ["unu"], {"reference_code": "M/1"})
    assert [one.state for one in quick.ingest().outcomes] == [IngestState.RECONCILED]
    assert tried == [6]


def test_runs_are_written_some_at_a_time(quick: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    monkeypatch.setattr(SqlCatalogue, "record_stages", lambda _, runs: written.append(len(runs)))
    with quick.open() as archive:
        for _ in range(130):
            with archive.monitor.stage(Stage.INDEX, "a", unit_id=uuid4()):
                pass
        assert written == [64, 64]
    assert written == [64, 64, 2]


def test_processor_time_is_that_of_all_that_was_started_living_or_not() -> None:
    before = tree_cpu_seconds()
    child = subprocess.Popen([sys.executable, "-c", _BURN + "time.sleep(60)"], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    living = tree_cpu_seconds() - before
    child.kill()
    child.stdout.close()
    child.wait()
    ended = tree_cpu_seconds() - before
    assert 0.45 < living < 5
    assert living - 0.05 <= ended < 5


def test_processor_time_is_also_that_of_what_the_started_ones_started() -> None:
    before = tree_cpu_seconds()
    burn = [sys.executable, "-c", _BURN + "time.sleep(60)"]
    child = subprocess.Popen(["sh", "-c", '"$@" & wait', "sh", *burn], stdout=subprocess.PIPE, start_new_session=True)
    assert child.stdout is not None
    child.stdout.readline()
    living = tree_cpu_seconds() - before
    os.killpg(child.pid, signal.SIGKILL)
    child.stdout.close()
    child.wait()
    assert 0.45 < living < 5


def test_a_look_keeps_what_waits_and_what_lies_in_quarantine(quick: Town) -> None:
    started = now()
    (quick.inbox / "waits").mkdir()
    make_quick_binder(quick.inbox, "empty", [], {"reference_code": "M/2"})
    quick.ingest()
    quick.ingest()
    with quick.open() as archive:
        (look,) = archive.catalogue.standing(now()).looks
    assert (look.inbox, look.waiting, look.quarantined) == (str(quick.inbox), 1, 1)
    assert look.waiting_since is not None
    assert look.quarantined_since is not None
    assert abs((look.waiting_since - started).total_seconds()) < 60
    assert look.quarantined_since >= started
    assert look.looked_at >= look.quarantined_since


def test_an_inbox_that_does_not_change_is_told_once_a_minute(quick: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[int] = []
    monkeypatch.setattr(SqlCatalogue, "record_look", lambda _, look: kept.append(look.waiting))
    clock = [1000.0]
    monkeypatch.setattr("arhivar.monitor.time.monotonic", lambda: clock[0])
    with quick.open() as archive:
        monitor = Monitor(archive.catalogue)
        for seconds, waiting in ((0, []), (10, []), (10, [5.0]), (10, [5.0]), (61, [5.0])):
            clock[0] += seconds
            monitor.look("/inbox", list(waiting), list)
    assert kept == [0, 1, 1]


def test_measuring_a_stage_costs_less_than_a_millisecond_or_so(quick: Town) -> None:
    with quick.open() as archive:
        begun = time.process_time()
        for _ in range(64):
            with archive.monitor.stage(Stage.PAGES, "a" * 32, unit_id=uuid4()):
                pass
        spent = time.process_time() - begun
    assert spent / 64 < 0.01
