# SPDX-License-Identifier: EUPL-1.2
"""The tasks of a unit, one after the other as Airflow runs them, but on machines that share the store alone."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from arhivar.composition import object_id
from arhivar.exits.ingests import retry_ingest
from arhivar.package import read_package
from arhivar.steps.compose import compose_unit
from arhivar.tasks import unit
from arhivar.tasks.intake import take_drops
from schemas.errors import ArhivarError, CaseUnknown, DifferencesRemain, LeaseLost, NotPdfA, StoreUnavailable
from schemas.ingest import IngestState
from tests.arhivar.conftest import Town
from tests.arhivar.quick import make_quick_binder


def _take(town: Town, *texts: str, code: str = "T/1") -> str:
    make_quick_binder(town.inbox, code.replace("/", "-"), texts, {"reference_code": code})
    (ingest_id,) = take_drops()
    return ingest_id


def _forget_machine(town: Town) -> None:
    """What the next task finds on another machine: nothing."""
    shutil.rmtree(town.settings.home / "work", ignore_errors=True)


def _run(ingest_id: str, attempt: int = 1, between: Callable[[], None] = lambda: None) -> unit.Closed | None:
    chunks = unit.prepare(ingest_id, attempt)
    read = []
    for chunk in chunks:
        between()
        read.append(unit.read_chunk(ingest_id, attempt, chunk))
    between()
    composed = unit.compose(ingest_id, attempt, read)
    between()
    unit.deposit(ingest_id, attempt, composed)
    between()
    unit.index(ingest_id, attempt)
    between()
    return unit.reconcile(ingest_id, attempt)


def _state(town: Town, ingest_id: str) -> IngestState:
    with town.open() as archive:
        row = archive.catalogue.ingest(ingest_id)
        assert row is not None
        return row.state


def _reads(town: Town) -> list[int]:
    pool: Any = town.pool
    return sorted(pool.read.values())


def test_each_task_may_run_on_another_machine(quick: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit, "PAGES_A_CHUNK", 2)
    ingest_id = _take(quick, *(f"pagina {number}" for number in range(5)))
    closed = _run(ingest_id, between=lambda: _forget_machine(quick))
    assert closed == {"ingest_id": ingest_id, "state": "reconciled", "pages": 5, "gaps": []}
    assert unit.close_run(ingest_id, 1) == "reconciled"
    assert _reads(quick) == [1] * 5
    with quick.open() as archive:
        assert list(archive.store.list("staging/")) == []
        assert not list((quick.settings.home / "work").rglob("*.*"))


def test_tasks_make_the_same_package_as_the_command_line(quick: Town) -> None:
    texts = ["unu", "doi unreadable", "trei"]
    first = _take(quick, *texts, code="T/1")
    _run(first)
    make_quick_binder(quick.inbox, "b", texts, {"reference_code": "T/2"})
    quick.ingest()
    with quick.open() as archive:
        packages = []
        for code in ("T/1", "T/2"):
            row = archive.catalogue.unit_by_reference(code)
            assert row is not None
            files = archive.packages.files(object_id(row.unit_id))
            package = read_package(archive, object_id(row.unit_id))
            pages = [page.model_dump(exclude={"ingest_id"}) for page in package.pages]
            agents = [(event.type, event.agent) for event in package.events]
            packages.append((sorted(files), pages, agents, package.pdfs[0].pages))
    assert packages[0] == packages[1]


def test_a_chunk_that_is_read_again_reads_only_what_is_missing(quick: Town) -> None:
    ingest_id = _take(quick, "unu", "doi", "trei")
    (chunk,) = unit.prepare(ingest_id, 1)
    unit.read_chunk(ingest_id, 1, {**chunk, "last": 2})
    unit.read_chunk(ingest_id, 1, chunk)
    assert _reads(quick) == [1, 1, 1]


def test_what_a_killed_compose_left_goes_with_the_next_one_on_its_machine(quick: Town) -> None:
    other, ingest_id = _take(quick, "unu", code="T/1"), _take(quick, "doi", code="T/2")
    folders = [quick.settings.home / "work" / "ingests" / name for name in ("0" * 32, other)]
    for folder in folders:
        folder.mkdir(parents=True)
    unit.prepare(ingest_id, 1)
    unit.compose(ingest_id, 1, [])
    assert [folder.exists() for folder in folders] == [False, True]  # the other one is still in hand


def test_pages_whose_results_were_lost_are_read_when_the_unit_is_composed(quick: Town) -> None:
    ingest_id = _take(quick, "unu", "doi")
    (chunk,) = unit.prepare(ingest_id, 1)
    read = unit.read_chunk(ingest_id, 1, chunk)
    with quick.open() as archive:
        lost = next(iter(archive.store.list(f"staging/{ingest_id}/pages/")))
        archive.store.delete(lost.key)
    assert unit.compose(ingest_id, 1, [read])
    assert _reads(quick) == [1, 2]


@pytest.mark.parametrize("again", ["prepare", "read", "compose", "deposit", "index", "reconcile"])
def test_a_task_that_is_repeated_doubles_nothing(quick: Town, again: str) -> None:
    ingest_id = _take(quick, "unu", "doi")

    def times(name: str) -> range:
        return range(2 if name == again else 1)

    for _ in times("prepare"):
        chunks = unit.prepare(ingest_id, 1)
    for _ in times("read"):
        read = [unit.read_chunk(ingest_id, 1, chunk) for chunk in chunks]
    for _ in times("compose"):
        composed = unit.compose(ingest_id, 1, read)
    versions = [unit.deposit(ingest_id, 1, composed) for _ in times("deposit")]
    for _ in times("index"):
        unit.index(ingest_id, 1)
    closed = [unit.reconcile(ingest_id, 1) for _ in times("reconcile")]
    assert set(versions) <= {1, None}
    assert closed[0] is not None
    assert closed[0]["state"] == "reconciled"
    assert _reads(quick) == [1, 1]


def test_a_run_of_an_earlier_attempt_or_after_the_end_does_nothing(quick: Town) -> None:
    ingest_id = _take(quick, "unu", "doi")
    assert _run(ingest_id, attempt=2) is None
    assert _state(quick, ingest_id) is IngestState.STAGED
    _run(ingest_id)
    assert _run(ingest_id) is None
    assert unit.prepare(ingest_id, 1) == []
    assert _reads(quick) == [1, 1]


def test_an_unknown_ingest_is_an_error(quick: Town) -> None:
    with pytest.raises(CaseUnknown):
        unit.prepare("0" * 32, 1)


def test_a_unit_with_gaps_waits_for_a_person_and_its_next_attempt_reads_only_those(quick: Town) -> None:
    ingest_id = _take(quick, "unu", "doi unreadable", "trei")
    closed = _run(ingest_id)
    assert closed is not None
    assert (closed["state"], closed["gaps"]) == ("indexed", [2])
    assert unit.close_run(ingest_id, 1) == "indexed"
    with quick.open() as archive:
        row = archive.catalogue.ingest(ingest_id)
        assert row is not None
        retry_ingest(archive, row, "ștearsă de praf")
    _forget_machine(quick)
    assert unit.close_run(ingest_id, 1) == "staged"  # the first run ends late: the second attempt is not its own
    _run(ingest_id, attempt=2)
    assert _reads(quick) == [1, 1, 2]
    with quick.open() as archive:
        row = archive.catalogue.ingest(ingest_id)
        assert row is not None
        assert archive.packages.head(object_id(row.unit_id)) == 1


def test_no_task_works_on_what_another_one_has_in_hand(quick: Town) -> None:
    ingest_id = _take(quick, "unu")
    with quick.open() as archive, archive.leases.hold(f"ingest:{ingest_id}"), pytest.raises(LeaseLost):
        unit.prepare(ingest_id, 1)
    (chunk,) = unit.prepare(ingest_id, 1)
    with quick.open() as archive, archive.leases.hold(f"ingest:{ingest_id}:1"), pytest.raises(LeaseLost):
        unit.read_chunk(ingest_id, 1, chunk)


def test_what_stopped_a_run_is_recorded_when_it_ends(quick: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> object:
        raise NotPdfA(unit="T/1", detail="6.1.2")

    ingest_id = _take(quick, "unu")
    monkeypatch.setattr("arhivar.pipeline.compose_unit", refuse)
    with pytest.raises(NotPdfA):
        _run(ingest_id)
    with pytest.raises(ArhivarError, match="ARH-4002"):
        unit.close_run(ingest_id, 1)
    with quick.open() as archive:
        (stopped,) = archive.catalogue.progress(archive.catalogue.ingests()[0].updated_at).unfinished
        assert stopped.stop is not None
        assert stopped.stop.code == "ARH-4002"
        assert "veraPDF" in stopped.stop.said.ro
    monkeypatch.setattr("arhivar.pipeline.compose_unit", compose_unit)
    assert _run(ingest_id) is not None
    assert unit.close_run(ingest_id, 1) == "reconciled"
    assert _reads(quick) == [1]


def test_a_run_whose_process_was_killed_says_so(quick: Town) -> None:
    ingest_id = _take(quick, "unu")
    unit.prepare(ingest_id, 1)
    with pytest.raises(ArhivarError, match="process of a step ended"):
        unit.close_run(ingest_id, 1)


def test_what_a_killed_task_left_on_a_machine_is_swept_when_that_composes_again(
    quick: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    first = _take(quick, "unu", code="T/1")
    left = [quick.settings.home / "work" / "ingests" / first, tmp_path / "arhivar-file-x.tif"]
    _run(first)
    left[0].mkdir(parents=True)
    left[1].touch()
    os.utime(left[1], (0, 0))
    _run(_take(quick, "doi", code="T/2"))
    assert [path for path in left if path.exists()] == []


def test_a_difference_is_an_error_and_not_the_end(quick: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest_id = _take(quick, "unu", "doi")
    chunks = unit.prepare(ingest_id, 1)
    composed = unit.compose(ingest_id, 1, [unit.read_chunk(ingest_id, 1, chunk) for chunk in chunks])
    unit.deposit(ingest_id, 1, composed)
    with quick.open() as archive:
        row = archive.catalogue.ingest(ingest_id)
        assert row is not None
        archive.catalogue.outbox_done([entry.id for entry in archive.catalogue.outbox(9)])  # the index has no page
    with pytest.raises(DifferencesRemain):
        unit.reconcile(ingest_id, 1)
    unit.index(ingest_id, 1)  # the ingest is indexed by now, so the index is written again
    closed = unit.reconcile(ingest_id, 1)
    assert closed is not None
    assert closed["state"] == "reconciled"


def test_a_store_that_is_gone_when_a_task_fails_hides_nothing(quick: Town) -> None:
    ingest_id = _take(quick, "unu")
    (quick.settings.home / "store").rename(quick.settings.home / "away")
    (chunk,) = unit.chunks_of(1)
    with pytest.raises(StoreUnavailable):
        unit.read_chunk(ingest_id, 1, chunk)


def test_chunks_cover_each_page_once_and_are_named_for_people() -> None:
    assert [chunk["label"] for chunk in unit.chunks_of(51)] == ["pagini 1–25", "pagini 26–50", "pagina 51"]
    assert unit.chunks_of(0) == []
    for pages in (1, 25, 26, 300, 25_600, 25_601, 100_000):
        chunks = unit.chunks_of(pages, most_chunks=1024)
        assert len(chunks) <= 1024
        assert [page for chunk in chunks for page in range(chunk["first"], chunk["last"] + 1)] == list(
            range(1, pages + 1)
        )
