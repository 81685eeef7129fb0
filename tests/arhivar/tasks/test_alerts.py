# SPDX-License-Identifier: EUPL-1.2
"""What is stuck, late or full is told: in the log, and by mail through a real server."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from arhivar.tasks import alerts, housekeeping, intake
from repository.progress import Stop
from schemas.errors import ArhivarError, SpaceLow
from schemas.messages import Message
from tests.arhivar.conftest import Town
from tests.arhivar.quick import make_quick_binder
from tests.mailbox import Mailbox


class _Instance:
    dag_id, run_id, task_id = "intake", "r", "take"


def _logged(capsys: pytest.CaptureFixture[str], event: str) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == event]


def _forget(town: Town) -> None:
    for mark in (town.settings.home / "work" / "alerts").iterdir():
        os.utime(mark, (0, 0))


def test_what_is_stuck_is_told_and_quarantine_with_it(
    quick: Town, mailbox: Mailbox, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert housekeeping.remind() == {"quarantine": [], "stuck": []}
    assert mailbox.subjects == []
    make_quick_binder(quick.inbox, "bad", [], {"reference_code": "T/1"})
    make_quick_binder(quick.inbox, "c", ["unu unreadable"], {"reference_code": "T/3"})
    quick.ingest()
    with quick.open() as archive:
        (row,) = archive.catalogue.ingests()
        archive.catalogue.record_stop(row.ingest_id, Stop("ARH-4002", Message("nu", "no"), datetime.now(UTC)))
    claimed = quick.inbox / ".claimed" / "d~00000000"
    claimed.mkdir(parents=True)
    told = housekeeping.remind()
    assert [one.split()[-1] for one in told["quarantine"]] == ["bad"]
    assert told["stuck"] == []
    monkeypatch.setattr(housekeeping, "STUCK", timedelta(0))
    stuck = [f"{row.ingest_id} T/3: indexed ARH-4002", ".claimed/d~00000000: claimed"]
    assert housekeeping.remind()["stuck"] == stuck
    assert all(one in mailbox.text("2 blocate") for one in (*stuck, *told["quarantine"]))
    assert [line["stuck"] for line in _logged(capsys, "waits for a person")] == [[], stuck]


def test_a_drop_that_is_late_is_told_once_a_day(
    quick: Town, mailbox: Mailbox, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_quick_binder(quick.inbox, "a", ["unu"], {"reference_code": "T/1"})
    (quick.inbox / "a" / "_READY").rename(quick.inbox / "a" / "002.png.part")
    intake.take_drops()
    assert mailbox.subjects == []
    monkeypatch.setattr(intake, "LATE_SECONDS", -1.0)
    intake.take_drops()
    intake.take_drops()
    assert [line["folder"] for line in _logged(capsys, "drop is late")] == ["a", "a"]
    (subject,) = mailbox.subjects
    assert mailbox.text(subject).startswith("a: ")
    _forget(quick)
    intake.take_drops()
    assert len(mailbox.subjects) == 2


def test_a_full_disk_is_told_and_the_drop_waits(
    quick: Town, mailbox: Mailbox, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_quick_binder(quick.inbox, "a", ["unu"], {"reference_code": "T/1"})
    monkeypatch.setenv("ARHIVAR_LEAST_FREE_BYTES", str(2**60))
    with pytest.raises(SpaceLow) as full:
        intake.take_drops()
    alerts.tell_failure({"task_instance": _Instance(), "exception": full.value})
    assert str(quick.settings.home) in mailbox.text("intake: take")
    assert str(quick.settings.home) in str(_logged(capsys, "task failed")[0]["error"])
    assert (quick.inbox / "a").is_dir()


def test_the_same_failure_sends_one_mail_an_hour(quick: Town, mailbox: Mailbox) -> None:
    context = {"task_instance": _Instance(), "exception": ArhivarError(detail="x")}
    alerts.tell_failure(context)
    alerts.tell_failure(context)
    assert mailbox.subjects == ["[Arhivar] intake: take"]
    _forget(quick)
    alerts.tell_failure(context)
    assert len(mailbox.subjects) == 2


def test_a_mail_server_that_is_down_stops_nothing(quick: Town, mailbox: Mailbox) -> None:
    mailbox.shutdown()
    mailbox.server_close()
    alerts.tell_failure({"task_instance": _Instance(), "exception": None})
