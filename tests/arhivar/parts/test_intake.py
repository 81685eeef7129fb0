# SPDX-License-Identifier: EUPL-1.2
"""Which parts of a unit are taken, which wait, and which are wrong."""

import json
from dataclasses import replace

import pytest

from arhivar.intake.drops import REASON_FILE
from arhivar.steps.reconcile import measure_ledger
from schemas.errors import StoreFull
from schemas.findings import FindingCode
from schemas.ingest import IngestState
from tests.arhivar.conftest import Town
from tests.arhivar.parts.drops import (
    OBJECT,
    UNIT,
    found,
    package_of,
    rescan,
    volume,
)
from tests.binders import draw_page, text_pages


def test_the_same_drop_again_is_known_and_changes_nothing(scanned: Town) -> None:
    rescan(scanned, [5, 2], "rescanarea")
    volume(scanned, 2, "anexelor", 2, folios=2, languages=["hun"])
    report = scanned.ingest()
    assert [taken.known for taken in report.taken] == [True, True]
    assert report.outcomes == ()
    assert package_of(scanned).ingest_id == package_of(scanned, 4).ingest_id


@pytest.mark.parametrize(
    ("replaces", "pages", "ro", "en"),
    [
        ([9, 12], 2, "numește pagini care nu există: 9, 12 (unitatea are paginile 1–8)", "do not exist: 9, 12"),
        ([3, 3], 2, "numește de mai multe ori: 3", "names more than once: 3"),
        ([3], 2, "numește 1 pagini, iar folderul conține 2", "names 1 pages, the folder holds 2"),
        (None, 2, "lipsește", "it is missing"),
    ],
)
def test_wrong_page_numbers_are_quarantined_and_said_precisely(
    scanned: Town, replaces: list[int] | None, pages: int, ro: str, en: str
) -> None:
    folder = rescan(scanned, replaces or [], "gresita", pages=pages)
    if replaces is None:
        (folder / "unit.json").write_text('{"reference_code": "P/1", "intent": "replace_pages"}')
    taken = scanned.ingest().taken[0]
    assert [finding.code for finding in taken.findings] == [FindingCode.REPLACES_WRONG]
    assert taken.quarantined_at is not None
    reason = (taken.quarantined_at / REASON_FILE).read_text(encoding="utf-8")
    assert ro in reason
    assert en in reason
    assert '"replaces": […] cu 2 numere' in reason


def test_page_numbers_without_the_intent_do_not_pass_for_a_whole_unit(scanned: Town) -> None:
    folder = rescan(scanned, [3], "gresita")
    for intent in ("new", "replace_unit"):
        (folder / "unit.json").write_text(json.dumps({"reference_code": "P/1", "intent": intent, "replaces": [3]}))
        taken = scanned.ingest().taken[0]
        assert [finding.code for finding in taken.findings] == [FindingCode.REPLACES_WRONG]
        assert taken.quarantined_at is not None
        folder = taken.quarantined_at.rename(scanned.inbox / "again")
        (folder / "_READY").touch()


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_volume_that_is_not_the_next_is_quarantined(scanned: Town, number: int) -> None:
    volume(scanned, number, "altele", 1)
    taken = scanned.ingest().taken[0]
    assert [finding.code for finding in taken.findings] == [FindingCode.VOLUME_WRONG]
    assert taken.findings[0].fields["next"] == 3


def test_a_part_of_a_unit_that_is_not_in_the_store_is_quarantined(town: Town) -> None:
    rescan(town, [1], "devreme")
    taken = town.ingest().taken[0]
    assert [finding.code for finding in taken.findings] == [FindingCode.UNIT_NOT_DEPOSITED]


def test_a_part_waits_until_another_ingest_of_its_unit_is_finished(
    scanned: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> int:
        raise StoreFull(where="store")

    rescan(scanned, [3], "primul", name="a")
    volume(scanned, 3, "urmatorul", 1)
    with monkeypatch.context() as patch:
        patch.setattr("arhivar.pipeline.deposit_unit", full)
        report = scanned.ingest()
    assert [taken.folder for taken in report.taken] == ["a"]
    assert [(one.folder, one.readiness.waiting_for) for one in report.waiting] == [("volume3", "unit")]
    report = scanned.ingest()
    assert [outcome.state for outcome in report.outcomes] == [IngestState.RECONCILED] * 2
    with scanned.open() as archive:
        assert archive.packages.head(OBJECT) == 6
        assert measure_ledger(archive, UNIT).balanced
    assert found(scanned, "urmatorul") == {9}
    assert found(scanned, "primul") == {3}


def test_a_half_copied_rescan_waits_for_the_pages_that_it_names(scanned: Town) -> None:
    folder = rescan(scanned, [1, 2, 3], "rescanarea", pages=2)
    (folder / "_READY").unlink()
    quiet = replace(scanned, settings=scanned.settings.model_copy(update={"quiet_seconds": 0.0}))
    report = quiet.ingest()
    assert [(one.readiness.waiting_for, one.readiness.detail) for one in report.waiting] == [("pages", "2/3")]
    draw_page(folder / "003.png", text_pages(3, "rescanarea")[2])
    assert quiet.ingest().outcomes[0].state is IngestState.RECONCILED
