# SPDX-License-Identifier: EUPL-1.2
"""The report as CSV for a spreadsheet: one row a figure, told apart by `table` (docs/commands.md lists the columns).

UTF-8 with a byte order mark, separated as Excel expects it in the language: semicolons and decimal commas in Romanian,
commas and points in English. Names of columns, tables and items are the same in both, so that formulas keep working.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime

from arhivar.progress import words
from arhivar.progress.measure import Report
from schemas.messages import Language

COLUMNS = ("table", "item", "label", "date", "units", "pages", "bytes", "value", "text")
DELIMITERS = {Language.RO: ";", Language.EN: ","}

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Text that begins so would be run as a formula; an apostrophe before it keeps it text (OWASP, CSV Injection)."""

_Cell = str | int | float | date | datetime | None


def report_csv(report: Report, language: Language) -> bytes:
    """The whole report."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, delimiter=DELIMITERS[language], restval="")
    writer.writeheader()
    for row in _rows(report, language):
        writer.writerow({name: _write(value, language) for name, value in row.items()})
    return out.getvalue().encode("utf-8-sig")


def text_cell(value: str) -> str:
    """Text as a spreadsheet takes it for text; what begins like a formula gets an apostrophe before it."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def _write(value: _Cell, language: Language) -> str:
    match value:
        case None:
            return ""
        case float():
            shown = f"{value:.3f}"
            return shown.replace(".", ",") if language is Language.RO else shown
        case datetime():
            return value.isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case str():
            return text_cell(value)
        case _:
            return str(value)


def _rows(report: Report, language: Language) -> Iterator[dict[str, _Cell]]:
    for state in report.states:
        label = words.STATES[state.state].say(language)
        yield {"table": "state", "item": state.state, "label": label, "units": state.units, "pages": state.pages}
    yield from _figures(report, language)
    forecast = report.forecast
    yield {"table": "forecast", "item": "outlook", "text": forecast.outlook}
    for item, day in (("early", forecast.early), ("likely", forecast.likely), ("late", forecast.late)):
        yield {"table": "forecast", "item": item, "date": day}
    yield {"table": "forecast", "item": "chance", "date": report.deadline, "value": forecast.chance}
    for one in report.days:
        yield {"table": "day", "item": one.day.isoformat(), "date": one.day, "units": one.units, "pages": one.pages}
    for found in report.findings:
        meaning, _severity = words.say_finding(found, language)
        yield {
            "table": "finding",
            "item": found.code,
            "label": meaning,
            "value": found.findings,
            "units": found.ingests,
        }
    for judged in report.ingests:
        yield {
            "table": "ingest",
            "item": judged.ingest.reference_code,
            "label": words.say_verdict(judged, language),
            "date": judged.last_sign,
            "pages": judged.pages_left,
            "value": None if judged.time_left is None else judged.time_left.total_seconds() / 3600,
            "text": words.say_advice(judged, language),
        }


def _figures(report: Report, language: Language) -> Iterator[dict[str, _Cell]]:
    yield {
        "table": "figure",
        "item": "made-at",
        "label": words.MADE.say(language, {"at": ""}).strip(),
        "date": report.made_at,
    }
    yield {"table": "figure", "item": "target", "units": report.target}
    yield {"table": "figure", "item": "inventory", "units": report.inventory}
    yield {"table": "figure", "item": "done", "label": words.DONE.say(language), "units": report.done}
    yield {"table": "figure", "item": "done-of-unknown-day", "units": report.undated}
    yield {"table": "figure", "item": "drops-in-quarantine", "value": report.drops}
    for item, label, speed in (
        ("pages-an-hour-24h", words.SPEED_RECENT, report.recent),
        ("pages-an-hour", words.SPEED_ALL, report.overall),
    ):
        value = speed.pages_an_hour
        yield {"table": "figure", "item": item, "label": label.say(language), "pages": speed.pages, "value": value}
    for item, label, volume in (("masters", words.MASTERS, report.masters), ("access", words.ACCESS, report.access)):
        shown = words.say_volume(volume, language)
        yield {"table": "figure", "item": item, "label": label.say(language), "bytes": volume.size_bytes, "text": shown}
