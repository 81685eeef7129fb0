# SPDX-License-Identifier: EUPL-1.2
"""`arhivar report`: how far the archive is, when it will be done, and what is stuck."""

import os
from datetime import datetime
from pathlib import Path

import click

from arhivar.cli.main import Context
from arhivar.cli.output import Output
from arhivar.composition import open_catalogue
from arhivar.progress import numbers, words
from arhivar.progress.measure import Report, Speed, make_report
from arhivar.progress.numbers import UNKNOWN
from arhivar.progress.sheet import report_csv
from arhivar.progress.verdicts import JudgedIngest
from repository.progress import Volume
from schemas.errors import EXIT_DONE, OutputExists
from schemas.messages import Message

_SHOWN = 20
"""Ingests and kinds of findings that are printed as text."""
_FIGURE = Message(ro="Mărime", en="Figure")
_VALUE = Message(ro="Valoare", en="Value")


@click.command("report")
@click.option(
    "--csv", "csv_file", type=click.Path(path_type=Path), help="Also write it to this file, for a spreadsheet."
)
@click.option("--html", "html_file", type=click.Path(path_type=Path), help="Also write it as one page with plots.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(context: Context, csv_file: Path | None, html_file: Path | None, as_json: bool) -> int:
    """Show how far the archive is, when it will be done, and what is stuck."""
    output = context.output(as_json=as_json)
    now = datetime.now().astimezone()
    with open_catalogue(context.settings) as catalogue:
        report = make_report(catalogue.progress(now), context.settings, now)
    _print(output, report)
    if csv_file is not None:
        _write(csv_file, report_csv(report, output.language))
        output.say(words.WRITTEN, file=csv_file)
    if html_file is not None:
        from arhivar.progress.page import report_page

        _write(html_file, report_page(report, output.language))
        output.say(words.WRITTEN, file=html_file)
    output.document(_document(output, report))
    return EXIT_DONE


def _write(target: Path, data: bytes) -> None:
    """Write whole or not at all, in place of an earlier report."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OutputExists(file=str(target), detail=error.strerror or "") from error


def _print(output: Output, report: Report) -> None:
    language = output.language
    output.table(
        [_FIGURE, _VALUE],
        [
            [words.DONE.say(language), words.OF.say(language, _done(output, report))],
            [words.END.say(language), ", ".join(filter(None, _end(output, report)))],
            [
                words.CHANCE.say(language),
                f"{words.say_chance(report, language)}, {words.say_deadline(report, language)}",
            ],
            [words.SPEED_RECENT.say(language), words.say_speed(report.recent, language)],
            [words.SPEED_ALL.say(language), words.say_speed(report.overall, language)],
            [words.MASTERS.say(language), words.say_volume(report.masters, language)],
            [words.ACCESS.say(language), words.say_volume(report.access, language)],
        ],
    )
    output.line()
    output.table(
        [words.STATE, words.UNITS, words.PAGES],
        [
            [
                words.STATES[one.state].say(language),
                numbers.number(one.units, language),
                UNKNOWN if one.pages is None else numbers.number(one.pages, language),
            ]
            for one in report.states
        ],
    )
    if report.drops:
        output.say(words.DROPS, drops=numbers.counted(report.drops, numbers.FOLDERS, language))
    if report.undated:
        output.say(words.UNDATED, units=numbers.counted(report.undated, numbers.UNITS, language))
    output.line()
    _print_ingests(output, report)
    if report.findings:
        output.line()
        output.table(
            [words.SECTION_FINDINGS, words.COUNT, words.INGESTS],
            [
                [one.code, numbers.number(one.findings, language), numbers.number(one.ingests, language)]
                for one in report.findings[:_SHOWN]
            ],
        )


def _print_ingests(output: Output, report: Report) -> None:
    language = output.language
    if not report.ingests:
        output.say(words.NO_INGESTS)
        return
    output.table(
        [words.UNIT, words.VERDICT, words.LAST_SIGN, words.PAGES_LEFT, words.TIME_LEFT, words.WHAT_TO_DO],
        [
            [
                judged.ingest.reference_code,
                words.say_verdict(judged, language),
                numbers.moment(judged.last_sign.astimezone(report.made_at.tzinfo), language),
                UNKNOWN if judged.pages_left is None else numbers.number(judged.pages_left, language),
                UNKNOWN if judged.time_left is None else numbers.span(judged.time_left, language),
                words.say_advice(judged, language),
            ]
            for judged in report.ingests[:_SHOWN]
        ],
    )
    if len(report.ingests) > _SHOWN:
        output.say(words.MORE, count=numbers.number(len(report.ingests) - _SHOWN, language))


def _done(output: Output, report: Report) -> dict[str, str]:
    counts = {"done": report.done, "target": report.target}
    return {name: numbers.number(value, output.language) for name, value in counts.items()}


def _end(output: Output, report: Report) -> tuple[str, str]:
    return words.say_end(report, output.language), words.say_range(report, output.language)


def _document(output: Output, report: Report) -> dict[str, object]:
    forecast = report.forecast
    return {
        "made_at": report.made_at.isoformat(timespec="seconds"),
        "target": report.target,
        "inventory": report.inventory,
        "done": report.done,
        "done_of_unknown_day": report.undated,
        "states": {one.state: {"units": one.units, "pages": one.pages} for one in report.states},
        "drops_in_quarantine": report.drops,
        "pages_an_hour": {"last_24_hours": _speed(report.recent), "overall": _speed(report.overall)},
        "bytes": {"masters": _volume(report.masters), "access": _volume(report.access)},
        "forecast": {
            "outlook": forecast.outlook,
            "early": forecast.early,
            "likely": forecast.likely,
            "late": forecast.late,
            "deadline": report.deadline,
            "chance": forecast.chance,
            "weeks": forecast.weeks,
        },
        "days": [{"day": one.day, "units": one.units, "pages": one.pages} for one in report.days],
        "findings": [{"code": one.code, "findings": one.findings, "ingests": one.ingests} for one in report.findings],
        "ingests": [_ingest(output, one) for one in report.ingests],
    }


def _speed(speed: Speed) -> dict[str, object]:
    return {"pages": speed.pages, "hours": round(speed.hours, 3), "pages_an_hour": speed.pages_an_hour}


def _volume(volume: Volume) -> dict[str, int]:
    return {"bytes": volume.size_bytes, "ingests_of_unknown_size": volume.unknown}


def _ingest(output: Output, judged: JudgedIngest) -> dict[str, object]:
    ingest = judged.ingest
    return {
        "ingest_id": ingest.ingest_id,
        "unit": ingest.reference_code,
        "state": ingest.state,
        "verdict": judged.verdict,
        "error": None if ingest.stop is None else ingest.stop.code,
        "last_sign": judged.last_sign.isoformat(timespec="seconds"),
        "silent_seconds": round(judged.silent.total_seconds()),
        "pages": ingest.pages,
        "pages_left": judged.pages_left,
        "seconds_left": None if judged.time_left is None else round(judged.time_left.total_seconds()),
        "text": words.say_verdict(judged, output.language),
        "advice": words.say_advice(judged, output.language),
    }
