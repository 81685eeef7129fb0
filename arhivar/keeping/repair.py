# SPDX-License-Identifier: EUPL-1.2
"""Repair what verify found wrong in the store, record it, and look again."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from arhivar.auditing import record_audit
from arhivar.composition import Archive
from arhivar.keeping.verify import Subject, Verdict, VerifyWatcher, verify_units
from repository.ocfl import OcflRepository
from repository.ocfl_commit import Swept
from repository.ocfl_repair import Reason, Repaired, Unrepaired, repair_object
from schemas.audit import AuditAction
from schemas.errors import ArhivarError, LeaseLost, StoreError
from schemas.findings import Finding, FindingCode
from schemas.messages import Language, Message

STORED = frozenset(
    {
        FindingCode.STORED_FILE_MISSING,
        FindingCode.STORED_FILE_DAMAGED,
        FindingCode.PACKAGE_MISSING,
        FindingCode.PACKAGE_DAMAGED,
        FindingCode.STORED_FILE_UNEXPECTED,
    }
)
"""What a repair can help with."""

_STAGE = "repair"
_ASIDE_NOWHERE = "–"
_DONE = frozenset({FindingCode.FILE_REPAIRED, FindingCode.FILE_SET_ASIDE})

_REASONS = {
    Reason.NO_REPLICA: Message(
        ro="nu este indicată nicio replică (ARHIVAR_REPLICA), iar pachetul nu are alți octeți cu amprenta lui",
        en="no replica is named (ARHIVAR_REPLICA), and the package holds no other bytes of its digest",
    ),
    Reason.NOT_IN_REPLICA: Message(ro="replica nu îl are", en="the replica does not have it"),
    Reason.REPLICA_WRONG: Message(
        ro="copia din replică este ea însăși greșită sau nu poate fi citită",
        en="the replica's own copy is wrong or cannot be read",
    ),
    Reason.NO_INVENTORY: Message(
        ro="niciun inventar, nici în depozit, nici în replică, nu poate fi crezut",
        en="no inventory, neither in the store nor in the replica, can be believed",
    ),
}


@dataclass(frozen=True, slots=True)
class RepairOutcome:
    """What became of one unit: what was found first, what was done, and what a second look found."""

    before: Verdict
    after: Verdict
    repaired: tuple[Finding, ...] = ()
    unrepaired: tuple[Finding, ...] = ()


def needs_repair(verdict: Verdict) -> bool:
    """Whether files in the store are wrong, rather than rows of the catalogue or the index."""
    return isinstance(verdict.error, StoreError) or any(finding.code in STORED for finding in verdict.findings)


def repair_unit(
    archive: Archive,
    replica: OcflRepository | None,
    subject: Subject,
    before: Verdict,
    on_bytes: Callable[[int], None],
) -> RepairOutcome:
    """Repair one unit under its lease, record each file, and verify the unit again.

    An error about this unit is in the second verdict. Raises StoreUnavailable where a store as a whole is gone.
    """
    done: list[Repaired | Unrepaired | Swept] = []
    try:
        _repair(archive, replica, subject, before.unit, done, on_bytes)
    except ArhivarError as error:
        archive.packages.require_root()
        after = replace(before, error=error)
    else:
        after = verify_units(archive, [subject], VerifyWatcher(lambda _: None, on_bytes, lambda _: None))[0]
    repaired = tuple(_repaired(one) for one in done if not isinstance(one, Unrepaired))
    if repaired:
        _note(archive, subject, repaired)
    return RepairOutcome(
        before, after, repaired, tuple(_unrepaired(one) for one in done if isinstance(one, Unrepaired))
    )


def _repair(
    archive: Archive,
    replica: OcflRepository | None,
    subject: Subject,
    unit: str,
    done: list[Repaired | Unrepaired | Swept],
    on_bytes: Callable[[int], None],
) -> None:
    name = subject.identifier if subject.unit_id is None else str(subject.unit_id)
    row = None if subject.unit_id is None else archive.catalogue.unit(subject.unit_id)
    with archive.leases.hold(f"unit:{name}", patience_seconds=archive.settings.lease_seconds) as lease:
        if lease is None:
            raise LeaseLost(name=name)
        known = None if row is None else row.version
        for one in repair_object(archive.packages, replica, subject.identifier, known_version=known, on_bytes=on_bytes):
            done.append(one)
            if isinstance(one, Repaired):
                details = {"file": one.path, "origin": one.origin, "aside": one.aside or _ASIDE_NOWHERE}
                record_audit(archive, AuditAction.FILE_REPAIRED, subject=unit, unit_id=subject.unit_id, details=details)
            elif isinstance(one, Swept):
                swept = {"file": one.path, "aside": one.aside or _ASIDE_NOWHERE}
                record_audit(archive, AuditAction.FILE_SET_ASIDE, subject=unit, unit_id=subject.unit_id, details=swept)
            lease.check()


def _note(archive: Archive, subject: Subject, findings: tuple[Finding, ...]) -> None:
    """Keep them with the ingest of the current version, after those of earlier repairs."""
    row = None if subject.unit_id is None else archive.catalogue.unit(subject.unit_id)
    if row is None or row.ingest_id is None or archive.catalogue.ingest(row.ingest_id) is None:
        return
    earlier = [one for one in archive.catalogue.findings(row.ingest_id) if one.code in _DONE]
    archive.catalogue.replace_findings(row.ingest_id, [*earlier, *findings], _STAGE)


def _repaired(one: Repaired | Swept) -> Finding:
    if isinstance(one, Swept):
        kept: dict[str, str | int | float] = {"file": one.path, "aside": one.aside or _ASIDE_NOWHERE}
        return Finding(code=FindingCode.FILE_SET_ASIDE, fields=kept)
    fields: dict[str, str | int | float] = {
        "file": one.path,
        "origin": one.origin,
        "aside": one.aside or _ASIDE_NOWHERE,
    }
    return Finding(code=FindingCode.FILE_REPAIRED, fields=fields)


def _unrepaired(one: Unrepaired) -> Finding:
    reason = _REASONS[one.reason]
    fields: dict[str, str | int | float] = {
        "file": one.path,
        "problem_ro": reason.say(Language.RO),
        "problem_en": reason.say(Language.EN),
    }
    return Finding(code=FindingCode.REPAIR_IMPOSSIBLE, fields=fields)
