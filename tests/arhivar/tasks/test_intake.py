# SPDX-License-Identifier: EUPL-1.2
"""What intake takes in a round, and which runs it asks for."""

from datetime import UTC, datetime, timedelta

import pytest

from arhivar.exits.ingests import retry_ingest
from arhivar.tasks import unit
from arhivar.tasks.intake import take_drops
from arhivar.tasks.runs import plan_runs
from repository.progress import Stop
from schemas.errors import InboxMissing
from schemas.messages import Message
from tests.arhivar.conftest import Town
from tests.arhivar.quick import make_quick_binder
from tests.arhivar.tasks.test_unit import _run


def _drop(town: Town, number: int) -> None:
    make_quick_binder(town.inbox, f"b{number}", [f"pagina {number}"], {"reference_code": f"T/{number}"})


def _ids() -> list[str]:
    return [request["trigger_run_id"] for request in plan_runs()]


def _stop(town: Town, ingest_id: str, ago: timedelta) -> datetime:
    at = datetime.now(UTC) - ago
    with town.open() as archive:
        archive.catalogue.record_stop(ingest_id, Stop("ARH-4002", Message("nu", "no"), at))
    return at


def test_all_ready_drops_are_taken_and_each_gets_one_run(quick: Town) -> None:
    for number in range(3):
        _drop(quick, number)
    (quick.inbox / "b2" / "_READY").unlink()
    staged = take_drops()
    requests = plan_runs()
    assert sorted(request["trigger_run_id"] for request in requests) == sorted(f"{one}.1" for one in staged)
    assert [request["conf"]["attempt"] for request in requests] == [1, 1]
    assert [path.name for path in quick.inbox.iterdir() if not path.name.startswith(".")] == ["b2"]


def test_a_round_ends_in_time_and_the_next_one_goes_on(quick: Town) -> None:
    for number in range(3):
        _drop(quick, number)
    assert take_drops(seconds=-1) == []
    assert len(take_drops()) == 3


def test_one_bad_drop_is_quarantined_and_stops_no_other(quick: Town) -> None:
    _drop(quick, 1)
    _drop(quick, 2)
    (quick.inbox / "b1" / "unit.json").write_text("{")
    assert len(take_drops()) == 1
    assert (quick.inbox / ".quarantine" / "b1").is_dir()


def test_without_an_inbox_the_task_fails(quick: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    quick.inbox.rmdir()
    with pytest.raises(InboxMissing):
        take_drops()
    monkeypatch.delenv("ARHIVAR_INBOX")
    with pytest.raises(InboxMissing):
        take_drops()


def test_the_same_run_is_asked_for_until_it_stops_and_then_another_one_after_a_while(quick: Town) -> None:
    _drop(quick, 1)
    (ingest_id,) = take_drops()
    assert _ids() == _ids() == [f"{ingest_id}.1"]
    _stop(quick, ingest_id, timedelta(seconds=10))
    assert _ids() == []
    at = _stop(quick, ingest_id, timedelta(minutes=2))
    assert _ids() == [f"{ingest_id}.1.{at:%Y%m%dT%H%M%S}"]


def test_what_was_put_back_by_hand_is_another_run(quick: Town) -> None:
    make_quick_binder(quick.inbox, "a", ["unu", "doi unreadable"], {"reference_code": "T/1"})
    (ingest_id,) = take_drops()
    _run(ingest_id)
    assert _ids() == []  # it waits for a person
    with quick.open() as archive:
        row = archive.catalogue.ingest(ingest_id)
        assert row is not None
        retry_ingest(archive, row, "încă o dată")
    assert _ids() == [f"{ingest_id}.2"]


def test_what_a_process_has_in_hand_gets_no_run(quick: Town) -> None:
    _drop(quick, 1)
    (ingest_id,) = take_drops()
    with quick.open() as archive, archive.leases.hold(f"ingest:{ingest_id}"):
        assert _ids() == []
    assert _ids() == [f"{ingest_id}.1"]


def test_runs_that_are_known_are_found_with_few_questions(quick: Town) -> None:
    for number in range(70):
        _drop(quick, number)
    take_drops(seconds=600)
    everything = _ids()
    known, asked = set(everything) - {everything[3], everything[60]}, []

    def count(ids: list[str]) -> int:
        asked.append(len(ids))
        return len(known & set(ids))

    new = [request["trigger_run_id"] for request in plan_runs(count)]
    assert new == [everything[3], everything[60]]
    assert max(asked) <= 50
    assert len(asked) < 30
    assert plan_runs(len) == []


def test_a_run_that_ended_without_a_word_is_followed_by_another(quick: Town) -> None:
    _drop(quick, 1)
    _drop(quick, 2)
    first, second = (f"{one}.1" for one in take_drops())

    def lost(ids: list[str]) -> int:
        return ids.count(first)

    assert plan_runs(len, lost) == []
    with quick.open() as archive:
        stops = {one.ingest_id: one.stop for one in archive.catalogue.progress(datetime.now(UTC)).unfinished}
    stop = stops[first.partition(".")[0]]
    assert stop is not None
    assert stop.code == "ARH-0000"
    assert stops[second.partition(".")[0]] is None
    assert plan_runs(len, lambda _: 0) == [], "it is waited for a minute"
    at = _stop(quick, first.partition(".")[0], timedelta(minutes=2))
    assert sorted(_ids()) == sorted([f"{first}.{at:%Y%m%dT%H%M%S}", second])


def test_what_a_run_said_in_its_last_moment_stands(quick: Town) -> None:
    _drop(quick, 1)
    (ingest_id,) = take_drops()

    def ended(ids: list[str]) -> int:
        _stop(quick, ingest_id, timedelta(0))
        return len(ids)

    assert plan_runs(len, ended) == []
    with quick.open() as archive:
        (one,) = archive.catalogue.progress(datetime.now(UTC)).unfinished
    assert one.stop is not None
    assert one.stop.code == "ARH-4002"


def test_a_finished_unit_gets_no_run(quick: Town) -> None:
    _drop(quick, 1)
    (ingest_id,) = take_drops()
    _run(ingest_id)
    assert unit.close_run(ingest_id, 1) == "reconciled"
    assert _ids() == []
