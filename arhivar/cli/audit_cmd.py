# SPDX-License-Identifier: EUPL-1.2
"""`arhivar audit`: who did what to what, when and why; whether the records are whole; a new key for their heads."""

from collections.abc import Sequence
from datetime import datetime

import click

from arhivar.cli.audit_words import ACTIONS, audit_outcome_document, print_audit_outcome
from arhivar.cli.main import Context
from arhivar.cli.output import Output
from arhivar.composition import Archive, open_archive
from arhivar.keeping.audit import AuditOutcome, verify_audit
from schemas.audit import AuditRow
from schemas.errors import EXIT_DONE, UnitUnknown, UsageError
from schemas.ingest import unit_id as derive_unit_id
from schemas.messages import Message

_HEADS = (
    Message(ro="Nr.", en="No."),
    Message(ro="Când", en="When"),
    Message(ro="Cine", en="Who"),
    Message(ro="Ce", en="What"),
    Message(ro="Asupra", en="To what"),
    Message(ro="De ce", en="Why"),
    Message(ro="Amănunte", en="Details"),
)
_NONE = Message(ro="Nicio înregistrare.", en="No records.")
_ALTERED = Message(ro="MODIFICATĂ; vedeți --verify", en="ALTERED; see --verify")
_MORE = Message(
    ro="Sunt arătate cele mai noi {limit}; --limit arată mai multe.",
    en="Showing the newest {limit}; --limit shows more.",
)
_RENEWED = Message(
    ro="Cheie nouă: {key}. Păstrați o copie a fișierului {file} în afara acestei mașini.",
    en="New key: {key}. Keep a copy of the file {file} away from this machine.",
)


@click.command("audit")
@click.option("--unit", help="Only records of the unit with this reference code.")
@click.option("--since", type=click.DateTime(), help="Only records from this time on, in local time: 2025-03-01.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="Only the newest so many.")
@click.option("--verify", is_flag=True, help="Check every record against its neighbours and the signed heads.")
@click.option("--new-key", is_flag=True, help="Sign with a new key from now on; asks for --reason.")
@click.option("--reason", help="Why there is a new key.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(
    context: Context,
    unit: str | None,
    since: datetime | None,
    limit: int,
    verify: bool,
    new_key: bool,
    reason: str | None,
    as_json: bool,
) -> int:
    """Show who did what to what, when and why; check that no record was changed; or renew the signing key."""
    output = context.output(as_json=as_json)
    if new_key != (reason is not None) or (new_key and verify):
        raise UsageError(detail="--new-key --reason TEXT")
    with open_archive(context.settings) as archive:
        if reason is not None:
            return _renew(output, archive, reason)
        if verify:
            return _verify(output, archive)
        return _list(output, archive, unit, since, limit)


def _renew(output: Output, archive: Archive, reason: str) -> int:
    from arhivar.audit.renew import renew_key
    from arhivar.audit.setup import key_file

    former, key = renew_key(archive, reason)
    file = str(key_file(archive.settings))
    output.say(_RENEWED, key=key, file=file)
    output.document({"key": key, "former": former, "file": file})
    return EXIT_DONE


def _verify(output: Output, archive: Archive) -> int:
    outcome: AuditOutcome = verify_audit(archive)
    print_audit_outcome(output, outcome)
    output.document(audit_outcome_document(output, outcome))
    return outcome.exit_code


def _list(output: Output, archive: Archive, unit: str | None, since: datetime | None, limit: int) -> int:
    unit_id = None
    if unit is not None:
        row = archive.catalogue.unit_by_reference(unit)
        unit_id = derive_unit_id(unit) if row is None else row.unit_id
    rows = archive.catalogue.audit_rows(
        unit_id=unit_id, since=None if since is None else since.astimezone(), newest_first=True, limit=limit + 1
    )
    if unit is not None and not rows and archive.catalogue.unit_by_reference(unit) is None:
        raise UnitUnknown(unit=unit)
    shown = rows[:limit][::-1]
    if not shown:
        output.say(_NONE)
    else:
        output.table(_HEADS, [_cells(output, row) for row in shown])
    if len(rows) > limit:
        output.say(_MORE, limit=limit)
    output.document({"records": [_document(row) for row in shown], "more": len(rows) > limit})
    return EXIT_DONE


def _cells(output: Output, row: AuditRow) -> Sequence[object]:
    record = row.sound
    if record is None:
        return (row.sequence, "", "", _ALTERED.say(output.language), "", "", "")
    details = ", ".join(f"{name}={value}" for name, value in record.details.items())
    when = record.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    action = ACTIONS[record.action].say(output.language)
    return (row.sequence, when, record.actor, action, record.subject, record.reason, details)


def _document(row: AuditRow) -> dict[str, object]:
    record = row.sound
    if record is None:
        return {"sequence": row.sequence, "altered": True, "stored": row.record, "hash": row.hash}
    return {**record.model_dump(mode="json"), "altered": False, "hash": row.hash}
