# SPDX-License-Identifier: EUPL-1.2
"""The tasks that keep an archive, on units that doubles have read."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from arhivar.composition import object_id, open_replica
from arhivar.keeping.replicate import ReplicaWatcher, replicate
from arhivar.keeping.verify import Subject
from arhivar.tasks import housekeeping, keeping
from repository.ocfl_layout import object_path
from schemas.errors import ArhivarError
from schemas.ingest import IngestState
from tests.arhivar.conftest import Town
from tests.arhivar.quick import make_quick_binder
from tests.contract.test_catalogue import manifest
from tests.mailbox import Mailbox

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


def test_a_replica_that_is_gone_keeps_nothing_from_being_read_and_is_told(
    quick: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ingest(quick, "T/1")
    monkeypatch.setenv("ARHIVAR_REPLICA", str(tmp_path / "unmounted"))
    with pytest.raises(ArhivarError, match="unmounted") as told:
        keeping.audit_share()
    assert not told.value.retryable
    with quick.open() as archive:
        assert len(archive.catalogue.fixity()) == 1


def test_objects_that_were_not_found_whole_in_time_are_told(
    quick: Town, mailbox: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    _ingest(quick, "T/1")
    now = datetime.now(UTC)
    with quick.open() as archive:
        archive.catalogue.record_fixity("urn:in-time", now - timedelta(days=89))
        archive.catalogue.record_fixity("urn:late", now - timedelta(days=91))
    assert keeping.audit_share()["late"] == 1
    (subject,) = mailbox.subjects
    assert mailbox.text(subject).split() == ["urn:late"]
    assert "urn:late" in capsys.readouterr().err


def test_the_index_is_built_anew(quick: Town) -> None:
    _ingest(quick, "T/1", "T/2")
    assert keeping.rebuild_index() == {"units": 2, "pages": 2, "troubles": 0}


def test_the_report_is_written_and_sent_again_on_the_same_day(quick: Town, mailbox: Mailbox) -> None:
    _ingest(quick, "T/1")
    key = keeping.publish_report()
    assert keeping.publish_report() == key
    with quick.open() as archive:
        page = archive.store.read(key)
    assert b"<html" in page
    sent = [part.get_content() for message in mailbox.messages for part in message.iter_attachments()]
    assert [one.strip() for one in sent] == 2 * [page.decode().strip()]


def test_sweeping_leaves_what_is_in_hand_and_removes_what_is_done(quick: Town) -> None:
    _ingest(quick, "T/1")
    with quick.open() as archive:
        (row,) = archive.catalogue.ingests()
        archive.store.put(f"staging/{row.ingest_id}/pages/late", b"x")
        archive.store.put(f"staging/{'0' * 32}/files/001.png", b"x")
        work = archive.work / "ingests" / row.ingest_id
        work.mkdir(parents=True)
        now = datetime.now(UTC)
        archive.catalogue.acquire_lease("ingest:dead", "worker", 60, now - timedelta(days=2))
        alive = archive.catalogue.acquire_lease("ingest:alive", "worker", 60, now)
        assert alive is not None
    assert housekeeping.sweep() == {"staging": 1, "leases": 1, "stage_runs": 0}
    with quick.open() as archive:
        assert [stored.key for stored in archive.store.list("staging/")] == [f"staging/{'0' * 32}/files/001.png"]
        assert not work.exists()
        archive.catalogue.check_lease(alive, now)


def test_airflows_database_is_left_alone_where_none_is_named(quick: Town) -> None:
    assert housekeeping.clean_airflow() is False


def test_a_first_version_that_was_begun_is_swept_once_no_ingest_will_complete_it(quick: Town) -> None:
    planned = {state: manifest(f"T/{state}") for state in (IngestState.PROCESSING, IngestState.REJECTED)}
    roots = {state: object_path(object_id(one.unit_id)) for state, one in planned.items()}
    begun = {state: f"ocfl/{root}/v1/content/masters/001.tif" for state, root in roots.items()}
    _ingest(quick, "T/1")
    with quick.open() as archive:
        whole = [stored.key for stored in archive.store.list("ocfl/")]
        for state, one in planned.items():
            archive.store.put(begun[state], b"page")
            archive.catalogue.register_ingest(one)
            for step in (IngestState.STAGED, IngestState.PROCESSING):
                archive.catalogue.advance(one.ingest_id, step, now=_NOW)
        rejected = planned[IngestState.REJECTED].ingest_id
        archive.catalogue.advance(rejected, IngestState.QUARANTINED, reason="?", now=_NOW)
        archive.catalogue.advance(rejected, IngestState.REJECTED, reason="?", now=_NOW)
        assert len(archive.packages.begun()) == 2
        housekeeping.sweep()
        left = [stored.key for stored in archive.store.list("ocfl/")]
    assert left == sorted([*whole, begun[IngestState.PROCESSING]])
