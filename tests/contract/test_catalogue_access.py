# SPDX-License-Identifier: EUPL-1.2
"""What every catalogue promises of decisions about who may see what (`repository.access.AccessCatalogue`)."""

from collections.abc import Mapping
from datetime import timedelta
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest

from repository.catalogue import Catalogue
from repository.records import UnitAccess, UnitRow
from schemas.access import AccessDecision, DecisionKind
from schemas.errors import CatalogueError
from schemas.unit import AccessClass
from tests.contract.test_catalogue import NOW, manifest
from tests.contract.test_catalogue_audit import entry

LATER = NOW + timedelta(hours=1)
MASTERS = {1: "a" * 64, 2: "b" * 64, 3: "c" * 64}
PUBLIC, STAFF, PERSONAL, RESTRICTED = AccessClass


@pytest.fixture
def unit(catalogue: Catalogue) -> UnitRow:
    """A unit in version 1 that the index shows."""
    row = catalogue.register_ingest(manifest())
    catalogue.record_deposit(row.ingest_id, 1, 3, NOW)
    catalogue.outbox_done([one.id for one in catalogue.outbox(9)])
    found = catalogue.unit(row.unit_id)
    assert found is not None
    return found


def decision(
    unit: UUID, number: int = 1, given: AccessClass = PERSONAL, pages: tuple[int, ...] | None = None
) -> AccessDecision:
    return AccessDecision(
        unit_id=unit,
        number=number,
        kind=DecisionKind.PUBLISH if given is PUBLIC else DecisionKind.CLASSIFY,
        access_class=given,
        before=STAFF,
        pages=pages,
        version=1,
        masters=MASTERS,
        reason="fiindcă",
        by="ana@primaria",
        at=NOW,
    )


def comes_to(
    given: AccessClass, last: int = 1, pages: Mapping[int, AccessClass] | None = None, version: int = 1
) -> UnitAccess:
    return UnitAccess(given, version, last, dict(pages or {}))


def test_without_decisions_a_unit_is_seen_as_it_was_described(catalogue: Catalogue, unit: UnitRow) -> None:
    found = catalogue.access([unit.unit_id, uuid4()])
    assert found == {unit.unit_id: UnitAccess(STAFF)}
    assert found[unit.unit_id].page(1, 2) is STAFF
    assert found[unit.unit_id].page(7, 2) is STAFF
    assert catalogue.decisions(unit.unit_id) == []
    assert catalogue.decision_counts() == {}
    assert catalogue.decisions_made() == (0, 0)


def test_no_description_makes_a_unit_public(catalogue: Catalogue) -> None:
    described = manifest("Public/1")
    description = described.description.model_copy(update={"access_class": PUBLIC})
    row = catalogue.register_ingest(described.model_copy(update={"description": description}))
    assert catalogue.access([row.unit_id])[row.unit_id].access_class is STAFF


def test_a_decision_that_began_closes_and_one_that_counts_is_what_holds(catalogue: Catalogue, unit: UnitRow) -> None:
    one = decision(unit.unit_id, given=PUBLIC)
    catalogue.begin_decision(one, comes_to(STAFF), NOW)
    assert [(row.decision, row.counts) for row in catalogue.decisions(unit.unit_id)] == [(one, False)]
    assert catalogue.decision_counts() == {unit.unit_id: (1, 0)}
    assert catalogue.decisions_made() == (1, 0)
    assert catalogue.access([unit.unit_id])[unit.unit_id] == comes_to(STAFF)
    assert catalogue.count_decision(unit.unit_id, 1, comes_to(PUBLIC, pages={2: PERSONAL}), LATER)
    assert catalogue.decision_counts() == {unit.unit_id: (1, 1)}
    assert catalogue.decisions_made() == (1, 1)
    found = catalogue.access([unit.unit_id])[unit.unit_id]
    assert [found.page(1, number) for number in MASTERS] == [PUBLIC, PERSONAL, PUBLIC]
    after = catalogue.unit(unit.unit_id)
    assert after is not None
    assert after.access_class is PUBLIC


def test_of_a_version_that_was_not_weighed_nothing_is_public_and_all_is_as_closed_as_its_strictest_page(
    catalogue: Catalogue, unit: UnitRow
) -> None:
    catalogue.begin_decision(decision(unit.unit_id, given=PUBLIC), comes_to(STAFF), NOW)
    catalogue.count_decision(unit.unit_id, 1, comes_to(PUBLIC), NOW)
    assert catalogue.access([unit.unit_id])[unit.unit_id].page(2, 1) is STAFF
    assert catalogue.set_access(unit.unit_id, comes_to(PUBLIC, pages={2: PERSONAL}, version=2))
    found = catalogue.access([unit.unit_id])[unit.unit_id]
    assert [found.page(1, 1), found.page(2, 1), found.page(2, 2)] == [PERSONAL, PUBLIC, PERSONAL]


def test_a_decision_and_its_audit_record_are_there_together_and_once(catalogue: Catalogue, unit: UnitRow) -> None:
    catalogue.begin_decision(decision(unit.unit_id), comes_to(PERSONAL), NOW)
    assert catalogue.audit_rows() == []
    assert catalogue.count_decision(unit.unit_id, 1, comes_to(PERSONAL), LATER, entry(1))
    assert not catalogue.count_decision(unit.unit_id, 1, comes_to(PERSONAL), LATER, entry(2))
    assert len(catalogue.audit_rows()) == 1


def test_decisions_are_numbered_without_gap_and_told_twice_are_one(catalogue: Catalogue, unit: UnitRow) -> None:
    first = decision(unit.unit_id)
    for _ in range(2):
        catalogue.begin_decision(first, comes_to(PERSONAL), NOW)
    for wrong in (decision(unit.unit_id, given=RESTRICTED), decision(unit.unit_id, 3), decision(uuid4())):
        with pytest.raises(CatalogueError):
            catalogue.begin_decision(wrong, comes_to(PERSONAL), NOW)
    with pytest.raises(CatalogueError):
        catalogue.count_decision(unit.unit_id, 2, comes_to(PERSONAL), NOW)
    with pytest.raises(CatalogueError):
        catalogue.set_access(uuid4(), comes_to(PERSONAL))
    assert [row.decision for row in catalogue.decisions(unit.unit_id)] == [first]


def test_of_two_that_decide_at_once_one_gets_the_number(catalogue: Catalogue, unit: UnitRow) -> None:
    ready = Barrier(2)
    ended: list[AccessClass | None] = []

    def decide(given: AccessClass) -> None:
        ready.wait()
        try:
            catalogue.begin_decision(decision(unit.unit_id, given=given), comes_to(given), NOW)
            ended.append(given)
        except CatalogueError:
            ended.append(None)

    threads = [Thread(target=decide, args=(given,)) for given in (PERSONAL, RESTRICTED)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (won,) = [given for given in ended if given is not None]
    assert [row.decision.access_class for row in catalogue.decisions(unit.unit_id)] == [won]
    assert catalogue.access([unit.unit_id])[unit.unit_id].access_class is won


def test_whoever_is_writing_the_index_cannot_strike_out_what_was_decided_meanwhile(
    catalogue: Catalogue, unit: UnitRow
) -> None:
    catalogue.enqueue([unit.unit_id], NOW)
    writing = [one.id for one in catalogue.outbox(9, unit.unit_id)]
    catalogue.begin_decision(decision(unit.unit_id), comes_to(PERSONAL), NOW)
    catalogue.outbox_done(writing)
    (waits,) = catalogue.outbox(9, unit.unit_id)
    catalogue.count_decision(unit.unit_id, 1, comes_to(PERSONAL), NOW)
    catalogue.outbox_done([waits.id])
    assert [(one.unit_id, one.version) for one in catalogue.outbox(9)] == [(unit.unit_id, 1)]
    assert catalogue.outbox(9, uuid4()) == []


def test_what_was_weighed_before_a_later_decision_does_not_take_its_place(catalogue: Catalogue, unit: UnitRow) -> None:
    catalogue.begin_decision(decision(unit.unit_id, 1, PUBLIC), comes_to(STAFF), NOW)
    catalogue.begin_decision(decision(unit.unit_id, 2, RESTRICTED), comes_to(RESTRICTED, 2), NOW)
    assert catalogue.count_decision(unit.unit_id, 1, comes_to(PUBLIC), NOW)
    assert not catalogue.set_access(unit.unit_id, comes_to(PUBLIC))
    assert catalogue.access([unit.unit_id])[unit.unit_id] == comes_to(RESTRICTED, 2)


def test_decisions_come_back_from_the_journal_and_close_until_they_are_weighed(
    catalogue: Catalogue, unit: UnitRow
) -> None:
    journal = [decision(unit.unit_id, 1, PUBLIC), decision(unit.unit_id, 2, PERSONAL, (2,))]
    catalogue.begin_decision(journal[0], comes_to(STAFF), NOW)
    assert catalogue.restore_decisions(journal, NOW) == 2
    assert catalogue.restore_decisions(journal, NOW) == 0
    assert [(row.decision, row.counts) for row in catalogue.decisions(unit.unit_id)] == [(one, True) for one in journal]
    assert catalogue.access([unit.unit_id])[unit.unit_id].page(1, 1) is PERSONAL
    assert len(catalogue.outbox(9)) == 1
    with pytest.raises(CatalogueError):
        catalogue.restore_decisions([decision(unit.unit_id, 3), decision(unit.unit_id, 1, RESTRICTED)], NOW)
    with pytest.raises(CatalogueError):
        catalogue.restore_decisions([decision(uuid4())], NOW)
    assert len(catalogue.decisions(unit.unit_id)) == 2


def test_a_lost_entry_takes_no_decisions_place_and_gives_its_own_to_the_decision(
    catalogue: Catalogue, unit: UnitRow
) -> None:
    known = decision(unit.unit_id)
    lost = known.model_copy(update={"kind": DecisionKind.LOST, "access_class": RESTRICTED, "masters": {}})
    assert catalogue.restore_decisions([lost], NOW) == 1
    assert catalogue.restore_decisions([known], NOW) == 1
    assert catalogue.restore_decisions([lost], NOW) == 0
    assert [row.decision for row in catalogue.decisions(unit.unit_id)] == [known]


def test_many_units_are_one_question(catalogue: Catalogue, unit: UnitRow) -> None:
    found = catalogue.access([unit.unit_id, *(uuid4() for _ in range(1200))])
    assert found == {unit.unit_id: UnitAccess(STAFF)}
