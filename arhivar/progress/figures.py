# SPDX-License-Identifier: EUPL-1.2
"""The report's figures for everyone, as a record and as CSV: what the open feed serves.

Sums alone. A fonds or a series is named only by units of classes that are shown; what other units add up to stands
under no name, so that a family's fonds or a series of personal files is not told of by its mere name.
"""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime

from arhivar.progress.measure import Report, make_report, unit_state
from arhivar.progress.sheet import text_cell
from arhivar.settings import Settings
from repository.catalogue import Catalogue
from repository.progress import HoldingCount, ReadingHour
from schemas.figures import FindingFigure, HoldingFigure, MonthFigure, OpenFigures, StateFigure
from schemas.unit import AccessClass

COLUMNS = ("table", "item", "fonds", "series", "state", "month", "units", "pages", "pages_read", "value")
"""Of the CSV: one row a figure, told apart by `table` (state, month, holding, finding, total); the others are empty
where they mean nothing."""

NAMED: frozenset[AccessClass] = frozenset({AccessClass.PUBLIC, AccessClass.STAFF})
"""Classes of units by which a fonds and a series are named."""

_Cell = str | int | None


def open_figures(
    catalogue: Catalogue, settings: Settings, now: datetime, named: Collection[AccessClass] = NAMED
) -> OpenFigures:
    """The figures at `now`, an aware time; months are those of its zone. Raises CatalogueError."""
    progress = catalogue.progress(now)
    report = make_report(progress, settings, now)
    return OpenFigures(
        made_at=now,
        target=report.target,
        inventory=report.inventory,
        done=report.done,
        undated=report.undated,
        deadline=report.deadline,
        master_bytes=report.masters.size_bytes,
        access_bytes=report.access.size_bytes,
        states=tuple(StateFigure(state=one.state.value, units=one.units, pages=one.pages) for one in report.states),
        months=tuple(_months(report, progress.reading)),
        holdings=tuple(_holdings(catalogue.holdings(), named)),
        findings=tuple(
            FindingFigure(code=one.code, findings=one.findings, ingests=one.ingests) for one in report.findings
        ),
    )


def figures_etag(figures: OpenFigures) -> str:
    """The same as long as the figures are, whenever they were made; opaque, without quotes."""
    return hashlib.sha256(figures.model_dump_json(exclude={"made_at"}).encode()).hexdigest()[:40]


def figures_csv(figures: OpenFigures, *, byte_order_mark: bool = True) -> bytes:
    """The figures as CSV (RFC 4180: commas, CRLF) in UTF-8, with a byte order mark for Excel where that is wanted.

    Text that a spreadsheet would run as a formula begins with an apostrophe; numbers are numbers.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in _rows(figures):
        writer.writerow({name: text_cell(cell) if isinstance(cell, str) else cell for name, cell in row.items()})
    return out.getvalue().encode("utf-8-sig" if byte_order_mark else "utf-8")


def _rows(figures: OpenFigures) -> Iterator[dict[str, _Cell]]:
    yield {"table": "total", "item": "made_at", "value": figures.made_at.isoformat(timespec="seconds")}
    if figures.deadline is not None:
        yield {"table": "total", "item": "deadline", "value": figures.deadline.isoformat()}
    for name in ("target", "inventory", "done", "undated"):
        yield {"table": "total", "item": name, "units": getattr(figures, name)}
    for name in ("master_bytes", "access_bytes"):
        yield {"table": "total", "item": name, "value": getattr(figures, name)}
    for state in figures.states:
        yield {"table": "state", "state": state.state, "units": state.units, "pages": state.pages}
    for month in figures.months:
        yield {"table": "month", **month.model_dump()}
    for holding in figures.holdings:
        yield {"table": "holding", **holding.model_dump()}
    for finding in figures.findings:
        yield {"table": "finding", "item": finding.code, "value": finding.findings}


def _months(report: Report, reading: Collection[ReadingHour]) -> Iterator[MonthFigure]:
    units: Counter[str] = Counter()
    pages: Counter[str] = Counter()
    read: Counter[str] = Counter()
    for one in report.days:
        month = f"{one.day:%Y-%m}"
        units[month] += one.units
        pages[month] += one.pages
    for hour in reading:
        read[f"{hour.hour.astimezone(report.made_at.tzinfo):%Y-%m}"] += hour.pages
    known = units.keys() | read.keys()
    if not known:
        return
    last = max(*known, f"{report.made_at:%Y-%m}")
    month = min(known)
    while month <= last:
        yield MonthFigure(month=month, units=units[month], pages=pages[month], pages_read=read[month])
        year, number = int(month[:4]), int(month[5:])
        month = f"{year + number // 12:04d}-{number % 12 + 1:02d}"


def _holdings(counts: Collection[HoldingCount], named: Collection[AccessClass]) -> Iterator[HoldingFigure]:
    units: Counter[tuple[str, str, str]] = Counter()
    pages: Counter[tuple[str, str, str]] = Counter()
    for one in counts:
        told = one.access_class in named
        state = unit_state(one.state, measured=one.measured).value
        key = ((one.fonds or "") if told else "", (one.series or "") if told else "", state)
        units[key] += one.units
        pages[key] += one.pages
    for fonds, series, state in sorted(units):
        key = (fonds, series, state)
        yield HoldingFigure(fonds=fonds or None, series=series or None, state=state, units=units[key], pages=pages[key])
