# SPDX-License-Identifier: EUPL-1.2
"""The catalogue's decisions about access, and what they come to for each unit's version.

Whoever changes either locks the unit's row first. A decision and what it changes for readers are one transaction, and
the same one lets the unit wait for the index again, under a new id: whoever is writing what held before cannot strike
that out.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from repository.records import DecisionRow, UnitAccess
from repository.sql.audit import append_entry
from repository.sql.connection import SqlConnection
from repository.sql.units import unit_for_update
from repository.tables import AccessDecisionTable, OutboxTable, PageAccessTable, UnitTable
from schemas.access import AccessDecision, DecisionKind, strictest
from schemas.audit import AuditEntry
from schemas.errors import CatalogueError
from schemas.unit import AccessClass

_NOT_WEIGHED = 0
"""No version has that number."""
_AT_ONCE = 500
"""Ids in one question: databases bound how many there may be."""


_CLASSES = {one.value: one for one in AccessClass}


class AccessPart(SqlConnection):
    """See `repository.catalogue.Catalogue`."""

    def decisions(self, unit_id: UUID) -> list[DecisionRow]:
        query = (
            select(AccessDecisionTable)
            .where(AccessDecisionTable.unit_id == unit_id)
            .order_by(AccessDecisionTable.number)
        )
        with self._read() as session:
            return [DecisionRow(AccessDecision.from_json(row.decision), row.counts) for row in session.scalars(query)]

    def decision_counts(self) -> dict[UUID, tuple[int, int]]:
        counting = func.count().filter(AccessDecisionTable.counts)
        query = select(AccessDecisionTable.unit_id, func.count(), counting).group_by(AccessDecisionTable.unit_id)
        with self._read() as session:
            return {unit_id: (all_of_it, those) for unit_id, all_of_it, those in session.execute(query)}

    def decisions_made(self) -> tuple[int, int]:
        query = select(func.count(), func.count().filter(AccessDecisionTable.counts)).select_from(AccessDecisionTable)
        with self._read() as session:
            all_of_them, those = session.execute(query).one()
            return all_of_them, those

    def begin_decision(self, decision: AccessDecision, access: UnitAccess, now: datetime) -> None:
        with self._write() as session:
            unit = _unit(session, decision.unit_id)
            known = session.get(AccessDecisionTable, (decision.unit_id, decision.number))
            if known is not None and AccessDecision.from_json(known.decision) == decision:
                return
            last = _last(session, decision.unit_id)
            if decision.number != last + 1:
                detail = f"unit {decision.unit_id} has {last} decisions; the next cannot be {decision.number}"
                raise CatalogueError(detail=detail)
            _add(session, decision, counts=False)
            _set(session, unit, access)
            _wait_anew(session, unit, now)

    def count_decision(
        self, unit_id: UUID, number: int, access: UnitAccess, now: datetime, audit: AuditEntry | None = None
    ) -> bool:
        with self._write() as session:
            unit = _unit(session, unit_id)
            row = session.get(AccessDecisionTable, (unit_id, number))
            if row is None:
                raise CatalogueError(detail=f"unit {unit_id} has no decision {number}")
            if row.counts:
                return False
            row.counts = True
            if access.last == _last(session, unit_id):
                _set(session, unit, access)
            _wait_anew(session, unit, now)
            if audit is not None:
                append_entry(session, audit)
            return True

    def restore_decisions(self, decisions: Iterable[AccessDecision], now: datetime) -> int:
        restored = 0
        with self._write() as session:
            for decision in decisions:
                unit = _unit(session, decision.unit_id)
                row = session.get(AccessDecisionTable, (decision.unit_id, decision.number))
                if row is not None and row.counts:
                    known = AccessDecision.from_json(row.decision)
                    if known != decision and DecisionKind.LOST not in (known.kind, decision.kind):
                        detail = f"decision {decision.number} of unit {decision.unit_id} is another one here"
                        raise CatalogueError(detail=detail)
                    if known == decision or decision.kind is DecisionKind.LOST:
                        continue
                if row is not None:
                    session.delete(row)
                    session.flush()
                _add(session, decision, counts=True)
                restored += 1
                # What they come to is weighed before the index is written; until then all of it is as closed as can be.
                unit.access_class = strictest((AccessClass(unit.access_class), decision.access_class)).value
                unit.access_version, unit.access_last = _NOT_WEIGHED, None
                _wait_anew(session, unit, now)
        return restored

    def set_access(self, unit_id: UUID, access: UnitAccess) -> bool:
        with self._write() as session:
            unit = _unit(session, unit_id)
            if access.last != _last(session, unit_id):
                return False
            _set(session, unit, access)
            return True

    def access(self, unit_ids: Iterable[UUID]) -> dict[UUID, UnitAccess]:
        wanted = sorted(set(unit_ids))
        known: dict[UUID, UnitAccess] = {}
        with self._read() as session:
            for start in range(0, len(wanted), _AT_ONCE):
                known |= _access(session, wanted[start : start + _AT_ONCE])
        return known


def _access(session: Session, unit_ids: list[UUID]) -> dict[UUID, UnitAccess]:
    """Columns, not rows as objects: it is asked for every answer."""
    units = session.execute(
        select(UnitTable.unit_id, UnitTable.access_class, UnitTable.access_version, UnitTable.access_last).where(
            UnitTable.unit_id.in_(unit_ids)
        )
    ).all()
    pages: dict[UUID, dict[int, AccessClass]] = {}
    decided = [unit_id for unit_id, _, version, _ in units if version is not None]
    if decided:
        own = select(PageAccessTable.unit_id, PageAccessTable.page, PageAccessTable.access_class)
        for unit_id, page, one in session.execute(own.where(PageAccessTable.unit_id.in_(decided))):
            pages.setdefault(unit_id, {})[page] = _CLASSES[one]
    return {
        unit_id: UnitAccess(_CLASSES[one], version, last or 0, pages.get(unit_id, {}))
        for unit_id, one, version, last in units
    }


def _unit(session: Session, unit_id: UUID) -> UnitTable:
    unit = unit_for_update(session, unit_id)
    if unit is None:
        raise CatalogueError(detail=f"there is no unit {unit_id}")
    return unit


def _last(session: Session, unit_id: UUID) -> int:
    query = select(func.max(AccessDecisionTable.number)).where(AccessDecisionTable.unit_id == unit_id)
    return session.scalar(query) or 0


def _add(session: Session, decision: AccessDecision, *, counts: bool) -> None:
    text = decision.to_json().decode()
    row = AccessDecisionTable(unit_id=decision.unit_id, number=decision.number, counts=counts, decision=text)
    session.add(row)
    session.flush()


def _set(session: Session, unit: UnitTable, access: UnitAccess) -> None:
    unit.access_class = access.access_class.value
    unit.access_version, unit.access_last = access.version, access.last
    session.execute(delete(PageAccessTable).where(PageAccessTable.unit_id == unit.unit_id))
    session.add_all(
        PageAccessTable(unit_id=unit.unit_id, page=page, access_class=one.value) for page, one in access.pages.items()
    )
    session.flush()


def _wait_anew(session: Session, unit: UnitTable, now: datetime) -> None:
    if unit.version is None or unit.ingest_id is None:
        return
    session.execute(delete(OutboxTable).where(OutboxTable.unit_id == unit.unit_id, OutboxTable.version == unit.version))
    session.add(OutboxTable(unit_id=unit.unit_id, ingest_id=unit.ingest_id, version=unit.version, enqueued_at=now))
    session.flush()
