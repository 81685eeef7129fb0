# SPDX-License-Identifier: EUPL-1.2
"""`arhivar audit`, and the audit's part of `arhivar verify`, as people and programs meet them."""

import json
from pathlib import Path
from typing import Any

import pytest

from arhivar.audit.heads import head_key
from arhivar.audit.setup import key_file
from arhivar.auditing import record_audit
from arhivar.cli.verify_cmd import graver
from schemas.audit import AuditAction, AuditRecord
from schemas.errors import EXIT_DONE, EXIT_FINDINGS, EXIT_USAGE
from schemas.ingest import unit_id
from tests.arhivar.audit_doubles import Tampered
from tests.arhivar.conftest import Town
from tests.arhivar.test_cli import run

AUDIT_EXIT = 11


@pytest.fixture
def acted(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """An archive in which three things were done."""
    monkeypatch.setenv("ARHIVAR_HOME", str(town.settings.home))
    monkeypatch.setenv("ARHIVAR_LANGUAGE", "ro")
    with town.open() as archive:
        record_audit(archive, AuditAction.INGEST_REJECTED, subject="T/1", unit_id=unit_id("T/1"), reason="altă cotă")
        record_audit(archive, AuditAction.INGEST_ACCEPTED, subject="T/2", unit_id=unit_id("T/2"), details={"gaps": 1})
        record_audit(archive, AuditAction.BACKUP_MADE, subject="copie")
    return town


def document(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code, out, _ = run(capsys, *words, "--json")
    return code, json.loads(out)


def test_the_audit_says_who_did_what_to_what_and_why(acted: Town, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "audit")
    assert code == EXIT_DONE
    assert "ingestie respinsă" in out
    assert "altă cotă" in out
    assert "gaps=1" in out
    code, found = document(capsys, "audit")
    assert code == EXIT_DONE
    assert [(one["sequence"], one["subject"], one["altered"]) for one in found["records"]] == [
        (1, "T/1", False),
        (2, "T/2", False),
        (3, "copie", False),
    ]


def test_records_are_filtered_by_unit_time_and_number(acted: Town, capsys: pytest.CaptureFixture[str]) -> None:
    def subjects(*words: str) -> list[str]:
        return [one["subject"] for one in document(capsys, "audit", *words)[1]["records"]]

    assert subjects("--unit", "T/2") == ["T/2"]
    assert subjects("--since", "2020-01-01") == ["T/1", "T/2", "copie"]
    assert subjects("--since", "2999-01-01") == []
    assert subjects("--limit", "2") == ["T/2", "copie"]
    assert document(capsys, "audit", "--limit", "2")[1]["more"] is True
    code, found = document(capsys, "audit", "--unit", "T/9")
    assert (code, found["error"]["code"]) == (EXIT_USAGE, "ARH-1020")


def test_a_whole_audit_verifies(acted: Town, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = document(capsys, "audit", "--verify")
    assert (code, found["records"], found["heads"], found["findings"]) == (EXIT_DONE, 3, 1, [])


@pytest.mark.parametrize("words", [("audit", "--verify"), ("verify",), ("verify", "--sample", "5")])
def test_an_altered_record_is_named_and_ends_with_one(
    acted: Town, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    with Tampered(acted.settings.home) as raw:
        raw.execute("UPDATE audit SET record = replace(record, 'altă', 'nicio') WHERE sequence = 1")
    code, out, _ = run(capsys, *words)
    assert code == EXIT_FINDINGS
    assert "[audit-record-altered] Înregistrarea 1 " in out
    assert "→ " in out
    listed = document(capsys, "audit")[1]["records"]
    assert listed[0]["altered"] is True
    assert "nicio" in listed[0]["stored"]
    assert "MODIFICATĂ" in run(capsys, "audit")[1]


@pytest.mark.parametrize("words", [("audit", "--verify"), ("verify",)])
def test_without_its_key_the_audit_is_not_judged(
    acted: Town, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    key_file(acted.settings).unlink()
    code, out, err = run(capsys, *words)
    assert code == AUDIT_EXIT
    assert "ARH-9001" in out + err


def test_a_key_that_others_can_read_stops_every_command(acted: Town, capsys: pytest.CaptureFixture[str]) -> None:
    key_file(acted.settings).chmod(0o644)
    code, found = document(capsys, "audit")
    assert (code, found["error"]["code"]) == (AUDIT_EXIT, "ARH-9002")


def test_a_verify_run_is_recorded_with_its_outcome(acted: Town, capsys: pytest.CaptureFixture[str]) -> None:
    with acted.open() as archive:
        archive.store.delete(head_key(1))
    assert run(capsys, "verify")[0] == EXIT_FINDINGS
    with acted.open() as archive:
        record = AuditRecord.from_json(archive.catalogue.audit_rows()[-1].record)
    assert record.action is AuditAction.ARCHIVE_VERIFIED
    assert (record.details["units"], record.details["audit_records"], record.details["audit_differences"]) == (0, 3, 1)


def test_an_import_is_recorded_once_it_is_done(acted: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "inventar.csv"
    file.write_text("Cota;Conținutul pe scurt\nT/1;Numele Popescu\n", encoding="utf-8")
    run(capsys, "inventory", "import", str(file))
    run(capsys, "inventory", "import", str(file), "--apply")
    with acted.open() as archive:
        rows = archive.catalogue.audit_rows(after=3)
    (record,) = [AuditRecord.from_json(row.record) for row in rows]
    assert (record.action, record.subject) == (AuditAction.INVENTORY_IMPORTED, "inventar.csv")
    assert (record.details["rows"], record.details["new"]) == (1, 1)
    assert "Popescu" not in rows[0].record


def test_a_new_key_asks_for_a_reason_and_says_where_it_is(acted: Town, capsys: pytest.CaptureFixture[str]) -> None:
    assert document(capsys, "audit", "--new-key")[0] == EXIT_USAGE
    assert document(capsys, "audit", "--reason", "x")[0] == EXIT_USAGE
    code, found = document(capsys, "audit", "--new-key", "--reason", "schimbare anuală")
    assert (code, found["file"]) == (EXIT_DONE, str(key_file(acted.settings)))
    assert found["former"] != found["key"]
    assert document(capsys, "audit", "--verify")[0] == EXIT_DONE


@pytest.mark.parametrize(
    ("units", "audit", "both"), [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 11, 11), (7, 1, 7), (7, 11, 7)]
)
def test_the_graver_exit_code_is_given(units: int, audit: int, both: int) -> None:
    assert graver(units, audit) == both


def test_each_version_of_a_unit_is_recorded_once(kept: Town) -> None:
    with kept.open() as archive:
        rows = archive.catalogue.audit_rows()
        assert archive.catalogue.audit_end().waiting == 0
    records = [AuditRecord.from_json(row.record) for row in rows]
    assert {one.action for one in records} == {AuditAction.UNIT_DEPOSITED}
    assert sorted((one.subject, one.details["version"], one.details["pages"]) for one in records) == [
        ("K/1", 1, 2),
        ("K/1", 2, 3),
        ("K/2", 1, 2),
    ]
    assert {one.unit_id for one in records} == {unit_id("K/1"), unit_id("K/2")}
