# SPDX-License-Identifier: EUPL-1.2
"""The second task of `intake`: say which runs of `digitize_unit` to start. Asked every minute, it loads little."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypedDict

from arhivar.composition import open_catalogue
from arhivar.gaps import only_gaps
from arhivar.log import Logger
from arhivar.settings import load_settings
from repository.catalogue import Catalogue
from repository.progress import Stop, UnfinishedIngest
from repository.records import IngestRow
from schemas.errors import ArhivarError
from schemas.ingest import IngestState
from schemas.messages import Message

_SHORTEST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
_IDS_AT_ONCE = 50
_IN_LINE = (IngestState.STAGED, IngestState.PROCESSING, IngestState.DEPOSITED, IngestState.INDEXED)

_LOST = Message(
    ro="Rularea s-a încheiat fără să spună ce a oprit-o; jurnalul Airflow spune mai mult.",
    en="The run ended without a word of what stopped it; Airflow's log says more.",
)

_log = Logger(__name__)


class RunRequest(TypedDict):
    """A run of `digitize_unit`, in the words of Airflow's TriggerDagRunOperator."""

    trigger_run_id: str
    conf: dict[str, str | int]


Count = Callable[[list[str]], int]
"""Says of how many of some run ids something holds."""


def plan_runs(count_known: Count = lambda _: 0, count_ended: Count = lambda _: 0) -> list[RunRequest]:
    """A run for each ingest that is in line and has none; also for what was put back, and for what an earlier run left.

    A run's id holds ingest and attempt, and the moment at which an earlier run of the attempt stopped: there is one
    run for each, however often it is asked for. After a stop it is waited as long as the ingest has been failing, from
    a minute to an hour. `count_known` says how many of some ids Airflow knows a run of; requests for those are left
    out. `count_ended` says how many of those it no longer works on: such a run was ended by something else than its
    last task, which would have recorded a stop, so that is done here. Raises CatalogueError.
    """
    now = datetime.now(UTC)
    with open_catalogue(load_settings()) as catalogue:
        unfinished = {one.ingest_id: one for one in catalogue.progress(now).unfinished if one.state in _IN_LINE}
        requests = [request for one in unfinished.values() if (request := _request(catalogue, one, now)) is not None]
        new, known = _split(requests, count_known)
        _, ended = _split(known, count_ended)
        for request in ended:
            _note_lost_run(catalogue, unfinished[str(request["conf"]["ingest_id"])], now)
    return new


def _note_lost_run(catalogue: Catalogue, one: UnfinishedIngest, now: datetime) -> None:
    """Record that the ingest's run is over, unless the run has done so itself meanwhile."""
    again = next((two for two in catalogue.progress(now).unfinished if two.ingest_id == one.ingest_id), None)
    if again is not None and (again.state, again.stop) == (one.state, one.stop):
        _log.error("run lost", ingest=one.ingest_id, unit=one.reference_code)
        catalogue.record_stop(one.ingest_id, Stop(ArhivarError.code, _LOST, now))


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


def _split(requests: list[RunRequest], count: Count) -> tuple[list[RunRequest], list[RunRequest]]:
    """The requests whose run is not counted, and those whose is; found with few questions where most are, or none."""
    if not requests:
        return [], []
    if len(requests) <= _IDS_AT_ONCE:
        counted = count([one["trigger_run_id"] for one in requests])
        if counted == len(requests):
            return [], requests
        if counted == 0:
            return requests, []
    half = len(requests) // 2
    left, right = _split(requests[:half], count), _split(requests[half:], count)
    return left[0] + right[0], left[1] + right[1]
