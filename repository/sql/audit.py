# SPDX-License-Identifier: EUPL-1.2
"""The catalogue's audit: records are only ever added, each after the last one, by one writer at a time.

The one row of `audit_end` says where the chain ends. Writers lock it first, so that two never continue from the same
record.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from repository.sql.connection import SqlConnection
from repository.tables import AuditEndTable, AuditTable
from schemas.audit import AuditEnd, AuditEntry, AuditRecord, AuditRow
from schemas.errors import CatalogueError

_ONLY = 1


class AuditPart(SqlConnection):
    """See `repository.catalogue.Catalogue`."""

    def append_audit(self, entries: Iterable[AuditEntry]) -> AuditEnd:
        with self._write() as session:
            end = _end_for_update(session)
            for entry in entries:
                _append(session, end, entry)
            return _end(end)

    def audit_end(self) -> AuditEnd:
        with self._read() as session:
            return _end(session.get_one(AuditEndTable, _ONLY))

    def audit_rows(
        self,
        *,
        after: int = 0,
        limit: int | None = None,
        unit_id: UUID | None = None,
        since: datetime | None = None,
        newest_first: bool = False,
    ) -> list[AuditRow]:
        order = AuditTable.sequence.desc() if newest_first else AuditTable.sequence
        columns = (AuditTable.sequence, AuditTable.at, AuditTable.unit_id, AuditTable.record, AuditTable.hash)
        query = select(*columns).where(AuditTable.sequence > after)
        if unit_id is not None:
            query = query.where(AuditTable.unit_id == unit_id)
        if since is not None:
            query = query.where(AuditTable.at >= since)
        with self._read() as session:
            return [AuditRow(*row) for row in session.execute(query.order_by(order).limit(limit))]

    def seal_audit(self, *, batch: int, sealed: int, last_hash: str, head: str) -> AuditEnd:
        with self._write() as session:
            end = _end_for_update(session)
            if batch > end.batch:
                end.batch, end.sealed, end.head = batch, sealed, head
                if sealed > end.sequence:
                    end.sequence, end.hash = sealed, last_hash
            return _end(end)

    def restore_audit(self, rows: Iterable[AuditRow]) -> int:
        restored = 0
        with self._write() as session:
            end = _end_for_update(session)
            for row in rows:
                if row.sound is None:
                    raise CatalogueError(detail=f"audit record {row.sequence} does not match its hash")
                known = session.get(AuditTable, row.sequence)
                if known is not None:
                    if (known.record, known.hash) != (row.record, row.hash):
                        raise CatalogueError(detail=f"audit record {row.sequence} is another one here")
                    continue
                session.add(_table(row))
                restored += 1
                if row.sequence > end.sequence:
                    end.sequence, end.hash = row.sequence, row.hash
        return restored


def append_entry(session: Session, entry: AuditEntry) -> None:
    """Add a record in a transaction that also does something else: both, or neither."""
    _append(session, _end_for_update(session), entry)


def _append(session: Session, end: AuditEndTable, entry: AuditEntry) -> None:
    row = AuditRow.of(AuditRecord.after(entry, end.sequence, end.hash))
    session.add(_table(row))
    end.sequence, end.hash = row.sequence, row.hash


def _end_for_update(session: Session) -> AuditEndTable:
    return session.get_one(AuditEndTable, _ONLY, with_for_update=True)


def _end(row: AuditEndTable) -> AuditEnd:
    return AuditEnd(row.sequence, row.hash, row.batch, row.sealed, row.head)


def _table(row: AuditRow) -> AuditTable:
    return AuditTable(sequence=row.sequence, at=row.at, unit_id=row.unit_id, record=row.record, hash=row.hash)
