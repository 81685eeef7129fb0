# SPDX-License-Identifier: EUPL-1.2
"""The one place where the steps of an ingest are strung together.

staged → pages → compose → deposit → index → reconcile → cleared. Every step may be repeated: a killed run starts
again at the state that the catalogue knows, and finds in the work area and the store what is done already.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import structlog

from arhivar.composition import Archive, open_validator
from arhivar.intake.claims import list_claims
from arhivar.intake.drops import Readiness
from arhivar.intake.stage import clear_staging
from arhivar.intake.take import IntakeOptions, Taken, Waiting, take_claim, take_drop, waiting_drops
from arhivar.space import require_space
from arhivar.steps.compose import compose_unit
from arhivar.steps.deposit import deposit_unit
from arhivar.steps.index import drain_outbox
from arhivar.steps.pages import read_pages, result_keys
from arhivar.steps.reconcile import measure_ledger
from arhivar.steps.workarea import WorkArea
from processors.pool import PagePool
from repository.records import IngestRow
from schemas.disk import disk_error
from schemas.errors import ArhivarError, CatalogueError, SearchIndexError, SpaceLow
from schemas.findings import Finding
from schemas.ingest import UNFINISHED, IngestState, Manifest
from schemas.ledger import Ledger

_log = structlog.get_logger(__name__)

_BEFORE_DEPOSIT = (IngestState.STAGED, IngestState.PROCESSING)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one ingest in this run: its ledger, or the error that stopped it."""

    reference_code: str
    ingest_id: str
    state: IngestState
    ledger: Ledger | None = None
    error: ArhivarError | None = None


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who hears of progress: the start of a unit with its pages, pages done, what intake took, what came out."""

    unit_started: Callable[[str, int], None]
    pages_done: Callable[[int], None]
    taken: Callable[[Taken], None]
    finished: Callable[[Outcome], None]


@dataclass(frozen=True, slots=True)
class StoppedDrop:
    """A drop whose intake an error stopped: it is whole on the share, and the next run goes on with it."""

    folder: str
    error: ArhivarError


@dataclass(frozen=True, slots=True)
class RunReport:
    """What one run over an inbox did."""

    taken: tuple[Taken, ...]
    waiting: tuple[Waiting, ...]
    outcomes: tuple[Outcome, ...]
    errors: tuple[ArhivarError, ...] = ()
    stopped_drops: tuple[StoppedDrop, ...] = ()
    """Which drops the intake could not take; their errors are among `errors` too."""


def run_inbox(archive: Archive, inbox: Path, options: IntakeOptions, pool: PagePool, watcher: Watcher) -> RunReport:
    """Take every ready drop through to its ledger, after what an earlier run left unfinished.

    A drop or an ingest that fails does not stop the others; its error is in the report. Raises InboxMissing and
    ShareUnavailable where the inbox itself cannot be listed.
    """
    taken: list[Taken] = []
    outcomes: list[Outcome] = []
    stopped: set[str] = set()
    errors: list[ArhivarError] = []
    stopped_drops: list[StoppedDrop] = []

    def note(one: Taken | None) -> None:
        if one is not None:
            taken.append(one)
            watcher.taken(one)

    ready, waiting = waiting_drops(archive, inbox, pool.count_frames)
    takers: list[tuple[str, Callable[[], Taken | None]]] = [
        *((one.name, partial(take_claim, archive, one, options, pool.count_frames)) for one in list_claims(inbox)),
        *((one.name, partial(take_drop, archive, inbox, one, options, pool.count_frames)) for one in ready),
    ]
    try:
        outcomes.extend(run_unfinished(archive, pool, watcher, stopped))
        for index, (folder, take) in enumerate(takers):
            try:
                require_space(archive)
                note(take())
            except SpaceLow as error:  # so it is for all the others, which are left as they are
                errors.append(error)
                waiting.extend(Waiting(name, _no_room(error)) for name, _ in takers[index:])
                break
            except ArhivarError as error:
                _log.error("intake stopped", folder=folder, error=str(error))
                errors.append(error)
                stopped_drops.append(StoppedDrop(folder, error))
                continue
            outcomes.extend(run_unfinished(archive, pool, watcher, stopped))
        drain_outbox(archive)
    except (SearchIndexError, CatalogueError) as error:  # what was done before it stands, and is reported
        errors.append(error)
    return RunReport(tuple(taken), tuple(waiting), tuple(outcomes), tuple(errors), tuple(stopped_drops))


def _no_room(error: SpaceLow) -> Readiness:
    return Readiness(False, "space", f"{error.fields['free_mib']}/{error.fields['least_mib']} MiB", since=time.time())


def run_unfinished(archive: Archive, pool: PagePool, watcher: Watcher, stopped: set[str]) -> Iterator[Outcome]:
    """Go on with every ingest that is staged and not finished, and that no living process works on.

    An ingest that stops on an error is added to `stopped`, and what is in there is left to the next run.
    """
    states = [state for state in UNFINISHED if state is not IngestState.RECEIVED]
    for row in reversed(archive.catalogue.ingests(states=states)):
        if row.ingest_id in stopped or (row.state is IngestState.INDEXED and _only_gaps(archive, row)):
            continue
        with archive.leases.hold(f"ingest:{row.ingest_id}") as lease:
            if lease is None:
                continue
            current = archive.catalogue.ingest(row.ingest_id)
            if current is None or current.state not in states:
                continue
            outcome = _run_one(archive, current, pool, watcher)
        if outcome.error is not None:
            stopped.add(outcome.ingest_id)
        watcher.finished(outcome)
        yield outcome


def _only_gaps(archive: Archive, row: IngestRow) -> bool:
    """True where all that keeps the unit from reconciled is a person's word on unreadable pages."""
    ledger = archive.catalogue.ledger(row.ingest_id)
    return ledger is not None and bool(ledger.gaps) and not ledger.differences


def _run_one(archive: Archive, row: IngestRow, pool: PagePool, watcher: Watcher) -> Outcome:
    code = row.manifest.description.reference_code
    try:
        require_space(archive)
        ledger = run_ingest(archive, row, pool, watcher)
    except (ArhivarError, OSError) as failure:
        error = failure if isinstance(failure, ArhivarError) else disk_error(failure, archive.work)
        if error is None:  # a bug
            raise
        _log.error("ingest stopped", unit=str(row.unit_id), ingest=row.ingest_id, error=str(error))
        current = archive.catalogue.ingest(row.ingest_id)
        return Outcome(code, row.ingest_id, current.state if current is not None else row.state, error=error)
    state = IngestState.RECONCILED if ledger.balanced else IngestState.INDEXED
    return Outcome(code, row.ingest_id, state, ledger=ledger)


def run_ingest(archive: Archive, row: IngestRow, pool: PagePool, watcher: Watcher) -> Ledger:
    """Take one staged ingest to its measured ledger, from wherever it stands. Raises ArhivarError."""
    manifest = row.manifest
    work = WorkArea(archive.work)
    watcher.unit_started(manifest.description.reference_code, len(manifest.pages))
    if row.state in _BEFORE_DEPOSIT:
        _make_and_deposit(archive, manifest, pool, work, watcher)
    else:
        watcher.pages_done(len(manifest.pages))
    if row.state is IngestState.INDEXED:
        archive.catalogue.enqueue([manifest.unit_id], datetime.now(UTC))
    drain_outbox(archive)
    return close_ingest(archive, manifest)


def close_ingest(archive: Archive, manifest: Manifest) -> Ledger:
    """Measure the ledger of an ingest that the index shows; where it balances, the ingest is reconciled.

    Hold the lease of the ingest. Raises StoreError, SearchIndexError, CatalogueError.
    """
    _advance(archive, manifest, IngestState.INDEXED)
    ledger = measure_ledger(archive, manifest.unit_id)
    if not ledger.differences:  # before it is recorded: nobody comes back for an ingest that is done with
        _clear(archive, manifest, WorkArea(archive.work))
    archive.catalogue.record_ledger(manifest.ingest_id, ledger, datetime.now(UTC))
    archive.catalogue.replace_findings(manifest.ingest_id, ledger.differences, "reconcile")
    if ledger.balanced:
        _advance(archive, manifest, IngestState.RECONCILED)
    return ledger


def _make_and_deposit(archive: Archive, manifest: Manifest, pool: PagePool, work: WorkArea, watcher: Watcher) -> None:
    _advance(archive, manifest, IngestState.PROCESSING)
    archive.catalogue.plan_pages(manifest.ingest_id, manifest.pages)
    unreadable = read_pages(archive, manifest, pool, work, watcher.pages_done)
    composed = compose_unit(archive, manifest, unreadable, work, open_validator(archive.settings))
    on_pages: Sequence[Finding] = [finding for page in composed.pages for finding in page.findings]
    archive.catalogue.replace_findings(manifest.ingest_id, on_pages, "pages")
    deposit_unit(archive, manifest, composed, manifest.findings)


def _advance(archive: Archive, manifest: Manifest, state: IngestState) -> None:
    archive.catalogue.advance(manifest.ingest_id, state, now=datetime.now(UTC))


def _clear(archive: Archive, manifest: Manifest, work: WorkArea) -> None:
    """Collect the work area and staging: the ledger agrees that the store has everything."""
    work.drop_pages(result_keys(archive, manifest).values())
    work.drop_ingest(manifest.ingest_id)
    clear_staging(archive.store, manifest.ingest_id)
