# SPDX-License-Identifier: EUPL-1.2
"""Is it stuck, or almost done? One verdict for each ingest that is not finished."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from repository.progress import ReadingHour, UnfinishedIngest
from schemas.ingest import IngestState

PATIENCE = timedelta(minutes=10)
"""So long may an ingest that nobody holds be silent before it counts as stuck; never less than a lease lasts."""
_PAUSE = timedelta(minutes=15)
"""A longer silence between two hours of reading is a pause, and no time of work."""
_MIN_PAGES = 3
"""Fewer pages tell nothing about a pace."""


class Verdict(StrEnum):
    """What the matter is; what needs somebody most comes first."""

    STUCK = "stuck"
    STOPPED = "stopped"
    PERSON = "waiting-for-a-person"
    WORKING = "working"
    TURN = "waiting-for-its-turn"


@dataclass(frozen=True, slots=True)
class JudgedIngest:
    """An ingest with its verdict."""

    ingest: UnfinishedIngest
    verdict: Verdict
    last_sign: datetime
    """When anything was last heard of it, in UTC."""
    silent: timedelta
    """For how long nothing was heard since."""
    pages_left: int | None
    """How many pages have no result yet; None where it is not known how many it has."""
    time_left: timedelta | None
    """For these pages at its own pace; None where none are left, or it has no pace yet."""


def judge_ingests(ingests: Sequence[UnfinishedIngest], now: datetime, lease: timedelta) -> tuple[JudgedIngest, ...]:
    """A verdict for each: by verdict, then the longest silent first.

    `lease` is how long a lease lasts after each sign of life.
    """
    busy = any(one.held_until is not None for one in ingests)
    order = list(Verdict)
    judged = (_judge(one, now, lease, busy=busy) for one in ingests)
    return tuple(sorted(judged, key=lambda one: (order.index(one.verdict), one.last_sign, one.ingest.reference_code)))


def _judge(ingest: UnfinishedIngest, now: datetime, lease: timedelta, *, busy: bool) -> JudgedIngest:
    progress = max([ingest.updated_at, *(hour.last_at for hour in ingest.reading)])
    last_sign = progress if ingest.held_until is None else max(progress, min(ingest.held_until - lease, now))
    left = None if ingest.pages is None else max(ingest.pages - ingest.pages_done, 0)
    silent = max(now - last_sign, timedelta())
    if ingest.held_until is not None:
        verdict = Verdict.WORKING
    elif ingest.state is IngestState.QUARANTINED or (ingest.state is IngestState.INDEXED and ingest.measured):
        verdict = Verdict.PERSON
    elif ingest.stop is not None and ingest.stop.at >= progress:
        verdict = Verdict.STOPPED
    elif silent < max(PATIENCE, lease) or (busy and ingest.state is IngestState.STAGED):
        verdict = Verdict.TURN  # whoever is at work takes up what is staged, one after the other
    else:
        verdict = Verdict.STUCK
    return JudgedIngest(ingest, verdict, last_sign, silent, left, _time_left(ingest.reading, left))


def _time_left(reading: Sequence[ReadingHour], left: int | None) -> timedelta | None:
    if not left:
        return None
    pages = sum(hour.pages for hour in reading)
    worked = time_worked(reading)
    if pages < _MIN_PAGES or not worked:
        return None
    return worked / (pages - 1) * left  # from the first page to the last there are as many steps as pages, less one


def time_worked(reading: Sequence[ReadingHour]) -> timedelta:
    """How long pages were coming, from the first to the last, without longer pauses between hours."""
    worked = timedelta()
    last: datetime | None = None
    for hour in reading:
        if last is not None and hour.first_at - last <= _PAUSE:
            worked += max(hour.first_at - last, timedelta())
        worked += hour.last_at - hour.first_at
        last = hour.last_at
    return worked
