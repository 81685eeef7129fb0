# SPDX-License-Identifier: EUPL-1.2
"""Make the report's figures of the catalogue's sums: what everything that shows them shares."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from arhivar.progress.forecast import Forecast, forecast_end
from arhivar.progress.verdicts import JudgedIngest, judge_ingests, time_worked
from arhivar.settings import Settings
from repository.progress import FindingCount, Progress, ReadingHour, Volume
from schemas.ingest import IngestState

USUAL_TARGET = 5000
"""Units, where neither the setting nor an inventory says how many there are."""
_RECENT = timedelta(hours=24)
_STEP = timedelta(days=1)


class UnitState(StrEnum):
    """How far a unit is, as the report counts them."""

    RECONCILED = "reconciled"
    PROCESSING = "processing"
    RECEIVED = "received"
    PERSON = "waiting-for-a-person"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"
    DECLARED = "declared"
    """In the inventory, and nothing of it received yet."""


@dataclass(frozen=True, slots=True)
class StateSum:
    """Units in a state, and their pages; None where nobody counted them yet."""

    state: UnitState
    units: int
    pages: int | None


@dataclass(frozen=True, slots=True)
class Speed:
    """Pages that got their first result, and the hours in which they came."""

    pages: int
    hours: float

    @property
    def pages_an_hour(self) -> float | None:
        """None where it cannot be told yet."""
        return self.pages / self.hours if self.hours > 0 else None


@dataclass(frozen=True, slots=True)
class Day:
    """What was finished on a day of the local calendar."""

    day: date
    units: int
    pages: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a report shows."""

    organisation: str
    made_at: datetime
    """In the local zone."""
    inventory: int
    target: int
    deadline: date | None
    done: int
    """Units that have a reconciled version."""
    undated: int
    """Those of which the day is not known; they count as done, but in no day."""
    states: tuple[StateSum, ...]
    drops: int
    """Folders in quarantine that never became an ingest."""
    recent: Speed
    """In the last 24 hours."""
    overall: Speed
    days: tuple[Day, ...]
    """Every day from the first one with output to today."""
    masters: Volume
    access: Volume
    findings: tuple[FindingCount, ...]
    ingests: tuple[JudgedIngest, ...]
    forecast: Forecast

    def sum_of(self, state: UnitState) -> StateSum:
        """The sum of one state."""
        return next(one for one in self.states if one.state is state)


def make_report(progress: Progress, settings: Settings, now: datetime) -> Report:
    """The report at `now`; days are those of `now`'s zone."""
    today = now.date()
    days = _days(progress, now)
    done = sum(one.units for one in progress.finished)
    target = settings.target_units or progress.inventory or USUAL_TARGET
    recent = [hour for hour in progress.reading if hour.last_at >= now - _RECENT]
    return Report(
        organisation=settings.organisation,
        made_at=now,
        inventory=progress.inventory,
        target=target,
        deadline=settings.deadline,
        done=done,
        undated=sum(one.units for one in progress.finished if one.hour is None),
        states=count_states(progress),
        drops=sum(Path(place).exists() for place in progress.quarantine),
        recent=_speed(recent),
        overall=_speed(progress.reading),
        days=days,
        masters=progress.masters,
        access=progress.access,
        findings=progress.findings,
        ingests=judge_ingests(progress.unfinished, now, timedelta(seconds=settings.lease_seconds)),
        forecast=forecast_end([one.units for one in days if one.day < today], target - done, today, settings.deadline),
    )


def count_states(progress: Progress) -> tuple[StateSum, ...]:
    """Units and pages in each state."""
    units: Counter[UnitState] = Counter()
    pages: Counter[UnitState] = Counter()
    for count in progress.units:
        state = unit_state(count.state, measured=count.measured)
        units[state] += count.units
        pages[state] += count.pages
    units[UnitState.DECLARED] = progress.declared
    return tuple(
        StateSum(state, units[state], None if state is UnitState.DECLARED else pages[state]) for state in UnitState
    )


def unit_state(state: IngestState, *, measured: bool) -> UnitState:
    """How far a unit is whose leading ingest is in this state, its ledger measured or not."""
    match state:
        case IngestState.RECEIVED | IngestState.STAGED:
            return UnitState.RECEIVED
        case IngestState.RECONCILED:
            return UnitState.RECONCILED
        case IngestState.QUARANTINED:
            return UnitState.QUARANTINED
        case IngestState.REJECTED:
            return UnitState.REJECTED
        case IngestState.INDEXED if measured:
            return UnitState.PERSON
        case _:
            return UnitState.PROCESSING


def _speed(reading: Iterable[ReadingHour]) -> Speed:
    hours = list(reading)
    return Speed(sum(hour.pages for hour in hours), time_worked(hours) / timedelta(hours=1))


def _days(progress: Progress, now: datetime) -> tuple[Day, ...]:
    units: Counter[date] = Counter()
    pages: Counter[date] = Counter()
    for one in progress.finished:
        if one.hour is not None:
            day = one.hour.astimezone(now.tzinfo).date()
            units[day] += one.units
            pages[day] += one.pages
    if not units:
        return ()
    first, last = min(units), max(now.date(), *units)
    every = (first + _STEP * number for number in range((last - first).days + 1))
    return tuple(Day(day, units[day], pages[day]) for day in every)
