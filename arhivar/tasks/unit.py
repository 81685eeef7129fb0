# SPDX-License-Identifier: EUPL-1.2
"""The tasks of `digitize_unit`: one ingest from staging to its ledger.

Each is told the ingest and the attempt that its run is for; where the ingest is further, or another attempt began, it
does nothing, so that a run that comes late or twice harms nobody.
"""

import functools
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import ParamSpec, TypedDict, TypeVar

from arhivar.composition import Archive, open_archive
from arhivar.gaps import only_gaps
from arhivar.log import Logger, bind_log, log_context
from arhivar.pipeline import BEFORE_DEPOSIT, begin_processing, close_ingest, compose_ingest
from arhivar.settings import load_settings
from arhivar.space import require_space
from arhivar.steps.captures import capture_keys, captures, read_captures
from arhivar.steps.deposit import deposit_unit
from arhivar.steps.handover import hand_over, handed_over
from arhivar.steps.index import drain_outbox
from arhivar.steps.leftovers import sweep_work
from arhivar.steps.results import StagedResults
from arhivar.steps.workarea import WorkArea
from arhivar.stopping import StopRequest
from arhivar.tasks.failures import drop_failure, keep_failure, kept_failure
from arhivar.tasks.reading import task_pool
from repository.progress import Stop
from repository.records import IngestRow
from schemas.errors import ArhivarError, CaseUnknown, DifferencesRemain, LeaseLost
from schemas.findings import Finding
from schemas.ingest import IngestState

PAGES_A_CHUNK = 25
"""A task costs a third of a CPU second, a page one or two: longer chunks gain nothing, and lose more when killed."""
MOST_CHUNKS = 1024
"""Airflow's `max_map_length`, unless set; a unit of more pages gets larger chunks."""

_DONE_WITH = (IngestState.RECONCILED, IngestState.QUARANTINED, IngestState.REJECTED)

_log = Logger(__name__)
P = ParamSpec("P")
T = TypeVar("T")


class Chunk(TypedDict):
    """Pages `first` to `last` of the ingest, and what people see of them."""

    first: int
    last: int
    label: str


class ReadChunk(TypedDict):
    """What became of a chunk: the findings that make pages placeholders, as JSON."""

    unreadable: list[dict[str, object]]


class Closed(TypedDict):
    """How an ingest ended: its state, pages in its ledger, pages that wait for a person's word."""

    ingest_id: str
    state: str
    pages: int
    gaps: list[int]


def _noting(task: Callable[P, T]) -> Callable[P, T]:
    """Keep which error stopped the task, for `close_run` to tell."""

    @functools.wraps(task)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        ingest_id = str(args[0] if args else kwargs["ingest_id"])
        with log_context(ingest=ingest_id):
            try:
                return task(*args, **kwargs)
            except Exception as error:
                keep_failure(ingest_id, error)
                raise

    return run


@_noting
def prepare(ingest_id: str, attempt: int, most_chunks: int = MOST_CHUNKS) -> list[Chunk]:
    """Plan the pages; the chunks to read. None where the pages were deposited before. Raises SpaceLow, LeaseLost."""
    with open_archive(load_settings(), searches=False) as archive, _holding(archive, ingest_id, attempt) as row:
        if row is None or row.state not in BEFORE_DEPOSIT:
            return []
        require_space(archive)
        drop_failure(archive.store, ingest_id)
        begin_processing(archive, row.manifest)
        pages = len(captures(archive, row.manifest))
        _log.info("unit prepared", unit=str(row.unit_id), ingest=ingest_id, pages=pages)
        return chunks_of(pages, most_chunks)


def chunks_of(pages: int, most_chunks: int = MOST_CHUNKS) -> list[Chunk]:
    """Pages 1 to `pages` in runs of equal length, the last one shorter."""
    size = max(PAGES_A_CHUNK, -(-pages // most_chunks))
    ends = [(first, min(first + size - 1, pages)) for first in range(1, pages + 1, size)]
    return [Chunk(first=first, last=last, label=_label(first, last)) for first, last in ends]


def _label(first: int, last: int) -> str:
    return f"pagina {first}" if first == last else f"pagini {first}–{last}"


@_noting
def read_chunk(ingest_id: str, attempt: int, chunk: Chunk) -> ReadChunk:
    """Read the chunk's pages; results lie in the store. Pages that lie there already are not read again.

    Raises EngineUnavailable, LeaseLost, StoreError and others of the tree.
    """
    settings = load_settings()
    with open_archive(settings, searches=False) as archive:
        row = _current(archive, ingest_id, attempt)
        if row is None or row.state not in BEFORE_DEPOSIT:
            return ReadChunk(unreadable=[])
        positions = range(chunk["first"], chunk["last"] + 1)
        with _lease(archive, row, f"ingest:{ingest_id}:{chunk['first']}"):
            unreadable = _read(archive, row, positions)
        _log.info("pages read", unit=str(row.unit_id), ingest=ingest_id, first=chunk["first"], last=chunk["last"])
    return ReadChunk(unreadable=[finding.model_dump(mode="json") for finding in unreadable.values()])


def _read(archive: Archive, row: IngestRow, positions: Collection[int]) -> dict[int, Finding]:
    results = StagedResults(archive.store, row.ingest_id)
    with task_pool(archive.settings) as pool:
        return read_captures(archive, row.manifest, pool, results, lambda _: None, StopRequest(), positions)


@_noting
def compose(ingest_id: str, attempt: int, chunks: Sequence[ReadChunk]) -> bool:
    """Make PDF/A and ALTO for the package and hand them over in the store; whether there is something to deposit.

    A page without result (its chunk's were lost) is read here. Raises PdfNotWritten, NotPdfA, ToolError, StoreError.
    """
    settings = load_settings()
    with open_archive(settings, searches=False) as archive, _holding(archive, ingest_id, attempt) as row:
        if row is None or row.state not in BEFORE_DEPOSIT:
            return False
        sweep_work(archive)  # each machine its own: no other one sees what a killed compose left here
        found = [Finding.model_validate(one) for chunk in chunks for one in chunk["unreadable"]]
        unreadable = {finding.page: finding for finding in found if finding.page is not None}
        results = StagedResults(archive.store, ingest_id)
        keys = capture_keys(archive, captures(archive, row.manifest))
        missing = results.missing(keys.values())
        lost = [position for position, key in keys.items() if position not in unreadable and key in missing]
        if lost:
            unreadable |= _read(archive, row, lost)
        work = WorkArea(archive.work)
        try:
            composed = compose_ingest(archive, row, unreadable, results, work.ingest_folder(ingest_id))
            if composed is not None:
                hand_over(archive.store, row.manifest, composed)
        finally:
            work.drop_ingest(ingest_id)
        _log.info("unit composed", unit=str(row.unit_id), ingest=ingest_id, kept=composed is None)
        return composed is not None


@_noting
def deposit(ingest_id: str, attempt: int, composed: bool) -> int | None:
    """Write the unit's new version; its number, or None where nothing was composed. Raises LeaseLost, StoreError."""
    with open_archive(load_settings(), searches=False) as archive, _holding(archive, ingest_id, attempt) as row:
        if row is None or not composed or row.state not in BEFORE_DEPOSIT:
            return None if row is None else row.version
        with handed_over(archive, row.manifest) as made:
            version = deposit_unit(archive, row.manifest, made, row.manifest.findings, row.version)
        _log.info("unit deposited", unit=str(row.unit_id), ingest=ingest_id, version=version)
        return version


@_noting
def index(ingest_id: str, attempt: int) -> None:
    """Let the index show the deposited version. Raises SearchIndexError: the deposit stands, and the outbox waits."""
    with open_archive(load_settings()) as archive, _holding(archive, ingest_id, attempt) as row:
        if row is None:
            return
        if row.state is IngestState.INDEXED:  # what it showed then may be gone
            archive.catalogue.enqueue([row.unit_id], datetime.now(UTC))
        drain_outbox(archive)
        _log.info("unit indexed", unit=str(row.unit_id), ingest=ingest_id)


@_noting
def reconcile(ingest_id: str, attempt: int) -> Closed | None:
    """Measure the ledger and close the ingest. Raises DifferencesRemain where a page is missing somewhere."""
    with open_archive(load_settings()) as archive, _holding(archive, ingest_id, attempt) as row:
        if row is None:
            return None
        ledger = close_ingest(archive, row.manifest)
        if ledger.differences:
            raise DifferencesRemain(unit=ledger.unit, pages=", ".join(str(one.page) for one in ledger.differences))
        state = IngestState.RECONCILED if ledger.balanced else IngestState.INDEXED
        _log.info("unit reconciled", unit=str(row.unit_id), ingest=ingest_id, gaps=list(ledger.open_gaps))
        return Closed(ingest_id=ingest_id, state=state.value, pages=len(ledger.rows), gaps=list(ledger.open_gaps))


def close_run(ingest_id: str, attempt: int) -> str:
    """At the end of a run, whatever became of its tasks: the ingest's state.

    Where the ingest neither is reconciled nor waits for a person, what stopped it is recorded, so that `report` tells
    it and `intake` starts another run later, and the error is raised. Raises ArhivarError.
    """
    with open_archive(load_settings(), searches=False) as archive:
        row = archive.catalogue.ingest(ingest_id)
        if row is None:
            raise CaseUnknown(subject=ingest_id)
        if row.attempt != attempt or row.state in _DONE_WITH or only_gaps(archive.catalogue, row):
            return row.state.value
        failure = kept_failure(archive.store, ingest_id)
        archive.catalogue.record_stop(ingest_id, Stop(failure.code, failure.said, datetime.now(UTC)))
        _log.error("run stopped", unit=str(row.unit_id), ingest=ingest_id, attempt=attempt, code=failure.code)
        raise ArhivarError(detail=f"{failure.code}: {failure.said.en}")


def _current(archive: Archive, ingest_id: str, attempt: int) -> IngestRow | None:
    """The ingest, where this attempt of it is still to be worked on. Raises CaseUnknown."""
    row = archive.catalogue.ingest(ingest_id)
    if row is None:
        raise CaseUnknown(subject=ingest_id)
    bind_log(unit=str(row.unit_id))
    return None if row.attempt != attempt or row.state in _DONE_WITH else row


@contextmanager
def _holding(archive: Archive, ingest_id: str, attempt: int) -> Iterator[IngestRow | None]:
    """The ingest, while no other process works on it; None where there is nothing to do. Raises LeaseLost."""
    row = _current(archive, ingest_id, attempt)
    if row is None:
        yield None
        return
    with _lease(archive, row, f"ingest:{ingest_id}"):
        yield _current(archive, ingest_id, attempt)


@contextmanager
def _lease(archive: Archive, row: IngestRow, name: str) -> Iterator[None]:
    with archive.leases.hold(name) as lease:
        if lease is None:
            raise LeaseLost(name=row.manifest.description.reference_code)
        yield
