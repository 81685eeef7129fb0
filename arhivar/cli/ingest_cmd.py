# SPDX-License-Identifier: EUPL-1.2
"""`arhivar ingest`: take every ready drop through to its ledger, then exit."""

import sys
from pathlib import Path

import click

from arhivar.cli.main import Context
from arhivar.cli.output import Output, PageProgress
from arhivar.cli.words import WAITING_FOR, ledger_document, print_ledger, waiting_document
from arhivar.composition import open_archive, open_pool
from arhivar.intake.take import IntakeOptions, Taken
from arhivar.pipeline import Outcome, RunReport, Watcher, run_inbox
from schemas.errors import EXIT_DONE, EXIT_FINDINGS, InboxMissing, InvalidSetting
from schemas.findings import Severity
from schemas.messages import Message

_TAKEN = Message(ro="{folder}: preluat ca {unit}", en="{folder}: taken in as {unit}")
_KNOWN = Message(
    ro="{folder}: aceleași fișiere sunt deja în arhivă; nu s-a făcut nimic",
    en="{folder}: the same files are in the archive already; nothing was done",
)
_QUARANTINED = Message(ro="{folder}: în carantină, {where}", en="{folder}: quarantined, {where}")
_RECONCILED = Message(ro="{unit}: reconciliat, pagini: {pages}", en="{unit}: reconciled, pages: {pages}")
_NOT_RECONCILED = Message(ro="{unit}: NU este reconciliat", en="{unit}: NOT reconciled")
_STOPPED = Message(ro="{unit}: oprit. {error}", en="{unit}: stopped. {error}")
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
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(context: Context, inbox: Path | None, bare: bool, languages: str | None, as_json: bool) -> int:
    """Take in every ready unit of INBOX, through to its ledger, then exit."""
    output = context.output(as_json=as_json)
    settings = context.settings
    folder = inbox or settings.inbox
    if folder is None:
        raise InboxMissing(inbox="INBOX")
    options = IntakeOptions(bare=bare, languages=_languages(languages))
    progress = PageProgress(output.language, sys.stderr, quiet=as_json)
    watcher = _watcher(output, progress)
    with open_archive(settings) as archive, open_pool(settings) as pool:
        try:
            report = run_inbox(archive, folder.resolve(), options, pool, watcher)
        finally:
            progress.stop()
    _print_rest(output, report, folder)
    output.document(_document(output, report))
    return exit_code(report)


def _languages(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    from arhivar.settings import Settings

    values = tuple(part.strip() for part in text.split(","))
    try:
        return Settings.model_validate({"languages": values}).languages
    except ValueError as error:
        raise InvalidSetting(name="languages", source="--languages", value=text, expected="ron,hun,deu …") from error


def _watcher(output: Output, progress: PageProgress) -> Watcher:
    def taken(one: Taken) -> None:
        progress.stop()
        if one.known:
            output.say(_KNOWN, folder=one.folder)
        elif one.quarantined_at is not None:
            output.say(_QUARANTINED, folder=one.folder, where=one.quarantined_at)
            for finding in one.findings:
                output.line(f"  [{finding.code}] {finding.say(output.language)}")
                if finding.severity is Severity.QUARANTINE:
                    output.line(f"  → {finding.advise(output.language)}")
        else:
            output.say(_TAKEN, folder=one.folder, unit=one.reference_code)
            for finding in one.findings:
                output.line(f"  [{finding.code}] {finding.say(output.language)}")

    def finished(outcome: Outcome) -> None:
        progress.stop()
        if outcome.error is not None:
            output.say(_STOPPED, unit=outcome.reference_code, error=outcome.error.say(output.language))
        elif outcome.ledger is not None and outcome.ledger.balanced:
            output.say(_RECONCILED, unit=outcome.reference_code, pages=len(outcome.ledger.rows))
        elif outcome.ledger is not None:
            output.say(_NOT_RECONCILED, unit=outcome.reference_code)
            print_ledger(output, outcome.ledger)

    return Watcher(progress.start_unit, progress.advance, taken, finished)


def _print_rest(output: Output, report: RunReport, folder: Path) -> None:
    for one in report.waiting:
        what = WAITING_FOR[one.readiness.waiting_for or "quiet"].say(output.language)
        output.say(_WAITS, folder=one.folder, what=what, detail=one.readiness.detail)
    said = [drop.error for drop in report.stopped_drops]
    for drop in report.stopped_drops:
        output.say(_LEFT, folder=drop.folder, error=drop.error.say(output.language))
    for error in (one for one in report.errors if one not in said):
        output.line(error.say(output.language))
    if not (report.taken or report.waiting or report.outcomes or report.errors):
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
        "taken": [
            {
                "folder": one.folder,
                "reference_code": one.reference_code,
                "ingest_id": one.ingest_id,
                "known": one.known,
                "quarantined_at": one.quarantined_at,
                "findings": [
                    {**finding.model_dump(mode="json"), "text": finding.say(output.language)}
                    for finding in one.findings
                ],
            }
            for one in report.taken
        ],
        "waiting": [waiting_document(one) for one in report.waiting],
        "ingests": [
            {
                "reference_code": one.reference_code,
                "ingest_id": one.ingest_id,
                "state": one.state,
                "ledger": None if one.ledger is None else ledger_document(one.ledger),
                "error": None
                if one.error is None
                else {"code": one.error.code, "message": one.error.say(output.language)},
            }
            for one in report.outcomes
        ],
        "stopped_drops": [{"folder": one.folder, "code": one.error.code} for one in report.stopped_drops],
        "errors": [{"code": error.code, "message": error.say(output.language)} for error in report.errors],
    }
