# SPDX-License-Identifier: EUPL-1.2
"""Words, tables and JSON shapes that several commands share."""

from arhivar.cli.output import Output
from arhivar.intake.take import Waiting
from schemas.ingest import IngestState
from schemas.ledger import Ledger, Stage
from schemas.messages import Message

WAITING_FOR = {
    "quiet": Message(ro="se mai copiază; liniște de", en="still being copied; quiet for"),
    "unfinished": Message(ro="fișier neterminat:", en="unfinished file:"),
    "unit": Message(ro="altă preluare a unității nu este încheiată:", en="another ingest of the unit is not finished:"),
    "pages": Message(ro="pagini găsite din cele așteptate:", en="pages found of those expected:"),
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
    ro="Pagini ilizibile, de acceptat sau rescanat: {pages}",
    en="Unreadable pages, to be accepted or rescanned: {pages}",
)


def print_ledger(output: Output, ledger: Ledger) -> None:
    """The ledger's sums in one row, then each difference and the gaps."""
    output.table(
        [UNIT, *(STAGES[stage] for stage in Stage)],
        [[ledger.unit, *(ledger.count(stage) for stage in Stage)]],
    )
    for finding in ledger.differences:
        output.line(f"  [{finding.code}] {finding.say(output.language)}")
    if ledger.gaps:
        output.say(_GAPS, pages=", ".join(str(page) for page in ledger.gaps))


def ledger_document(ledger: Ledger) -> dict[str, object]:
    """The ledger as JSON: sums, and the pages that differ."""
    return {
        **{stage.value: ledger.count(stage) for stage in Stage},
        "balanced": ledger.balanced,
        "gaps": list(ledger.gaps),
        "differences": [finding.model_dump(mode="json") for finding in ledger.differences],
    }


def waiting_document(one: Waiting) -> dict[str, object]:
    """A waiting drop as JSON."""
    return {"folder": one.folder, "waiting_for": one.readiness.waiting_for, "detail": one.readiness.detail}
