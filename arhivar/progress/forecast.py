# SPDX-License-Identifier: EUPL-1.2
"""When the whole inventory will be done, by resampling what the last weeks brought.

The method is the bootstrap over blocks (B. Efron and R. J. Tibshirani, *An Introduction to the Bootstrap*, Chapman &
Hall 1993, chapters 6 and 8), with a week as the block, so that free days and the ups and downs within a week stay
together. Each of `RUNS` runs first draws as many past weeks as there are, with replacement: that is one guess at how
the office works, and what makes the range wide where the past is short. From this guess it draws week after week until
the work is done. The likely day is the median of the runs, the range leaves out a tenth of them on each side, and the
chance of a deadline is the share of runs that keep it.

It says what happens if the coming weeks are like the past ones. It knows nothing of holidays ahead, of a second
scanner, or of binders that are larger than those done so far.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random

RUNS = 1000
"""A share of runs is then known to within 1.6 percentage points (one standard error) at worst."""
WEEK = 7
MAX_WEEKS = 12
"""What lies further back says little about now."""
MIN_WEEKS = 3
MIN_DAYS = 10
"""Days with any output: fewer are no basis for a forecast."""
HORIZON_WEEKS = 520
"""Runs that are not done after ten years count as never."""
_SEED = 1996


class Outlook(StrEnum):
    """What can be said about the end."""

    DONE = "done"
    TOO_LITTLE = "too-little-to-tell"
    STANDING = "standing"
    """Nothing was finished in the weeks that are looked at."""
    FORECAST = "forecast"


@dataclass(frozen=True, slots=True)
class BandPoint:
    """Units still to be finished that will be, by the end of this day: a tenth of the runs have fewer than `low`."""

    day: date
    low: int
    likely: int
    high: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """The outlook; dates are None where the outlook is another, and where a run's end lies past the horizon."""

    outlook: Outlook
    weeks: int
    """Past weeks that it rests on."""
    early: date | None = None
    likely: date | None = None
    late: date | None = None
    chance: float | None = None
    """Of keeping the deadline, 0 to 1; None without a deadline or a forecast."""
    band: tuple[BandPoint, ...] = ()


def forecast_end(
    history: Sequence[int], remaining: int, today: date, deadline: date | None = None, *, seed: int = _SEED
) -> Forecast:
    """Forecast when `remaining` units are finished.

    `history` is the output of each day up to yesterday, oldest first, free days as 0. Work goes on tomorrow. The same
    arguments give the same forecast; more output on any day never gives a later one.
    """
    weeks = _past_weeks(history)
    if remaining <= 0:
        return Forecast(Outlook.DONE, len(weeks), chance=None if deadline is None else 1.0)
    if len(weeks) < MIN_WEEKS or sum(output > 0 for output in history) < MIN_DAYS:
        return Forecast(Outlook.TOO_LITTLE, len(weeks))
    if not any(map(any, weeks)):
        return Forecast(Outlook.STANDING, len(weeks))
    draws = (Random(seed * RUNS + number) for number in range(RUNS))  # noqa: S311 - a simulation, repeatable by its seed
    runs = [_run(weeks, remaining, draw) for draw in draws]
    days = sorted(run.days for run in runs)
    early, likely, late = (_day(today, _quantile(days, share)) for share in (0.1, 0.5, 0.9))
    chance = None
    if deadline is not None:
        chance = sum(count <= (deadline - today).days for count in days) / RUNS
    return Forecast(
        Outlook.FORECAST, len(weeks), early, likely, late, chance, _band(runs, remaining, today, _quantile(days, 0.9))
    )


@dataclass(frozen=True, slots=True)
class _Run:
    days: int
    """From tomorrow (1) to the day on which the work is done."""
    sums: tuple[int, ...]
    """Finished after each whole week."""


_NEVER = HORIZON_WEEKS * WEEK + 1


def _past_weeks(history: Sequence[int]) -> list[Sequence[int]]:
    """Whole weeks up to yesterday; each begins with tomorrow's day of the week, since the coming ones do."""
    count = min(len(history) // WEEK, MAX_WEEKS)
    ends = [len(history) - WEEK * back for back in range(count)]
    return [(*history[end - WEEK + 1 : end], history[end - WEEK]) for end in ends]


def _run(weeks: Sequence[Sequence[int]], remaining: int, chance: Random) -> _Run:
    office = chance.choices(weeks, k=len(weeks))
    if not any(map(any, office)):
        return _Run(_NEVER, (0,))
    totals = [sum(week) for week in office]
    done = 0
    sums: list[int] = []
    while len(sums) < HORIZON_WEEKS:
        drawn = int(chance.random() * len(office))
        if done + totals[drawn] >= remaining:
            return _Run(len(sums) * WEEK + _days_of(office[drawn], remaining - done), (*sums, remaining))
        done += totals[drawn]
        sums.append(done)
    return _Run(_NEVER, tuple(sums))


def _days_of(week: Sequence[int], wanted: int) -> int:
    """After how many of its days the week has brought so much."""
    for number, output in enumerate(week, start=1):
        wanted -= output
        if wanted <= 0:
            return number
    return len(week)


def _day(today: date, days: int) -> date | None:
    return None if days >= _NEVER else today + timedelta(days=days)


def _quantile(ordered: Sequence[int], share: float) -> int:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def _band(runs: Sequence[_Run], remaining: int, today: date, days: int) -> tuple[BandPoint, ...]:
    """Week by week until nine of ten runs are done, or for as long as a picture can show."""
    weeks = min(-(-days // WEEK), HORIZON_WEEKS)
    points = [BandPoint(today, 0, 0, 0)]
    for week in range(weeks):
        sums = sorted(run.sums[week] if week < len(run.sums) else run.sums[-1] for run in runs)
        low, likely, high = (min(_quantile(sums, share), remaining) for share in (0.1, 0.5, 0.9))
        points.append(BandPoint(today + timedelta(days=WEEK * (week + 1)), low, likely, high))
    return tuple(points)
