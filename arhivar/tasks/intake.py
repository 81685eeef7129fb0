# SPDX-License-Identifier: EUPL-1.2
"""The tasks of `intake`: take what is ready in the inbox, and say which runs of `digitize_unit` to start."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypedDict

from arhivar.composition import Archive, open_archive, open_catalogue
from arhivar.intake.claims import Claim, claim_drop, list_claims
from arhivar.intake.drops import Drop
from arhivar.intake.share import explain_failure
from arhivar.intake.take import FrameCounter, IntakeOptions, Taken, Waiting, take_claim, waiting_drops
from arhivar.log import Logger
from arhivar.pipeline import only_gaps
from arhivar.settings import load_settings
from arhivar.space import require_space
from arhivar.tasks.reading import task_pool
from repository.catalogue import Catalogue
from repository.progress import UnfinishedIngest
from repository.records import IngestRow
from schemas.errors import ArhivarError, InboxMissing, SpaceLow
from schemas.ingest import IngestState

SECONDS_A_ROUND = 45.0
"""After so long no further drop is begun: what is staged already should not wait for the last one of many."""
LATE_SECONDS = 3600.0
"""A drop that is not complete after so long is told of."""
_SHORTEST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
_IDS_AT_ONCE = 50
_IN_LINE = (IngestState.STAGED, IngestState.PROCESSING, IngestState.DEPOSITED, IngestState.INDEXED)

_log = Logger(__name__)


class RunRequest(TypedDict):
    """A run of `digitize_unit`, in the words of Airflow's TriggerDagRunOperator."""

    trigger_run_id: str
    conf: dict[str, str | int]


def take_drops(seconds: float = SECONDS_A_ROUND) -> list[str]:
    """Claim and stage every ready drop of the inbox, or quarantine it; the ids of the ingests that were staged.

    Each drop is taken whole, and none is begun after so many seconds. A drop that fails does not stop the others; the
    first error is raised at the end. Raises InboxMissing, ShareUnavailable, SpaceLow, StoreError, CatalogueError.
    """
    settings = load_settings()
    if settings.inbox is None:
        raise InboxMissing(inbox="ARHIVAR_INBOX")
    inbox = settings.inbox.expanduser().resolve()
    until = time.monotonic() + seconds
    staged: list[str] = []
    errors: list[ArhivarError] = []
    with open_archive(settings) as archive, task_pool(settings) as pool:
        ready, waiting = waiting_drops(archive, inbox, pool.count_frames)
        _tell_late(waiting)
        drops: list[Claim | Drop] = [*list_claims(inbox), *ready]
        for one in drops:
            if time.monotonic() > until:
                _log.info("intake goes on in the next round", staged=len(staged))
                break
            try:
                took = _take(archive, one, pool.count_frames)
            except SpaceLow:  # so it is for all the others
                raise
            except ArhivarError as error:
                _log.error("intake stopped", folder=one.name, error=str(error))
                errors.append(error)
                continue
            if isinstance(took, Taken) and took.ingest_id is not None and not took.known:
                staged.append(took.ingest_id)
    if errors:
        raise errors[0]
    return staged


def _take(archive: Archive, one: Claim | Drop, count_frames: FrameCounter) -> Taken | Waiting | None:
    require_space(archive)
    inbox = one.path.parent.parent if isinstance(one, Claim) else one.path.parent
    claim = None
    try:
        claim = one if isinstance(one, Claim) else claim_drop(inbox, one)
        return None if claim is None else take_claim(archive, claim, IntakeOptions(), count_frames)
    except Exception as error:
        raise explain_failure(error, inbox, one.name, one.path if claim is None else claim.path) from error


def _tell_late(waiting: Sequence[Waiting]) -> None:
    for one in waiting:
        if time.time() - one.readiness.since > LATE_SECONDS:
            _log.warning(
                "drop is late", folder=one.folder, waits_for=one.readiness.waiting_for, detail=one.readiness.detail
            )


def plan_runs(count_known: Callable[[list[str]], int] = lambda _: 0) -> list[RunRequest]:
    """A run for each ingest that is in line and has none; also for what was put back, and for what an earlier run left.

    A run's id holds ingest and attempt, and the moment at which an earlier run of the attempt stopped: there is one
    run for each, however often it is asked for. After a stop it is waited as long as the ingest has been failing, from
    a minute to an hour. `count_known` says how many of some ids Airflow knows a run of; requests for those are left
    out. Raises CatalogueError.
    """
    now = datetime.now(UTC)
    with open_catalogue(load_settings()) as catalogue:
        requests = [
            request
            for one in catalogue.progress(now).unfinished
            if one.state in _IN_LINE and (request := _request(catalogue, one, now)) is not None
        ]
    return _unknown(requests, count_known)


def _request(catalogue: Catalogue, one: UnfinishedIngest, now: datetime) -> RunRequest | None:
    row = catalogue.ingest(one.ingest_id)
    if row is None or one.held_until is not None or _waits_for_a_person(catalogue, row):
        return None
    run_id = f"{row.ingest_id}.{row.attempt}"
    if one.stop is not None:
        failing = one.stop.at - one.updated_at
        if now < one.stop.at + min(max(failing, _SHORTEST_WAIT), _LONGEST_WAIT):
            return None
        run_id += f".{one.stop.at:%Y%m%dT%H%M%S}"
    return RunRequest(trigger_run_id=run_id, conf={"ingest_id": row.ingest_id, "attempt": row.attempt})


def _waits_for_a_person(catalogue: Catalogue, row: IngestRow) -> bool:
    return row.state is IngestState.INDEXED and only_gaps(catalogue, row)


def _unknown(requests: list[RunRequest], count_known: Callable[[list[str]], int]) -> list[RunRequest]:
    """The requests whose run is not known, found with few questions where most are, or none."""
    if not requests:
        return []
    if len(requests) <= _IDS_AT_ONCE:
        known = count_known([one["trigger_run_id"] for one in requests])
        if known == len(requests):
            return []
        if known == 0:
            return requests
    half = len(requests) // 2
    return _unknown(requests[:half], count_known) + _unknown(requests[half:], count_known)
