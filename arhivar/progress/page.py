# SPDX-License-Identifier: EUPL-1.2
"""The report as one HTML page that needs nothing else: no script, no request, readable offline and on paper.

Built of elements, so that what people wrote is escaped by construction and cannot become markup.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from lxml.etree import _Element

from arhivar.progress import numbers, words
from arhivar.progress.markup import Maker, to_html
from arhivar.progress.measure import Day, Report
from arhivar.progress.numbers import UNKNOWN
from arhivar.progress.plots import COLOURS, SHOWN_DAYS, days_plot, findings_plot, state_bar, total_plot
from schemas.messages import Language, Message

SHOWN_INGESTS = 100
SHOWN_FINDINGS = 12
_TABLE_DAYS = 14

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.45 system-ui, "Liberation Sans", Arial, sans-serif; color: #1f2328; background: #fff;
  margin: 0 auto; padding: 1.5rem; max-width: 60rem; }
h1 { font-size: 1.7rem; margin: 0; } h2 { font-size: 1.2rem; margin: 0 0 .6rem; }
header p { margin: .2rem 0 0; color: #4a525b; }
section { margin: 2rem 0 0; } figure { margin: 0; }
dl.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .8rem;
  margin: 1.5rem 0 0; }
dl.figures div { border: 1px solid #c3c9d0; border-radius: .4rem; padding: .6rem .8rem; }
dt { font-size: .85rem; color: #4a525b; } dd { margin: 0; font-size: 1.3rem; font-weight: 600;
  line-height: 1.25; }
dd small { display: block; margin-top: .2rem; font-size: .85rem; font-weight: 400; color: #4a525b; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; margin: .8rem 0 0; }
caption { text-align: left; font-weight: 600; padding: 0 0 .3rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #d5d9de; }
thead th { border-bottom: 2px solid #1f2328; }
tbody th { font-weight: 400; } tfoot th, tfoot td { font-weight: 600; }
.n { text-align: right; font-variant-numeric: tabular-nums; } td.n { white-space: nowrap; }
td, tbody th { overflow-wrap: anywhere; } time { white-space: nowrap; }
.swatch { display: inline-block; width: .9em; height: .9em; margin-right: .5em; border: 1px solid #1f2328;
  vertical-align: -.1em; }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; list-style: none; margin: .3rem 0 0; padding: 0;
  font-size: .88rem; }
.key i { display: inline-block; width: 1.6em; height: .8em; margin-right: .5em; vertical-align: -.05em; }
.wide { overflow-x: auto; }
svg.plot { display: block; width: 100%; height: auto; font: 13px system-ui, "Liberation Sans", Arial, sans-serif; }
@media print {
  @page { size: A4; margin: 14mm; }
  :root { font-size: 9.5pt; }
  body { font-size: 1rem; padding: 0; max-width: none; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  section { margin-top: 1.2rem; }
  figure, dl.figures, tr { break-inside: avoid; } h2 { break-after: avoid; } thead { display: table-header-group; }
  dl.figures { grid-template-columns: repeat(3, 1fr); gap: .5rem; } dd { font-size: 1.1rem; }
}
"""
_E = Maker()


def report_page(report: Report, language: Language) -> bytes:
    """The whole page in UTF-8."""
    title = words.TITLE.say(language)
    body = _E.body(
        _E.header(
            _E.h1(f"{title} — {report.organisation}"),
            _E.p(words.MADE.say(language, {"at": numbers.moment(report.made_at, language)})),
        ),
        _E.main(
            _figures(report, language),
            _states(report, language),
            _total(report, language),
            _days(report, language),
            _ingests(report, language),
            _findings(report, language),
            _section(
                words.SECTION_METHOD.say(language),
                _E.p(words.METHOD.say(language)),
                _E.p(words.METHOD_SPEED.say(language)),
            ),
        ),
    )
    head = _E.head(
        _E.meta(charset="utf-8"),
        _E.meta(name="viewport", content="width=device-width, initial-scale=1"),
        _E.title(f"{title} — {report.organisation}"),
        _E.style(_STYLE),
    )
    page = _E.html(head, body, lang=language.value)
    return to_html(page)


def _section(name: str, *content: _Element) -> _Element:
    return _E.section(_E.h2(name), *content)


def _table(
    heads: Sequence[Message],
    rows: Sequence[Sequence[object]],
    language: Language,
    *,
    numeric: Sequence[int] = (),
    caption: str = "",
    foot: Sequence[object] = (),
) -> _Element:
    """A table whose first column names the row; `numeric` columns stand right. A cell may be an element."""

    def cell(place: int, value: object, scope: str = "") -> _Element:
        content = value if isinstance(value, _Element) else str(value)
        made = _E.th({"scope": scope}, content) if scope else _E.td(content)
        if place in numeric:
            made.set("class", "n")
        return made

    def line(values: Sequence[object]) -> _Element:
        return _E.tr(*(cell(place, value, "" if place else "row") for place, value in enumerate(values)))

    table = _E.table()
    if caption:
        table.append(_E.caption(caption))
    table.append(_E.thead(_E.tr(*(cell(place, head.say(language), "col") for place, head in enumerate(heads)))))
    table.append(_E.tbody(*(line(row) for row in rows)))
    if foot:
        table.append(_E.tfoot(line(foot)))
    return _E.div(table, {"class": "wide"})


def _figures(report: Report, language: Language) -> _Element:
    counts = {
        name: numbers.number(value, language) for name, value in (("done", report.done), ("target", report.target))
    }
    share = numbers.percent(min(report.done / report.target, 1), language)
    speeds = (
        (words.SPEED_RECENT, report.recent),
        (words.SPEED_ALL, report.overall),
    )
    entries: list[tuple[Message, str, str]] = [
        (words.DONE, words.OF.say(language, counts), share),
        (words.END, words.say_end(report, language), words.say_range(report, language)),
        (words.CHANCE, words.say_chance(report, language), words.say_deadline(report, language)),
        *((label, words.say_speed(speed, language), _pages(speed.pages, language)) for label, speed in speeds),
        (words.MASTERS, words.say_volume(report.masters, language), ""),
        (words.ACCESS, words.say_volume(report.access, language), ""),
    ]
    return _E.dl(
        {"class": "figures"},
        *(
            _E.div(_E.dt(label.say(language)), _E.dd(shown, *([_E.small(more)] if more else [])))
            for label, shown, more in entries
        ),
    )


def _pages(pages: int, language: Language) -> str:
    return numbers.counted(pages, numbers.PAGES, language)


def _states(report: Report, language: Language) -> _Element:
    total = sum(one.units for one in report.states)
    rows = []
    for one in report.states:
        swatch = _E.span({"class": "swatch", "style": f"background:{COLOURS[one.state]}"})
        name = _E.span(swatch, words.STATES[one.state].say(language))
        share = numbers.percent(one.units / total, language) if total else UNKNOWN
        pages = UNKNOWN if one.pages is None else numbers.number(one.pages, language)
        rows.append((name, numbers.number(one.units, language), share, pages))
    pages = numbers.number(sum(one.pages or 0 for one in report.states), language)
    table = _table(
        (words.STATE, words.UNITS, words.SHARE, words.PAGES),
        rows,
        language,
        numeric=(1, 2, 3),
        foot=(words.TOTAL.say(language), numbers.number(total, language), "", pages),
    )
    notes = []
    if report.drops:
        drops = numbers.counted(report.drops, numbers.FOLDERS, language)
        notes.append(_E.p(words.DROPS.say(language, {"drops": drops})))
    return _section(words.SECTION_STATES.say(language), _E.figure(state_bar(report, language)), table, *notes)


def _total(report: Report, language: Language) -> _Element:
    name = words.SECTION_TOTAL.say(language)
    if not report.days and not report.forecast.band:
        return _section(name, _E.p(words.NO_DAYS.say(language)))
    key = _E.ul({"class": "key"}, _key("#1b6b3a", words.ACTUAL.say(language)))
    if report.forecast.band:
        key.append(_key("repeating-linear-gradient(90deg,#1b6b3a 0 5px,#fff 5px 8px)", words.LIKELY.say(language)))
        key.append(_key("#a9cdb6", words.BAND.say(language)))
    rows = list(_by_month(report, language))
    table = _table((words.MONTH, words.UNITS, words.PAGES, words.IN_ALL), rows, language, numeric=(1, 2, 3))
    content = [_E.figure(total_plot(report, language), key), table]
    if report.undated:
        units = numbers.counted(report.undated, numbers.UNITS, language)
        content.append(_E.p(words.UNDATED.say(language, {"units": units})))
    return _section(name, *content)


def _key(background: str, name: str) -> _Element:
    return _E.li(_E.i({"style": f"background:{background}"}), name)


def _by_month(report: Report, language: Language) -> Iterator[tuple[str, str, str, str]]:
    months: dict[tuple[int, int], list[Day]] = {}
    for day in report.days:
        months.setdefault((day.day.year, day.day.month), []).append(day)
    done = report.undated
    for days in months.values():
        units = sum(day.units for day in days)
        done += units
        figures = (units, sum(day.pages for day in days), done)
        first, second, third = (numbers.number(figure, language) for figure in figures)
        yield numbers.month(days[0].day, language), first, second, third


def _days(report: Report, language: Language) -> _Element:
    name = words.SECTION_DAYS.say(language)
    if not report.days:
        return _section(name, _E.p(words.NO_DAYS.say(language)))
    shown = report.days[-SHOWN_DAYS:]
    last = list(reversed(shown[-_TABLE_DAYS:]))
    rows = [
        (numbers.day(one.day, language), numbers.number(one.units, language), numbers.number(one.pages, language))
        for one in last
    ]
    days = numbers.counted(len(last), numbers.DAYS, language)
    caption = words.TABLE_DAYS.say(language, {"days": days})
    table = _table((words.DAY, words.UNITS, words.PAGES), rows, language, numeric=(1, 2), caption=caption)
    return _section(name, _E.figure(days_plot(shown, language)), table)


def _ingests(report: Report, language: Language) -> _Element:
    name = words.SECTION_INGESTS.say(language)
    if not report.ingests:
        return _section(name, _E.p(words.NO_INGESTS.say(language)))
    rows = []
    for judged in report.ingests[:SHOWN_INGESTS]:
        unit = _E.span(judged.ingest.reference_code, _E.br(), judged.ingest.title)
        rows.append(
            (
                unit,
                words.say_verdict(judged, language),
                _time(judged.last_sign.astimezone(report.made_at.tzinfo), language),
                UNKNOWN if judged.pages_left is None else numbers.number(judged.pages_left, language),
                UNKNOWN if judged.time_left is None else numbers.span(judged.time_left, language),
                _E.span(*_with_code(words.say_advice(judged, language))),
            )
        )
    heads = (words.UNIT, words.VERDICT, words.LAST_SIGN, words.PAGES_LEFT, words.TIME_LEFT, words.WHAT_TO_DO)
    content = [_table(heads, rows, language, numeric=(3, 4))]
    if len(report.ingests) > SHOWN_INGESTS:
        more = numbers.number(len(report.ingests) - SHOWN_INGESTS, language)
        content.append(_E.p(words.MORE.say(language, {"count": more})))
    return _section(name, *content)


def _time(at: datetime, language: Language) -> _Element:
    """Day and time, each unbroken."""
    day, clock = numbers.moment(at, language).rsplit(" ", 1)
    return _E.span(_E.time(day), " ", clock)


def _with_code(text: str) -> Iterator[str | _Element]:
    """Text with what stands between backquotes as code."""
    for place, part in enumerate(text.split("`")):
        yield _E.code(part) if place % 2 else part


def _findings(report: Report, language: Language) -> _Element:
    name = words.SECTION_FINDINGS.say(language)
    if not report.findings:
        return _section(name, _E.p(words.NO_FINDINGS.say(language)))
    rows = []
    for found in report.findings:
        meaning, severity = words.say_finding(found, language)
        counts = (numbers.number(found.findings, language), numbers.number(found.ingests, language))
        rows.append((found.code, meaning, severity, *counts))
    heads = (words.CODE, words.MEANING, words.SEVERITY, words.COUNT, words.INGESTS)
    figure = _E.figure(findings_plot(report, language, SHOWN_FINDINGS))
    return _section(name, figure, _table(heads, rows, language, numeric=(3, 4)))
