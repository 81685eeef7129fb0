# SPDX-License-Identifier: EUPL-1.2
"""What every catalogue promises of lists that are read a piece at a time (`repository.catalogue.Catalogue`)."""

from datetime import timedelta

import pytest

from repository.catalogue import Catalogue
from repository.records import IngestRow, IngestsAfter
from schemas.ingest import IngestState
from schemas.unit import AccessClass
from tests.contract.test_catalogue import NOW, manifest


def _register(catalogue: Catalogue, code: str, *, access: AccessClass = AccessClass.STAFF, hours: int = 0) -> None:
    whole = manifest(code, received_at=NOW + timedelta(hours=hours))
    described = whole.description.model_copy(update={"access_class": access})
    catalogue.register_ingest(whole.model_copy(update={"description": described}))


def _all_units(catalogue: Catalogue, limit: int, classes: tuple[AccessClass, ...]) -> list[str]:
    found: list[str] = []
    while piece := catalogue.units_after(found[-1] if found else None, limit, classes):
        assert len(piece) <= limit
        found += [row.reference_code for row in piece]
    return found


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
def test_units_come_piece_by_piece_each_once_by_their_code(catalogue: Catalogue, limit: int) -> None:
    for code in ("b/2", "a/1", "c/3", "b/1"):
        _register(catalogue, code)
    assert _all_units(catalogue, limit, tuple(AccessClass)) == [row.reference_code for row in catalogue.units()]


CLOSED = (AccessClass.STAFF, AccessClass.PERSONAL, AccessClass.RESTRICTED)
"""What a description can say; what is public, a person published."""


def test_units_of_other_access_classes_are_not_listed(catalogue: Catalogue) -> None:
    for access in CLOSED:
        _register(catalogue, f"unit/{access.value}", access=access)
    assert _all_units(catalogue, 3, (AccessClass.STAFF,)) == ["unit/staff"]
    assert _all_units(catalogue, 1, (AccessClass.STAFF, AccessClass.PERSONAL)) == ["unit/personal", "unit/staff"]
    assert catalogue.units_after(None, 3, (AccessClass.PUBLIC,)) == []
    assert catalogue.units_after(None, 3, ()) == []


def _position(row: IngestRow) -> IngestsAfter:
    return IngestsAfter(row.received_at, row.attempt, row.ingest_id)


@pytest.mark.parametrize("limit", [1, 2, 10])
def test_ingests_come_piece_by_piece_in_the_order_of_the_whole_list(catalogue: Catalogue, limit: int) -> None:
    for number in range(5):
        _register(catalogue, f"unit/{number}", hours=number // 2)  # several were received at the same time
    found: list[IngestRow] = []
    while piece := catalogue.ingests_after(_position(found[-1]) if found else None, limit, tuple(AccessClass)):
        assert len(piece) <= limit
        found += piece
    assert found == catalogue.ingests()


def test_ingests_in_other_states_or_of_other_access_classes_are_not_listed(catalogue: Catalogue) -> None:
    for access in CLOSED:
        _register(catalogue, f"unit/{access.value}", access=access)
    every = tuple(AccessClass)
    moved = catalogue.ingests()[1].ingest_id
    catalogue.advance(moved, IngestState.QUARANTINED, reason="r", now=NOW)
    assert [row.ingest_id for row in catalogue.ingests_after(None, 9, every, [IngestState.QUARANTINED])] == [moved]
    assert moved not in {row.ingest_id for row in catalogue.ingests_after(None, 9, every, [IngestState.RECEIVED])}
    staff = catalogue.ingests_after(None, 9, (AccessClass.STAFF,))
    assert [row.manifest.description.access_class for row in staff] == [AccessClass.STAFF]
