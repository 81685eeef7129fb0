# SPDX-License-Identifier: EUPL-1.2
"""`arhivar ingest`: take every ready drop through to its ledger, then exit."""

import sys
from contextlib import nullcontext
from pathlib import Path

import click

from arhivar.cli.main import Context
from arhivar.cli.output import Output, PageProgress
from arhivar.cli.profiling import print_profile, profile_document, profiling
from arhivar.cli.stop import STOPPED, stop_exit_code, stopping
from arhivar.cli.telling import error_document, outcome_document, taken_document, tell_drops
from arhivar.cli.words import WAITING_FOR, waiting_document
from arhivar.composition import open_archive, open_pool
from arhivar.intake.take import IntakeOptions
from arhivar.pipeline import RunReport, run_inbox
from arhivar.stopping import StopRequest
from schemas.errors import EXIT_DONE, EXIT_FINDINGS, InboxMissing, InvalidSetting
from schemas.messages import Message

_LEFT = Message(
    ro="{folder}: nepreluat, a rămas întreg pe disc; se reia data viitoare. {error}",
    en="{folder}: not taken in, left whole where it is; the next run goes on with it. {error}",
)
_WAITS = Message(ro="{folder}: așteaptă — {what} {detail}", en="{folder}: waits — {what} {detail}")
_NOTHING = Message(ro="Nimic de preluat în {inbox}", en="Nothing to take in from {inbox}")


@click.command("ingest")
@click.argument("inbox", required=False, type=click.Path(path_type=Path))
@click.option("--bare", is_flag=True, help="Accept folders without description: the name is reference code and title.")
@click.option("--languages", help="Languages of the pages, over what the description says: eng,fra")
@click.option("--profile", is_flag=True, help="At the end, print CPU seconds a page by step.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(
    context: Context, inbox: Path | None, bare: bool, languages: str | None, profile: bool, as_json: bool
) -> int:
    """Take in every ready unit of INBOX, through to its ledger, then exit.

    Folders are TAKEN AWAY from INBOX: each ready one leaves it once the archive has its files, and one that cannot go
    on is moved to .quarantine in INBOX. Name a folder of copies, not the only place where scans are kept.
    """
    output = context.output(as_json=as_json)
    settings = context.settings
    folder = inbox or settings.inbox
    if folder is None:
        raise InboxMissing(inbox="INBOX")
    stop = StopRequest()
    options = IntakeOptions(bare=bare, languages=asked_languages(languages), stop=stop)
    progress = PageProgress(output.language, sys.stderr, quiet=as_json)
    watcher = tell_drops(output, progress)
    with (
        stopping(stop, output.language),
        open_archive(settings) as archive,
        open_pool(settings) as pool,
        profiling(archive) if profile else nullcontext() as profiled,
    ):
        try:
            report = run_inbox(archive, folder.resolve(), options, pool, watcher)
        finally:
            progress.stop()
        spent = None if profiled is None else profiled.report()
    _print_rest(output, report, folder)
    document = _document(output, report)
    if spent is not None:
        print_profile(output, spent)
        document["profile"] = profile_document(spent)
    output.document(document)
    return stop_exit_code(stop) if report.stopped else exit_code(report)


def asked_languages(text: str | None) -> tuple[str, ...] | None:
    """What `--languages` names. Raises InvalidSetting."""
    if text is None:
        return None
    from arhivar.settings import Settings

    values = tuple(part.strip() for part in text.split(","))
    try:
        return Settings.model_validate({"languages": values}).languages
    except ValueError as error:
        raise InvalidSetting(name="languages", source="--languages", value=text, expected="ron,hun,deu …") from error


def _print_rest(output: Output, report: RunReport, folder: Path) -> None:
    for one in report.waiting:
        what = WAITING_FOR[one.readiness.waiting_for or "quiet"].say(output.language)
        output.say(_WAITS, folder=one.folder, what=what, detail=one.readiness.detail)
    said = [drop.error for drop in report.stopped_drops]
    for drop in report.stopped_drops:
        output.say(_LEFT, folder=drop.folder, error=drop.error.say(output.language))
    for error in (one for one in report.errors if one not in said):
        output.line(error.say(output.language))
    if report.stopped:
        output.say(STOPPED)
    elif not (report.taken or report.waiting or report.outcomes or report.errors):
        output.say(_NOTHING, inbox=folder)


def exit_code(report: RunReport) -> int:
    """0 where all is reconciled, 1 where something waits for a person, else the first error's code."""
    errors = [*report.errors, *(outcome.error for outcome in report.outcomes if outcome.error is not None)]
    if errors:
        return errors[0].exit_code
    quarantined = any(one.quarantined_at is not None for one in report.taken)
    unbalanced = any(one.ledger is not None and not one.ledger.balanced for one in report.outcomes)
    return EXIT_FINDINGS if quarantined or unbalanced else EXIT_DONE


def _document(output: Output, report: RunReport) -> dict[str, object]:
    return {
        "taken": [taken_document(output, one) for one in report.taken],
        "waiting": [waiting_document(one) for one in report.waiting],
        "ingests": [outcome_document(output, one) for one in report.outcomes],
        "stopped_drops": [{"folder": one.folder, "code": one.error.code} for one in report.stopped_drops],
        "errors": [error_document(output, error) for error in report.errors],
        "stopped": report.stopped,
    }
