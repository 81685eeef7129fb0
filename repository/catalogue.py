# SPDX-License-Identifier: EUPL-1.2
"""The port to work in flight: inventory, nomenclator, units, ingests, pages, findings, ledgers, outbox, leases, audit.

What describes records lies in the store; this is what steps need to agree on while they work. The contract suite,
tests/contract/test_catalogue*.py, is the port's real definition.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from repository.access import AccessCatalogue
from repository.monitoring import InboxLook, StageRun, Standing
from repository.progress import HoldingCount, Progress, Stop
from repository.records import (
    Decision,
    IngestRow,
    IngestsAfter,
    InventoryEntry,
    Lease,
    OutboxEntry,
    PageRow,
    QuarantineEnd,
    QuarantineRow,
    Restored,
    SeriesRule,
    UnitRow,
)
from schemas.audit import AuditEnd, AuditEntry, AuditRow
from schemas.findings import Finding
from schemas.ingest import IngestState, Manifest, PlannedPage
from schemas.ledger import Ledger
from schemas.page import PageKind
from schemas.places import PlaceName
from schemas.unit import AccessClass


class Catalogue(AccessCatalogue, Protocol):
    """Every method is one transaction: done whole and durable when it returns, or not at all.

    Each may be called from many processes at once, and again after a crash, with the same result. Each raises
    `CatalogueUnavailable` where the catalogue does not answer (a retry can help), `CatalogueVersion` where it was made
    by another version of the program, and `CatalogueError` for what contradicts what it knows: an unknown ingest, a
    backward move. Times are given by the caller, with their zone.
    """

    def upgrade(self) -> None:
        """Create the catalogue, or bring it to this program's version. Two at once: one waits for the other."""
        ...

    def close(self) -> None:
        """Give connections back."""
        ...

    # --- inventory

    def add_inventory(self, entries: Iterable[InventoryEntry]) -> int:
        """Take up entries, replacing those of the same reference code; how many.

        Two entries of one barcode, or two codes of one `schemas.naming.folder_key`, here or with what is known:
        `CatalogueError`, and nothing is taken up.
        """
        ...

    def inventory(self) -> list[InventoryEntry]:
        """All entries, by reference code."""
        ...

    def inventory_for_folder(self, name: str) -> InventoryEntry | None:
        """The entry that a folder of this name is of: by reference code, else barcode, else the code's `folder_key`."""
        ...

    def inventory_entry(self, name_or_barcode: str) -> InventoryEntry | None:
        """The entry of that reference code, or else of that barcode (composed and decomposed letters are the same)."""
        ...

    # --- nomenclator

    def set_series(self, rules: Iterable[SeriesRule]) -> int:
        """Take up rules, replacing those of the same series; how many. Other series keep theirs."""
        ...

    def series_rule(self, series: str) -> SeriesRule | None:
        """The rule of that series (composed and decomposed letters are the same)."""
        ...

    def series_rules(self) -> list[SeriesRule]:
        """All rules, by series."""
        ...

    # --- places

    def set_places(self, names: Iterable[PlaceName], *, others_end: bool = False) -> int:
        """Take up places with all their names, in this order, replacing what was known of the same ids; how many.

        Other places keep their names, or with `others_end` are taken out.
        """
        ...

    def places(self) -> list[PlaceName]:
        """All names, by id, those of one in the order in which they were taken up."""
        ...

    # --- units

    def unit_by_reference(self, reference_code: str) -> UnitRow | None:
        """The unit of that reference code."""
        ...

    def unit(self, unit_id: UUID) -> UnitRow | None:
        """The unit of that id."""
        ...

    def units(self) -> list[UnitRow]:
        """All units, by reference code."""
        ...

    def units_after(self, after: str | None, limit: int, access_classes: Collection[AccessClass]) -> list[UnitRow]:
        """At most `limit` units that are of these access classes or have a page that is; those after that code, if any.

        By reference code.
        """
        ...

    # --- ingests

    def register_ingest(self, manifest: Manifest, *, state: IngestState = IngestState.RECEIVED) -> IngestRow:
        """Enter an ingest, and its unit where that is new. An ingest that is known: its row as it is, unchanged.

        A reference code that belongs to another unit id: `CatalogueError`.
        """
        ...

    def ingest(self, ingest_id: str) -> IngestRow | None:
        """The ingest of that id."""
        ...

    def ingests(self, unit_id: UUID | None = None, states: Collection[IngestState] | None = None) -> list[IngestRow]:
        """Ingests, newest first; of one unit, or in certain states, where given."""
        ...

    def ingests_after(
        self,
        after: IngestsAfter | None,
        limit: int,
        access_classes: Collection[AccessClass],
        states: Collection[IngestState] | None = None,
    ) -> list[IngestRow]:
        """At most `limit` ingests of units of these access classes, and in these states where given.

        In the order of `ingests`: the first ones, or those after that one.
        """
        ...

    def advance(self, ingest_id: str, state: IngestState, *, reason: str | None = None, now: datetime) -> IngestRow:
        """Move an ingest forward, or aside to quarantined or rejected, with the reason.

        The state it has already: nothing is changed. What is quarantined may still be rejected. Else backward, or on
        from reconciled, quarantined or rejected: `CatalogueError`.
        """
        ...

    def record_quarantine(
        self, folder: str, reference_code: str | None, findings: Sequence[Finding], where: str, now: datetime
    ) -> QuarantineRow:
        """Record a drop that never became an ingest. Told again of the same place, it replaces what it knew."""
        ...

    def quarantined(self) -> list[QuarantineRow]:
        """Drops that never became an ingest, newest first."""
        ...

    # --- ways out

    def end_quarantine(
        self,
        drop: QuarantineRow,
        decision: Decision,
        *,
        reason: str,
        by: str,
        now: datetime,
        digest: str | None = None,
    ) -> QuarantineEnd:
        """A person decided about a drop: its row moves to the history. Also for a drop that has no row.

        `digest` is of the content that was accepted. The same decision on the same drop again: the one that is known.
        """
        ...

    def quarantine_ends(self, folder: str | None = None) -> list[QuarantineEnd]:
        """The history of decisions, newest first; about drops of that folder's name, where given."""
        ...

    def find_ingests(self, prefix: str) -> list[str]:
        """Ids of ingests that begin so, in order."""
        ...

    def begin_attempt(self, manifest: Manifest, *, state: IngestState, now: datetime) -> IngestRow:
        """Begin an ingest again that is indexed, reconciled or set aside. `manifest` takes the former one's place.

        Its attempt is one more than the row's. With the state `STAGED` the files are in the store already, and the
        version that the ingest became stays noted; with `RECEIVED` they were handed over anew, and it is no version
        yet. The same attempt again: the row as it is. Another attempt, or an ingest that is being worked on:
        `CatalogueError`.
        """
        ...

    # --- pages

    def plan_pages(self, ingest_id: str, pages: Sequence[PlannedPage]) -> None:
        """Say which pages the ingest has. Another plan replaces the first, until the deposit; then: `CatalogueError`.

        Results of pages whose place in the plan did not change are kept.
        """
        ...

    def planned_pages(self, ingest_id: str) -> list[PlannedPage]:
        """The plan, by number; empty where there is none yet."""
        ...

    def record_page(
        self,
        ingest_id: str,
        number: int,
        *,
        kind: PageKind,
        language: str | None,
        words: int,
        confidence: float | None,
        source_digest: str | None,
        now: datetime,
    ) -> None:
        """Record what processing a planned page gave, in place of what was recorded before."""
        ...

    def record_pages(self, ingest_id: str, pages: Sequence[PageRow], now: datetime) -> None:
        """The same for several planned pages at once; file and frame are the plan's.

        Pages that had no result before count as read in the hour of `now`.
        """
        ...

    def pages(self, ingest_id: str) -> list[PageRow]:
        """Pages that have a result, by number."""
        ...

    # --- findings and ledger

    def replace_findings(self, ingest_id: str, findings: Sequence[Finding], stage: str) -> None:
        """The findings of one stage of an ingest, in place of those it gave before."""
        ...

    def findings(self, ingest_id: str) -> list[Finding]:
        """All findings: about the whole first, then page by page."""
        ...

    def record_ledger(self, ingest_id: str, ledger: Ledger, now: datetime) -> None:
        """Keep the ledger as measured, in place of an earlier measure."""
        ...

    def ledger(self, ingest_id: str) -> Ledger | None:
        """The ledger as last measured."""
        ...

    # --- deposit and outbox

    def record_deposit(
        self,
        ingest_id: str,
        version: int,
        pages: int,
        now: datetime,
        audit: AuditEntry | None = None,
        *,
        access_bytes: int | None = None,
    ) -> None:
        """The unit's package has this version from this ingest: unit, state, outbox and audit change together.

        `access_bytes` is the size of its access PDF, where known. The same again: nothing is done. A version older than
        the unit's current one, or an ingest that was set aside: `CatalogueError`.
        """
        ...

    def enqueue(self, unit_ids: Iterable[UUID], now: datetime) -> None:
        """Let the current versions of these units wait for the index again; what waits already is not doubled."""
        ...

    def outbox(self, limit: int, unit_id: UUID | None = None) -> list[OutboxEntry]:
        """The oldest versions that the index does not show yet, or not to whom it should; of one unit, where given."""
        ...

    def outbox_done(self, ids: Iterable[int]) -> None:
        """The index shows these. Ids are never used again, so a late answer cannot strike out another entry."""
        ...

    def restore_deposit(
        self,
        manifest: Manifest,
        version: int,
        pages: Sequence[PageRow],
        *,
        head: bool,
        now: datetime,
        deposited_at: datetime | None = None,
        access_bytes: int | None = None,
        unit_pages: int | None = None,
    ) -> Restored:
        """Enter what the package of this version says and the catalogue lacks; what that was. Nothing is deleted.

        When it was deposited and how large its access PDF is are entered where they are told and were unknown.
        `pages` are those of this ingest; `unit_pages`, where the ingest is a part of the unit, how many the unit has.

        Unit, ingest and pages are entered where they are missing; a unit or an ingest that is behind catches up, and
        pages of this very version are made to agree. With `head` (the unit's newest version) the ingest is deposited
        and waits for the index; else a newer one has taken its place, and it counts as reconciled. An ingest that the
        catalogue knows to be further (a later attempt or version, set aside) stays as it is, and so does who may see
        the unit. The same again: nothing is done. A reference code of another unit, or pages that are not those of the
        manifest: `CatalogueError`.
        """
        ...

    # --- progress

    def record_stop(self, ingest_id: str, stop: Stop) -> None:
        """Keep which error stopped the ingest, in place of an earlier one."""
        ...

    def holdings(self) -> tuple[HoldingCount, ...]:
        """Units and pages by fonds, series, access class and state, in no certain order."""
        ...

    def progress(self, now: datetime) -> Progress:
        """Sums over the whole archive, taken by the database in a number of statements that does not grow with it.

        A lease that ran out before `now` holds nothing.
        """
        ...

    # --- fixity

    def record_fixity(self, object_id: str, now: datetime) -> None:
        """Every byte of the object was read and is as its inventory says. An earlier time than is known: nothing."""
        ...

    def fixity(self) -> dict[str, datetime]:
        """When each object was last found whole; those that never were are not in it."""
        ...

    # --- watching

    def record_stages(self, runs: Sequence[StageRun]) -> None:
        """Keep how long these runs of stages took."""
        ...

    def fold_stages(self, before: datetime) -> int:
        """Add up runs that ended before, by stage and outcome: no sum changes. By how many rows there are fewer."""
        ...

    def record_look(self, look: InboxLook) -> None:
        """Keep what an intake saw in an inbox, in place of what was seen there before."""
        ...

    def standing(self, now: datetime) -> Standing:
        """Sums for metrics, taken by the database in a number of statements that does not grow with the archive.

        A lease that ran out before `now` is not held.
        """
        ...

    # --- leases

    def acquire_lease(
        self,
        name: str,
        owner: str,
        seconds: float,
        now: datetime,
        is_gone: Callable[[str], bool] = lambda _: False,
    ) -> Lease | None:
        """Take the lease, or None while somebody holds it, of whatever owner's name. Of two that race, one gets it.

        An owner of whom `is_gone` says that it has ended holds nothing any more.
        """
        ...

    def renew_lease(self, lease: Lease, seconds: float, now: datetime) -> Lease:
        """Hold on, also late, as long as nobody else took the lease. Raises `LeaseLost`."""
        ...

    def release_lease(self, lease: Lease) -> None:
        """Give it back; one that is lost already is left to its new holder."""
        ...

    def end_leases(self, before: datetime) -> list[str]:
        """End every lease that ran out before then and that nobody took again; their names, sorted.

        Whoever still believes to hold one hears `LeaseLost`.
        """
        ...

    def check_lease(self, lease: Lease, now: datetime) -> None:
        """Raises `LeaseLost` where the lease has run out, was given back, or has another holder."""
        ...

    # --- audit

    def append_audit(self, entries: Iterable[AuditEntry]) -> AuditEnd:
        """Add records at the chain's end, in this order; where it ends then. Of writers at once, one comes first."""
        ...

    def audit_end(self) -> AuditEnd:
        """Where the chain ends, and how far it is sealed."""
        ...

    def audit_rows(
        self,
        *,
        after: int = 0,
        limit: int | None = None,
        unit_id: UUID | None = None,
        since: datetime | None = None,
        newest_first: bool = False,
    ) -> list[AuditRow]:
        """Records as they are kept, by sequence; those after one, of a unit, or from a time on, where given."""
        ...

    def seal_audit(self, *, batch: int, sealed: int, last_hash: str, head: str) -> AuditEnd:
        """The head of that number is anchored; it covers records to `sealed`, whose hash is `last_hash`.

        `head` is the SHA-256 of the head as stored. A head that is not newer than the known one: nothing is changed.
        A chain that ends before `sealed` (its catalogue was lost or is an older one) goes on from there.
        """
        ...

    def restore_audit(self, rows: Iterable[AuditRow]) -> int:
        """Enter records that are missing here, as a backup has them; how many.

        One that does not match its hash, or whose sequence another record has here: `CatalogueError`, and nothing is
        entered.
        """
        ...
