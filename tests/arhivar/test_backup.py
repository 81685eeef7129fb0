# SPDX-License-Identifier: EUPL-1.2
"""A backup is whole or none, a restore believes only whole ones, and after it the archive is what it was."""

import json
import os
import shutil
import signal
import sqlite3
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha512
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from arhivar.auditing import record_audit
from arhivar.composition import recover_catalogue
from arhivar.finding import open_search
from arhivar.keeping.backup import find_backup, make_backup, read_backup
from arhivar.keeping.rebuild import RebuildWatcher
from arhivar.keeping.restore import RestoreReport, restore_archive
from arhivar.keeping.verify import VerifyWatcher, all_subjects, verify_units
from repository.migrations.run import upgrade
from repository.records import InventoryEntry, SeriesRule
from repository.sql_catalogue import sqlite_url
from schemas.audit import AuditAction, AuditRecord
from schemas.errors import (
    EXIT_DONE,
    EXIT_USAGE,
    ArchiveBusy,
    BackupDamaged,
    BackupMissing,
    BackupNewer,
    BackupNotWritten,
    CatalogueExists,
    StoreUnavailable,
    UsageError,
)
from schemas.findings import Finding, FindingCode
from schemas.search import SearchFilters
from tests.arhivar.conftest import RunArhivar, Town
from tests.arhivar.keeping_help import UNIT, flip_bit, run, tree
from tests.binders import make_binder, text_pages

DEAF = RebuildWatcher(lambda total: None, lambda name: None)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Where backups go."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    return folder


def backup(town: Town, shelf: Path, *, with_keys: bool = False, keep: int | None = None) -> Path:
    with town.open() as archive:
        return make_backup(archive, shelf, with_keys=with_keys, keep=keep).backup.folder


def restore(town: Town, folder: Path, *, replace: bool = False) -> RestoreReport:
    return restore_archive(town.settings, folder, DEAF, replace=replace)


def catalogue_file(town: Town) -> Path:
    return town.settings.home / "catalogue.sqlite"


def wipe(town: Town) -> None:
    """The catalogue and the index are gone; a stray write-ahead log of another database is left."""
    for file in town.settings.home.glob("catalogue.sqlite*"):
        file.unlink()
    shutil.rmtree(town.settings.home / "index")


def differences(town: Town) -> list[str]:
    quiet = VerifyWatcher(lambda total: None, lambda size: None, lambda verdict: None)
    with town.open() as archive:
        return [str(finding) for one in verify_units(archive, all_subjects(archive), quiet) for finding in one.findings]


def hits(town: Town, query: str) -> list[tuple[str, int]]:
    with town.open() as archive:
        return sorted(
            (hit.reference_code, hit.page) for hit in open_search(archive).search(query, SearchFilters()).hits
        )


def seal_again(folder: Path, **changes: object) -> None:
    """A manifest that agrees with the files as they are now."""
    manifest = json.loads((folder / "manifest.json").read_bytes()) | changes
    for file in manifest["files"]:
        data = (folder / file["path"]).read_bytes()
        file |= {"size_bytes": len(data), "sha512": sha512(data).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_rehearsal_the_catalogue_and_the_index_are_lost_and_come_back(kept: Town, shelf: Path) -> None:
    with kept.open() as archive:
        archive.catalogue.add_inventory([InventoryEntry(reference_code="K/9", title="Registru", barcode="9")])
        archive.catalogue.set_series([SeriesRule(series="II A", title="Autorizații", retention_years=30)])
        archive.catalogue.record_quarantine("x", None, [], "inbox/.quarantine/x", datetime.now(UTC))
        record_audit(archive, AuditAction.UNIT_VERIFIED, subject="K/1")
        row = archive.catalogue.unit(UNIT)
        assert row is not None
        assert row.ingest_id is not None
        noted = Finding(code=FindingCode.FILE_REPAIRED, fields={"file": "a", "origin": "replica", "aside": "–"})
        archive.catalogue.replace_findings(row.ingest_id, [noted], "repair")
        findings = archive.catalogue.findings(row.ingest_id)
    folder = backup(kept, shelf)
    make_binder(kept.inbox, "c", text_pages(1, "tarziu"), description={"reference_code": "K/3"})
    make_binder(kept.inbox, "b", text_pages(1, "nou"), description={"reference_code": "K/2", "intent": "replace_unit"})
    kept.ingest()
    before = {query: hits(kept, query) for query in ("hotararea", "tarziu", "nou", "registrul")}
    with kept.open() as archive:
        units = archive.catalogue.units()
    assert len(before["hotararea"]) == 5
    wipe(kept)
    with pytest.raises(BackupMissing):
        restore(kept, shelf.parent)
    assert not catalogue_file(kept).exists()

    report = restore(kept, shelf)

    assert report.backup.folder == folder
    assert report.aside is None
    assert (report.rebuilt.ingests, report.rebuilt.troubles, report.rebuilt.unbalanced) == (2, [], [])
    assert differences(kept) == []
    assert {query: hits(kept, query) for query in before} == before
    with kept.open() as archive:
        assert archive.catalogue.units() == units
        assert [one.reference_code for one in archive.catalogue.inventory()] == ["K/9"]
        assert [one.series for one in archive.catalogue.series_rules()] == ["II A"]
        assert [one.folder for one in archive.catalogue.quarantined()] == ["x"]
        assert archive.catalogue.findings(row.ingest_id) == findings
        records = [AuditRecord.model_validate_json(one.record) for one in archive.catalogue.audit_rows()]
        assert AuditAction.UNIT_VERIFIED in {one.action for one in records}
        assert records[-1].action is AuditAction.BACKUP_RESTORED
    assert kept.ingest().outcomes == ()
    assert list(kept.settings.home.glob(".catalogue*")) == []


def test_a_backup_has_what_the_store_cannot_tell_and_reads_back(
    kept: Town, shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, kept.settings, "backup", str(shelf))
    assert code == EXIT_DONE
    assert "there is only one of the store" in out
    (folder,) = shelf.iterdir()
    assert sorted(one.name for one in folder.iterdir()) == ["arhivar.toml", "catalogue.sqlite", "manifest.json"]
    manifest = read_backup(folder).manifest
    assert (manifest.units, manifest.program) == (2, "0.1.0")
    assert folder.stat().st_mode & 0o077 == 0
    document = json.loads(run(capsys, kept.settings, "backup", str(shelf), "--json")[1])
    assert document["store"]["files"] > 20
    with kept.open() as archive:
        records = [AuditRecord.model_validate_json(one.record) for one in archive.catalogue.audit_rows()]
    assert [one.subject for one in records if one.action is AuditAction.BACKUP_MADE] == [
        str(folder),
        document["folder"],
    ]


def test_a_backup_holds_the_record_of_its_own_making_so_that_none_is_missing_after_it(
    kept: Town, shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = backup(kept, shelf)
    with kept.open() as archive:  # by now the record is sealed in the store
        before = archive.catalogue.audit_rows()
    wipe(kept)
    restore(kept, shelf)
    code, out, _ = run(capsys, kept.settings, "verify")
    assert code == EXIT_DONE, out
    with kept.open() as archive:
        after = archive.catalogue.audit_rows()
    assert after[: len(before)] == before
    assert AuditRecord.model_validate_json(before[-1].record).subject == str(folder)


def test_a_target_that_is_no_other_disk_is_refused(kept: Town, shelf: Path) -> None:
    with pytest.raises(BackupNotWritten):
        backup(kept, shelf / "unmounted")
    assert not (shelf / "unmounted").exists()
    with pytest.raises(UsageError):
        backup(kept, kept.settings.home / "store")


def test_keys_are_left_out_unless_asked_for_and_stay_private(kept: Town, shelf: Path) -> None:
    keys = kept.settings.home / "keys"
    keys.mkdir(exist_ok=True)
    (keys / "test.pem").write_text("secret")
    (keys / "test.pem").chmod(0o600)
    assert not (backup(kept, shelf) / "keys").exists()
    folder = backup(kept, shelf, with_keys=True)
    assert (folder / "keys/test.pem").stat().st_mode & 0o777 == 0o600
    (keys / "test.pem").unlink()
    wipe(kept)
    assert "test.pem" in restore(kept, folder).keys
    assert (keys / "test.pem").read_text() == "secret"
    assert (keys / "test.pem").stat().st_mode & 0o777 == 0o600


def test_older_backups_go_and_nothing_else(kept: Town, shelf: Path) -> None:
    made = [backup(kept, shelf) for _ in range(3)]
    strangers = [shelf / "notes", shelf / "arhivar-20200101T000000Z", shelf / "arhivar-copy"]
    for stranger in strangers:
        stranger.mkdir()
    dead = shelf / ".arhivar-00000000.part"
    dead.mkdir()
    long_ago = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    os.utime(dead, (long_ago, long_ago))
    last = backup(kept, shelf, keep=2)
    assert sorted(shelf.iterdir()) == sorted([*strangers, made[2], last])
    assert find_backup(shelf) == last


def test_a_catalogue_that_is_there_is_moved_aside_only_when_asked(
    kept: Town, shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = backup(kept, shelf)
    with kept.open() as archive:
        record_audit(archive, AuditAction.UNIT_VERIFIED, subject="K/2")
        rows = archive.catalogue.audit_rows()
    with pytest.raises(CatalogueExists):
        restore(kept, folder)
    assert run(capsys, kept.settings, "restore", str(folder))[0] == EXIT_USAGE
    code, out, _ = run(capsys, kept.settings, "restore", str(shelf), "--replace")
    assert code == EXIT_DONE
    assert "Next: `arhivar verify`" in out
    assert "1 later records were taken over" in out
    with kept.open() as archive:
        assert archive.catalogue.audit_rows()[: len(rows)] == rows
    (aside,) = kept.settings.home.glob("catalogue.aside-*")
    with closing(sqlite3.connect(aside / "catalogue.sqlite")) as former:
        assert former.execute("SELECT count(*) FROM audit").fetchone() == (len(rows),)
    assert differences(kept) == []


def test_a_damaged_catalogue_gives_way_with_its_log(kept: Town, shelf: Path) -> None:
    folder = backup(kept, shelf)
    data = catalogue_file(kept).read_bytes()
    catalogue_file(kept).write_bytes(b"no database" + data[11:])
    catalogue_file(kept).with_name("catalogue.sqlite-wal").write_bytes(b"log of the damaged one")
    report = restore(kept, folder, replace=True)
    assert report.aside is not None
    assert report.carried.problem is not None
    assert sorted(one.name for one in Path(report.aside).iterdir()) == ["catalogue.sqlite", "catalogue.sqlite-wal"]
    assert differences(kept) == []


@pytest.mark.parametrize("what", ["flipped", "cut", "missing", "manifest", "no database"])
def test_a_damaged_backup_is_refused_and_nothing_is_changed(
    kept: Town, shelf: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    folder = backup(kept, shelf)
    copy = folder / "catalogue.sqlite"
    match what:
        case "flipped":
            flip_bit(copy)
        case "cut":
            copy.write_bytes(copy.read_bytes()[:-4096])
        case "missing":
            copy.unlink()
        case "manifest":
            (folder / "manifest.json").write_text("{")
        case _:
            copy.write_bytes(b"x" * 10_000)
            seal_again(folder)
    before = tree(kept.settings.home)
    with pytest.raises(BackupDamaged):
        restore(kept, folder, replace=True)
    after = tree(kept.settings.home)
    assert {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)} <= {
        "catalogue.sqlite-shm",
        "catalogue.sqlite-wal",
    }
    code, _, err = run(capsys, kept.settings, "restore", str(folder), "--replace")
    assert code == BackupDamaged.exit_code
    assert f"The backup {folder} is damaged" in err


def test_a_newer_catalogue_is_refused_and_an_older_one_upgraded(kept: Town, shelf: Path) -> None:
    folder = backup(kept, shelf)
    with closing(sqlite3.connect(folder / "catalogue.sqlite")) as copy:
        copy.execute("UPDATE alembic_version SET version_num = '9999'")
        copy.commit()
    seal_again(folder, program="7.0")
    with pytest.raises(BackupNewer, match=r"Arhivar 7\.0 or newer"):
        restore(kept, folder, replace=True)
    (folder / "catalogue.sqlite").unlink()
    engine = create_engine(sqlite_url(folder / "catalogue.sqlite"))
    with engine.begin() as connection:
        upgrade(connection, "0001")
    engine.dispose()
    seal_again(folder, revision="0001")
    wipe(kept)
    assert restore(kept, folder).rebuilt.units == 3
    assert differences(kept) == []


def test_an_archive_at_work_is_left_alone(kept: Town, shelf: Path) -> None:
    folder = backup(kept, shelf)
    with kept.open() as archive, archive.leases.hold("ingest:x"), pytest.raises(ArchiveBusy, match="ingest:x"):
        restore(kept, folder, replace=True)
    assert list(kept.settings.home.glob("catalogue.aside-*")) == []


def test_leases_of_the_time_of_the_backup_bind_nobody(kept: Town, shelf: Path) -> None:
    with kept.open() as archive, archive.leases.hold("rebuild"):
        folder = make_backup(archive, shelf).backup.folder
    wipe(kept)
    restore(kept, folder)
    assert differences(kept) == []


def test_without_a_store_nothing_is_restored(kept: Town, shelf: Path) -> None:
    folder = backup(kept, shelf)
    wipe(kept)
    store = kept.settings.home / "store"
    store.rename(store.with_name("unmounted"))
    with pytest.raises(StoreUnavailable):
        restore(kept, folder)
    assert not catalogue_file(kept).exists()


def test_settings_are_put_back_where_they_are_lost_and_never_overwritten(kept: Town, shelf: Path) -> None:
    file = kept.settings.home / "arhivar.toml"
    file.write_text('organisation = "Primăria"\n', encoding="utf-8")
    folder = backup(kept, shelf)
    file.unlink()
    wipe(kept)
    assert restore(kept, folder).settings_file == "restored"
    assert file.read_text("utf-8") == 'organisation = "Primăria"\n'
    file.write_text('organisation = "Alta"\n', encoding="utf-8")
    assert restore(kept, folder, replace=True).settings_file == "differs"
    assert file.read_text("utf-8") == 'organisation = "Alta"\n'


def test_a_backup_while_others_write_is_of_one_moment(kept: Town, shelf: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        with kept.open() as archive:
            number = 0
            while not stop.is_set():
                number += 1
                pair = [InventoryEntry(reference_code=f"{side}/{number}") for side in ("L", "R")]
                archive.catalogue.add_inventory(pair)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        folders = [backup(kept, shelf) for _ in range(3)]
    finally:
        stop.set()
        thread.join()
    counts = []
    for folder in folders:
        with closing(sqlite3.connect(folder / "catalogue.sqlite")) as copy:
            codes = [str(code) for (code,) in copy.execute("SELECT reference_code FROM inventory")]
        counts.append(len(codes))
        assert {code[2:] for code in codes if code[0] == "L"} == {code[2:] for code in codes if code[0] == "R"}
    assert counts == sorted(counts)
    assert counts[-1] > 0


@pytest.mark.parametrize("delay_seconds", [0.0, 0.004, 0.012])
def test_a_killed_backup_leaves_none_that_a_restore_would_take(
    kept: Town, shelf: Path, start_arhivar: RunArhivar, delay_seconds: float
) -> None:
    killed = start_arhivar("backup", str(shelf), ARHIVAR_HOME=str(kept.settings.home))
    deadline = time.monotonic() + 60
    while not list(shelf.glob(".arhivar-*.part")) and killed.poll() is None:
        assert time.monotonic() < deadline
    time.sleep(delay_seconds)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    wipe(kept)
    try:
        found = find_backup(shelf)
    except BackupMissing:
        for part in shelf.glob(".arhivar-*.part"):
            if not (part / "manifest.json").exists():
                with pytest.raises(BackupMissing):
                    restore(kept, part)
        assert not catalogue_file(kept).exists()
        assert recover_catalogue(kept.settings)
    else:  # it was quicker: then it is whole
        assert delay_seconds > 0
        read_backup(found)
