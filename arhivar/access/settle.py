# SPDX-License-Identifier: EUPL-1.2
"""Bring a unit's decisions to their end: journal, then catalogue; and weigh them for the version that is shown."""

from datetime import UTC, datetime
from uuid import UUID

from arhivar.access.effective import Standing, masters_of, stand, unit_access
from arhivar.access.journal import entry_digest, entry_numbers, missing, read_journal, write_entry
from arhivar.auditing import audit_entry
from arhivar.composition import Archive
from arhivar.keeping.contents import page_ranges
from repository.records import DecisionRow, UnitAccess
from schemas.access import AccessDecision, DecisionKind, strictest
from schemas.audit import AuditAction
from schemas.crash_points import CrashPoint, reached
from schemas.errors import LeaseLost, ObjectExists
from schemas.unit import AccessClass, PackageDescription

_TRIES = 5

ACTIONS = {
    DecisionKind.PUBLISH: AuditAction.ACCESS_PUBLISHED,
    DecisionKind.WITHDRAW: AuditAction.ACCESS_WITHDRAWN,
    DecisionKind.CLASSIFY: AuditAction.ACCESS_CLASSIFIED,
}


def settle(archive: Archive, package: PackageDescription, version: int) -> UnitAccess:
    """Who may see the version's pages. What a killed process began to decide is done first.

    Raises LeaseLost where others go on deciding, StoreError, CatalogueError.
    """
    unit_id = package.unit_id
    for _ in range(_TRIES):
        rows = archive.catalogue.decisions(unit_id)
        known = archive.catalogue.access([unit_id]).get(unit_id)
        if not rows:
            described = strictest((AccessClass.STAFF, package.description.access_class))
            access = UnitAccess(described if known is None else strictest((described, known.access_class)))
            if known is None or access == known or archive.catalogue.set_access(unit_id, access):
                return access
            continue
        if not finish(archive, package, version, rows):
            continue
        access = unit_access(_standing(package, rows), version, rows[-1].decision.number)
        if access == known or archive.catalogue.set_access(unit_id, access):
            return access
    raise LeaseLost(name=package.description.reference_code)  # somebody decides again and again


def finish(archive: Archive, package: PackageDescription, version: int, rows: list[DecisionRow]) -> bool:
    """Write what does not count yet into the journal, and let it count. Again is nothing.

    False where the journal had another decision of that number: the catalogue has that one now, and not the one of the
    row. Raises StoreError, CatalogueError.
    """
    for position, row in enumerate(rows, start=1):
        if row.counts:
            continue
        decision = row.decision
        try:
            write_entry(archive.store, decision)
        except ObjectExists:
            learn(archive, package.unit_id)
            return False
        reached(CrashPoint.DECISION_WRITTEN)
        access = unit_access(_standing(package, rows[:position]), version, decision.number)
        archive.audit.prepare()
        archive.catalogue.count_decision(
            decision.unit_id,
            decision.number,
            access,
            datetime.now(UTC),
            audit_entry(
                archive.settings,
                ACTIONS[decision.kind],
                subject=package.description.reference_code,
                unit_id=decision.unit_id,
                reason=decision.reason,
                details=_details(decision),
                by=decision.by,
            ),
        )
        reached(CrashPoint.DECISION_COUNTED)
    return True


def learn(archive: Archive, unit_id: UUID) -> tuple[int, tuple[str, ...]]:
    """Enter what the unit's journal has and the catalogue does not count; how many, and which entries are lost.

    Raises StoreUnavailable, CatalogueError.
    """
    numbers = entry_numbers(archive.store, unit_id).get(unit_id, [])
    counting = {row.decision.number for row in archive.catalogue.decisions(unit_id) if row.counts}
    if not missing(numbers, counting):
        return 0, ()
    journal = read_journal(archive.store, unit_id, numbers)
    return archive.catalogue.restore_decisions(journal.decisions, datetime.now(UTC)), journal.lost


def _standing(package: PackageDescription, rows: list[DecisionRow]) -> Standing:
    decisions = [row.decision for row in rows]
    return stand(decisions, package.description.access_class, masters_of(package))


def _details(decision: AccessDecision) -> dict[str, str | int]:
    details: dict[str, str | int] = {
        "class": decision.access_class.value,
        "version": decision.version,
        "decision": decision.number,
        "entry": entry_digest(decision),
    }
    return details if decision.pages is None else {**details, "pages": page_ranges(decision.pages)}
