# SPDX-License-Identifier: EUPL-1.2
"""The audit is one chain, sealed by heads in the store, whatever crashes, races or is lost."""

import json
import multiprocessing
import shutil
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arhivar.audit.check import AuditVerdict, check_audit
from arhivar.audit.heads import anchored, head_key
from arhivar.audit.keys import AuditKey, load_key, new_key, write_key
from arhivar.audit.renew import renew_key
from arhivar.audit.setup import key_file
from arhivar.audit.trail import AuditTrail
from arhivar.auditing import record_audit
from arhivar.composition import Archive, init_archive, open_archive
from arhivar.keeping.rebuild import RebuildWatcher, rebuild_archive
from arhivar.settings import Settings
from repository.sql_catalogue import SqlCatalogue
from schemas.audit import AuditAction, AuditEnd, AuditRecord, SignedHead
from schemas.errors import AuditBroken, AuditKeyMissing, AuditKeyUnreadable, AuditKeyUnsafe
from schemas.findings import FindingCode
from tests.arhivar.audit_doubles import Chain, Tampered, make_chain
from tests.arhivar.conftest import Town

QUIET = RebuildWatcher(lambda _: None, lambda _: None)


def record(archive: Archive, *subjects: str) -> None:
    for subject in subjects:
        record_audit(archive, AuditAction.INGEST_ACCEPTED, subject=subject, reason="văzut")


def check(archive: Archive) -> AuditVerdict:
    return check_audit(archive.catalogue, archive.store, load_key(key_file(archive.settings)))


def codes(verdict: AuditVerdict) -> set[FindingCode]:
    return {finding.code for finding in verdict.findings}


def heads(archive: Archive) -> list[SignedHead]:
    return [SignedHead.from_json(archive.store.read(name)) for name, _ in anchored(archive.store)]


# --- sealing


def test_each_command_seals_what_it_recorded(town: Town) -> None:
    for number in (1, 2):
        with town.open() as archive:
            record(archive, f"a{number}", f"b{number}")
            assert archive.catalogue.audit_end().waiting == 2
    with town.open() as archive:
        one, two = heads(archive)
        assert (one.head.first, one.head.last, two.head.first, two.head.last) == (1, 2, 3, 4)
        assert archive.catalogue.audit_end().waiting == 0
        verdict = check(archive)
    assert (verdict.records, verdict.heads, verdict.last, verdict.findings) == (4, 2, 4, [])


def test_a_command_that_recorded_nothing_seals_nothing(town: Town) -> None:
    with town.open() as archive:
        record(archive, "a")
    with town.open():
        pass
    with town.open() as archive:
        assert len(heads(archive)) == 1


def test_a_whole_batch_is_sealed_at_once(town: Town) -> None:
    with open_archive(town.settings.model_copy(update={"audit_batch_records": 3})) as archive:
        record(archive, "a", "b")
        assert heads(archive) == []
        record(archive, "c")
        assert [one.head.last for one in heads(archive)] == [3]


def test_what_a_killed_command_left_the_next_one_seals(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch, town.open() as archive:
        patch.setattr(AuditTrail, "seal_if_possible", lambda _: None)  # killed before it came to that
        record(archive, "a")
    with town.open() as archive:
        assert archive.catalogue.audit_end().waiting == 1
    with town.open() as archive:
        assert archive.catalogue.audit_end().waiting == 0
        assert check(archive).findings == []


def test_a_kill_between_anchoring_and_noting_is_mended(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> AuditEnd:
        raise Killed

    def command() -> None:
        with monkeypatch.context() as patch, town.open() as archive:
            record(archive, "a", "b")
            patch.setattr(SqlCatalogue, "seal_audit", killed)

    with pytest.raises(Killed):
        command()
    with town.open() as archive:
        end = archive.catalogue.audit_end()
        assert (end.batch, end.waiting) == (0, 2)
        assert codes(check(archive)) == set()
        record(archive, "c")
    with town.open() as archive:
        assert [(one.head.first, one.head.last) for one in heads(archive)] == [(1, 2), (3, 3)]
        assert check(archive).findings == []


def _write(home: Path, barrier: Barrier, number: int) -> None:
    settings = Settings(home=home, audit_batch_records=3)
    with open_archive(settings) as archive:
        barrier.wait(60)
        for turn in range(12):
            record(archive, f"{number}/{turn}")


def test_processes_at_once_make_one_chain_and_no_fork(town: Town) -> None:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    processes = [context.Process(target=_write, args=(town.settings.home, barrier, number)) for number in (1, 2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
        assert process.exitcode == 0
    with town.open() as archive:
        rows = archive.catalogue.audit_rows()
        said = {AuditRecord.from_json(row.record).subject for row in rows}
        assert said == {f"{number}/{turn}" for number in (1, 2) for turn in range(12)}
        assert archive.catalogue.audit_end().waiting == 0
        verdict = check(archive)
    assert (verdict.records, verdict.findings) == (24, [])


def test_nothing_is_sealed_over_a_record_that_was_changed(town: Town) -> None:
    with town.open() as archive:
        record(archive, "a")
    with town.open() as archive:
        record(archive, "b", "c")
        with Tampered(town.settings.home) as raw:
            raw.execute("UPDATE audit SET record = replace(record, '\"b\"', '\"x\"')")
        with pytest.raises(AuditBroken, match="record 2"):
            archive.audit.seal()
        (finding,) = check(archive).findings
        assert (finding.code, finding.fields["sequence"]) == (FindingCode.AUDIT_RECORD_ALTERED, 2)
    with town.open() as archive:
        assert len(heads(archive)) == 1


# --- lost and older catalogues


def test_a_lost_catalogue_is_said_and_the_chain_goes_on_from_its_last_head(town: Town) -> None:
    with town.open() as archive:
        record(archive, "a", "b", "c")
        rows = archive.catalogue.audit_rows()
    for file in town.settings.home.glob("catalogue.sqlite*"):
        file.unlink()
    rebuild_archive(town.settings, QUIET)
    with town.open() as archive:
        records = [AuditRecord.from_json(row.record) for row in archive.catalogue.audit_rows()]
        assert [(one.sequence, one.action) for one in records] == [(4, AuditAction.ARCHIVE_REBUILT)]
        assert records[0].previous == rows[-1].hash
        (finding,) = check(archive).findings
        assert finding.code is FindingCode.AUDIT_RECORD_MISSING
        assert (finding.fields["first"], finding.fields["last"]) == (1, 3)
        assert archive.catalogue.restore_audit(rows) == 3
        assert check(archive).findings == []


def test_an_older_catalogue_does_not_fork_the_chain(town: Town, tmp_path: Path) -> None:
    with town.open() as archive:
        record(archive, "a")
    old = tmp_path / "old.sqlite"
    shutil.copy(town.settings.home / "catalogue.sqlite", old)
    with town.open() as archive:
        record(archive, "b", "c")
    shutil.copy(old, town.settings.home / "catalogue.sqlite")
    with town.open() as archive:
        (finding,) = check(archive).findings
        assert (finding.code, finding.fields["first"], finding.fields["last"]) == (
            FindingCode.AUDIT_RECORD_MISSING,
            2,
            3,
        )
        record(archive, "d")
    with town.open() as archive:
        assert [row.sequence for row in archive.catalogue.audit_rows()] == [1, 4]
        (finding,) = check(archive).findings
        assert (finding.fields["first"], finding.fields["last"]) == (2, 3)


# --- heads


def test_a_head_that_is_gone_or_forged_is_found(town: Town) -> None:
    for subject in "abc":
        with town.open() as archive:
            record(archive, subject)
    with town.open() as archive:
        stored = archive.store.read(head_key(3))
        archive.store.delete(head_key(2))
        (finding,) = check(archive).findings
        assert (finding.code, finding.fields["batch"]) == (FindingCode.AUDIT_HEAD_MISSING, 2)
        archive.store.delete(head_key(3))
        assert [one.fields["batch"] for one in check(archive).findings] == [2, 3]
        archive.store.put(head_key(3), stored.replace(b'"last":3', b'"last":4'))
        assert codes(check(archive)) == {FindingCode.AUDIT_HEAD_MISSING, FindingCode.AUDIT_HEAD_FORGED}
        archive.store.put("audit/heads/extra.json", b"{}")
        assert len(check(archive).findings) == 3


def test_a_head_by_another_key_is_not_believed(town: Town) -> None:
    with town.open() as archive:
        record(archive, "a")
    file = key_file(town.settings)
    file.unlink()
    write_key(file, new_key())
    with town.open() as archive:
        assert codes(check(archive)) == {FindingCode.AUDIT_KEY_UNKNOWN}
        record(archive, "b")
        with pytest.raises(AuditBroken, match="unknown-key"):
            archive.audit.seal()


def test_a_sample_looks_at_the_newest_heads_alone_and_misses_no_missing_one(town: Town) -> None:
    for subject in "abcd":
        with town.open() as archive:
            record(archive, subject)
    with town.open() as archive:
        key = load_key(key_file(town.settings))
        verdict = check_audit(archive.catalogue, archive.store, key, newest=2)
        assert (verdict.heads, verdict.records, verdict.findings) == (2, 2, [])
        archive.store.delete(head_key(1))
        assert codes(check_audit(archive.catalogue, archive.store, key, newest=2)) == {FindingCode.AUDIT_HEAD_MISSING}


# --- keys


@pytest.mark.parametrize("lost", [False, True])
def test_a_new_key_vouches_for_the_one_before_it(town: Town, *, lost: bool) -> None:
    for _ in range(2):
        with town.open() as archive:
            record(archive, "a")
        if lost:
            key_file(town.settings).unlink()
        with town.open() as archive:
            renew_key(archive, "schimbare anuală")
    with town.open() as archive:
        record(archive, "z")
    with town.open() as archive:
        assert len({one.head.key for one in heads(archive)}) == 3
        assert check(archive).findings == []
        changed = [AuditRecord.from_json(row.record) for row in archive.catalogue.audit_rows()]
        keys = [one for one in changed if one.action is AuditAction.AUDIT_KEY_CHANGED]
        assert [one.details["former"] for one in keys] == [heads(archive)[0].head.key, keys[0].subject]


def test_init_makes_a_key_of_its_owner_alone_and_keeps_it(town: Town) -> None:
    file = key_file(town.settings)
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_bytes()
    init_archive(town.settings)
    assert file.read_bytes() == before


def test_init_gives_an_archive_of_before_a_key_but_never_a_second_one(town: Town) -> None:
    file = key_file(town.settings)
    file.unlink()
    shutil.rmtree(town.settings.home / "store" / "audit")
    init_archive(town.settings)
    with town.open() as archive:
        record(archive, "a")
    file.unlink()
    with pytest.raises(AuditKeyMissing):
        init_archive(town.settings)
    assert not file.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610])
def test_a_key_that_others_can_read_or_write_is_refused(town: Town, mode: int) -> None:
    key_file(town.settings).chmod(mode)
    with pytest.raises(AuditKeyUnsafe), town.open():
        pass
    with pytest.raises(AuditKeyUnsafe):
        init_archive(town.settings)


def test_a_key_file_that_holds_none_is_an_error(town: Town) -> None:
    key_file(town.settings).write_text("-----BEGIN PRIVATE KEY-----\n", encoding="ascii")
    with pytest.raises(AuditKeyUnreadable):
        init_archive(town.settings)
    with town.open() as archive:  # what is done is recorded all the same
        record(archive, "a")
        assert archive.catalogue.audit_end().waiting == 1


def test_the_settings_may_put_the_key_elsewhere(town: Town, tmp_path: Path) -> None:
    elsewhere = town.settings.model_copy(update={"audit_key": tmp_path / "usb" / "key.pem"})
    (tmp_path / "usb").mkdir(mode=0o700)
    key_file(town.settings).rename(key_file(elsewhere))
    init_archive(elsewhere)
    with open_archive(elsewhere) as archive:
        record(archive, "a")
    with open_archive(elsewhere) as archive:
        assert check(archive).findings == []
        (head,) = heads(archive)
    assert head.head.key == load_key(tmp_path / "usb" / "key.pem").fingerprint


# --- any single harm is found


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    return make_chain(tmp_path_factory.mktemp("chain"))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_single_removal_change_swap_insertion_or_cut_is_found(chain: Chain, data: st.DataObject) -> None:
    harm = data.draw(st.sampled_from(sorted(chain.harms)))
    with chain.copy() as harmed:
        touched = chain.harms[harm](harmed, data)
        findings = check_audit(harmed.catalogue, harmed.store, chain.key).findings
    assert findings, harm
    named = {int(f.fields[name]) for f in findings for name in ("sequence", "first", "last") if name in f.fields}
    assert {one for sequence in touched for one in range(sequence - 1, sequence + 2)} & named or not touched, harm


def test_an_unharmed_chain_has_no_finding(chain: Chain) -> None:
    with chain.copy() as same:
        verdict = check_audit(same.catalogue, same.store, chain.key)
    assert (verdict.records, verdict.heads, verdict.findings) == (chain.records, chain.batches, [])
    assert isinstance(chain.key, AuditKey)
    assert json.loads(SignedHead.from_json(chain.first_head).stored) == json.loads(chain.first_head)
