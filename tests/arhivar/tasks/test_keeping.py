# SPDX-License-Identifier: EUPL-1.2
"""The tasks that keep an archive, on units that doubles have read."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from arhivar.composition import open_replica
from arhivar.keeping.replicate import ReplicaWatcher, replicate
from arhivar.keeping.verify import Subject
from arhivar.tasks import alerts, housekeeping, keeping
from repository.progress import Stop
from schemas.errors import ArhivarError
from schemas.messages import Message
from tests.arhivar.conftest import Town
from tests.arhivar.quick import make_quick_binder

_SILENT = ReplicaWatcher(lambda _: None, lambda _: None, lambda: None)
_NOW = datetime(2027, 3, 1, 2, tzinfo=UTC)


def _ago(days: float) -> datetime:
    return _NOW - timedelta(days=days)


def _subjects(count: int) -> list[Subject]:
    return [Subject(f"urn:{number:04}", None) for number in range(count)]


def _ingest(town: Town, *codes: str) -> None:
    for code in codes:
        make_quick_binder(town.inbox, code.replace("/", "-"), [f"pagina {code}"], {"reference_code": code})
    town.ingest()


def test_a_share_a_day_reads_everything_within_the_days_however_many_there_are() -> None:
    for count in (1, 84, 1000):
        subjects, verified = _subjects(count), dict[str, datetime]()
        for day in range(200):
            now = _NOW + timedelta(days=day)
            if day % 30 in (3, 4):  # nothing runs
                continue
            for one in keeping.due(subjects, verified, now, 90):
                verified[one.identifier] = now
            if day >= 95:
                assert len(verified) == count
                assert min(verified.values()) > now - timedelta(days=90)


def test_the_longest_unread_come_first_and_never_read_ones_before_them() -> None:
    subjects = _subjects(170)
    verified = {one.identifier: _ago(10 + index / 100) for index, one in enumerate(subjects[1:])}
    assert [one.identifier for one in keeping.due(subjects, verified, _NOW, 90)] == ["urn:0000", "urn:0169"]


def test_what_would_be_late_tomorrow_is_read_today_beside_many_new_ones() -> None:
    subjects = _subjects(170)
    verified = {one.identifier: _ago(89.5) for one in subjects[-5:]}
    share = [one.identifier for one in keeping.due(subjects, verified, _NOW, 90)]
    assert share == [one.identifier for one in subjects[-5:]]


def test_an_audit_reads_each_object_once_a_round_and_records_it(quick: Town) -> None:
    _ingest(quick, "T/1", "T/2")
    first = keeping.audit_share()
    assert (first["objects"], first["differing"]) == (1, 0)
    assert first["read_bytes"] > 0
    keeping.audit_share()
    with quick.open() as archive:
        assert len(archive.catalogue.fixity()) == 2
        actions = [str(row.record) for row in archive.catalogue.audit_rows()]
        assert sum("archive-verified" in record for record in actions) == 2


def test_damage_is_repaired_from_the_replica_or_the_task_fails(
    quick: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ingest(quick, "T/1")
    monkeypatch.setenv("ARHIVAR_REPLICA", str(tmp_path / "replica"))
    settings = quick.settings.model_copy(update={"replica": str(tmp_path / "replica")})
    with quick.open() as archive:
        replicate(archive, open_replica(settings, new=True), _SILENT)
    master = next((quick.settings.home / "store").rglob("masters/001.png"))
    for replica in (True, False):
        master.chmod(0o644)
        master.write_bytes(b"damaged")
        if replica:
            assert keeping.audit_share()["repaired_files"] == 1
            assert master.read_bytes() != b"damaged"
        else:
            monkeypatch.delenv("ARHIVAR_REPLICA")
            with quick.open() as archive:
                known = archive.catalogue.fixity()
            with pytest.raises(ArhivarError, match="T/1"):
                keeping.audit_share()
            with quick.open() as archive:
                assert archive.catalogue.fixity() == known


def test_the_index_is_built_anew(quick: Town) -> None:
    _ingest(quick, "T/1", "T/2")
    assert keeping.rebuild_index() == {"units": 2, "pages": 2, "troubles": 0}


def test_the_report_is_written_and_sent_again_on_the_same_day(quick: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    _ingest(quick, "T/1")
    sent: list[bytes | None] = []
    monkeypatch.setattr(keeping, "send_mail", lambda settings, subject, text, page: sent.append(page))
    key = keeping.publish_report()
    assert keeping.publish_report() == key
    with quick.open() as archive:
        assert b"<html" in archive.store.read(key)
        assert len(sent) == 2


def test_sweeping_leaves_what_is_in_hand_and_removes_what_is_done(quick: Town) -> None:
    _ingest(quick, "T/1")
    with quick.open() as archive:
        (row,) = archive.catalogue.ingests()
        archive.store.put(f"staging/{row.ingest_id}/pages/late", b"x")
        archive.store.put(f"staging/{'0' * 32}/files/001.png", b"x")
    assert housekeeping.sweep() == 1
    with quick.open() as archive:
        assert [stored.key for stored in archive.store.list("staging/")] == [f"staging/{'0' * 32}/files/001.png"]


def test_people_are_reminded_of_quarantine_and_of_what_is_stuck(quick: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    make_quick_binder(quick.inbox, "bad", [], {"reference_code": "T/1"})
    _ingest(quick, "T/2")
    told: list[str] = []
    monkeypatch.setattr(housekeeping, "send_mail", lambda settings, subject, text: told.append(text))
    (waiting,) = housekeeping.remind()["quarantine"]
    assert waiting.endswith(" bad")
    assert waiting in told[0]
    make_quick_binder(quick.inbox, "c", ["unu unreadable"], {"reference_code": "T/3"})
    quick.ingest()
    with quick.open() as archive:
        row = next(one for one in archive.catalogue.ingests() if one.manifest.folder == "c")
        archive.catalogue.record_stop(row.ingest_id, Stop("ARH-4002", Message("nu", "no"), datetime.now(UTC)))
    assert housekeeping.remind()["stuck"] == []
    monkeypatch.setattr(housekeeping, "STUCK", timedelta(0))
    assert housekeeping.remind()["stuck"] == [f"{row.ingest_id} T/3: indexed ARH-4002"]


def test_airflows_database_is_left_alone_where_none_is_named(quick: Town) -> None:
    assert housekeeping.clean_airflow() is False


def test_the_same_failure_sends_one_mail_an_hour(quick: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    class Instance:
        dag_id, run_id, task_id = "intake", "r", "take"

    sent: list[str] = []
    monkeypatch.setattr(alerts, "send_mail", lambda settings, subject, text: sent.append(subject))
    context = {"task_instance": Instance(), "exception": ArhivarError(detail="x")}
    alerts.tell_failure(context)
    alerts.tell_failure(context)
    assert sent == ["intake: take"]
    for mark in (quick.settings.home / "work" / "alerts").iterdir():
        os.utime(mark, (0, 0))
    alerts.tell_failure(context)
    assert len(sent) == 2
