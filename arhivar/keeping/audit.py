# SPDX-License-Identifier: EUPL-1.2
"""Verify the audit as a part of keeping, and record each verify run in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from arhivar.audit.check import AuditVerdict, check_audit
from arhivar.audit.keys import load_key
from arhivar.audit.setup import key_file
from arhivar.auditing import record_audit
from arhivar.composition import Archive
from arhivar.keeping.verify import Verdict
from schemas.audit import AuditAction
from schemas.errors import EXIT_DONE, EXIT_FINDINGS, ArhivarError

ARCHIVE = "archive"
"""Subject of what was done to the archive as a whole."""


@dataclass(frozen=True, slots=True)
class AuditOutcome:
    """What verifying the audit gave, or the error that kept it from being judged."""

    verdict: AuditVerdict
    error: ArhivarError | None = None

    @property
    def exit_code(self) -> int:
        """0 where all agrees, 1 where something does not, else the code of the error."""
        if self.error is not None:
            return self.error.exit_code
        return EXIT_FINDINGS if self.verdict.findings else EXIT_DONE


def verify_audit(archive: Archive, newest: int | None = None) -> AuditOutcome:
    """Check the audit, or its newest so many batches and what came after them; then seal what waits.

    Nothing is sealed over a difference.
    """
    verdict = AuditVerdict()
    try:
        key = load_key(key_file(archive.settings))
        verdict = check_audit(archive.catalogue, archive.store, key, newest)
        if not verdict.findings:
            archive.audit.seal()
    except ArhivarError as error:
        return AuditOutcome(verdict, error)
    return AuditOutcome(verdict)


def record_verified(
    archive: Archive,
    verdicts: Sequence[Verdict],
    audit: AuditOutcome | None,
    *,
    unit: tuple[str, UUID | None] | None,
    drawn: dict[str, int] | None,
) -> None:
    """Record a verify run and what came of it: of a unit, of a sample (`drawn`), or of everything.

    Raises CatalogueError.
    """
    details: dict[str, str | int] = {
        "units": len(verdicts),
        "bytes": sum(verdict.read_bytes for verdict in verdicts),
        "differences": sum(len(verdict.findings) for verdict in verdicts),
        "errors": sum(verdict.error is not None for verdict in verdicts),
        "in_hand": sum(verdict.in_hand for verdict in verdicts),
    }
    if drawn is not None:
        details |= {"sample": drawn["size"], "seed": drawn["seed"]}
    if audit is not None:
        details |= {"audit_records": audit.verdict.records, "audit_differences": len(audit.verdict.findings)}
        if audit.error is not None:
            details["audit_error"] = audit.error.code
    if unit is None:
        record_audit(archive, AuditAction.ARCHIVE_VERIFIED, subject=ARCHIVE, details=details)
    else:
        record_audit(archive, AuditAction.UNIT_VERIFIED, subject=unit[0], unit_id=unit[1], details=details)
