# SPDX-License-Identifier: EUPL-1.2
"""The report's pictures as SVG elements, which stand in the page itself: no file, no script, sharp in print.

Drawn here, since the packages that draw take longer to start than the whole report may (docs/decisions.md). Each
picture has a name for screen readers; its figures stand in a table beside it.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from lxml.etree import _Element

from arhivar.progress import numbers, words
from arhivar.progress.forecast import BandPoint
from arhivar.progress.markup import Maker
from arhivar.progress.measure import Day, Report, UnitState
from schemas.messages import Language

COLOURS = {
    UnitState.RECONCILED: "#1b6b3a",
    UnitState.PROCESSING: "#1f5fa8",
    UnitState.RECEIVED: "#6b9fd4",
    UnitState.PERSON: "#b35c00",
    UnitState.QUARANTINED: "#a3203a",
    UnitState.REJECTED: "#5f5f5f",
    UnitState.DECLARED: "#c9cdd2",
}
_INK, _GRID, _LINE, _BAND, _MARK = "#1f2328", "#d5d9de", "#1b6b3a", "#a9cdb6", "#a3203a"
_WIDTH = 720
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 26, 34
_MAX_TICKS = 8
SHOWN_DAYS = 60

_svg = Maker()


def state_bar(report: Report, language: Language) -> _Element:
    """All units as one bar, a part a state."""
    total = sum(one.units for one in report.states) or 1
    height = 44
    parts: list[_Element] = []
    left = 0.0
    for one in report.states:
        width = _WIDTH * one.units / total
        if one.units:
            name = f"{words.STATES[one.state].say(language)}: {numbers.number(one.units, language)}"
            parts.append(
                _svg.rect(
                    _svg.title(name),
                    _at(x=left, y=0, width=max(width, 1.5), height=height),
                    fill=COLOURS[one.state],
                    stroke="#ffffff",
                )
            )
        left += width
    return _picture(height, words.SECTION_STATES.say(language), parts)


def total_plot(report: Report, language: Language) -> _Element:
    """Units done, day by day, then the forecast with its band, the target and the deadline."""
    height, band, days = 330, report.forecast.band, report.days
    today = report.made_at.date()
    first = days[0].day if days else today
    last = max(
        [today + timedelta(days=7), *([report.deadline] if report.deadline else []), *(p.day for p in band[-1:])]
    )
    top = max(report.target, report.done)
    across = _across(first, last)
    up = _up(top, height)
    parts = [*_grid(top, up, language), *_months(first, last, across, height, language)]
    parts += _band(band, report.done, across, up)
    points = [(across(first), up(report.undated))]
    done = report.undated
    for day in days:
        done += day.units
        points.append((across(day.day), up(done)))
    if days:
        parts.append(_line(points, _LINE, width=2.5))
    parts.append(_line([(_LEFT, up(report.target)), (_WIDTH - _RIGHT, up(report.target))], _INK, dash="6 4"))
    target = words.TARGET.say(language, {"target": numbers.number(report.target, language)})
    parts.append(_text(target, _LEFT + 6, up(report.target) + 16))
    parts += _upright(today, words.TODAY.say(language), across, height, _INK, row=0)
    if report.deadline is not None and report.deadline >= first:
        parts += _upright(report.deadline, words.DEADLINE.say(language), across, height, _MARK, row=1)
    return _picture(height, words.SECTION_TOTAL.say(language), parts)


def days_plot(days: Sequence[Day], language: Language) -> _Element:
    """Pages of each of these days."""
    height = 240
    top = _round_up(max((one.pages for one in days), default=1))
    up = _up(top, height)
    room = _WIDTH - _LEFT - _RIGHT
    step = room / max(len(days), 1)
    parts = [*_grid(top, up, language)]
    every = max(1, -(-len(days) // _MAX_TICKS))
    for place, one in enumerate(days):
        x = _LEFT + place * step
        if one.pages:
            name = f"{numbers.day(one.day, language)}: {numbers.counted(one.pages, numbers.PAGES, language)}"
            size = _at(x=x + step * 0.1, y=up(one.pages), width=step * 0.8, height=up(0) - up(one.pages))
            parts.append(_svg.rect(_svg.title(name), size, fill=COLOURS[UnitState.PROCESSING]))
        if place % every == 0:
            parts.append(_text(numbers.day_and_month(one.day, language), x + step / 2, height - 12, anchor="middle"))
    return _picture(height, _days_name(days, language), parts)


def findings_plot(report: Report, language: Language, shown: int) -> _Element:
    """The most frequent kinds of findings as bars."""
    found = report.findings[:shown]
    row, left, right = 24, 190, 84
    height = row * len(found) + 8
    most = max((one.findings for one in found), default=1)
    parts: list[_Element] = []
    for place, one in enumerate(found):
        y = 4 + place * row
        width = max((_WIDTH - left - right) * one.findings / most, 1)
        parts += [
            _text(one.code, left - 8, y + 16, anchor="end"),
            _svg.rect(_at(x=left, y=y + 3, width=width, height=row - 7), fill=COLOURS[UnitState.PERSON]),
            _text(numbers.number(one.findings, language), left + width + 6, y + 16),
        ]
    return _picture(height, words.SECTION_FINDINGS.say(language), parts)


def _days_name(days: Sequence[Day], language: Language) -> str:
    return words.PLOT_DAYS.say(language, {"days": numbers.counted(len(days), numbers.DAYS, language)})


# --- parts of a picture


def _picture(height: float, name: str, parts: Sequence[_Element]) -> _Element:
    return _svg.svg({"viewBox": f"0 0 {_WIDTH} {height:g}", "role": "img", "aria-label": name, "class": "plot"}, *parts)


def _at(**values: float) -> dict[str, str]:
    return {name: f"{value:.2f}".rstrip("0").rstrip(".") for name, value in values.items()}


def _text(text: str, x: float, y: float, *, anchor: str = "start", colour: str = _INK) -> _Element:
    return _svg.text(text, _at(x=x, y=y), {"text-anchor": anchor, "fill": colour})


def _line(points: Sequence[tuple[float, float]], colour: str, *, width: float = 1.2, dash: str = "") -> _Element:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    style = {"fill": "none", "stroke": colour, "stroke-width": f"{width:g}", "stroke-linejoin": "round"}
    return _svg.polyline({"points": path, **style, **({"stroke-dasharray": dash} if dash else {})})


def _upright(
    day: date, name: str, across: Callable[[date], float], height: float, colour: str, *, row: int
) -> Iterator[_Element]:
    """A day marked by an upright line; its name stands above, in one of two rows so that two names do not meet."""
    x = across(day)
    anchor = "end" if x > _WIDTH - 70 else "start" if x < _LEFT + 30 else "middle"
    yield _line([(x, _TOP - 2), (x, height - _BOTTOM)], colour, dash="2 3")
    yield _text(name, x, _TOP - 14 + 10 * row - 2, anchor=anchor, colour=colour)


def _band(
    band: Sequence[BandPoint], done: int, across: Callable[[date], float], up: Callable[[float], float]
) -> Iterator[_Element]:
    if not band:
        return
    upper = [(across(point.day), up(done + point.high)) for point in band]
    lower = [(across(point.day), up(done + point.low)) for point in reversed(band)]
    outline = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*upper, *lower])
    yield _svg.polygon({"points": outline, "fill": _BAND})
    yield _line([(across(point.day), up(done + point.likely)) for point in band], _LINE, width=2, dash="5 3")


def _across(first: date, last: date) -> Callable[[date], float]:
    room = _WIDTH - _LEFT - _RIGHT
    length = max((last - first).days, 1)
    return lambda day: _LEFT + room * (day - first).days / length


def _up(top: float, height: float) -> Callable[[float], float]:
    room = height - _TOP - _BOTTOM
    return lambda value: height - _BOTTOM - room * value / max(top, 1)


def _round_up(value: int) -> int:
    """The next 1, 2 or 5 followed by noughts."""
    scale = 1
    while True:
        for step in (1, 2, 5):
            if step * scale >= value:
                return step * scale
        scale *= 10


def _grid(top: int, up: Callable[[float], float], language: Language) -> Iterator[_Element]:
    step = _round_up(max(top // 5, 1))
    for value in range(0, top + 1, step):
        yield _line([(_LEFT, up(value)), (_WIDTH - _RIGHT, up(value))], _GRID)
        yield _text(numbers.number(value, language), _LEFT - 8, up(value) + 4, anchor="end")


def _months(
    first: date, last: date, across: Callable[[date], float], height: float, language: Language
) -> Iterator[_Element]:
    """The first days of months; of many months, only some."""
    months = range(first.year * 12 + first.month, last.year * 12 + last.month)
    every = max(1, -(-len(months) // _MAX_TICKS))
    for month in months[::every]:
        day = date(month // 12, month % 12 + 1, 1)
        yield _line([(across(day), height - _BOTTOM), (across(day), height - _BOTTOM + 5)], _INK)
        anchor = "end" if across(day) > _WIDTH - 40 else "middle"
        yield _text(numbers.month(day, language), across(day), height - 12, anchor=anchor)
