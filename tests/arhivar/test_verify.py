# SPDX-License-Identifier: EUPL-1.2
"""Verify names whatever is taken away or altered, with unit and page; and never passes for what it did not see."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pikepdf
import pytest

from arhivar.cli import verify_cmd
from arhivar.cli.main import main
from arhivar.composition import Archive, object_id
from arhivar.intake.take import IntakeOptions
from arhivar.keeping import compare
from arhivar.keeping.contents import page_ranges
from arhivar.keeping.verify import (
    Verdict,
    VerifyWatcher,
    all_subjects,
    one_subject,
    sample_subjects,
    verify_units,
)
from arhivar.pipeline import run_inbox
from arhivar.steps.index import page_records
from arhivar.steps.reconcile import measure_ledger
from processors.page_marks import marked_pages
from repository.ocfl_layout import object_path
from schemas.errors import EXIT_BUG, EXIT_DONE, EXIT_FINDINGS, EXIT_USAGE, ObjectMissing, StoreUnavailable, UnitUnknown
from schemas.findings import FindingCode
from schemas.ingest import IngestState
from schemas.ingest import unit_id as derive_unit_id
from tests.arhivar.conftest import SILENT, Town
from tests.binders import make_binder, text_pages

DEAF = VerifyWatcher(lambda total: None, lambda size: None, lambda verdict: None)
UNIT = derive_unit_id("K/1")
Named = set[tuple[str, str, int | None]]


def verify(town: Town) -> list[Verdict]:
    with town.open() as archive:
        return verify_units(archive, all_subjects(archive), DEAF)


def named(verdicts: list[Verdict]) -> Named:
    """Unit, code and page of each finding."""
    return {(one.unit, finding.code.value, finding.page) for one in verdicts for finding in one.findings}


def root(town: Town, unit: UUID = UNIT) -> Path:
    return town.settings.home / "store" / "ocfl" / object_path(object_id(unit))


def stored(town: Town, logical: str, version: int | None = None) -> Path:
    """The file in the store that holds a logical path."""
    with town.open() as archive:
        file = archive.packages.files(object_id(UNIT), version)[logical]
    return town.settings.home / "store" / file.content_key


def flip_bit(path: Path) -> None:
    """One bit, in the middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)


def sql(town: Town, statement: str) -> None:
    with closing(sqlite3.connect(town.settings.home / "catalogue.sqlite")) as connection:
        assert connection.execute(statement).rowcount > 0
        connection.commit()


def test_a_sound_archive_has_no_differences_and_every_byte_was_read(kept: Town) -> None:
    read: list[int] = []
    with kept.open() as archive:
        verdicts = verify_units(archive, all_subjects(archive), VerifyWatcher(read.append, read.append, lambda _: None))
    assert named(verdicts) == set()
    content = sum(
        path.stat().st_size for path in (kept.settings.home / "store").rglob("content/**/*") if path.is_file()
    )
    assert sum(one.read_bytes for one in verdicts) == content
    assert read[0] == 2
    assert sum(read[1:]) == content
    assert {(one.unit, one.version, one.recorded) for one in verdicts} == {("K/1", 2, True), ("K/2", 1, True)}


def take_page_from_pdf(town: Town) -> None:
    path = stored(town, "access/volume-1.pdf")
    path.chmod(0o644)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        del pdf.pages[1]
        pdf.save(path)


def take_index_row(town: Town) -> None:
    with town.open() as archive:
        records = [record for record in page_records(archive, UNIT, 2) if record.page != 2]
        archive.index.remove_unit(UNIT)
        archive.index.write(records)


TAKEN: dict[str, tuple[Callable[[Town], object], Named]] = {
    "a page of the PDF": (
        take_page_from_pdf,
        {("K/1", "stored-file-damaged", 1), ("K/1", "ledger-difference", 2)},
    ),
    "an ALTO file": (
        lambda town: stored(town, "text/00002.xml").unlink(),
        {("K/1", "stored-file-missing", 2), ("K/1", "ledger-difference", 2)},
    ),
    "a master": (
        lambda town: stored(town, "masters/003.png").unlink(),
        {("K/1", "stored-file-missing", 3), ("K/1", "ledger-difference", 3)},
    ),
    "a master of an older version": (
        lambda town: stored(town, "masters/002.png", 1).unlink(),
        {("K/1", "stored-file-missing", None)},
    ),
    "an index row": (take_index_row, {("K/1", "ledger-difference", 2)}),
    "a page's row": (
        lambda town: sql(town, "DELETE FROM page WHERE number = 3"),
        {("K/1", "catalogue-row-missing", 3)},
    ),
    "an ingest's row": (
        lambda town: sql(town, "DELETE FROM ingest WHERE version = 2"),
        {("K/1", "catalogue-row-missing", None)},
    ),
    "an older ingest's row": (
        lambda town: sql(town, "DELETE FROM ingest WHERE intent = 'new' AND folder = 'a'"),
        {("K/1", "catalogue-row-missing", None)},
    ),
    "a unit's row": (
        lambda town: sql(town, "DELETE FROM unit WHERE reference_code = 'K/1'"),
        {("K/1", "catalogue-row-missing", None)},
    ),
    "a whole package": (lambda town: shutil.rmtree(root(town)), {("K/1", "package-missing", None)}),
    "a version's inventory": (
        lambda town: (root(town) / "v1" / "inventory.json").unlink(),
        {("K/1", "package-damaged", None)},
    ),
    "the root's inventory": (
        lambda town: (root(town) / "inventory.json").unlink(),
        {("K/1", "package-damaged", None)},
    ),
}


@pytest.mark.parametrize("what", TAKEN)
def test_what_is_taken_away_is_named_with_unit_and_page(kept: Town, what: str) -> None:
    take, expected = TAKEN[what]
    take(kept)
    assert named(verify(kept)) == expected


FLIPPED: dict[str, tuple[Callable[[Town], Path], Named]] = {
    "master": (lambda town: stored(town, "masters/002.png"), {("K/1", "stored-file-damaged", 2)}),
    "ALTO": (lambda town: stored(town, "text/00003.xml"), {("K/1", "stored-file-damaged", 3)}),
    "PDF": (lambda town: stored(town, "access/volume-1.pdf"), {("K/1", "stored-file-damaged", 1)}),
    "unit.json": (lambda town: stored(town, "metadata/unit.json"), {("K/1", "stored-file-damaged", None)}),
    "manifest": (lambda town: stored(town, "metadata/manifest.json"), {("K/1", "stored-file-damaged", None)}),
    "inventory": (lambda town: root(town) / "inventory.json", {("K/1", "package-damaged", None)}),
    "sidecar": (lambda town: root(town) / "inventory.json.sha512", {("K/1", "package-damaged", None)}),
    "old inventory": (lambda town: root(town) / "v1" / "inventory.json", {("K/1", "package-damaged", None)}),
    "old master": (lambda town: stored(town, "masters/001.png", 1), {("K/1", "stored-file-damaged", None)}),
}


@pytest.mark.parametrize("what", FLIPPED)
def test_one_flipped_bit_is_named_with_unit_and_page(kept: Town, what: str) -> None:
    where, expected = FLIPPED[what]
    flip_bit(where(kept))
    found = named(verify(kept))
    assert expected <= found
    assert {unit for unit, _, _ in found} == {"K/1"}


def test_pages_are_named_also_where_the_packages_own_records_are_damaged(kept: Town) -> None:
    master = stored(kept, "masters/002.png")
    flip_bit(stored(kept, "metadata/unit.json"))
    flip_bit(master)
    take_index_row_by_manifest(kept)
    assert {("K/1", "stored-file-damaged", 2), ("K/1", "ledger-difference", 1)} <= named(verify(kept))
    flip_bit(root(kept) / "inventory.json")
    assert {("K/1", "stored-file-damaged", 2), ("K/1", "package-damaged", None)} <= named(verify(kept))


def take_index_row_by_manifest(town: Town) -> None:
    with town.open() as archive:
        archive.index.remove_unit(UNIT)


def test_a_catalogue_that_says_otherwise_is_told_by_what_it_says(kept: Town) -> None:
    sql(kept, "UPDATE unit SET version = 1, pages = 9 WHERE reference_code = 'K/1'")
    sql(kept, "UPDATE page SET kind = 'blank' WHERE number = 3")
    findings = [finding for one in verify(kept) for finding in one.findings]
    assert {(finding.fields["row"], finding.fields["found"], finding.fields["expected"]) for finding in findings} == {
        ("version", "1", "2"),
        ("pages", "9", "3"),
        ("page[3].kind", "blank", "page"),
    }
    assert {finding.code for finding in findings} == {FindingCode.CATALOGUE_DIFFERS}


def test_pages_of_an_older_version_in_the_index_are_named(kept: Town) -> None:
    with kept.open() as archive:
        old = [record.model_copy(update={"page": 9}) for record in page_records(archive, UNIT, 2) if record.page == 1]
        archive.index.write([record.model_copy(update={"unit_version": 1}) for record in old])
    assert named(verify(kept)) == {("K/1", "index-stale", None)}


def test_findings_are_kept_with_the_ingest_and_go_when_the_difference_is_gone(kept: Town) -> None:
    path = stored(kept, "text/00002.xml")
    path.rename(path.with_name("aside"))
    (stray := path.with_name("aside")).rename(kept.settings.home / "aside")
    assert all(one.recorded for one in verify(kept))
    assert {FindingCode.STORED_FILE_MISSING, FindingCode.LEDGER_DIFFERENCE} <= kept_codes(kept)
    (kept.settings.home / "aside").rename(stray.with_name(path.name))
    verify(kept)
    assert FindingCode.STORED_FILE_MISSING not in kept_codes(kept)


def kept_codes(town: Town) -> set[FindingCode]:
    with town.open() as archive:
        unit = archive.catalogue.unit(UNIT)
        assert unit is not None
        assert unit.ingest_id is not None
        return {finding.code for finding in archive.catalogue.findings(unit.ingest_id)}


def test_a_unit_that_only_the_store_knows_can_be_named_by_its_code(kept: Town) -> None:
    sql(kept, "DELETE FROM unit WHERE reference_code = 'K/1'")
    with kept.open() as archive:
        assert [subject.unit_id for subject in one_subject(archive, "K/1")] == [UNIT]
        with pytest.raises(UnitUnknown):
            one_subject(archive, "K/9")


def test_a_sample_is_repeated_by_its_seed(kept: Town) -> None:
    with kept.open() as archive:
        drawn = [sample_subjects(archive, 1, seed)[0] for seed in range(20)]
        assert drawn == [sample_subjects(archive, 1, seed)[0] for seed in range(20)]
        assert len({subjects[0] for subjects in drawn}) == 2
        assert sample_subjects(archive, 9, 1)[1] == len(sample_subjects(archive, 9, 1)[0]) == 2


def test_a_unit_at_work_is_not_judged(kept: Town) -> None:
    with kept.open() as archive:
        sql(kept, "UPDATE ingest SET state = 'processing', version = NULL WHERE version = 2")
        row = archive.catalogue.ingests(UNIT, [IngestState.PROCESSING])[0]
        with archive.leases.hold(f"ingest:{row.ingest_id}"):
            verdict = verify_units(archive, one_subject(archive, "K/1"), DEAF)[0]
        assert (verdict.in_hand, verdict.findings) == (True, ())
        verdict = verify_units(archive, one_subject(archive, "K/1"), DEAF)[0]
        assert [finding.fields["row"] for finding in verdict.findings] == ["ingest.version"]


def test_a_disk_that_is_gone_is_an_error_not_a_loss_of_everything(kept: Town) -> None:
    store = kept.settings.home / "store"
    store.rename(store.with_name("unmounted"))
    store.mkdir()
    with kept.open() as archive, pytest.raises(StoreUnavailable):
        all_subjects(archive)


# --- the command


def run(capsys: pytest.CaptureFixture[str], town: Town, *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["--home", str(town.settings.home), "--lang", "en", *words])
    captured = capsys.readouterr()
    return int(str(ended.value.code)), captured.out, captured.err


def test_the_exit_code_tells_whether_something_differs(kept: Town, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, kept, "verify")[0] == EXIT_DONE
    flip_bit(stored(kept, "masters/002.png"))
    code, out, _ = run(capsys, kept, "verify")
    assert code == EXIT_FINDINGS
    assert "'masters/002.png' of the package (version 2) does not match its digest" in out
    assert "(pages: 2)" in out
    document = json.loads(run(capsys, kept, "verify", "K/1", "--json")[1])
    assert document["differences"] == 1
    assert document["units"][0]["findings"][0]["page"] == 2
    assert run(capsys, kept, "verify", "K/2")[0] == EXIT_DONE
    assert "stored-file-damaged" in run(capsys, kept, "status", "K/1")[1]


def test_a_sample_prints_its_seed(kept: Town, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, kept, "verify", "--sample", "1", "--seed", "7")
    assert code == EXIT_DONE
    assert "Sample: 1 of 2 deposited units, seed 7" in out
    document = json.loads(run(capsys, kept, "verify", "--sample", "1", "--json")[1])
    again = run(capsys, kept, "verify", "--sample", "1", "--json", "--seed", str(document["sample"]["seed"]))
    repeated = json.loads(again[1])
    assert (repeated.pop("audit")["findings"], document.pop("audit")["findings"]) == ([], [])
    assert repeated == document
    assert run(capsys, kept, "verify", "K/1", "--sample", "1")[0] == EXIT_USAGE
    assert run(capsys, kept, "verify", "--seed", "1")[0] == EXIT_USAGE
    assert run(capsys, kept, "verify", "K/9")[0] == EXIT_USAGE


def test_a_bug_in_verify_is_not_a_clean_archive(
    kept: Town, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("unexpected")

    monkeypatch.setattr(compare, "measure_ledger", broken)
    assert run(capsys, kept, "verify")[0] == EXIT_BUG


def test_an_error_about_one_unit_ends_with_its_code_and_the_others_are_verified(
    kept: Town, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = measure_ledger

    def failing(archive: Archive, unit: UUID) -> object:
        if unit == UNIT:
            raise ObjectMissing(key="x")
        return measured(archive, unit)

    monkeypatch.setattr(compare, "measure_ledger", failing)
    code, out, _ = run(capsys, kept, "verify")
    assert code == ObjectMissing.exit_code
    assert "K/1: could not be verified. ARH-5002" in out
    assert "Verified: 1 units" in out
    assert verify_cmd.exit_code([]) == EXIT_DONE


def test_a_bit_flipped_anywhere_in_a_pdf_does_not_stop_the_count(kept: Town, tmp_path: Path) -> None:
    data = stored(kept, "access/volume-1.pdf").read_bytes()
    target = tmp_path / "flipped.pdf"
    for position in range(0, len(data), max(1, len(data) // 150)):
        flipped = bytearray(data)
        flipped[position] ^= 4
        target.write_bytes(flipped)
        try:
            assert marked_pages(target) is not None
        except pikepdf.PdfError:
            continue


def test_pages_are_told_in_runs() -> None:
    assert page_ranges((3, 1, 2, 7)) == "1–3, 7"
    assert page_ranges(()) == "–"


def test_a_page_that_was_kept_but_not_recorded_when_a_run_was_killed_is_recorded_by_the_next(kept: Town) -> None:
    make_binder(kept.inbox, "c", text_pages(1), description={"reference_code": "K/3"})
    with kept.open() as archive, pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive.catalogue, "record_page", _killed)
        with pytest.raises(KeyboardInterrupt):
            run_inbox(archive, kept.inbox, IntakeOptions(), kept.pool, SILENT)
    assert kept.ingest().outcomes[0].state is IngestState.RECONCILED
    assert named(verify(kept)) == set()


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt
