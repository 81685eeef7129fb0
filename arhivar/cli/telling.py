# SPDX-License-Identifier: EUPL-1.2
"""What commands that take drops say of each: lines for people, JSON for programs."""

from collections.abc import Mapping

from arhivar.cli.output import Output, PageProgress
from arhivar.cli.words import ledger_document, print_ledger
from arhivar.intake.take import Taken
from arhivar.pipeline import Outcome, Watcher
from schemas.errors import ArhivarError
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


def tell_drops(output: Output, progress: PageProgress, *, events: bool = False) -> Watcher:
    """Lines, or JSON events, as drops are taken and ingests end; progress in between."""

    def tell(content: Mapping[str, object]) -> None:
        if events:
            output.event(content)

    def taken(one: Taken) -> None:
        progress.stop()
        tell({"event": "taken", **taken_document(output, one)})
        _say_taken(output, one)

    def finished(outcome: Outcome) -> None:
        progress.stop()
        tell({"event": "ingest", **outcome_document(output, outcome)})
        _say_finished(output, outcome)

    return Watcher(progress.start_unit, progress.advance, taken, finished)


def _say_taken(output: Output, one: Taken) -> None:
    if one.known:
        output.say(_KNOWN, folder=one.folder)
        return
    if one.quarantined_at is not None:
        output.say(_QUARANTINED, folder=one.folder, where=one.quarantined_at)
    else:
        output.say(_TAKEN, folder=one.folder, unit=one.reference_code)
    for finding in one.findings:
        output.line(f"  [{finding.code}] {finding.say(output.language)}")
        if finding.severity is Severity.QUARANTINE:
            output.line(f"  → {finding.advise(output.language)}")


def _say_finished(output: Output, outcome: Outcome) -> None:
    if outcome.error is not None:
        output.say(_STOPPED, unit=outcome.reference_code, error=outcome.error.say(output.language))
    elif outcome.ledger is not None and outcome.ledger.balanced:
        output.say(_RECONCILED, unit=outcome.reference_code, pages=len(outcome.ledger.rows))
    elif outcome.ledger is not None:
        output.say(_NOT_RECONCILED, unit=outcome.reference_code)
        print_ledger(output, outcome.ledger)


def taken_document(output: Output, one: Taken) -> dict[str, object]:
    """What became of one drop, as JSON."""
    return {
        "folder": one.folder,
        "reference_code": one.reference_code,
        "ingest_id": one.ingest_id,
        "known": one.known,
        "quarantined_at": one.quarantined_at,
        "findings": [
            {**finding.model_dump(mode="json"), "text": finding.say(output.language)} for finding in one.findings
        ],
    }


def outcome_document(output: Output, one: Outcome) -> dict[str, object]:
    """What became of one ingest, as JSON."""
    return {
        "reference_code": one.reference_code,
        "ingest_id": one.ingest_id,
        "state": one.state,
        "ledger": None if one.ledger is None else ledger_document(one.ledger),
        "error": None if one.error is None else error_document(output, one.error),
    }


def error_document(output: Output, error: ArhivarError) -> dict[str, object]:
    """An error, as JSON."""
    return {"code": error.code, "message": error.say(output.language)}
