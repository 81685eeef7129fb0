# SPDX-License-Identifier: EUPL-1.2
"""What other parts of the catalogue note for the report, within their own transactions."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from repository.sql.hours import hour_of
from repository.tables import FiguresTable, ReadingTable
from schemas.ingest import FileRole, Manifest


def figures_for_update(session: Session, ingest_id: str) -> FiguresTable:
    """The figures of an ingest that is known and locked, new and empty where there are none."""
    row = session.get(FiguresTable, ingest_id)
    if row is None:
        row = FiguresTable(ingest_id=ingest_id)
        session.add(row)
    return row


def note_manifest(session: Session, manifest: Manifest) -> None:
    """Keep how many pages and bytes were captured."""
    row = figures_for_update(session, manifest.ingest_id)
    row.captured_pages = len(manifest.pages)
    row.master_bytes = sum(file.size_bytes for file in manifest.files_of(FileRole.PAGES))


def note_deposit(session: Session, ingest_id: str, at: datetime | None, access_bytes: int | None) -> None:
    """Keep when it was deposited and how large its access PDF is; what is known already stays."""
    row = figures_for_update(session, ingest_id)
    if row.deposited_hour is None and at is not None:
        row.deposited_hour = hour_of(at)
    if row.access_bytes is None:
        row.access_bytes = access_bytes


def note_reading(session: Session, ingest_id: str, pages: int, now: datetime) -> None:
    """Count first results of this hour; without any, it is still a sign of life."""
    hour = hour_of(now)
    more = (
        update(ReadingTable)
        .where(ReadingTable.ingest_id == ingest_id, ReadingTable.hour == hour)
        .values(pages=ReadingTable.pages + pages, last_at=now)
        .execution_options(synchronize_session=False)
    )
    if session.execute(more).rowcount:  # type: ignore[attr-defined]
        return
    try:
        with session.begin_nested():
            session.add(ReadingTable(ingest_id=ingest_id, hour=hour, pages=pages, first_at=now, last_at=now))
    except IntegrityError:  # another worker was first in this hour
        session.execute(more)
