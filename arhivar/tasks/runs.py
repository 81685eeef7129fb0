# SPDX-License-Identifier: EUPL-1.2
"""The second task of `intake`: say which runs of `digitize_unit` to start. Asked every minute, it loads little."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypedDict

from arhivar.composition import open_catalogue
from arhivar.gaps import only_gaps
from arhivar.settings import load_settings
from repository.catalogue import Catalogue
from repository.progress import UnfinishedIngest
from repository.records import IngestRow
from schemas.ingest import IngestState

_SHORTEST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
_IDS_AT_ONCE = 50
_IN_LINE = (IngestState.STAGED, IngestState.PROCESSING, IngestState.DEPOSITED, IngestState.INDEXED)


class RunRequest(TypedDict):
    """A run of `digitize_unit`, in the words of Airflow's TriggerDagRunOperator."""

    trigger_run_id: str
    conf: dict[str, str | int]


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
