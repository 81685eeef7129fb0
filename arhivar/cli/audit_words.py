# SPDX-License-Identifier: EUPL-1.2
"""How the audit is shown: names of actions, and the outcome of verifying it."""

from arhivar.cli.output import Output
from arhivar.keeping.audit import AuditOutcome
from schemas.audit import AuditAction
from schemas.messages import Message

ACTIONS = {
    AuditAction.PLACES_IMPORTED: Message(ro="tabel de locuri importat", en="table of places imported"),
    AuditAction.INVENTORY_IMPORTED: Message(ro="inventar importat", en="inventory imported"),
    AuditAction.NOMENCLATOR_IMPORTED: Message(ro="nomenclator importat", en="nomenclator imported"),
    AuditAction.UNIT_DEPOSITED: Message(ro="unitate depusă", en="unit deposited"),
    AuditAction.UNIT_REREAD: Message(ro="unitate de recitit", en="unit to be read again"),
    AuditAction.INGEST_RETRIED: Message(ro="ingestie reluată", en="ingest retried"),
    AuditAction.INGEST_ACCEPTED: Message(ro="ingestie acceptată", en="ingest accepted"),
    AuditAction.INGEST_REJECTED: Message(ro="ingestie respinsă", en="ingest rejected"),
    AuditAction.UNIT_VERIFIED: Message(ro="unitate verificată", en="unit verified"),
    AuditAction.ARCHIVE_VERIFIED: Message(ro="arhivă verificată", en="archive verified"),
    AuditAction.FILE_REPAIRED: Message(ro="fișier reparat", en="file repaired"),
    AuditAction.FILE_SET_ASIDE: Message(ro="fișier scos din pachet", en="file taken out of a package"),
    AuditAction.ARCHIVE_REBUILT: Message(ro="arhivă refăcută", en="archive rebuilt"),
    AuditAction.BACKUP_MADE: Message(ro="copie de siguranță făcută", en="backup made"),
    AuditAction.BACKUP_RESTORED: Message(ro="copie de siguranță restaurată", en="backup restored"),
    AuditAction.AUDIT_KEY_CHANGED: Message(ro="cheia auditului schimbată", en="audit key changed"),
    AuditAction.ACCESS_PUBLISHED: Message(ro="publicat", en="published"),
    AuditAction.ACCESS_WITHDRAWN: Message(ro="retras de la public", en="withdrawn from the public"),
    AuditAction.ACCESS_CLASSIFIED: Message(ro="clasă de acces dată", en="access class given"),
    AuditAction.LOOK: Message(ro="consultat", en="looked at"),
    AuditAction.TOKEN_ISSUED: Message(ro="token local dat", en="local token issued"),
}

_VERIFIED = Message(
    ro="Jurnal de audit: {records} înregistrări și {heads} sigilii verificate. Diferențe: {differences}.",
    en="Audit: {records} records and {heads} heads verified. Differences: {differences}.",
)
_FAILED = Message(
    ro="Jurnalul de audit nu a putut fi verificat. {error}", en="The audit could not be verified. {error}"
)


def print_audit_outcome(output: Output, outcome: AuditOutcome) -> None:
    """What verifying gave, with each finding and what to do."""
    verdict = outcome.verdict
    output.say(_VERIFIED, records=verdict.records, heads=verdict.heads, differences=len(verdict.findings))
    for finding in verdict.findings:
        output.line(f"  [{finding.code}] {finding.say(output.language)}")
    for advice in dict.fromkeys(finding.advise(output.language) for finding in verdict.findings):
        output.line(f"  → {advice}")
    if outcome.error is not None:
        output.say(_FAILED, error=outcome.error.say(output.language))


def audit_outcome_document(output: Output, outcome: AuditOutcome) -> dict[str, object]:
    """The same as JSON."""
    verdict, error = outcome.verdict, outcome.error
    return {
        "records": verdict.records,
        "heads": verdict.heads,
        "last": verdict.last,
        "findings": [
            {
                **finding.model_dump(mode="json"),
                "text": finding.say(output.language),
                "advice": finding.advise(output.language),
            }
            for finding in verdict.findings
        ],
        "error": None if error is None else {"code": error.code, "message": error.say(output.language)},
    }
