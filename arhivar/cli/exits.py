# SPDX-License-Identifier: EUPL-1.2
"""What the commands retry, accept and reject share: their arguments, and how a decision is told."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from arhivar.cli.main import Context
from arhivar.cli.words import STATES
from arhivar.composition import Archive, open_archive
from arhivar.exits.cases import Exit, QuarantinedDrop, find_case
from arhivar.exits.decided import Decided
from arhivar.exits.drops import accept_drop, decided_before, reject_drop, retry_drop
from arhivar.exits.ingests import accept_ingest, reject_ingest, retry_ingest
from repository.records import Decision, QuarantineEnd
from schemas.errors import EXIT_DONE
from schemas.messages import Message

F = TypeVar("F", bound=Callable[..., object])

_DROPS = {Exit.RETRY: retry_drop, Exit.ACCEPT: accept_drop, Exit.REJECT: reject_drop}
_INGESTS = {Exit.RETRY: retry_ingest, Exit.ACCEPT: accept_ingest, Exit.REJECT: reject_ingest}
_SAID = {
    Decision.RETRIED: Message(ro="{name}: se reia ({case_id})", en="{name}: tried again ({case_id})"),
    Decision.ACCEPTED: Message(ro="{name}: acceptat ({case_id})", en="{name}: accepted ({case_id})"),
    Decision.REJECTED: Message(ro="{name}: respins ({case_id})", en="{name}: rejected ({case_id})"),
}
_ALREADY = Message(ro="  Era decis deja; nu s-a schimbat nimic.", en="  That stood already; nothing was changed.")
_WHERE = Message(ro="  Folderul este în {where}", en="  The folder is in {where}")
_STATE = Message(ro="  Stare: {state}", en="  State: {state}")
_GOES_ON = Message(ro="  Continuă la următorul `arhivar ingest`.", en="  It goes on with the next `arhivar ingest`.")
_EMPTY_REASON = Message(ro="spuneți de ce: motivul este gol", en="say why: the reason is empty")


def not_empty(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """The text of an option without blanks around it. Raises click.BadParameter where nothing is left."""
    if not value.strip():
        holder = context.find_object(Context)
        text = _EMPTY_REASON.en if holder is None else _EMPTY_REASON.say(holder.language)
        raise click.BadParameter(text, context, parameter)
    return value.strip()


def case_arguments(command: F) -> F:
    """CASE, --reason, --inbox and --json."""
    for decorate in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--inbox", type=click.Path(path_type=Path), help="Also look there (else ARHIVAR_INBOX)."),
        click.option("--reason", required=True, callback=not_empty, help="Why; goes into the audit."),
        click.argument("case"),
    ):
        command = decorate(command)
    return command


def decide(context: Context, command: Exit, case: str, reason: str, inbox: Path | None, *, as_json: bool) -> int:
    """Carry a decision out and tell what it came to; the exit code."""
    output = context.output(as_json=as_json)
    folder = inbox or context.settings.inbox
    with open_archive(context.settings) as archive:
        decided = _decide(archive, command, case, reason, None if folder is None else folder.resolve())
    output.say(_SAID[decided.decision], name=decided.name, case_id=decided.case_id)
    if decided.already:
        output.say(_ALREADY)
    if decided.where is not None:
        output.say(_WHERE, where=decided.where)
    if decided.state is not None:
        output.say(_STATE, state=STATES[decided.state].say(output.language))
    if decided.goes_on:
        output.say(_GOES_ON)
    output.document(
        {
            "id": decided.case_id,
            "name": decided.name,
            "decision": decided.decision,
            "already": decided.already,
            "where": decided.where,
            "state": decided.state,
            "goes_on": decided.goes_on,
        }
    )
    return EXIT_DONE


def _decide(archive: Archive, command: Exit, subject: str, reason: str, inbox: Path | None) -> Decided:
    case = find_case(archive, subject, inbox)
    if isinstance(case, QuarantineEnd):
        return decided_before(case, command)
    if isinstance(case, QuarantinedDrop):
        return _DROPS[command](archive, case, reason)
    return _INGESTS[command](archive, case, reason)
