# SPDX-License-Identifier: EUPL-1.2
"""What every catalogue promises about the ways out of quarantine, and about further attempts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from repository.catalogue import Catalogue
from repository.records import Decision, IngestRow, QuarantineEnd, QuarantineRow
from schemas.errors import CatalogueError
from schemas.findings import Finding, FindingCode
from schemas.ingest import IngestState, Manifest
from tests.contract.test_catalogue import NOW, manifest, plan, record

PLACE = "inbox/.quarantine/dosar"
LATER = NOW + timedelta(hours=1)
FINDING = Finding(code=FindingCode.FILE_UNSUPPORTED, file="lista.doc")


def _quarantine(catalogue: Catalogue, place: str = PLACE) -> QuarantineRow:
    return catalogue.record_quarantine("dosar", "PM/1", [FINDING], place, NOW)


def _end(
    catalogue: Catalogue, drop: QuarantineRow, decision: Decision = Decision.RETRIED, digest: str | None = None
) -> QuarantineEnd:
    return catalogue.end_quarantine(drop, decision, reason="fiindcă", by="ana@primaria", now=LATER, digest=digest)


def _again(row: IngestRow, **changes: object) -> Manifest:
    return row.manifest.model_copy(update={"attempt": row.attempt + 1, **changes})


def test_a_quarantine_that_ends_is_history_with_who_when_and_why(catalogue: Catalogue) -> None:
    drop = _quarantine(catalogue)
    end = _end(catalogue, drop)
    assert catalogue.quarantined() == []
    assert catalogue.quarantine_ends() == [end]
    assert (end.drop, end.decision, end.reason, end.by, end.at) == (
        drop,
        Decision.RETRIED,
        "fiindcă",
        "ana@primaria",
        LATER,
    )


def test_a_decision_told_twice_is_one_decision(catalogue: Catalogue) -> None:
    drop = _quarantine(catalogue)
    end = _end(catalogue, drop)
    assert catalogue.end_quarantine(drop, Decision.RETRIED, reason="iar", by="alt", now=LATER) == end
    assert catalogue.quarantine_ends() == [end]


def test_the_same_place_quarantined_again_keeps_its_history(catalogue: Catalogue) -> None:
    first = _end(catalogue, _quarantine(catalogue))
    drop = catalogue.record_quarantine("dosar", "PM/1", [], PLACE, LATER)
    assert catalogue.quarantined() == [drop]
    second = _end(catalogue, drop, Decision.REJECTED)
    assert catalogue.quarantine_ends() == [second, first]


def test_another_decision_or_other_content_is_another_entry(catalogue: Catalogue) -> None:
    drop = _quarantine(catalogue)
    ends = [_end(catalogue, drop, Decision.ACCEPTED, digest) for digest in ("a" * 128, "b" * 128)]
    assert [end.digest for end in ends] == ["a" * 128, "b" * 128]
    assert catalogue.quarantine_ends() == [ends[1], ends[0]]


def test_a_drop_without_a_row_can_be_decided_about(catalogue: Catalogue) -> None:
    other = _quarantine(catalogue, "inbox/.quarantine/altul")
    end = _end(catalogue, QuarantineRow("dosar", None, (), PLACE, NOW))
    assert catalogue.quarantined() == [other]
    assert catalogue.quarantine_ends() == [end]


def test_history_is_found_by_folder(catalogue: Catalogue) -> None:
    end = _end(catalogue, _quarantine(catalogue))
    _end(catalogue, replace(end.drop, folder="altul", where="inbox/.quarantine/altul"))
    assert catalogue.quarantine_ends("dosar") == [end]
    assert catalogue.quarantine_ends("none") == []


def test_ingests_are_found_by_the_beginning_of_their_id(catalogue: Catalogue) -> None:
    ids = sorted(catalogue.register_ingest(manifest(code, seed=code)).ingest_id for code in "123")
    assert catalogue.find_ingests("") == ids
    assert catalogue.find_ingests(ids[1][:12]) == [ids[1]]
    assert catalogue.find_ingests("%") == []
    assert catalogue.find_ingests("_") == []


@pytest.mark.parametrize(
    "state", [IngestState.INDEXED, IngestState.RECONCILED, IngestState.QUARANTINED, IngestState.REJECTED]
)
def test_what_is_at_rest_can_be_begun_again_with_its_files_and_version(
    catalogue: Catalogue, state: IngestState
) -> None:
    row = catalogue.register_ingest(manifest())
    catalogue.plan_pages(row.ingest_id, plan(2))
    record(catalogue, row.ingest_id, 1)
    catalogue.record_deposit(row.ingest_id, 1, 2, NOW)
    catalogue.advance(row.ingest_id, state, reason="?", now=NOW)
    again = catalogue.begin_attempt(_again(row), state=IngestState.STAGED, now=LATER)
    assert again == catalogue.ingest(row.ingest_id)
    assert (again.attempt, again.manifest.attempt, again.state) == (2, 2, IngestState.STAGED)
    assert (again.version, again.reason, again.updated_at) == (1, None, LATER)
    assert [page.number for page in catalogue.pages(row.ingest_id)] == [1]
    unit = catalogue.unit(row.unit_id)
    assert unit is not None
    assert (unit.version, unit.ingest_id) == (1, row.ingest_id)
    catalogue.record_deposit(row.ingest_id, 2, 2, LATER)
    after = catalogue.unit(row.unit_id)
    assert after is not None
    assert after.version == 2


def test_what_is_handed_over_anew_is_no_version_yet_and_can_be_planned_anew(catalogue: Catalogue) -> None:
    row = catalogue.register_ingest(manifest())
    catalogue.plan_pages(row.ingest_id, plan(2))
    catalogue.record_deposit(row.ingest_id, 1, 2, NOW)
    catalogue.advance(row.ingest_id, IngestState.REJECTED, reason="?", now=NOW)
    anew = _again(row, folder="alt folder", received_at=LATER)
    again = catalogue.begin_attempt(anew, state=IngestState.RECEIVED, now=LATER)
    assert (again.state, again.version, again.folder, again.received_at) == (
        IngestState.RECEIVED,
        None,
        "alt folder",
        LATER,
    )
    catalogue.plan_pages(row.ingest_id, plan(3))
    assert len(catalogue.planned_pages(row.ingest_id)) == 3


def test_an_attempt_told_twice_is_one_attempt(catalogue: Catalogue) -> None:
    row = catalogue.register_ingest(manifest())
    catalogue.advance(row.ingest_id, IngestState.REJECTED, reason="?", now=NOW)
    first = catalogue.begin_attempt(_again(row), state=IngestState.STAGED, now=NOW)
    moved = catalogue.advance(row.ingest_id, IngestState.PROCESSING, now=LATER)
    assert catalogue.begin_attempt(first.manifest, state=IngestState.STAGED, now=LATER) == moved


@pytest.mark.parametrize("state", [IngestState.RECEIVED, IngestState.STAGED, IngestState.PROCESSING])
def test_what_is_being_worked_on_cannot_be_begun_again(catalogue: Catalogue, state: IngestState) -> None:
    row = catalogue.advance(catalogue.register_ingest(manifest()).ingest_id, state, now=NOW)
    with pytest.raises(CatalogueError, match=row.ingest_id):
        catalogue.begin_attempt(_again(row), state=IngestState.STAGED, now=NOW)
    assert catalogue.ingest(row.ingest_id) == row


def test_attempts_are_numbered_without_gap_and_belong_to_what_is_known(catalogue: Catalogue) -> None:
    row = catalogue.register_ingest(manifest())
    catalogue.advance(row.ingest_id, IngestState.REJECTED, reason="?", now=NOW)
    for wrong in (row.manifest, _again(row, attempt=3), _again(row, unit_id=manifest("alta").unit_id)):
        with pytest.raises(CatalogueError):
            catalogue.begin_attempt(wrong, state=IngestState.STAGED, now=NOW)
    with pytest.raises(CatalogueError, match="none"):
        catalogue.begin_attempt(_again(row, ingest_id="none"), state=IngestState.STAGED, now=NOW)


def test_what_waits_in_quarantine_can_be_rejected_for_good(catalogue: Catalogue) -> None:
    row = catalogue.register_ingest(manifest())
    catalogue.advance(row.ingest_id, IngestState.QUARANTINED, reason="?", now=NOW)
    rejected = catalogue.advance(row.ingest_id, IngestState.REJECTED, reason="dublură", now=LATER)
    assert (rejected.state, rejected.reason) == (IngestState.REJECTED, "dublură")
    with pytest.raises(CatalogueError):
        catalogue.advance(row.ingest_id, IngestState.QUARANTINED, now=LATER)
