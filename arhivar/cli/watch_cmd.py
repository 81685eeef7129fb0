# SPDX-License-Identifier: EUPL-1.2
"""`arhivar watch`: take each drop when it is ready, until told to stop."""

import signal
import sys
from pathlib import Path

import click

from arhivar.cli.ingest_cmd import asked_languages
from arhivar.cli.main import Context
from arhivar.cli.output import Output, PageProgress
from arhivar.cli.stop import STOPPED, stop_exit_code, stopping
from arhivar.cli.telling import error_document, tell_drops
from arhivar.cli.words import WAITING_FOR, waiting_document
from arhivar.composition import open_archive, open_pool
from arhivar.intake.take import IntakeOptions, Waiting
from arhivar.stopping import StopRequest
from arhivar.watching import Listener, watch_inbox
from schemas.errors import EXIT_DONE, ArhivarError, InboxMissing
from schemas.messages import Message

_WATCHING = Message(
    ro="Se urmărește {inbox}, la fiecare {seconds} s. Oprire: Ctrl-C.",
    en="Watching {inbox}, every {seconds} s. Stop with Ctrl-C.",
)
_FAILED = Message(ro="{error} Se încearcă din nou mai târziu.", en="{error} It is tried again later.")
_AWAY = Message(
    ro="{error} Până atunci se așteaptă; se încearcă din nou fără altă intervenție.",
    en="{error} Until then there is nothing to do but wait; it is tried again without further action.",
)
_BACK = Message(ro="Se lucrează din nou, după {seconds} s.", en="Work goes on again, after {seconds} s.")
_WAITS = Message(
    ro="{folder}: așteaptă de peste o oră — {what} {detail}",
    en="{folder}: has waited for more than an hour — {what} {detail}",
)
_EVENTS_LOST = Message(
    ro="Sistemul de fișiere nu anunță schimbările ({detail}); folderul se verifică la fiecare {seconds} s.",
    en="The file system does not tell of changes ({detail}); the folder is looked at every {seconds} s.",
)


@click.command("watch")
@click.argument("inbox", required=False, type=click.Path(path_type=Path))
@click.option("--bare", is_flag=True, help="Accept folders without description: the name is reference code and title.")
@click.option("--languages", help="Languages of the pages, over what the description says: eng,fra")
@click.option("--poll-only", is_flag=True, help="Do not listen to file-system events.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, a line for each event.")
@click.pass_obj
def command(
    context: Context, inbox: Path | None, bare: bool, languages: str | None, poll_only: bool, as_json: bool
) -> int:
    """Take in each unit of INBOX when it is ready, until SIGTERM or Ctrl-C."""
    output = context.output(as_json=as_json)
    settings = context.settings
    folder = inbox or settings.inbox
    if folder is None:
        raise InboxMissing(inbox="INBOX")
    stop = StopRequest()
    options = IntakeOptions(bare=bare, languages=asked_languages(languages), stop=stop)
    progress = PageProgress(output.language, sys.stderr, quiet=as_json)
    with stopping(stop, output.language), open_archive(settings) as archive, open_pool(settings) as pool:
        seconds = f"{settings.poll_seconds:g}"
        output.say(_WATCHING, inbox=folder, seconds=seconds)
        output.event({"event": "watching", "inbox": folder, "seconds": settings.poll_seconds})
        try:
            watch_inbox(
                archive,
                folder.resolve(),
                options,
                pool,
                tell_drops(output, progress, events=True),
                _listener(output, seconds),
                events=not poll_only,
            )
        finally:
            progress.stop()
    output.say(STOPPED)
    output.event({"event": "stopped"})
    return EXIT_DONE if stop.signal == signal.SIGTERM else stop_exit_code(stop)


def _listener(output: Output, poll_seconds: str) -> Listener:
    def failed(error: ArhivarError) -> None:
        output.say(_FAILED, error=error.say(output.language))
        output.event({"event": "failed", "error": error_document(output, error)})

    def away(error: ArhivarError) -> None:
        output.say(_AWAY, error=error.say(output.language))
        output.event({"event": "away", "error": error_document(output, error)})

    def back(seconds: float) -> None:
        output.say(_BACK, seconds=f"{seconds:.0f}")
        output.event({"event": "back", "seconds": round(seconds, 1)})

    def waits_long(one: Waiting) -> None:
        what = WAITING_FOR[one.readiness.waiting_for or "quiet"].say(output.language)
        output.say(_WAITS, folder=one.folder, what=what, detail=one.readiness.detail)
        output.event({"event": "waiting", **waiting_document(one)})

    def events_lost(detail: str) -> None:
        output.say(_EVENTS_LOST, detail=detail, seconds=poll_seconds)
        output.event({"event": "events-lost", "detail": detail})

    return Listener(failed, away, back, waits_long, events_lost)
