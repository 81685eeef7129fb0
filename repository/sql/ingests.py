# SPDX-License-Identifier: EUPL-1.2
"""The catalogue's ingests, their states, and drops that never became one."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from repository.records import IngestRow, QuarantineRow
from repository.sql.connection import SqlConnection
from repository.sql.figures import note_manifest
from repository.sql.units import unit_for_update
from repository.tables import IngestTable, QuarantineTable, UnitTable
from schemas.access import strictest
from schemas.crash_points import CrashPoint, reached
from schemas.drop import Intent
from schemas.errors import CatalogueError
from schemas.findings import Finding
from schemas.ingest import UNFINISHED, IngestState, Manifest
from schemas.unit import AccessClass

_ASIDE = (IngestState.QUARANTINED, IngestState.REJECTED)
FINDINGS: TypeAdapter[tuple[Finding, ...]] = TypeAdapter(tuple[Finding, ...])


class IngestsPart(SqlConnection):
    """See `repository.catalogue.Catalogue`."""

    def register_ingest(self, manifest: Manifest, *, state: IngestState = IngestState.RECEIVED) -> IngestRow:
        with self._write() as session:
            known = session.get(IngestTable, manifest.ingest_id)
            if known is not None:
                return ingest_row(known)
            ensure_unit(session, manifest)
            row = IngestTable(
                ingest_id=manifest.ingest_id,
                unit_id=manifest.unit_id,
                attempt=manifest.attempt,
                state=state.value,
                intent=manifest.intent.value,
                folder=manifest.folder,
                received_at=manifest.received_at,
                updated_at=manifest.received_at,
                manifest=manifest.to_json().decode(),
            )
            session.add(row)
            session.flush()
            note_manifest(session, manifest)
            return ingest_row(row)

    def ingest(self, ingest_id: str) -> IngestRow | None:
        with self._read() as session:
            row = session.get(IngestTable, ingest_id)
            return ingest_row(row) if row else None

    def ingests(self, unit_id: UUID | None = None, states: Collection[IngestState] | None = None) -> list[IngestRow]:
        query = select(IngestTable).order_by(
            IngestTable.received_at.desc(), IngestTable.attempt.desc(), IngestTable.ingest_id
        )
        if unit_id is not None:
            query = query.where(IngestTable.unit_id == unit_id)
        if states is not None:
            query = query.where(IngestTable.state.in_([state.value for state in states]))
        with self._read() as session:
            return [ingest_row(row) for row in session.scalars(query)]

    def advance(self, ingest_id: str, state: IngestState, *, reason: str | None = None, now: datetime) -> IngestRow:
        with self._write() as session:
            row = ingest_for_update(session, ingest_id)
            if row.state != state.value:
                check_move(row, state)
                row.state = state.value
                row.reason = reason
                row.updated_at = now
                session.flush()
            advanced = ingest_row(row)
        reached(CrashPoint.STATE_ADVANCED)
        return advanced

    def record_quarantine(
        self, folder: str, reference_code: str | None, findings: Sequence[Finding], where: str, now: datetime
    ) -> QuarantineRow:
        with self._write() as session:
            row = session.merge(
                QuarantineTable(
                    place=where,
                    folder=folder,
                    reference_code=reference_code,
                    findings=FINDINGS.dump_json(tuple(findings), exclude_none=True).decode(),
                    quarantined_at=now,
                )
            )
            return _quarantine(row)

    def quarantined(self) -> list[QuarantineRow]:
        query = select(QuarantineTable).order_by(QuarantineTable.quarantined_at.desc(), QuarantineTable.place)
        with self._read() as session:
            return [_quarantine(row) for row in session.scalars(query)]


def ingest_for_update(session: Session, ingest_id: str) -> IngestTable:
    """The ingest's row, locked until the transaction ends. Raises `CatalogueError` for an unknown one."""
    row = session.get(IngestTable, ingest_id, with_for_update=True)
    if row is None:
        raise CatalogueError(detail=f"there is no ingest {ingest_id}")
    return row


def check_move(row: IngestTable, state: IngestState) -> None:
    """Raises `CatalogueError` for a move to another state that is not forward or aside.

    What waits in quarantine may be rejected.
    """
    order = list(IngestState)
    forward = order.index(state) > order.index(IngestState(row.state))
    dropped = row.state == IngestState.QUARANTINED and state is IngestState.REJECTED
    if (row.state not in UNFINISHED or not forward) and not dropped:
        raise CatalogueError(detail=f"ingest {row.ingest_id} cannot go from {row.state} to {state.value}")


def ensure_unit(session: Session, manifest: Manifest) -> bool:
    """Enter the manifest's unit where it is new; whether it was.

    Raises `CatalogueError` where its reference code is another unit's.
    """
    description = manifest.description
    if unit_for_update(session, manifest.unit_id) is not None:
        return False
    other = session.scalar(select(UnitTable).where(UnitTable.reference_code == description.reference_code))
    if other is not None:
        detail = f"{description.reference_code} is unit {other.unit_id}, not {manifest.unit_id}"
        raise CatalogueError(detail=detail)
    session.add(
        UnitTable(
            unit_id=manifest.unit_id,
            reference_code=description.reference_code,
            title=description.title,
            fonds=description.fonds,
            series=description.series,
            access_class=strictest((description.access_class, AccessClass.STAFF)).value,  # public is decided
        )
    )
    session.flush()
    return True


def ingest_row(row: IngestTable) -> IngestRow:
    """The row as the catalogue gives it."""
    return IngestRow(
        ingest_id=row.ingest_id,
        unit_id=row.unit_id,
        attempt=row.attempt,
        state=IngestState(row.state),
        intent=Intent(row.intent),
        folder=row.folder,
        pages=row.pages,
        version=row.version,
        reason=row.reason,
        received_at=row.received_at,
        updated_at=row.updated_at,
        manifest=Manifest.from_json(row.manifest),
    )


def _quarantine(row: QuarantineTable) -> QuarantineRow:
    return QuarantineRow(
        folder=row.folder,
        reference_code=row.reference_code,
        findings=FINDINGS.validate_json(row.findings),
        where=row.place,
        quarantined_at=row.quarantined_at,
    )
