# SPDX-License-Identifier: EUPL-1.2
"""What every catalogue promises of the way back from packages (`Catalogue.restore_deposit`)."""

from datetime import timedelta

import pytest

from repository.catalogue import Catalogue
from repository.records import IngestRow, PageRow
from schemas.errors import CatalogueError
from schemas.ingest import IngestState, unit_id
from schemas.page import PageKind
from tests.contract.test_catalogue import NOW, manifest, plan, record


@pytest.fixture
def ingest(catalogue: Catalogue) -> IngestRow:
    return catalogue.register_ingest(manifest())


def told(words: int = 5) -> list[PageRow]:
    """The page of `manifest`, as its package tells it."""
    return [PageRow(1, "001.tif", 0, PageKind.PAGE, "ron", words, 91.25, "d" * 64)]


def test_a_deposit_is_entered_again_from_what_its_package_says(catalogue: Catalogue) -> None:
    first, second = manifest(), manifest(seed="2", title="Nou", received_at=NOW + timedelta(days=1))
    done = catalogue.restore_deposit(first, 1, told(), head=False, now=NOW)
    assert (done.unit, done.ingest, done.pages) == (True, True, 1)
    catalogue.restore_deposit(second, 2, told(), head=True, now=NOW)
    unit = catalogue.unit(first.unit_id)
    assert unit is not None
    assert (unit.version, unit.ingest_id, unit.pages, unit.title) == (2, second.ingest_id, 1, "Nou")
    rows = {row.version: row for row in catalogue.ingests()}
    assert {version: row.state for version, row in rows.items()} == {
        1: IngestState.RECONCILED,
        2: IngestState.DEPOSITED,
    }
    assert rows[2].manifest == second
    assert rows[2].pages == 1
    assert catalogue.pages(second.ingest_id) == told()
    assert catalogue.planned_pages(second.ingest_id) == list(second.pages)
    assert [(entry.ingest_id, entry.version) for entry in catalogue.outbox(9)] == [(second.ingest_id, 2)]


def test_restoring_what_is_there_changes_nothing(catalogue: Catalogue, ingest: IngestRow) -> None:
    catalogue.plan_pages(ingest.ingest_id, plan(1))
    record(catalogue, ingest.ingest_id, 1)
    catalogue.record_deposit(ingest.ingest_id, 1, 1, NOW)
    catalogue.advance(ingest.ingest_id, IngestState.RECONCILED, now=NOW)
    catalogue.outbox_done([entry.id for entry in catalogue.outbox(9)])
    before = (catalogue.ingests(), catalogue.units(), catalogue.pages(ingest.ingest_id))
    done = catalogue.restore_deposit(ingest.manifest, 1, told(), head=True, now=NOW + timedelta(days=1))
    assert (done.unit, done.ingest, done.pages) == (False, False, 0)
    assert before == (catalogue.ingests(), catalogue.units(), catalogue.pages(ingest.ingest_id))
    assert catalogue.outbox(9) == []
    assert catalogue.restore_deposit(ingest.manifest, 1, told(words=6), head=True, now=NOW).pages == 1
    assert catalogue.pages(ingest.ingest_id) == told(words=6)


def test_a_catalogue_from_an_older_backup_catches_up(catalogue: Catalogue, ingest: IngestRow) -> None:
    catalogue.advance(ingest.ingest_id, IngestState.PROCESSING, now=NOW)
    done = catalogue.restore_deposit(ingest.manifest, 1, told(), head=True, now=NOW)
    assert (done.unit, done.ingest, done.pages) == (True, True, 1)
    row = catalogue.ingest(ingest.ingest_id)
    assert row is not None
    assert (row.state, row.version) == (IngestState.DEPOSITED, 1)


def test_what_is_further_than_the_package_is_left_alone(catalogue: Catalogue, ingest: IngestRow) -> None:
    older = ingest.manifest
    later = manifest(seed="3")
    catalogue.register_ingest(later.model_copy(update={"attempt": 2}))
    catalogue.advance(ingest.ingest_id, IngestState.REJECTED, reason="greșit", now=NOW)
    for one in (older, later):
        before = catalogue.ingest(one.ingest_id)
        assert not catalogue.restore_deposit(one, 1, told(), head=False, now=NOW).ingest
        assert catalogue.ingest(one.ingest_id) == before
    newer = manifest(seed="4")
    catalogue.register_ingest(newer)
    catalogue.record_deposit(newer.ingest_id, 5, 1, NOW)
    assert not catalogue.restore_deposit(newer, 4, told(), head=True, now=NOW).unit
    unit = catalogue.unit(newer.unit_id)
    assert unit is not None
    assert unit.version == 5


def test_pages_that_are_not_the_manifests_and_anothers_reference_code_are_refused(
    catalogue: Catalogue, ingest: IngestRow
) -> None:
    with pytest.raises(CatalogueError):
        catalogue.restore_deposit(ingest.manifest, 1, [], head=True, now=NOW)
    other = manifest(seed="5").model_copy(update={"unit_id": unit_id("X")})
    with pytest.raises(CatalogueError):
        catalogue.restore_deposit(other, 1, told(), head=True, now=NOW)
    assert len(catalogue.ingests()) == 1


def test_a_part_of_a_unit_brings_its_own_pages_and_counts_those_of_the_unit(catalogue: Catalogue) -> None:
    catalogue.restore_deposit(manifest(), 1, told(), head=False, now=NOW, unit_pages=1)
    part = manifest(seed="2").model_copy(update={"base_version": 1, "places": (2,)})
    catalogue.restore_deposit(part, 2, told(), head=True, now=NOW, unit_pages=2)
    unit = catalogue.unit(part.unit_id)
    assert unit is not None
    assert (unit.version, unit.pages) == (2, 2)
    assert catalogue.pages(part.ingest_id) == told()
