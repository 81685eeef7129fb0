# SPDX-License-Identifier: EUPL-1.2
"""What every catalogue promises of the sums for the report (`Catalogue.progress`)."""

from datetime import timedelta

import pytest

from repository.catalogue import Catalogue
from repository.progress import FindingCount, FinishedHour, Stop, UnfinishedIngest, Volume
from repository.records import InventoryEntry, PageRow
from schemas.drop import Intent
from schemas.errors import CatalogueError
from schemas.findings import Finding, FindingCode
from schemas.ingest import IngestState
from schemas.ledger import Ledger
from schemas.messages import Message
from schemas.page import PageKind
from schemas.unit import AccessClass
from tests.contract.test_catalogue import NOW, manifest, plan

HOUR = NOW.replace(minute=0, second=0, microsecond=0)
ASIDE = {IngestState.QUARANTINED, IngestState.REJECTED}


def enter(
    catalogue: Catalogue,
    code: str,
    state: IngestState,
    *,
    seed: str = "1",
    day: int = 0,
    access_bytes: int | None = None,
    intent: Intent = Intent.NEW,
) -> str:
    """An ingest of one page that has come so far; deposited, where it is, on that day."""
    at = NOW + timedelta(days=day)
    row = catalogue.register_ingest(manifest(code, seed=seed, received_at=at, intent=intent))
    if state in ASIDE:
        catalogue.advance(row.ingest_id, state, reason="?", now=at)
        return row.ingest_id
    if state in {IngestState.DEPOSITED, IngestState.INDEXED, IngestState.RECONCILED}:
        unit = catalogue.unit(row.unit_id)
        version = (unit.version or 0) + 1 if unit is not None else 1
        catalogue.record_deposit(row.ingest_id, version, 1, at, access_bytes=access_bytes)
    if state is not IngestState.RECEIVED:
        catalogue.advance(row.ingest_id, state, now=at)
    return row.ingest_id


def measure(catalogue: Catalogue, ingest: str) -> None:
    catalogue.record_ledger(ingest, Ledger(unit="?", ingest_id=ingest, rows=(), gaps=(1,)), NOW)


def results(count: int, first: int = 1) -> list[PageRow]:
    return [PageRow(n, "", 0, PageKind.PAGE, "ron", 5, 90.0, "d" * 64) for n in range(first, first + count)]


def the_one(catalogue: Catalogue) -> UnfinishedIngest:
    (found,) = catalogue.progress(NOW).unfinished
    return found


def test_an_empty_catalogue_has_no_sums(catalogue: Catalogue) -> None:
    progress = catalogue.progress(NOW)
    assert (progress.inventory, progress.declared, progress.units, progress.finished) == (0, 0, (), ())
    assert (progress.reading, progress.findings, progress.unfinished, progress.quarantine) == ((), (), (), ())
    assert progress.masters == progress.access == Volume(0, 0)


def test_units_count_once_by_their_leading_ingest(catalogue: Catalogue) -> None:
    enter(catalogue, "A", IngestState.RECONCILED)
    enter(catalogue, "A", IngestState.INDEXED, seed="2", day=1, intent=Intent.REPLACE_UNIT)  # a rescan goes on
    enter(catalogue, "B", IngestState.QUARANTINED)
    enter(catalogue, "B", IngestState.STAGED, seed="2", day=1)
    enter(catalogue, "C", IngestState.REJECTED)
    measure(catalogue, enter(catalogue, "D", IngestState.INDEXED))
    enter(catalogue, "E", IngestState.INDEXED)
    counted = {(one.state, one.measured): (one.units, one.pages) for one in catalogue.progress(NOW).units}
    assert counted == {
        (IngestState.RECONCILED, False): (1, 1),
        (IngestState.STAGED, False): (1, 1),
        (IngestState.REJECTED, False): (1, 1),
        (IngestState.INDEXED, True): (1, 1),
        (IngestState.INDEXED, False): (1, 1),
    }


def test_what_is_only_in_the_inventory_is_declared(catalogue: Catalogue) -> None:
    catalogue.add_inventory(InventoryEntry(reference_code=code) for code in "ABC")
    enter(catalogue, "B", IngestState.STAGED)
    enter(catalogue, "X", IngestState.STAGED)
    progress = catalogue.progress(NOW)
    assert (progress.inventory, progress.declared) == (3, 2)


def test_a_unit_is_finished_once_in_the_hour_of_its_first_deposit(catalogue: Catalogue) -> None:
    enter(catalogue, "A", IngestState.RECONCILED)
    enter(catalogue, "A", IngestState.RECONCILED, seed="2", day=2, intent=Intent.REPLACE_UNIT)
    enter(catalogue, "B", IngestState.RECONCILED)
    enter(catalogue, "C", IngestState.RECONCILED, day=1)
    enter(catalogue, "D", IngestState.INDEXED)
    catalogue.restore_deposit(manifest("E"), 1, told(), head=True, now=NOW)
    catalogue.advance(manifest("E").ingest_id, IngestState.RECONCILED, now=NOW)
    assert catalogue.progress(NOW).finished == (
        FinishedHour(None, 1, 1),
        FinishedHour(HOUR, 2, 2),
        FinishedHour(HOUR + timedelta(days=1), 1, 1),
    )


def told() -> list[PageRow]:
    return [PageRow(1, "001.tif", 0, PageKind.PAGE, "ron", 5, 91.25, "d" * 64)]


def test_a_restored_deposit_keeps_its_hour_and_size(catalogue: Catalogue) -> None:
    at = NOW - timedelta(days=30)
    for _ in range(2):
        catalogue.restore_deposit(manifest("E"), 1, told(), head=True, now=NOW, deposited_at=at, access_bytes=7)
    catalogue.advance(manifest("E").ingest_id, IngestState.RECONCILED, now=NOW)
    progress = catalogue.progress(NOW)
    assert progress.finished == (FinishedHour(HOUR - timedelta(days=30), 1, 1),)
    assert (progress.masters, progress.access) == (Volume(9, 0), Volume(7, 0))


def test_bytes_are_those_of_deposits_and_unknown_ones_are_counted(catalogue: Catalogue) -> None:
    enter(catalogue, "A", IngestState.RECONCILED, access_bytes=4)
    enter(catalogue, "B", IngestState.DEPOSITED)
    enter(catalogue, "C", IngestState.STAGED)
    progress = catalogue.progress(NOW)
    assert (progress.masters, progress.access) == (Volume(18, 0), Volume(4, 1))


def test_first_results_count_in_their_hour_and_no_page_twice(catalogue: Catalogue) -> None:
    ingest = enter(catalogue, "A", IngestState.PROCESSING)
    catalogue.plan_pages(ingest, plan(5))
    catalogue.record_pages(ingest, results(3), NOW)
    catalogue.record_pages(ingest, results(3), NOW + timedelta(minutes=4))
    catalogue.record_page(
        ingest,
        4,
        kind=PageKind.BLANK,
        language=None,
        words=0,
        confidence=None,
        source_digest=None,
        now=NOW + timedelta(hours=1),
    )
    first, second = catalogue.progress(NOW).reading
    assert (first.hour, first.pages) == (HOUR, 3)
    assert (first.first_at, first.last_at) == (NOW, NOW + timedelta(minutes=4))
    assert (second.hour, second.pages, second.first_at) == (HOUR + timedelta(hours=1), 1, NOW + timedelta(hours=1))
    one = the_one(catalogue)
    assert (one.pages, one.pages_done, one.reading) == (5, 4, (first, second))
    assert [page.words for page in catalogue.pages(ingest)] == [5, 5, 5, 0]
    with pytest.raises(CatalogueError):
        catalogue.record_pages(ingest, results(2, first=5), NOW)
    assert the_one(catalogue).pages_done == 4


def test_findings_are_counted_by_kind_without_those_of_rejected_ingests(catalogue: Catalogue) -> None:
    blank, low = Finding(code=FindingCode.PAGE_BLANK, page=1), Finding(code=FindingCode.CONFIDENCE_LOW, page=1)
    for code, state in (("A", IngestState.STAGED), ("B", IngestState.STAGED), ("C", IngestState.REJECTED)):
        catalogue.replace_findings(enter(catalogue, code, state), [blank, blank, low][: 2 + (code == "A")], "pages")
    assert catalogue.progress(NOW).findings == (FindingCount("page-blank", 4, 2), FindingCount("confidence-low", 1, 1))


def test_a_lease_holds_an_ingest_until_it_runs_out_or_is_given_back(catalogue: Catalogue) -> None:
    ingest = enter(catalogue, "A", IngestState.PROCESSING)
    assert the_one(catalogue).held_until is None
    lease = catalogue.acquire_lease(f"ingest:{ingest}", "me", 60, NOW)
    assert lease is not None
    assert the_one(catalogue).held_until == NOW + timedelta(seconds=60)
    assert catalogue.progress(NOW + timedelta(seconds=61)).unfinished[0].held_until is None
    catalogue.release_lease(lease)
    assert the_one(catalogue).held_until is None


def test_an_ingest_that_is_being_copied_is_held_by_its_units_lease(catalogue: Catalogue) -> None:
    enter(catalogue, "A", IngestState.RECEIVED)
    catalogue.acquire_lease(f"intake:{the_one(catalogue).unit_id}", "me", 60, NOW)
    assert the_one(catalogue).held_until is not None


def test_the_last_stop_of_an_ingest_is_kept(catalogue: Catalogue) -> None:
    ingest = enter(catalogue, "A", IngestState.PROCESSING)
    assert the_one(catalogue).stop is None
    for code in ("ARH-1", "ARH-2"):
        stop = Stop(code, Message(ro="plin", en="full"), NOW)
        catalogue.record_stop(ingest, stop)
        assert the_one(catalogue).stop == stop
    with pytest.raises(CatalogueError):
        catalogue.record_stop("unknown", stop)


def test_finished_and_rejected_ingests_are_not_listed_and_quarantined_ones_are(catalogue: Catalogue) -> None:
    for code, state in zip("ABC", (IngestState.RECONCILED, *sorted(ASIDE)), strict=True):
        enter(catalogue, code, state)
    assert [one.reference_code for one in catalogue.progress(NOW).unfinished] == ["B"]
    catalogue.record_quarantine("x", None, [], "/inbox/.quarantine/x", NOW)
    assert catalogue.progress(NOW).quarantine == ("/inbox/.quarantine/x",)


def test_holdings_count_units_by_fonds_series_class_and_the_state_of_the_leading_ingest(catalogue: Catalogue) -> None:
    described = {"A": ("Primăria", "II.4", "staff"), "B": ("Primăria", None, "staff"), "C": (None, None, "restricted")}
    for code, (fonds, series, access) in described.items():
        known = manifest(code)
        changes = {"fonds": fonds, "series": series, "access_class": AccessClass(access)}
        catalogue.register_ingest(
            known.model_copy(update={"description": known.description.model_copy(update=changes)})
        )
    enter(catalogue, "D", IngestState.RECONCILED)
    enter(catalogue, "D", IngestState.QUARANTINED, seed="2", day=1)
    counted = {
        (one.fonds, one.series, one.access_class, one.state, one.measured): (one.units, one.pages)
        for one in catalogue.holdings()
    }
    received, staff = IngestState.RECEIVED, AccessClass.STAFF
    assert counted == {
        ("Primăria", "II.4", staff, received, False): (1, 1),
        ("Primăria", None, staff, received, False): (1, 1),
        (None, None, AccessClass.RESTRICTED, received, False): (1, 1),
        ("Primăria", "II.4", staff, IngestState.RECONCILED, False): (1, 1),
    }
