# SPDX-License-Identifier: EUPL-1.2
"""The catalogue's ways out: how quarantines ended, and ingests that are begun again."""

from datetime import datetime

from sqlalchemy import delete, select

from repository.records import Decision, IngestRow, QuarantineEnd, QuarantineRow
from repository.sql.connection import SqlConnection
from repository.sql.ingests import FINDINGS, ingest_for_update, ingest_row
from repository.tables import IngestTable, QuarantineEndTable, QuarantineTable
from schemas.errors import CatalogueError
from schemas.ingest import IngestState, Manifest

_BEGUN = (IngestState.RECEIVED, IngestState.STAGED)
_AT_REST = (IngestState.INDEXED, IngestState.RECONCILED, IngestState.QUARANTINED, IngestState.REJECTED)


class ExitsPart(SqlConnection):
    """See `repository.catalogue.Catalogue`."""

    def end_quarantine(
        self,
        drop: QuarantineRow,
        decision: Decision,
        *,
        reason: str,
        by: str,
        now: datetime,
        digest: str | None = None,
    ) -> QuarantineEnd:
        with self._write() as session:
            session.execute(delete(QuarantineTable).where(QuarantineTable.place == drop.where))
            last = session.scalar(
                select(QuarantineEndTable)
                .where(QuarantineEndTable.place == drop.where)
                .order_by(QuarantineEndTable.id.desc())
                .limit(1)
            )
            if last is not None:
                known = _end(last)
                if (known.drop, known.decision, known.digest) == (drop, decision, digest):
                    return known
            row = QuarantineEndTable(
                place=drop.where,
                folder=drop.folder,
                reference_code=drop.reference_code,
                findings=FINDINGS.dump_json(drop.findings, exclude_none=True).decode(),
                quarantined_at=drop.quarantined_at,
                decision=decision.value,
                reason=reason,
                decided_by=by,
                decided_at=now,
                digest=digest,
            )
            session.add(row)
            session.flush()
            return _end(row)

    def quarantine_ends(self, folder: str | None = None) -> list[QuarantineEnd]:
        query = select(QuarantineEndTable).order_by(QuarantineEndTable.id.desc())
        if folder is not None:
            query = query.where(QuarantineEndTable.folder == folder)
        with self._read() as session:
            return [_end(row) for row in session.scalars(query)]

    def find_ingests(self, prefix: str) -> list[str]:
        query = select(IngestTable.ingest_id).where(IngestTable.ingest_id.startswith(prefix, autoescape=True))
        with self._read() as session:
            return list(session.scalars(query.order_by(IngestTable.ingest_id)))

    def begin_attempt(self, manifest: Manifest, *, state: IngestState, now: datetime) -> IngestRow:
        if state not in _BEGUN:
            raise ValueError(f"an attempt does not begin as {state}")
        with self._write() as session:
            row = ingest_for_update(session, manifest.ingest_id)
            at_rest = row.state in _AT_REST
            if row.attempt == manifest.attempt and not at_rest:
                return ingest_row(row)
            if not at_rest or row.attempt + 1 != manifest.attempt or row.unit_id != manifest.unit_id:
                detail = f"ingest {row.ingest_id}, {row.state}, attempt {row.attempt}, cannot begin {manifest.attempt}"
                raise CatalogueError(detail=detail)
            row.attempt = manifest.attempt
            row.state = state.value
            row.folder = manifest.folder
            row.reason = None
            row.updated_at = now
            row.manifest = manifest.to_json().decode()
            if state is IngestState.RECEIVED:
                row.version = None
                row.received_at = manifest.received_at
            session.flush()
            return ingest_row(row)


def _end(row: QuarantineEndTable) -> QuarantineEnd:
    drop = QuarantineRow(
        folder=row.folder,
        reference_code=row.reference_code,
        findings=FINDINGS.validate_json(row.findings),
        where=row.place,
        quarantined_at=row.quarantined_at,
    )
    return QuarantineEnd(
        drop=drop,
        decision=Decision(row.decision),
        reason=row.reason,
        by=row.decided_by,
        at=row.decided_at,
        digest=row.digest,
    )
