# SPDX-License-Identifier: EUPL-1.2
"""The one place where the steps of an ingest are strung together.

staged → pages → compose → deposit → index → reconcile → cleared. Every step may be repeated: a killed run starts
again at the state that the catalogue knows, and finds in the work area and the store what is done already.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from arhivar.composition import Archive, open_validator
from arhivar.gaps import only_gaps
from arhivar.intake.claims import Claim, claim_drop, list_claims
from arhivar.intake.drops import Drop, Readiness, list_drops
from arhivar.intake.share import explain_failure
from arhivar.intake.stage import clear_staging
from arhivar.intake.take import FrameCounter, IntakeOptions, Taken, Waiting, take_claim, waiting_drops
from arhivar.log import Logger, log_context, trace_of
from arhivar.looks import note_look
from arhivar.monitor import timed
from arhivar.space import require_space
from arhivar.steps.attempts import is_better, keep_deposited, record_packaged, repeats
from arhivar.steps.captures import capture_keys, captures, read_captures
from arhivar.steps.compose import Composed, compose_unit
from arhivar.steps.deposit import deposit_unit
from arhivar.steps.index import drain_outbox
from arhivar.steps.leftovers import sweep_leftovers
from arhivar.steps.reconcile import measure_ledger
from arhivar.steps.results import PageResults, pages_prefix
from arhivar.steps.workarea import WorkArea
from arhivar.stopping import StopAsked, StopRequest
from arhivar.tries import Tries
from processors.pool import PagePool
from repository.progress import Stop
from repository.records import IngestRow
from schemas.crash_points import CrashPoint, reached
from schemas.disk import disk_error
from schemas.errors import ArhivarError, CatalogueError, SearchIndexError, SpaceLow
from schemas.findings import Finding
from schemas.ingest import UNFINISHED, IngestState, Manifest
from schemas.ledger import Ledger
from schemas.messages import Language, Message
from schemas.stages import Stage

_log = Logger(__name__)

BEFORE_DEPOSIT = (IngestState.STAGED, IngestState.PROCESSING)


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
class Conduct:
    """How one run stands among others: `ingest` makes one alone, `watch` one after the other."""

    tries: Tries = field(default_factory=Tries)
    """What failed before and is not tried again yet."""
    unfinished_first: bool = True
    """Go on with what earlier runs left, even where nothing new is taken."""
    count_frames: FrameCounter | None = None
    """In place of the pool's own."""


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
    stopped: bool = False
    """It was asked to stop; what is left is for the next run."""
    gone: ArhivarError | None = None
    """Why the inbox could no longer be listed; also the last of `errors`."""
    stopped_drops: tuple[StoppedDrop, ...] = ()
    """Which drops the intake could not take; their errors are among `errors` too."""


def run_inbox(
    archive: Archive,
    inbox: Path,
    options: IntakeOptions,
    pool: PagePool,
    watcher: Watcher,
    conduct: Conduct | None = None,
) -> RunReport:
    """Take every ready drop through to its ledger, after what an earlier run left unfinished.

    A drop or an ingest that fails does not stop the others; its error is in the report. Once `options.stop` is asked
    for, the page or file in hand is the last one, and the report says so. Raises InboxMissing and ShareUnavailable
    where the inbox itself cannot be listed from the start.
    """
    conduct = conduct or Conduct()
    tries, stop = conduct.tries, options.stop
    count_frames = _stoppable(conduct.count_frames or pool.count_frames, stop)
    taken: list[Taken] = []
    waiting: list[Waiting] = []
    outcomes: list[Outcome] = []
    errors: list[ArhivarError] = []
    stopped_drops: list[StoppedDrop] = []
    stopped, gone = False, None

    def go_on() -> None:
        for outcome in run_unfinished(archive, pool, watcher, tries, stop):
            outcomes.append(outcome)  # noqa: PERF402 what came before a stop counts

    sweep_leftovers(archive)
    try:
        ready, waiting = _look(archive, inbox, count_frames)
        claims = list_claims(inbox)
        if conduct.unfinished_first:
            go_on()
        drops: list[Claim | Drop] = [*claims, *ready]
        for index, one in enumerate(drops):
            stop.check()
            try:
                require_space(archive)
                took = _take(archive, one, options, count_frames, tries)
            except SpaceLow as error:  # so it is for all the others, which are left as they are
                errors.append(error)
                waiting.extend(Waiting(left.name, _no_room(error)) for left in drops[index:])
                break
            except ArhivarError as error:
                _log.error("intake stopped", folder=one.name, error=str(error))
                errors.append(error)
                stopped_drops.append(StoppedDrop(one.name, error))
                gone = _why_gone(inbox)
                if gone is not None:
                    errors.append(gone)
                    break
                continue
            if isinstance(took, Waiting):
                waiting.append(took)
            elif took is not None:
                taken.append(took)
                watcher.taken(took)
                go_on()
        drain_outbox(archive, stop.check)
    except StopAsked:
        stopped = True
    except (SearchIndexError, CatalogueError) as error:  # what was done before it stands, and is reported
        errors.append(error)
    _settle(archive)
    return RunReport(tuple(taken), tuple(waiting), tuple(outcomes), tuple(errors), stopped, gone, tuple(stopped_drops))


def _look(archive: Archive, inbox: Path, count_frames: FrameCounter) -> tuple[list[Drop], list[Waiting]]:
    ready, waiting = waiting_drops(archive, inbox, count_frames)
    note_look(archive, inbox, waiting)
    return ready, waiting


def _settle(archive: Archive) -> None:
    archive.monitor.flush()
    archive.audit.seal_if_possible()


def _no_room(error: SpaceLow) -> Readiness:
    return Readiness(False, "space", f"{error.fields['free_mib']}/{error.fields['least_mib']} MiB", since=time.time())


def _stoppable(count_frames: FrameCounter, stop: StopRequest) -> FrameCounter:
    def count(path: Path) -> int:
        stop.check()
        return count_frames(path)

    return count


def _take(
    archive: Archive, one: Claim | Drop, options: IntakeOptions, count_frames: FrameCounter, tries: Tries
) -> Taken | Waiting | None:
    """Take a drop or go on with a claim; None where another intake has it, or it failed a short while ago.

    Raises ArhivarError, whatever it was that stopped it, and StopAsked.
    """
    name, inbox = str(one.path), one.path.parent.parent if isinstance(one, Claim) else one.path.parent
    if not tries.may(name):
        return None
    claim = None
    try:
        claim = one if isinstance(one, Claim) else claim_drop(inbox, one)
        took = None if claim is None else take_claim(archive, claim, options, count_frames)
    except StopAsked:
        raise
    except Exception as error:
        tries.failed(name)
        if claim is not None:
            tries.failed(str(claim.path))
        raise explain_failure(error, inbox, one.name, one.path if claim is None else claim.path) from error
    tries.done(name)
    return took


def _why_gone(inbox: Path) -> ArhivarError | None:
    """Why the inbox cannot be listed any more; None where it can, and one drop alone has failed."""
    try:
        list_drops(inbox)
    except ArhivarError as error:
        return error
    return None


def run_unfinished(
    archive: Archive, pool: PagePool, watcher: Watcher, tries: Tries, stop: StopRequest
) -> Iterator[Outcome]:
    """Go on with every ingest that is staged and not finished, and that no living process works on.

    What stops on an error, or does not balance, is left alone until `tries` allows it again. Raises StopAsked.
    """
    states = [state for state in UNFINISHED if state is not IngestState.RECEIVED]
    for row in reversed(archive.catalogue.ingests(states=states)):
        stop.check()
        name = f"ingest {row.ingest_id} {row.attempt}"
        if not tries.may(name):
            continue
        if row.state is IngestState.INDEXED and only_gaps(archive.catalogue, row):
            tries.failed(name)  # it waits for a person, and reading its ledger takes time
            continue
        with archive.leases.hold(f"ingest:{row.ingest_id}") as lease:
            if lease is None:
                continue
            current = archive.catalogue.ingest(row.ingest_id)
            if current is None or current.state not in states:
                continue
            outcome = run_one(archive, current, pool, watcher, stop)
        if outcome.state is IngestState.RECONCILED:
            tries.done(name)
        else:
            tries.failed(name)
        watcher.finished(outcome)
        yield outcome


def run_one(archive: Archive, row: IngestRow, pool: PagePool, watcher: Watcher, stop: StopRequest) -> Outcome:
    """Go on with one ingest, whose lease is held; an error that stops it is in the outcome. Raises StopAsked."""
    with log_context(unit=str(row.unit_id), ingest=row.ingest_id):
        return _run_safely(archive, row, pool, watcher, stop)


def _run_safely(archive: Archive, row: IngestRow, pool: PagePool, watcher: Watcher, stop: StopRequest) -> Outcome:
    code = row.manifest.description.reference_code
    try:
        require_space(archive)
        ledger = run_ingest(archive, row, pool, watcher, stop)
    except ArhivarError as error:
        _log.error("ingest stopped", code=error.code, error=str(error))
        _keep_stop(archive, row, error)
        return Outcome(code, row.ingest_id, _state_now(archive, row), error=error)
    except StopAsked:
        raise
    except Exception as failure:  # noqa: BLE001 a bug that one binder uncovers must not stop the others
        trouble = disk_error(failure, archive.work) if isinstance(failure, OSError) else None
        if trouble is None:
            _log.error("ingest crashed", trace=trace_of(failure))
        stopped = trouble or ArhivarError(detail=f"{type(failure).__name__}: {failure}")
        _keep_stop(archive, row, stopped)
        return Outcome(code, row.ingest_id, _state_now(archive, row), error=stopped)
    state = IngestState.RECONCILED if ledger.balanced else IngestState.INDEXED
    return Outcome(code, row.ingest_id, state, ledger=ledger)


def _state_now(archive: Archive, row: IngestRow) -> IngestState:
    current = archive.catalogue.ingest(row.ingest_id)
    return current.state if current is not None else row.state


def _keep_stop(archive: Archive, row: IngestRow, error: ArhivarError) -> None:
    """Keep what stopped the ingest, for `arhivar report`; where the catalogue is what fails, the log has it."""
    said = Message(ro=error.say(Language.RO), en=error.say(Language.EN))
    try:
        archive.catalogue.record_stop(row.ingest_id, Stop(error.code, said, datetime.now(UTC)))
    except CatalogueError as second:
        _log.error("stop not kept", error=str(second))


def run_ingest(archive: Archive, row: IngestRow, pool: PagePool, watcher: Watcher, stop: StopRequest) -> Ledger:
    """Take one staged ingest to its measured ledger, from wherever it stands. Raises ArhivarError and StopAsked."""
    manifest = row.manifest
    work = WorkArea(archive.work)
    pages = len(captures(archive, manifest))
    watcher.unit_started(manifest.description.reference_code, pages)
    if row.state in BEFORE_DEPOSIT:
        _make_and_deposit(archive, row, pool, work, watcher, stop)
    else:
        watcher.pages_done(pages)
    if row.state is IngestState.INDEXED:
        archive.catalogue.enqueue([manifest.unit_id], datetime.now(UTC))
    drain_outbox(archive, stop.check)
    return close_ingest(archive, manifest)


@timed(Stage.RECONCILE)
def close_ingest(archive: Archive, manifest: Manifest) -> Ledger:
    """Measure the ledger of an ingest that the index shows; where it balances, the ingest is reconciled.

    Hold the lease of the ingest. Raises StoreError, SearchIndexError, CatalogueError.
    """
    _advance(archive, manifest, IngestState.INDEXED)
    ledger = measure_ledger(archive, manifest.unit_id).model_copy(update={"attempt": manifest.attempt})
    # Cleared before the ledger is recorded: nobody comes back for an ingest that is done with.
    if ledger.balanced:
        clear_work(archive, manifest)
    if not ledger.differences:
        # With gaps, what was read stays until a person has decided: another attempt reads only those again.
        keep = None if ledger.balanced else pages_prefix(manifest.ingest_id)
        clear_staging(archive.store, manifest.ingest_id, keep=keep)
    archive.catalogue.replace_findings(manifest.ingest_id, ledger.differences, "reconcile")
    archive.catalogue.record_ledger(manifest.ingest_id, ledger, datetime.now(UTC))
    reached(CrashPoint.LEDGER_RECORDED)
    if ledger.balanced:
        _advance(archive, manifest, IngestState.RECONCILED)
    _close_superseded(archive, manifest)
    return ledger


def _close_superseded(archive: Archive, manifest: Manifest) -> None:
    """Nothing waits for a person's word on the pages of a version that a newer one has taken the place of."""
    row = archive.catalogue.ingest(manifest.ingest_id)
    for other in archive.catalogue.ingests(manifest.unit_id, [IngestState.INDEXED]):
        if row is not None and row.version is not None and (other.version or 0) < row.version:
            archive.catalogue.advance(other.ingest_id, IngestState.RECONCILED, now=datetime.now(UTC))


def _make_and_deposit(
    archive: Archive, row: IngestRow, pool: PagePool, work: WorkArea, watcher: Watcher, stop: StopRequest
) -> None:
    begin_processing(archive, row.manifest)
    unreadable = read_captures(archive, row.manifest, pool, work, watcher.pages_done, stop)
    composed = compose_ingest(archive, row, unreadable, work, work.ingest_folder(row.ingest_id))
    if composed is not None:
        deposit_unit(archive, row.manifest, composed, row.manifest.findings, row.version)


def begin_processing(archive: Archive, manifest: Manifest) -> None:
    """Say that the ingest's pages are being read, and which they are. Raises CatalogueError."""
    _advance(archive, manifest, IngestState.PROCESSING)
    archive.catalogue.plan_pages(manifest.ingest_id, manifest.pages)
    reached(CrashPoint.PAGES_PLANNED)


@timed(Stage.COMPOSE)
def compose_ingest(
    archive: Archive, row: IngestRow, unreadable: Mapping[int, Finding], results: PageResults, folder: Path
) -> Composed | None:
    """Make what the package will hold, in `folder`; None where the version that is deposited is no worse, or the same.

    Raises what `compose_unit` raises.
    """
    manifest = row.manifest
    composed = None
    if is_better(archive, row, unreadable):
        composed = compose_unit(archive, manifest, unreadable, results, folder, open_validator(archive.settings))
    if composed is None or repeats(composed):
        keep_deposited(archive, row)
        return None
    others = () if manifest.reread is None else {page.ingest_id for page in composed.pages} - {manifest.ingest_id}
    for ingest_id in (manifest.ingest_id, *sorted(others)):
        on_pages = [finding for page in composed.pages if page.ingest_id == ingest_id for finding in page.findings]
        archive.catalogue.replace_findings(ingest_id, on_pages, "pages")
    if manifest.reread is not None:  # those that stay were recorded as unreadable
        record_packaged(archive, (page for page in composed.pages if page.number in unreadable))
    reached(CrashPoint.UNIT_COMPOSED)
    return composed


def _advance(archive: Archive, manifest: Manifest, state: IngestState) -> None:
    archive.catalogue.advance(manifest.ingest_id, state, now=datetime.now(UTC))


def clear_work(archive: Archive, manifest: Manifest) -> None:
    """Collect what the work area keeps of an ingest that needs it no more."""
    work = WorkArea(archive.work)
    work.drop_pages(capture_keys(archive, captures(archive, manifest)).values())
    reached(CrashPoint.PAGES_DROPPED)
    work.drop_ingest(manifest.ingest_id)
    reached(CrashPoint.WORK_DROPPED)
