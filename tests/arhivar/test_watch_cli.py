# SPDX-License-Identifier: EUPL-1.2
"""`arhivar watch` and the clean stop of both commands that take drops, in processes of their own."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from arhivar.composition import object_id
from schemas.errors import EXIT_DONE
from schemas.ingest import IngestState
from schemas.ingest import unit_id as derive_unit_id
from tests.arhivar.conftest import RunArhivar, Town
from tests.binders import make_binder, text_pages

IDLE_SECONDS = 5.0


def _wait_for(condition: Callable[[], object], run: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 180
    while not condition():
        assert run.poll() is None, run.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _kept(town: Town) -> int:
    return len(list((town.settings.home / "work" / "pages").rglob("*.json")))


class CountingPool:
    """The town's pool; notes which pages it is given to read."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self.read: list[int] = []
        self.count_frames = pool.count_frames

    def process(self, sources: Any, settings: Any) -> Iterator[Any]:
        for page, outcome in self._pool.process(sources, settings):
            self.read.append(page.number)
            yield page, outcome


@pytest.mark.parametrize(
    ("command", "signals", "exit_code"),
    [
        ("watch", [signal.SIGTERM], EXIT_DONE),
        ("ingest", [signal.SIGTERM], 143),
        ("ingest", [signal.SIGINT, signal.SIGINT], 130),
    ],
)
def test_a_stop_between_pages_keeps_every_page_that_was_read(
    town: Town, start_arhivar: RunArhivar, command: str, signals: list[int], exit_code: int
) -> None:
    make_binder(town.inbox, "a", text_pages(6), description={"reference_code": "T/1"})
    run = start_arhivar("--lang", "en", command, str(town.inbox), ARHIVAR_LEASE_SECONDS="3600")
    _wait_for(lambda: _kept(town), run)
    for number in signals:
        run.send_signal(number)
        time.sleep(0.3)  # two of a kind that come at once count as one
    out, err = run.communicate(timeout=180)
    assert run.returncode == exit_code, (out, err)
    assert "Stopped." in out
    assert "Stopping after the pages in hand" in err
    kept = _kept(town)
    assert 1 <= kept <= 4, "the one that was done, one in hand, one in the pipe, one that was quick"
    with town.open() as archive:
        [row] = archive.catalogue.ingests()
        assert row.state is IngestState.PROCESSING
        assert [page.number for page in archive.catalogue.pages(row.ingest_id)] == list(range(1, kept + 1))
    pool: Any = CountingPool(town.pool)
    # At once: leases of an hour that were not given back would keep this run from it.
    report = replace(town, pool=pool).ingest()
    assert [one.state for one in report.outcomes] == [IngestState.RECONCILED]
    assert sorted(pool.read) == list(range(kept + 1, 7))
    with town.open() as archive:
        assert archive.packages.head(object_id(derive_unit_id("T/1"))) == 1


def test_a_watch_takes_good_drops_sets_a_broken_one_aside_and_says_so_in_json(
    town: Town, start_arhivar: RunArhivar
) -> None:
    run = start_arhivar("watch", "--json", str(town.inbox), ARHIVAR_POLL_SECONDS="1")
    assert run.stdout is not None
    assert json.loads(run.stdout.readline())["event"] == "watching"
    make_binder(town.inbox, "a", text_pages(1), description={"reference_code": "T/a"})
    broken = make_binder(town.inbox, "b", text_pages(1), ready=False)
    (broken / "unit.json").write_text("{", encoding="utf-8")
    (broken / "_READY").touch()
    make_binder(town.inbox, "c", text_pages(1, "altul"), description={"reference_code": "T/c"})
    told: list[dict[str, Any]] = []
    while len([one for one in told if one["event"] == "ingest"]) < 2 or len(told) < 5:
        line = run.stdout.readline()
        assert line, (told, run.communicate())
        told.append(json.loads(line))
    run.send_signal(signal.SIGTERM)
    out, err = run.communicate(timeout=120)
    assert run.returncode == EXIT_DONE, err
    assert json.loads(out) == {"event": "stopped"}
    taken = {one["folder"]: one for one in told if one["event"] == "taken"}
    assert sorted(taken) == ["a", "b", "c"]
    assert [finding["code"] for finding in taken["b"]["findings"]] == ["description-invalid"]
    assert {one["reference_code"] for one in told if one.get("state") == "reconciled"} == {"T/a", "T/c"}
    assert (town.inbox / ".quarantine" / "b" / "001.png").exists()


@pytest.mark.parametrize("options", [[], ["--poll-only"]], ids=["events", "poll-only"])
def test_waiting_costs_next_to_no_processor_time(town: Town, start_arhivar: RunArhivar, options: list[str]) -> None:
    make_binder(town.inbox, "a", text_pages(3), description={"reference_code": "T/a", "folios": 9}, ready=False)
    variables = {"ARHIVAR_POLL_SECONDS": "1", "ARHIVAR_QUIET_SECONDS": "0"}
    run = start_arhivar("--lang", "en", "watch", *options, str(town.inbox), **variables)
    assert run.stdout is not None
    assert run.stdout.readline().startswith("Watching")
    time.sleep(3)  # it counts the pages of the drop that waits
    before = _cpu_seconds(run.pid)
    time.sleep(IDLE_SECONDS)
    used = _cpu_seconds(run.pid) - before
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=60)
    assert run.returncode == 130, (out, err)
    assert used / IDLE_SECONDS < 0.05, "of one processor, with ten times as many looks as by default"


def _cpu_seconds(pid: int) -> float:
    """Processor time of the process without its children, from Linux's proc(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
