# SPDX-License-Identifier: EUPL-1.2
"""Words, tables and JSON shapes that several commands share."""

from typing import TYPE_CHECKING

from arhivar.cli.output import Output
from arhivar.exits.cases import SHORT_ID
from schemas.ingest import IngestState
from schemas.ledger import Ledger, Stage
from schemas.messages import Message

if TYPE_CHECKING:  # the words alone need no intake
    from arhivar.intake.take import Waiting

WAITING_FOR = {
    "quiet": Message(ro="se mai copiază; liniște de", en="still being copied; quiet for"),
    "unfinished": Message(ro="fișier neterminat:", en="unfinished file:"),
    "space": Message(ro="loc pe disc:", en="room on disk:"),
    "unit": Message(ro="altă preluare a unității nu este încheiată:", en="another ingest of the unit is not finished:"),
    "pages": Message(ro="pagini găsite din cele așteptate:", en="pages found of those expected:"),
    "unreadable": Message(ro="nu poate fi citit:", en="it cannot be read:"),
}

STATES = {
    IngestState.RECEIVED: Message(ro="primit", en="received"),
    IngestState.STAGED: Message(ro="copiat", en="staged"),
    IngestState.PROCESSING: Message(ro="în lucru", en="processing"),
    IngestState.DEPOSITED: Message(ro="depus", en="deposited"),
    IngestState.INDEXED: Message(ro="indexat", en="indexed"),
    IngestState.RECONCILED: Message(ro="reconciliat", en="reconciled"),
    IngestState.QUARANTINED: Message(ro="carantină", en="quarantined"),
    IngestState.REJECTED: Message(ro="respins", en="rejected"),
}

STAGES = {
    Stage.CAPTURED: Message(ro="preluate", en="captured"),
    Stage.IN_PDF: Message(ro="în PDF/A", en="in PDF/A"),
    Stage.IN_STORE: Message(ro="în depozit", en="in store"),
    Stage.IN_INDEX: Message(ro="în index", en="in index"),
}

UNIT = Message(ro="Unitate", en="Unit")
STATE = Message(ro="Stare", en="State")
_GAPS = Message(
    ro="Pagini ilizibile, de acceptat sau rescanat: {pages} (`arhivar accept {case_id}`, `arhivar retry {case_id}`)",
    en="Unreadable pages, to be accepted or rescanned: {pages} (`arhivar accept {case_id}`, `arhivar retry {case_id}`)",
)
_ACCEPTED = Message(
    ro="Pagini ilizibile, acceptate de {by}: {pages} ({reason})",
    en="Unreadable pages, accepted by {by}: {pages} ({reason})",
)


def print_ledger(output: Output, ledger: Ledger) -> None:
    """The ledger's sums in one row, then each difference and the gaps."""
    output.table(
        [UNIT, *(STAGES[stage] for stage in Stage)],
        [[ledger.unit, *(ledger.count(stage) for stage in Stage)]],
    )
    for finding in ledger.differences:
        output.line(f"  [{finding.code}] {finding.say(output.language)}")
    if ledger.accepted is not None:
        pages = ", ".join(str(page) for page in ledger.accepted.pages)
        output.say(_ACCEPTED, by=ledger.accepted.by, pages=pages, reason=ledger.accepted.reason)
    if ledger.open_gaps:
        pages = ", ".join(str(page) for page in ledger.open_gaps)
        output.say(_GAPS, pages=pages, case_id=ledger.ingest_id[:SHORT_ID])


def ledger_document(ledger: Ledger) -> dict[str, object]:
    """The ledger as JSON: sums, and the pages that differ."""
    return {
        **{stage.value: ledger.count(stage) for stage in Stage},
        "balanced": ledger.balanced,
        "gaps": list(ledger.gaps),
        "accepted": None if ledger.accepted is None else ledger.accepted.model_dump(mode="json"),
        "differences": [finding.model_dump(mode="json") for finding in ledger.differences],
    }


def waiting_document(one: "Waiting") -> dict[str, object]:
    """A waiting drop as JSON."""
    return {"folder": one.folder, "waiting_for": one.readiness.waiting_for, "detail": one.readiness.detail}
