# SPDX-License-Identifier: EUPL-1.2
"""The catalogue's sums for the report. Nothing here reads a manifest, a ledger or a page's row of a finished ingest."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session

from repository.progress import (
    FindingCount,
    FinishedHour,
    HoldingCount,
    Progress,
    ReadingHour,
    StateCount,
    Stop,
    UnfinishedIngest,
    Volume,
)
from repository.sql.connection import SqlConnection
from repository.sql.figures import figures_for_update
from repository.sql.hours import start_of
from repository.sql.ingests import ingest_for_update
from repository.tables import (
    FiguresTable,
    FindingTable,
    IngestTable,
    InventoryTable,
    LeaseTable,
    LedgerTable,
    PageTable,
    QuarantineTable,
    ReadingTable,
    UnitTable,
)
from schemas.ingest import UNFINISHED, IngestState
from schemas.messages import Message
from schemas.unit import AccessClass

_GOING_ON = tuple(state.value for state in UNFINISHED)
_LISTED = (*_GOING_ON, IngestState.QUARANTINED.value)
_BEING_READ = (IngestState.STAGED.value, IngestState.PROCESSING.value)
_RANK = case(
    (IngestTable.state == IngestState.RECONCILED.value, 0),
    (IngestTable.state.in_(_GOING_ON), 1),
    (IngestTable.state == IngestState.QUARANTINED.value, 2),
    else_=3,
)
_PAGES = func.coalesce(FiguresTable.captured_pages, IngestTable.pages, 0)


class ProgressPart(SqlConnection):
    """See `repository.catalogue.Catalogue`."""

    def record_stop(self, ingest_id: str, stop: Stop) -> None:
        with self._write() as session:
            ingest_for_update(session, ingest_id)
            row = figures_for_update(session, ingest_id)
            row.stopped_code, row.stopped_at = stop.code, stop.at
            row.stopped_ro, row.stopped_en = stop.said.ro, stop.said.en

    def holdings(self) -> tuple[HoldingCount, ...]:
        with self._read() as session:
            return tuple(
                HoldingCount(fonds, series, AccessClass(access), IngestState(state), bool(measured), units, int(pages))
                for fonds, series, access, state, measured, units, pages in session.execute(_count_holdings())
            )

    def progress(self, now: datetime) -> Progress:
        with self._read() as session:
            masters, access = _volumes(session)
            return Progress(
                inventory=session.scalar(select(func.count()).select_from(InventoryTable)) or 0,
                declared=session.scalar(_count_declared()) or 0,
                units=tuple(
                    StateCount(IngestState(state), bool(measured), units, int(pages))
                    for state, measured, units, pages in session.execute(_count_units())
                ),
                finished=tuple(
                    FinishedHour(None if hour is None else start_of(hour), units, int(pages))
                    for hour, units, pages in session.execute(_count_finished())
                ),
                reading=tuple(
                    ReadingHour(start_of(hour), int(pages), first_at, last_at)
                    for hour, pages, first_at, last_at in session.execute(_count_read())
                ),
                masters=masters,
                access=access,
                findings=tuple(
                    FindingCount(code, count, ingests) for code, count, ingests in session.execute(_count_findings())
                ),
                unfinished=_unfinished(session, now),
                quarantine=tuple(session.scalars(select(QuarantineTable.place).order_by(QuarantineTable.place))),
            )


def _count_declared() -> Select[int]:
    unit = select(UnitTable.unit_id).where(UnitTable.reference_code == InventoryTable.reference_code)
    return select(func.count()).select_from(InventoryTable).where(~unit.exists())


def _count_units() -> Select[str, int, int, int]:
    """Units and pages by the state of each unit's leading ingest."""
    leading = _leading()
    key = (leading.c.state, leading.c.measured)
    return (
        select(*key, func.count(), func.sum(leading.c.pages)).where(leading.c.place == 1).group_by(*key).order_by(*key)
    )


def _count_holdings() -> Select[str | None, str | None, str, str, int, int, int]:
    """The same by fonds, series and access class."""
    leading = _leading()
    key = (UnitTable.fonds, UnitTable.series, UnitTable.access_class, leading.c.state, leading.c.measured)
    return (
        select(*key, func.count(), func.sum(leading.c.pages))
        .join(leading, leading.c.unit_id == UnitTable.unit_id)
        .where(leading.c.place == 1)
        .group_by(*key)
    )


def _leading() -> Subquery:
    """Every ingest with its place among those of its unit; the leading one has 1."""
    place = func.row_number().over(
        partition_by=IngestTable.unit_id,
        order_by=(_RANK, IngestTable.received_at.desc(), IngestTable.attempt.desc(), IngestTable.ingest_id),
    )
    measured = case((LedgerTable.ingest_id.is_(None), 0), else_=1)
    return (
        select(
            IngestTable.unit_id,
            IngestTable.state,
            measured.label("measured"),
            _PAGES.label("pages"),
            place.label("place"),
        )
        .outerjoin(FiguresTable, FiguresTable.ingest_id == IngestTable.ingest_id)
        .outerjoin(LedgerTable, LedgerTable.ingest_id == IngestTable.ingest_id)
        .subquery()
    )


def _count_finished() -> Select[int | None, int, int]:
    """Units by the hour of their first reconciled version."""
    first: Subquery = (
        select(
            func.min(FiguresTable.deposited_hour).label("hour"),
            func.max(func.coalesce(UnitTable.pages, 0)).label("pages"),
        )
        .select_from(IngestTable)
        .join(UnitTable, UnitTable.unit_id == IngestTable.unit_id)
        .outerjoin(FiguresTable, FiguresTable.ingest_id == IngestTable.ingest_id)
        .where(IngestTable.state == IngestState.RECONCILED.value)
        .group_by(IngestTable.unit_id)
        .subquery()
    )
    # Databases differ in where null stands in an order.
    return (
        select(first.c.hour, func.count(), func.sum(first.c.pages))
        .group_by(first.c.hour)
        .order_by(case((first.c.hour.is_(None), 0), else_=1), first.c.hour)
    )


def _count_read() -> Select[int, int, datetime, datetime]:
    return (
        select(
            ReadingTable.hour,
            func.sum(ReadingTable.pages),
            func.min(ReadingTable.first_at),
            func.max(ReadingTable.last_at),
        )
        .group_by(ReadingTable.hour)
        .order_by(ReadingTable.hour)
    )


def _volumes(session: Session) -> tuple[Volume, Volume]:
    query = (
        select(
            func.count(),
            func.sum(FiguresTable.master_bytes),
            func.count(FiguresTable.master_bytes),
            func.sum(FiguresTable.access_bytes),
            func.count(FiguresTable.access_bytes),
        )
        .select_from(IngestTable)
        .outerjoin(FiguresTable, FiguresTable.ingest_id == IngestTable.ingest_id)
        .where(IngestTable.version.is_not(None))
    )
    deposits, masters, with_masters, access, with_access = session.execute(query).one()
    return Volume(int(masters or 0), deposits - with_masters), Volume(int(access or 0), deposits - with_access)


def _count_findings() -> Select[str, int, int]:
    rejected = select(IngestTable.ingest_id).where(IngestTable.state == IngestState.REJECTED.value)
    return (
        select(FindingTable.code, func.count(), func.count(FindingTable.ingest_id.distinct()))
        .where(FindingTable.ingest_id.not_in(rejected))
        .group_by(FindingTable.code)
        .order_by(func.count().desc(), FindingTable.code)
    )


def _unfinished(session: Session, now: datetime) -> tuple[UnfinishedIngest, ...]:
    listed = IngestTable.state.in_(_LISTED)
    counted = (
        select(PageTable.ingest_id, func.count())
        .join(IngestTable, IngestTable.ingest_id == PageTable.ingest_id)
        .where(IngestTable.state.in_(_BEING_READ), PageTable.kind.is_not(None))
        .group_by(PageTable.ingest_id)
    )
    done = dict(session.execute(counted).all())
    hours: dict[str, list[ReadingHour]] = defaultdict(list)
    own = (
        select(ReadingTable)
        .join(IngestTable, IngestTable.ingest_id == ReadingTable.ingest_id)
        .where(listed)
        .order_by(ReadingTable.hour)
    )
    for row in session.scalars(own):
        hours[row.ingest_id].append(ReadingHour(start_of(row.hour), row.pages, row.first_at, row.last_at))
    held = _held(session, now)
    query = (
        select(
            IngestTable.ingest_id,
            IngestTable.unit_id,
            UnitTable.reference_code,
            UnitTable.title,
            IngestTable.state,
            IngestTable.reason,
            IngestTable.received_at,
            IngestTable.updated_at,
            func.coalesce(IngestTable.pages, FiguresTable.captured_pages),
            LedgerTable.ingest_id.is_not(None),
            FiguresTable.stopped_code,
            FiguresTable.stopped_ro,
            FiguresTable.stopped_en,
            FiguresTable.stopped_at,
        )
        .join(UnitTable, UnitTable.unit_id == IngestTable.unit_id)
        .outerjoin(FiguresTable, FiguresTable.ingest_id == IngestTable.ingest_id)
        .outerjoin(LedgerTable, LedgerTable.ingest_id == IngestTable.ingest_id)
        .where(listed)
        .order_by(IngestTable.updated_at, IngestTable.ingest_id)
    )
    found = []
    for one in session.execute(query):
        (ingest_id, unit_id, code, title, state, reason, received_at, updated_at, pages, measured, *stop) = one
        read = state in _BEING_READ or state == IngestState.RECEIVED.value
        found.append(
            UnfinishedIngest(
                ingest_id=ingest_id,
                unit_id=unit_id,
                reference_code=code,
                title=title,
                state=IngestState(state),
                measured=bool(measured),
                reason=reason,
                received_at=received_at,
                updated_at=updated_at,
                pages=pages,
                pages_done=done.get(ingest_id, 0) if read else pages or 0,
                reading=tuple(hours[ingest_id]) if ingest_id in hours else (),
                held_until=held.get(f"ingest:{ingest_id}") or _intake(held, state, unit_id),
                stop=_stop(*stop),
            )
        )
    return tuple(found)


def _held(session: Session, now: datetime) -> dict[str, datetime]:
    """Leases on ingests that somebody holds, and until when."""
    query = select(LeaseTable.name, LeaseTable.expires_at).where(
        and_(
            LeaseTable.owner.is_not(None),
            LeaseTable.expires_at > now,
            or_(LeaseTable.name.startswith("ingest:"), LeaseTable.name.startswith("intake:")),
        )
    )
    return dict(session.execute(query).all())


def _intake(held: dict[str, datetime], state: str, unit_id: UUID) -> datetime | None:
    """An ingest that is only received is worked on under its unit's lease."""
    return held.get(f"intake:{unit_id}") if state == IngestState.RECEIVED.value else None


def _stop(code: str | None, ro: str | None, en: str | None, at: datetime | None) -> Stop | None:
    return None if code is None or at is None else Stop(code, Message(ro=ro or code, en=en or code), at)
