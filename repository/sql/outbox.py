# SPDX-License-Identifier: EUPL-1.2
"""The catalogue's deposits and the outbox that feeds the index: both change in one transaction."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from repository.records import OutboxEntry
from repository.sql.audit import append_entry
from repository.sql.connection import SqlConnection
from repository.sql.figures import note_deposit
from repository.sql.ingests import check_move, ingest_for_update
from repository.sql.units import unit_for_update
from repository.tables import OutboxTable
from schemas.audit import AuditEntry
from schemas.crash_points import CrashPoint, reached
from schemas.errors import CatalogueError
from schemas.ingest import IngestState, Manifest


class OutboxPart(SqlConnection):
    """See `repository.catalogue.Catalogue`."""

    def record_deposit(
        self,
        ingest_id: str,
        version: int,
        pages: int,
        now: datetime,
        audit: AuditEntry | None = None,
        *,
        access_bytes: int | None = None,
    ) -> None:
        with self._write() as session:
            ingest = ingest_for_update(session, ingest_id)
            if ingest.version == version:
                return
            if ingest.state != IngestState.DEPOSITED:
                check_move(ingest, IngestState.DEPOSITED)
            unit = unit_for_update(session, ingest.unit_id)
            if unit is None or (unit.version or 0) > version:
                known = unit.version if unit else None
                raise CatalogueError(detail=f"ingest {ingest_id} became version {version}, but the unit is at {known}")
            description = Manifest.from_json(ingest.manifest).description
            # Not the access class: who may see a unit is decided by a person, not by a rescan.
            unit.title, unit.fonds, unit.series = description.title, description.fonds, description.series
            unit.version, unit.ingest_id, unit.pages = version, ingest_id, pages
            ingest.state, ingest.version, ingest.updated_at = IngestState.DEPOSITED.value, version, now
            session.add(
                OutboxTable(unit_id=unit.unit_id, ingest_id=ingest_id, version=version, enqueued_at=now),
            )
            note_deposit(session, ingest_id, now, access_bytes)
            if audit is not None:
                append_entry(session, audit)
            session.flush()
            reached(CrashPoint.DEPOSIT_WRITTEN)
        reached(CrashPoint.DEPOSIT_COMMITTED)

    def enqueue(self, unit_ids: Iterable[UUID], now: datetime) -> None:
        with self._write() as session:
            for unit_id in unit_ids:
                unit = unit_for_update(session, unit_id)
                if unit is None or unit.version is None or unit.ingest_id is None:
                    continue
                waits = select(OutboxTable.id).where(
                    OutboxTable.unit_id == unit_id, OutboxTable.version == unit.version
                )
                if session.scalar(waits) is None:
                    session.add(
                        OutboxTable(unit_id=unit_id, ingest_id=unit.ingest_id, version=unit.version, enqueued_at=now)
                    )

    def outbox(self, limit: int, unit_id: UUID | None = None) -> list[OutboxEntry]:
        query = select(OutboxTable).order_by(OutboxTable.id).limit(limit)
        if unit_id is not None:
            query = query.where(OutboxTable.unit_id == unit_id)
        with self._read() as session:
            return [OutboxEntry(row.id, row.unit_id, row.ingest_id, row.version) for row in session.scalars(query)]

    def outbox_done(self, ids: Iterable[int]) -> None:
        with self._write() as session:
            for one in ids:
                session.execute(delete(OutboxTable).where(OutboxTable.id == one))
