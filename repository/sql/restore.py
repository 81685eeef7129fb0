# SPDX-License-Identifier: EUPL-1.2
"""The way back from packages into a catalogue that lost rows."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from repository.records import PageRow, Restored
from repository.sql.connection import SqlConnection
from repository.sql.figures import note_deposit, note_manifest
from repository.sql.ingests import ensure_unit
from repository.sql.units import unit_for_update
from repository.tables import IngestTable, OutboxTable, PageTable
from schemas.errors import CatalogueError
from schemas.ingest import IngestState, Manifest

_ASIDE = (IngestState.QUARANTINED, IngestState.REJECTED)


class RestorePart(SqlConnection):
    """See `repository.catalogue.Catalogue`."""

    def restore_deposit(
        self,
        manifest: Manifest,
        version: int,
        pages: Sequence[PageRow],
        *,
        head: bool,
        now: datetime,
        deposited_at: datetime | None = None,
        access_bytes: int | None = None,
        unit_pages: int | None = None,
    ) -> Restored:
        frames = {page.number: page.frames for page in manifest.pages}
        if sorted(frames) != sorted(page.number for page in pages):
            raise CatalogueError(detail=f"the package of ingest {manifest.ingest_id} has other pages than its manifest")
        with self._write() as session:
            added_unit = ensure_unit(session, manifest)
            row = session.get(IngestTable, manifest.ingest_id, with_for_update=True)
            added_ingest = row is None or (row.version is None or row.version < version)
            if row is not None and (
                row.attempt > manifest.attempt or row.state in _ASIDE or (row.version or 0) > version
            ):
                added_ingest, added_pages = False, 0
            else:
                if added_ingest:
                    _put_ingest(session, row, manifest, version, head=head, now=now)
                added_pages = _put_pages(session, manifest.ingest_id, frames, pages)
                note_manifest(session, manifest)
                note_deposit(session, manifest.ingest_id, deposited_at, access_bytes)
            unit = unit_for_update(session, manifest.unit_id)
            behind = unit is not None and head and (unit.version or 0) < version
            if unit is not None and behind:
                description = manifest.description
                unit.title, unit.fonds, unit.series = description.title, description.fonds, description.series
                unit.version, unit.ingest_id = version, manifest.ingest_id
                unit.pages = len(pages) if unit_pages is None else unit_pages
                _enqueue(session, manifest, version, now)
            return Restored(unit=added_unit or behind, ingest=added_ingest, pages=added_pages)


def _put_ingest(
    session: Session, row: IngestTable | None, manifest: Manifest, version: int, *, head: bool, now: datetime
) -> None:
    if row is None:
        row = IngestTable(ingest_id=manifest.ingest_id, unit_id=manifest.unit_id, received_at=manifest.received_at)
        session.add(row)
    row.attempt = manifest.attempt
    row.state = (IngestState.DEPOSITED if head else IngestState.RECONCILED).value
    row.intent = manifest.intent.value
    row.folder = manifest.folder
    row.pages = len(manifest.pages)
    row.version = version
    row.reason = None
    row.updated_at = now
    row.manifest = manifest.to_json().decode()
    session.flush()


def _put_pages(session: Session, ingest_id: str, frames: dict[int, int], pages: Sequence[PageRow]) -> int:
    """Pages that were missing or said something else; how many."""
    known = {row.number: row for row in session.scalars(select(PageTable).where(PageTable.ingest_id == ingest_id))}
    changed = 0
    for page in pages:
        values = {
            "file": page.file,
            "frame": page.frame,
            "frames": frames[page.number],
            "kind": page.kind.value,
            "language": page.language,
            "words": page.words,
            "confidence": page.confidence,
            "source_digest": page.source_digest,
        }
        row = known.get(page.number)
        if row is None:
            session.add(PageTable(ingest_id=ingest_id, number=page.number, **values))
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
        else:
            continue
        changed += 1
    session.flush()
    return changed


def _enqueue(session: Session, manifest: Manifest, version: int, now: datetime) -> None:
    waits = select(OutboxTable.id).where(OutboxTable.ingest_id == manifest.ingest_id, OutboxTable.version == version)
    if session.scalar(waits) is None:
        session.add(
            OutboxTable(unit_id=manifest.unit_id, ingest_id=manifest.ingest_id, version=version, enqueued_at=now)
        )
