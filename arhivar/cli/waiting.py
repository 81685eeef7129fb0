# SPDX-License-Identifier: EUPL-1.2
"""How commands show what waits for a person, with the id to type and the commands that are possible."""

from collections.abc import Sequence

from arhivar.cli.output import Output
from arhivar.cli.words import STATES
from arhivar.composition import Archive
from arhivar.exits.cases import SHORT_ID, Exit, QuarantinedDrop, ingest_exits
from repository.records import IngestRow
from schemas.messages import Message

_QUARANTINE = Message(
    ro="În carantină: {folder} ({case_id}) — {reason} ({where})",
    en="In quarantine: {folder} ({case_id}) — {reason} ({where})",
)
_REJECTED = Message(
    ro="Respins: {folder} ({case_id}) — {reason} ({where})", en="Rejected: {folder} ({case_id}) — {reason} ({where})"
)
_UNKNOWN = Message(ro="motivul nu este cunoscut", en="the reason is not known")
_WAITS = Message(
    ro="Așteaptă o decizie: {unit} ({case_id}) — {state}, pagini ilizibile: {pages}",
    en="Waits for a decision: {unit} ({case_id}) — {state}, unreadable pages: {pages}",
)
_COMMANDS = Message(ro="  → {commands}", en="  → {commands}")
_REASON = Message(ro="--reason MOTIV", en="--reason TEXT")


def show_exits(output: Output, case_id: str, exits: Sequence[Exit]) -> None:
    """The commands that can be given for this case, as they are typed."""
    if exits:
        reason = _REASON.say(output.language)
        commands = " | ".join(f"arhivar {one.value} {case_id} {reason}" for one in exits)
        output.say(_COMMANDS, commands=commands)


def show_drops(output: Output, drops: Sequence[QuarantinedDrop]) -> None:
    """What lies in quarantine; what was rejected comes last, without its commands."""
    for drop in sorted(drops, key=lambda one: one.rejected is not None):
        row = drop.row
        if drop.rejected is not None:
            fields = {"folder": row.folder, "case_id": drop.case_id, "where": row.where}
            output.say(_REJECTED, **fields, reason=drop.rejected.reason)
            continue
        reason = "; ".join(finding.say(output.language) for finding in row.findings[:3])
        reason = reason or _UNKNOWN.say(output.language)
        output.say(_QUARANTINE, folder=row.folder, case_id=drop.case_id, reason=reason, where=row.where)
        show_exits(output, drop.case_id, drop.exits)


def show_ingests(output: Output, archive: Archive, rows: Sequence[IngestRow]) -> None:
    """Ingests that only a person gets further."""
    for row in rows:
        ledger = archive.catalogue.ledger(row.ingest_id)
        gaps = ledger.open_gaps if ledger is not None else ()
        output.say(
            _WAITS,
            unit=row.manifest.description.reference_code,
            case_id=row.ingest_id[:SHORT_ID],
            state=STATES[row.state].say(output.language),
            pages=", ".join(str(page) for page in gaps) or "–",
        )
        show_exits(output, row.ingest_id[:SHORT_ID], ingest_exits(archive, row))


def drop_document(drop: QuarantinedDrop) -> dict[str, object]:
    """A drop in quarantine as JSON."""
    return {
        "id": drop.case_id,
        "folder": drop.row.folder,
        "reference_code": drop.row.reference_code,
        "where": drop.row.where,
        "findings": [finding.model_dump(mode="json") for finding in drop.row.findings],
        "rejected": None if drop.rejected is None else {"by": drop.rejected.by, "reason": drop.rejected.reason},
        "exits": list(drop.exits),
    }


def ingest_document(archive: Archive, row: IngestRow) -> dict[str, object]:
    """An ingest that waits for a person as JSON."""
    ledger = archive.catalogue.ledger(row.ingest_id)
    return {
        "ingest_id": row.ingest_id,
        "reference_code": row.manifest.description.reference_code,
        "state": row.state,
        "gaps": list(ledger.open_gaps) if ledger is not None else [],
        "exits": list(ingest_exits(archive, row)),
    }
