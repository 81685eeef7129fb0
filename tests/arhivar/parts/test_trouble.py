# SPDX-License-Identifier: EUPL-1.2
"""Parts of a unit when something goes wrong: kills, damage, pages that cannot be read, what the ledger notices."""

import shutil
import signal
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest

from arhivar.keeping.rebuild import RebuildWatcher, rebuild_archive
from arhivar.package import read_manifests
from arhivar.steps.reconcile import measure_ledger
from repository.ocfl import Kept
from schemas.errors import BaseMoved, ObjectDamaged, StoreFull
from schemas.findings import FindingCode
from schemas.ingest import IngestState
from schemas.ledger import Stage
from schemas.messages import Language
from tests.arhivar.conftest import RunArhivar, Town
from tests.arhivar.parts.drops import OBJECT, UNIT, found, package_of, rescan, verify_findings
from tests.binders import make_binder, text_pages


def test_a_catalogue_and_an_index_that_are_lost_come_back_from_the_store(scanned: Town) -> None:
    (scanned.settings.home / "catalogue.sqlite").unlink()
    report = rebuild_archive(scanned.settings, RebuildWatcher(lambda count: None, lambda name: None))
    assert (report.ingests, report.pages, report.indexed_pages) == (4, 6 + 2 + 2 + 1, 8)
    assert report.troubles == []
    assert report.unbalanced == []
    assert verify_findings(scanned) == []
    with scanned.open() as archive:
        unit = archive.catalogue.unit(UNIT)
    assert unit is not None
    assert (unit.version, unit.pages) == (4, 8)


@pytest.mark.parametrize("number", [2, 4])
def test_the_ledger_names_a_page_that_was_taken_out_of_a_spliced_pdf(scanned: Town, number: int) -> None:
    with scanned.open() as archive:
        files = archive.packages.files(OBJECT)
        with (
            archive.store.local_path(files["access/volume-1.pdf"].content_key) as path,
            pikepdf.open(path, allow_overwriting_input=True) as pdf,
        ):
            del pdf.pages[number - 1]
            pdf.save(path)
        ledger = measure_ledger(archive, UNIT)
    assert {row.page: row.missing for row in ledger.rows if row.missing} == {number: (Stage.IN_PDF,)}


def test_the_ledger_does_not_take_a_page_as_it_was_for_the_page_scanned_again(scanned: Town) -> None:
    with scanned.open() as archive:
        old = archive.packages.files(OBJECT, 1)["access/volume-1.pdf"]
        new = archive.packages.files(OBJECT)["access/volume-1.pdf"]
        with archive.store.local_path(new.content_key) as path, archive.store.local_path(old.content_key) as former:
            path.unlink()
            shutil.copy(former, path)
        ledger = measure_ledger(archive, UNIT)
    assert {row.page: row.missing for row in ledger.rows if row.missing} == {2: (Stage.IN_PDF,), 5: (Stage.IN_PDF,)}


def test_captured_is_recounted_from_the_manifest_of_every_ingest(scanned: Town) -> None:
    with scanned.open() as archive:
        manifests = read_manifests(archive, OBJECT)
        assert [manifest.intent.value for manifest in manifests] == [
            "new",
            "replace_pages",
            "append_volume",
            "replace_pages",
        ]
        key = archive.packages.files(OBJECT)["metadata/manifests/00003.json"].content_key
        fewer = manifests[2].model_copy(update={"pages": manifests[2].pages[:0]})
        archive.store.replace(key, fewer.to_json())
        ledger = measure_ledger(archive, UNIT)
    assert {row.page: row.missing for row in ledger.rows if row.missing} == {7: (Stage.CAPTURED,)}


def test_a_page_that_could_not_be_read_is_healed_by_its_rescan(town: Town) -> None:
    folder = make_binder(town.inbox, "a", text_pages(3), description={"reference_code": "P/1"})
    page = folder / "002.png"
    page.write_bytes(page.read_bytes()[:2000])
    assert town.ingest().outcomes[0].state is IngestState.INDEXED
    rescan(town, [2], "rescanarea")
    outcome = town.ingest().outcomes[0]
    assert outcome.state is IngestState.RECONCILED
    assert outcome.ledger is not None
    assert outcome.ledger.gaps == ()
    with town.open() as archive:
        assert {row.state for row in archive.catalogue.ingests()} == {IngestState.RECONCILED}
    assert FindingCode.PAGE_UNREADABLE not in {
        finding.code for page in package_of(town).pages for finding in page.findings
    }
    assert verify_findings(town) == []


def test_a_rescan_that_cannot_be_read_is_a_gap_by_its_number_in_the_unit(scanned: Town) -> None:
    folder = rescan(scanned, [4, 6], "rescanarea", name="r")
    page = folder / "002.png"
    page.write_bytes(page.read_bytes()[:2000])
    report = scanned.ingest()
    assert {finding.page for finding in report.taken[0].findings} <= {6}
    assert report.outcomes[0].ledger is not None
    assert report.outcomes[0].ledger.gaps == (6,)
    assert {finding.page for finding in package_of(scanned).pages[5].findings} == {6}
    assert verify_findings(scanned) == []


def test_a_deposit_that_was_killed_before_the_catalogue_knew_is_not_made_twice(
    scanned: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    rescan(scanned, [3], "intrerupta")

    def die(*arguments: object) -> None:
        raise StoreFull(where="catalogue")

    with monkeypatch.context() as patch:
        patch.setattr("repository.sql_catalogue.SqlCatalogue.record_deposit", die)
        assert scanned.ingest().outcomes[0].error is not None
    with scanned.open() as archive:
        assert archive.packages.head(OBJECT) == 5
    assert scanned.ingest().outcomes[0].state is IngestState.RECONCILED
    with scanned.open() as archive:
        assert archive.packages.head(OBJECT) == 5
    assert found(scanned, "intrerupta") == {3}
    assert verify_findings(scanned) == []


def test_a_part_of_a_version_that_is_no_longer_the_newest_is_not_deposited(
    scanned: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> int:
        raise StoreFull(where="store")

    rescan(scanned, [3], "invechita")
    with monkeypatch.context() as patch:
        patch.setattr("arhivar.pipeline.deposit_unit", full)
        scanned.ingest()
    with scanned.open() as archive:
        files = {path: Kept(file.sha512) for path, file in archive.packages.files(OBJECT).items()}
        archive.packages.commit(
            OBJECT,
            {**files, "attachments/nota.txt": b"altceva"},
            message="by hand",
            user_name="Arhivar",
            user_address="mailto:arhiva@example.ro",
            created=datetime.now(UTC),
            expected_head=4,
        )
    error = scanned.ingest().outcomes[0].error
    assert isinstance(error, BaseMoved)
    assert "version 4" in error.say(Language.EN)
    with scanned.open() as archive:
        assert archive.packages.head(OBJECT) == 5


def test_damage_in_the_former_pdf_is_not_carried_into_a_new_version(scanned: Town) -> None:
    with scanned.open() as archive:
        key = archive.packages.files(OBJECT)["access/volume-1.pdf"].content_key
        with archive.store.local_path(key) as path:
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 1
            path.unlink()
            path.write_bytes(data)
    rescan(scanned, [3], "rescanarea")
    assert isinstance(scanned.ingest().outcomes[0].error, ObjectDamaged)
    with scanned.open() as archive:
        assert archive.packages.head(OBJECT) == 4


@pytest.mark.parametrize("moment", ["pages", "ingests"])
def test_a_killed_run_over_a_part_ends_as_an_undisturbed_one(
    scanned: Town, start_arhivar: RunArhivar, tmp_path: Path, moment: str
) -> None:
    undisturbed = replace(
        scanned,
        settings=scanned.settings.model_copy(update={"home": tmp_path / "undisturbed"}),
        inbox=tmp_path / "inbox2",
    )
    shutil.copytree(scanned.settings.home, undisturbed.settings.home)
    for town in (scanned, undisturbed):
        rescan(town, [7, 3, 1], "rescanarea")
    undisturbed.ingest()
    killed = start_arhivar("ingest", str(scanned.inbox), ARHIVAR_HOME=str(scanned.settings.home))
    wanted = "*.json" if moment == "pages" else "*.pdf"
    deadline = time.monotonic() + 120
    while not list((scanned.settings.home / "work" / moment).rglob(wanted)):
        assert killed.poll() is None, killed.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    time.sleep(10.5)  # the dead run's leases run out
    assert scanned.ingest().outcomes[0].state is IngestState.RECONCILED
    assert package_of(scanned).pdfs == package_of(undisturbed).pdfs
    assert package_of(scanned).pages == package_of(undisturbed).pages
    with scanned.open() as archive:
        assert archive.packages.head(OBJECT) == 5
    assert verify_findings(scanned) == []
