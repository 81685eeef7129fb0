# SPDX-License-Identifier: EUPL-1.2
"""What every catalogue promises (`repository.catalogue.Catalogue`)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier, Thread

import pytest

from repository.catalogue import Catalogue
from repository.records import IngestRow, Lease, OutboxEntry
from schemas.drop import Intent
from schemas.errors import CatalogueError, LeaseLost
from schemas.findings import Finding, FindingCode
from schemas.ingest import FileRole, IngestState, Manifest, PlannedPage, StagedFile, ingest_id, unit_id
from schemas.ledger import Ledger, LedgerRow
from schemas.page import PageKind
from schemas.unit import AccessClass, UnitDescription

NOW = datetime(2025, 3, 4, 5, 6, 7, 890123, tzinfo=UTC)
CODE = "PMB/Urbanism/1987/12"


def manifest(
    code: str = CODE,
    *,
    seed: str = "1",
    title: str = "Autorizații de construire",
    received_at: datetime = NOW,
    intent: Intent = Intent.NEW,
) -> Manifest:
    digest = seed[0] * 128
    unit = unit_id(code)
    return Manifest(
        ingest_id=ingest_id(unit, intent, [digest]),
        unit_id=unit,
        intent=intent,
        folder=f"drop-{seed}",
        received_at=received_at,
        description=UnitDescription(reference_code=code, title=title, fonds="Primăria", series="II.4"),
        files=(StagedFile(path="001.tif", size_bytes=9, sha512=digest, media_type="image/tiff", role=FileRole.PAGES),),
        pages=(PlannedPage(number=1, file="001.tif", frame=0, frames=1),),
    )


def plan(count: int, file: str = "001.tif") -> list[PlannedPage]:
    return [PlannedPage(number=number, file=file, frame=number - 1, frames=count) for number in range(1, count + 1)]


@pytest.fixture
def ingest(catalogue: Catalogue) -> IngestRow:
    return catalogue.register_ingest(manifest())


def record(catalogue: Catalogue, ingest: str, number: int, words: int = 5) -> None:
    catalogue.record_page(
        ingest,
        number,
        kind=PageKind.PAGE,
        language="ron",
        words=words,
        confidence=91.25,
        source_digest="d" * 64,
        now=NOW,
    )


def test_upgrading_again_loses_nothing(catalogue: Catalogue, ingest: IngestRow) -> None:
    catalogue.upgrade()
    assert catalogue.ingest(ingest.ingest_id) == ingest


# --- units and ingests


def test_an_ingest_brings_its_unit_with_it(catalogue: Catalogue) -> None:
    assert catalogue.unit_by_reference(CODE) is None
    row = catalogue.register_ingest(manifest())
    assert (row.state, row.attempt, row.intent, row.folder) == (IngestState.RECEIVED, 1, Intent.NEW, "drop-1")
    assert (row.pages, row.version, row.reason) == (None, None, None)
    assert row.manifest == manifest()
    unit = catalogue.unit_by_reference(CODE)
    assert unit is not None
    assert unit == catalogue.unit(row.unit_id)
    assert (unit.unit_id, unit.title, unit.fonds, unit.series) == (
        unit_id(CODE),
        "Autorizații de construire",
        "Primăria",
        "II.4",
    )
    assert (unit.version, unit.ingest_id, unit.pages, unit.access_class) == (None, None, None, AccessClass.STAFF)


def test_registering_the_same_ingest_again_changes_nothing(catalogue: Catalogue, ingest: IngestRow) -> None:
    moved = catalogue.advance(ingest.ingest_id, IngestState.PROCESSING, now=NOW + timedelta(1))
    assert catalogue.register_ingest(manifest(received_at=NOW + timedelta(2)), state=IngestState.STAGED) == moved
    assert catalogue.ingests() == [moved]


def test_a_reference_code_belongs_to_one_unit(catalogue: Catalogue, ingest: IngestRow) -> None:
    other = manifest(seed="2").model_copy(update={"unit_id": unit_id("another")})
    with pytest.raises(CatalogueError, match=CODE):
        catalogue.register_ingest(other)
    assert catalogue.ingest(other.ingest_id) is None


def test_times_come_back_as_the_same_moment_in_utc(catalogue: Catalogue) -> None:
    bucharest = timezone(timedelta(hours=2))
    row = catalogue.register_ingest(manifest(received_at=NOW.astimezone(bucharest)))
    row = catalogue.advance(row.ingest_id, IngestState.STAGED, now=NOW.astimezone(bucharest))
    read = catalogue.ingest(row.ingest_id)
    assert read is not None
    assert read.updated_at == read.received_at == NOW
    assert read.updated_at.utcoffset() == timedelta(0)
    assert read == row


def test_ingests_are_listed_newest_first_and_by_unit_and_state(catalogue: Catalogue) -> None:
    rows = [
        catalogue.register_ingest(manifest(code, seed=seed, received_at=NOW + timedelta(minutes=minute)))
        for code, seed, minute in (("A", "1", 0), ("B", "2", 2), ("A", "3", 1))
    ]
    first, second, third = (row.ingest_id for row in rows)
    catalogue.advance(first, IngestState.QUARANTINED, reason="gap", now=NOW)
    assert [row.ingest_id for row in catalogue.ingests()] == [second, third, first]
    assert [row.ingest_id for row in catalogue.ingests(unit_id("A"))] == [third, first]
    assert [row.ingest_id for row in catalogue.ingests(states=[IngestState.QUARANTINED])] == [first]
    assert catalogue.ingests(unit_id("B"), {IngestState.QUARANTINED}) == []
    assert catalogue.ingests(states=[]) == []
    assert [unit.reference_code for unit in catalogue.units()] == ["A", "B"]


def test_an_ingest_moves_forward_only(catalogue: Catalogue, ingest: IngestRow) -> None:
    way = [IngestState.STAGED, IngestState.PROCESSING, IngestState.INDEXED, IngestState.RECONCILED]
    for step, state in enumerate(way, start=1):
        row = catalogue.advance(ingest.ingest_id, state, now=NOW + timedelta(minutes=step))
        assert (row.state, row.updated_at) == (state, NOW + timedelta(minutes=step))
        assert catalogue.advance(ingest.ingest_id, state, now=NOW + timedelta(days=9)) == row
    for back in IngestState:
        if back is not IngestState.RECONCILED:
            with pytest.raises(CatalogueError, match="reconciled"):
                catalogue.advance(ingest.ingest_id, back, now=NOW)
    assert catalogue.ingest(ingest.ingest_id) == row


@pytest.mark.parametrize("aside", [IngestState.QUARANTINED, IngestState.REJECTED])
def test_an_ingest_set_aside_stays_aside_with_its_reason(
    catalogue: Catalogue, ingest: IngestRow, aside: IngestState
) -> None:
    catalogue.advance(ingest.ingest_id, IngestState.PROCESSING, now=NOW)
    row = catalogue.advance(ingest.ingest_id, aside, reason="PDF-ul este protejat", now=NOW)
    assert (row.state, row.reason) == (aside, "PDF-ul este protejat")
    for state in set(IngestState) - {aside, IngestState.REJECTED}:
        with pytest.raises(CatalogueError):
            catalogue.advance(ingest.ingest_id, state, now=NOW)
    assert catalogue.advance(ingest.ingest_id, aside, now=NOW) == row


def test_an_unknown_ingest_is_an_error_where_something_is_said_of_it(catalogue: Catalogue) -> None:
    assert catalogue.ingest("none") is None
    assert catalogue.planned_pages("none") == []
    assert catalogue.pages("none") == []
    assert catalogue.findings("none") == []
    assert catalogue.ledger("none") is None
    actions: list[Callable[[], object]] = [
        lambda: catalogue.advance("none", IngestState.STAGED, now=NOW),
        lambda: catalogue.plan_pages("none", plan(1)),
        lambda: record(catalogue, "none", 1),
        lambda: catalogue.replace_findings("none", [], "intake"),
        lambda: catalogue.record_deposit("none", 1, 1, NOW),
        lambda: catalogue.record_ledger("none", Ledger(unit="x", ingest_id="none", rows=()), NOW),
    ]
    for action in actions:
        with pytest.raises(CatalogueError, match="none"):
            action()


def test_drops_that_never_became_an_ingest_are_kept_with_their_findings(catalogue: Catalogue) -> None:
    finding = Finding(code=FindingCode.DESCRIPTION_MISSING, fields={"folder": "dosar 12"})
    first = catalogue.record_quarantine("dosar 12", None, [finding], ".quarantine/dosar 12", NOW)
    later = NOW + timedelta(hours=1)
    second = catalogue.record_quarantine("dosar 13", "PM/13", [finding, finding], ".quarantine/dosar 13", later)
    again = catalogue.record_quarantine("dosar 12", None, [finding], ".quarantine/dosar 12", NOW)
    assert again == first
    assert first.findings == (finding,)
    assert catalogue.quarantined() == [second, first]


# --- pages


def test_a_plan_told_twice_is_one_plan_and_keeps_results(catalogue: Catalogue, ingest: IngestRow) -> None:
    catalogue.plan_pages(ingest.ingest_id, plan(3))
    record(catalogue, ingest.ingest_id, 2)
    catalogue.plan_pages(ingest.ingest_id, list(reversed(plan(3))))
    assert catalogue.planned_pages(ingest.ingest_id) == plan(3)
    assert [page.number for page in catalogue.pages(ingest.ingest_id)] == [2]
    row = catalogue.ingest(ingest.ingest_id)
    assert row is not None
    assert row.pages == 3


def test_a_new_plan_replaces_the_old_until_the_deposit(catalogue: Catalogue, ingest: IngestRow) -> None:
    catalogue.plan_pages(ingest.ingest_id, plan(4))
    for number in range(1, 5):
        record(catalogue, ingest.ingest_id, number)
    anew = [*plan(4)[:2], PlannedPage(number=3, file="002.tif", frame=0, frames=1)]
    catalogue.plan_pages(ingest.ingest_id, anew)
    assert catalogue.planned_pages(ingest.ingest_id) == anew
    assert [page.number for page in catalogue.pages(ingest.ingest_id)] == [1, 2]
    catalogue.record_deposit(ingest.ingest_id, 1, 3, NOW)
    catalogue.plan_pages(ingest.ingest_id, anew)
    with pytest.raises(CatalogueError):
        catalogue.plan_pages(ingest.ingest_id, plan(4))
    assert catalogue.planned_pages(ingest.ingest_id) == anew


def test_pages_of_a_plan_are_numbered_without_gap(catalogue: Catalogue, ingest: IngestRow) -> None:
    for wrong in (plan(3)[1:], [*plan(2), plan(2)[0]]):
        with pytest.raises(CatalogueError):
            catalogue.plan_pages(ingest.ingest_id, wrong)
    assert catalogue.planned_pages(ingest.ingest_id) == []


def test_a_page_recorded_again_is_one_page(catalogue: Catalogue, ingest: IngestRow) -> None:
    catalogue.plan_pages(ingest.ingest_id, plan(2))
    record(catalogue, ingest.ingest_id, 1, words=5)
    record(catalogue, ingest.ingest_id, 1, words=7)
    (page,) = catalogue.pages(ingest.ingest_id)
    assert (page.number, page.file, page.frame, page.kind) == (1, "001.tif", 0, PageKind.PAGE)
    assert (page.language, page.words, page.confidence, page.source_digest) == ("ron", 7, 91.25, "d" * 64)
    catalogue.record_page(
        ingest.ingest_id, 2, kind=PageKind.BLANK, language=None, words=0, confidence=None, source_digest=None, now=NOW
    )
    assert [page.kind for page in catalogue.pages(ingest.ingest_id)] == [PageKind.PAGE, PageKind.BLANK]
    with pytest.raises(CatalogueError):
        record(catalogue, ingest.ingest_id, 3)


# --- findings and ledger


def test_each_stage_replaces_its_own_findings(catalogue: Catalogue, ingest: IngestRow) -> None:
    gap = Finding(code=FindingCode.SEQUENCE_GAP, file="003.tif", fields={"missing": "002"})
    blank = [Finding(code=FindingCode.PAGE_BLANK, page=number) for number in (7, 2)]
    catalogue.replace_findings(ingest.ingest_id, blank, "pages")
    catalogue.replace_findings(ingest.ingest_id, [gap], "intake")
    catalogue.replace_findings(ingest.ingest_id, [gap], "intake")
    assert catalogue.findings(ingest.ingest_id) == [gap, blank[1], blank[0]]
    catalogue.replace_findings(ingest.ingest_id, blank[:1], "pages")
    assert catalogue.findings(ingest.ingest_id) == [gap, blank[0]]
    catalogue.replace_findings(ingest.ingest_id, [], "intake")
    assert catalogue.findings(ingest.ingest_id) == blank[:1]


def test_the_ledger_is_the_last_measure(catalogue: Catalogue, ingest: IngestRow) -> None:
    row = LedgerRow(page=1, captured=True, in_pdf=True, in_store=True, in_index=False)
    difference = Finding(code=FindingCode.LEDGER_DIFFERENCE, page=1, fields={"missing": "in_index"})
    first = Ledger(unit=CODE, ingest_id=ingest.ingest_id, rows=(row,), differences=(difference,), gaps=(1,))
    second = Ledger(unit=CODE, ingest_id=ingest.ingest_id, rows=(row.model_copy(update={"in_index": True}),))
    for ledger in (first, second):
        catalogue.record_ledger(ingest.ingest_id, ledger, NOW)
        assert catalogue.ledger(ingest.ingest_id) == ledger


# --- deposit and outbox


def test_a_deposit_moves_unit_state_and_outbox_together(catalogue: Catalogue, ingest: IngestRow) -> None:
    catalogue.record_deposit(ingest.ingest_id, 1, 12, NOW + timedelta(hours=1))
    row, unit = catalogue.ingest(ingest.ingest_id), catalogue.unit_by_reference(CODE)
    assert row is not None
    assert unit is not None
    assert (row.state, row.version, row.updated_at) == (IngestState.DEPOSITED, 1, NOW + timedelta(hours=1))
    assert (unit.version, unit.ingest_id, unit.pages) == (1, ingest.ingest_id, 12)
    (entry,) = catalogue.outbox(10)
    assert entry == OutboxEntry(entry.id, unit.unit_id, ingest.ingest_id, 1)


def test_a_deposit_told_twice_is_one_deposit(catalogue: Catalogue, ingest: IngestRow) -> None:
    catalogue.record_deposit(ingest.ingest_id, 1, 12, NOW)
    catalogue.record_deposit(ingest.ingest_id, 1, 12, NOW)
    assert len(catalogue.outbox(10)) == 1
    catalogue.outbox_done(entry.id for entry in catalogue.outbox(10))
    row = catalogue.advance(ingest.ingest_id, IngestState.INDEXED, now=NOW)
    catalogue.record_deposit(ingest.ingest_id, 1, 12, NOW)
    assert catalogue.outbox(10) == []
    assert catalogue.ingest(ingest.ingest_id) == row


def test_a_rescan_describes_the_unit_anew_but_an_old_one_never_comes_back(
    catalogue: Catalogue, ingest: IngestRow
) -> None:
    rescan = catalogue.register_ingest(manifest(seed="2", title="Autorizații, rescanat", intent=Intent.REPLACE_UNIT))
    before = catalogue.unit(ingest.unit_id)
    assert before is not None
    assert before.title == "Autorizații de construire"
    catalogue.record_deposit(rescan.ingest_id, 2, 14, NOW)
    after = catalogue.unit(ingest.unit_id)
    assert after is not None
    assert (after.title, after.version, after.ingest_id) == ("Autorizații, rescanat", 2, rescan.ingest_id)
    with pytest.raises(CatalogueError):
        catalogue.record_deposit(ingest.ingest_id, 1, 12, NOW)
    assert catalogue.unit(ingest.unit_id) == after
    assert len(catalogue.outbox(10)) == 1


def test_an_ingest_set_aside_is_not_deposited(catalogue: Catalogue, ingest: IngestRow) -> None:
    catalogue.advance(ingest.ingest_id, IngestState.QUARANTINED, reason="?", now=NOW)
    with pytest.raises(CatalogueError):
        catalogue.record_deposit(ingest.ingest_id, 1, 12, NOW)
    assert catalogue.outbox(10) == []


def test_what_is_deposited_can_wait_for_the_index_again_but_not_twice(catalogue: Catalogue, ingest: IngestRow) -> None:
    catalogue.enqueue([ingest.unit_id], NOW)
    assert catalogue.outbox(10) == []
    catalogue.record_deposit(ingest.ingest_id, 1, 2, NOW)
    catalogue.outbox_done(entry.id for entry in catalogue.outbox(10))
    for _ in range(2):
        catalogue.enqueue([ingest.unit_id], NOW)
    (entry,) = catalogue.outbox(10)
    assert (entry.unit_id, entry.ingest_id, entry.version) == (ingest.unit_id, ingest.ingest_id, 1)


def test_the_outbox_gives_the_oldest_first_and_never_reuses_an_id(catalogue: Catalogue) -> None:
    rows = [catalogue.register_ingest(manifest(code, seed=code)) for code in "123"]
    for row in rows:
        catalogue.record_deposit(row.ingest_id, 1, 1, NOW)
    assert [entry.ingest_id for entry in catalogue.outbox(2)] == [row.ingest_id for row in rows[:2]]
    done = [entry.id for entry in catalogue.outbox(10)]
    catalogue.outbox_done(done)
    catalogue.outbox_done(done)
    assert catalogue.outbox(10) == []
    late = catalogue.register_ingest(manifest("4", seed="4"))
    catalogue.record_deposit(late.ingest_id, 1, 1, NOW)
    catalogue.outbox_done(done)
    assert [entry.ingest_id for entry in catalogue.outbox(10)] == [late.ingest_id]


# --- leases


def test_a_lease_has_one_holder_until_it_is_given_back_or_runs_out(catalogue: Catalogue) -> None:
    first = catalogue.acquire_lease("unit:1", "worker-a", 60, NOW)
    assert first == Lease("unit:1", "worker-a", first.token if first else 0, NOW + timedelta(seconds=60))
    assert catalogue.acquire_lease("unit:1", "worker-b", 60, NOW + timedelta(seconds=59)) is None
    assert catalogue.acquire_lease("unit:1", "worker-a", 60, NOW) is None
    assert catalogue.acquire_lease("unit:2", "worker-b", 60, NOW) is not None
    second = catalogue.acquire_lease("unit:1", "worker-b", 60, NOW + timedelta(seconds=60))
    assert first is not None
    assert second is not None
    catalogue.release_lease(second)
    third = catalogue.acquire_lease("unit:1", "worker-a", 60, NOW + timedelta(seconds=61))
    assert third is not None
    assert first.token < second.token < third.token


def test_who_was_overtaken_learns_of_it(catalogue: Catalogue) -> None:
    first = catalogue.acquire_lease("unit:1", "worker", 60, NOW)
    assert first is not None
    catalogue.check_lease(first, NOW + timedelta(seconds=59))
    later = NOW + timedelta(seconds=60)
    with pytest.raises(LeaseLost):
        catalogue.check_lease(first, later)
    second = catalogue.acquire_lease("unit:1", "worker", 60, later)
    assert second is not None
    with pytest.raises(LeaseLost):
        catalogue.renew_lease(first, 60, later)
    catalogue.release_lease(first)
    catalogue.check_lease(second, later)


def test_an_owner_that_has_ended_holds_nothing_any_more(catalogue: Catalogue) -> None:
    first = catalogue.acquire_lease("unit:1", "worker-a", 60, NOW)
    assert first is not None
    assert catalogue.acquire_lease("unit:1", "worker-b", 60, NOW, lambda owner: owner == "worker-c") is None
    second = catalogue.acquire_lease("unit:1", "worker-b", 60, NOW, lambda owner: owner == "worker-a")
    assert second is not None
    assert second.token > first.token
    with pytest.raises(LeaseLost):
        catalogue.check_lease(first, NOW)
    catalogue.release_lease(second)


def test_a_lease_is_held_on_to(catalogue: Catalogue) -> None:
    lease = catalogue.acquire_lease("unit:1", "worker", 60, NOW)
    assert lease is not None
    renewed = catalogue.renew_lease(lease, 60, NOW + timedelta(seconds=50))
    assert (renewed.token, renewed.expires_at) == (lease.token, NOW + timedelta(seconds=110))
    assert catalogue.acquire_lease("unit:1", "other", 60, NOW + timedelta(seconds=100)) is None
    late = catalogue.renew_lease(renewed, 60, NOW + timedelta(seconds=500))
    catalogue.check_lease(late, NOW + timedelta(seconds=510))
    catalogue.release_lease(late)
    catalogue.release_lease(late)
    for action in (lambda: catalogue.renew_lease(late, 60, NOW), lambda: catalogue.check_lease(late, NOW)):
        with pytest.raises(LeaseLost):
            action()


def test_leases_that_ran_out_are_ended_and_their_tokens_go_on(catalogue: Catalogue) -> None:
    dead = catalogue.acquire_lease("unit:1", "worker", 60, NOW)
    alive = catalogue.acquire_lease("unit:2", "worker", 600, NOW)
    given_back = catalogue.acquire_lease("unit:3", "worker", 60, NOW)
    assert dead is not None
    assert alive is not None
    assert given_back is not None
    catalogue.release_lease(given_back)
    assert catalogue.end_leases(NOW + timedelta(seconds=60)) == []
    assert catalogue.end_leases(NOW + timedelta(seconds=61)) == ["unit:1"]
    assert catalogue.end_leases(NOW + timedelta(seconds=61)) == []
    with pytest.raises(LeaseLost):
        catalogue.renew_lease(dead, 60, NOW)
    catalogue.check_lease(alive, NOW)
    taken = catalogue.acquire_lease("unit:1", "other", 60, NOW + timedelta(seconds=61))
    assert taken is not None
    assert taken.token > dead.token


def test_of_many_threads_one_gets_the_lease(catalogue: Catalogue) -> None:
    barrier = Barrier(8)
    held: list[Lease] = []

    def race(owner: str) -> None:
        barrier.wait()
        lease = catalogue.acquire_lease("unit:1", owner, 60, NOW)
        if lease is not None:
            held.append(lease)

    threads = [Thread(target=race, args=(str(number),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(held) == 1
    catalogue.check_lease(held[0], NOW)


def test_many_threads_write_without_losing_a_page(catalogue: Catalogue, ingest: IngestRow) -> None:
    catalogue.plan_pages(ingest.ingest_id, plan(24))
    failures: list[BaseException] = []

    def work(numbers: range) -> None:
        try:
            for number in numbers:
                record(catalogue, ingest.ingest_id, number)
        except BaseException as error:  # noqa: BLE001 - shown below
            failures.append(error)

    threads = [Thread(target=work, args=(range(first, 25, 4),)) for first in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(catalogue.pages(ingest.ingest_id)) == 24
