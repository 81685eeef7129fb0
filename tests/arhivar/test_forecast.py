# SPDX-License-Identifier: EUPL-1.2
"""The forecast: what it promises of any past, and what it does not claim to know."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from arhivar.progress.forecast import MAX_WEEKS, MIN_DAYS, Outlook, forecast_end

TODAY = date(2026, 11, 23)  # a Monday
FULL_WEEK = [10, 10, 10, 10, 10, 0, 0]  # Monday to Sunday

PASTS = st.lists(st.integers(0, 40), min_size=28, max_size=70).filter(lambda past: sum(map(bool, past)) >= MIN_DAYS)


def test_a_steady_past_gives_the_day_that_a_calendar_gives() -> None:
    forecast = forecast_end(FULL_WEEK * 5, 100, TODAY)
    assert forecast.outlook is Outlook.FORECAST
    # Tomorrow is a Tuesday: four days of this week, five of the next, and the tenth is the Monday after.
    assert forecast.early == forecast.likely == forecast.late == date(2026, 12, 7)
    assert forecast.weeks == 5


def test_free_days_stay_free() -> None:
    for remaining in range(1, 101):
        end = forecast_end(FULL_WEEK * 4, remaining, TODAY).likely
        assert end is not None
        assert end.weekday() < 5


def test_the_same_past_gives_the_same_forecast() -> None:
    past = [number * 7 % 13 for number in range(40)]
    assert forecast_end(past, 500, TODAY) == forecast_end(past, 500, TODAY)
    assert forecast_end(past, 500, TODAY, seed=1).band != forecast_end(past, 500, TODAY, seed=2).band


@settings(max_examples=15, deadline=None)
@given(PASTS, st.integers(1, 400), st.integers(1, 20), st.integers(0, 27))
def test_more_output_on_any_day_is_never_later(past: list[int], remaining: int, more: int, back: int) -> None:
    better = list(past)
    better[len(past) - 1 - back] += more
    before, after = forecast_end(past, remaining, TODAY, TODAY), forecast_end(better, remaining, TODAY, TODAY)
    for name in ("early", "likely", "late"):
        earlier, later = getattr(after, name), getattr(before, name)
        assert later is None or (earlier is not None and earlier <= later)
    assert (after.chance or 0) >= (before.chance or 0)


@settings(max_examples=15, deadline=None)
@given(PASTS, st.integers(1, 400))
def test_the_range_holds_the_likely_day_and_the_band_only_rises(past: list[int], remaining: int) -> None:
    forecast = forecast_end(past, remaining, TODAY)
    if forecast.early and forecast.likely and forecast.late:
        assert TODAY < forecast.early <= forecast.likely <= forecast.late
    for one, two in zip(forecast.band, forecast.band[1:], strict=False):
        assert one.low <= two.low <= two.likely <= two.high <= remaining


def test_a_later_deadline_is_never_less_likely() -> None:
    past = [number * 11 % 17 for number in range(60)]
    chances = [forecast_end(past, 300, TODAY, TODAY + timedelta(days=days)).chance or 0.0 for days in range(0, 90, 10)]
    assert chances == sorted(chances)
    assert (chances[0], chances[-1]) == (0.0, 1.0)


def test_a_short_past_is_too_little_to_tell() -> None:
    assert forecast_end([], 100, TODAY, TODAY).outlook is Outlook.TOO_LITTLE
    assert forecast_end([5] * 20, 100, TODAY).outlook is Outlook.TOO_LITTLE
    assert forecast_end([5] * 21, 100, TODAY).outlook is Outlook.FORECAST
    assert forecast_end([0] * 50 + [5] * (MIN_DAYS - 1), 100, TODAY).outlook is Outlook.TOO_LITTLE
    assert forecast_end([], 100, TODAY, TODAY).chance is None


def test_work_that_stands_still_has_no_end() -> None:
    forecast = forecast_end([9] * 30 + [0] * 7 * MAX_WEEKS, 100, TODAY, TODAY)
    assert (forecast.outlook, forecast.likely) == (Outlook.STANDING, None)


def test_an_end_beyond_all_planning_is_never() -> None:
    forecast = forecast_end([1] * 30, 1_000_000, TODAY, TODAY + timedelta(days=365))
    assert (forecast.likely, forecast.chance) == (None, 0.0)


def test_what_is_done_is_done() -> None:
    forecast = forecast_end([], 0, TODAY, TODAY)
    assert (forecast.outlook, forecast.chance) == (Outlook.DONE, 1.0)
