# SPDX-License-Identifier: EUPL-1.2
"""The catalogue's part for watching: time by stage, looks at inboxes, sums in a number of statements that is fixed."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, delete, func, select
from sqlalchemy.orm import Session

from repository.monitoring import FixityStanding, InboxLook, StageRun, StageSum, Standing
from repository.sql.connection import SqlConnection
from repository.sql.hours import start_of
from repository.tables import (
    AuditTable,
    FiguresTable,
    FixityTable,
    InboxLookTable,
    IngestTable,
    LeaseTable,
    OutboxTable,
    StageRunTable,
    UnitTable,
)
from schemas.audit import AuditAction
from schemas.ingest import IngestState
from schemas.stages import Stage, StageOutcome

_MS = 1000
_BACKUP_DAYS = timedelta(days=92)
"""The audit is looked through so far back, by its index on times."""
_SUMS = (
    func.sum(StageRunTable.runs),
    func.sum(StageRunTable.pages),
    func.sum(StageRunTable.wall_ms),
    func.sum(StageRunTable.cpu_ms),
)


class MonitoringPart(SqlConnection):
    """See `repository.catalogue.Catalogue`."""

    def record_stages(self, runs: Sequence[StageRun]) -> None:
        if not runs:
            return
        with self._write() as session:
            session.add_all(
                StageRunTable(
                    stage=run.stage.value,
                    outcome=run.outcome.value,
                    ingest_id=run.ingest_id,
                    ended_at=run.ended_at,
                    host=run.host[:255],
                    runs=1,
                    pages=run.pages,
                    wall_ms=round(run.wall_seconds * _MS),
                    cpu_ms=round(run.cpu_seconds * _MS),
                )
                for run in runs
            )

    def fold_stages(self, before: datetime) -> int:
        with self._write() as session:
            old = StageRunTable.ended_at < before
            key = (StageRunTable.stage, StageRunTable.outcome)
            sums = session.execute(select(*key, func.max(StageRunTable.ended_at), *_SUMS).where(old).group_by(*key))
            folded = [
                StageRunTable(
                    stage=stage,
                    outcome=outcome,
                    ended_at=last,
                    runs=int(runs),
                    pages=int(pages),
                    wall_ms=int(wall_ms),
                    cpu_ms=int(cpu_ms),
                )
                for stage, outcome, last, runs, pages, wall_ms, cpu_ms in sums
            ]
            removed: int = session.execute(delete(StageRunTable).where(old)).rowcount  # type: ignore[attr-defined]
            session.add_all(folded)
            return removed - len(folded)

    def record_look(self, look: InboxLook) -> None:
        with self._write() as session:
            session.merge(
                InboxLookTable(
                    inbox=look.inbox,
                    looked_at=look.looked_at,
                    waiting=look.waiting,
                    waiting_since=look.waiting_since,
                    quarantined=look.quarantined,
                    quarantined_since=look.quarantined_since,
                )
            )

    def standing(self, now: datetime) -> Standing:
        with self._read() as session:
            states = select(IngestTable.state, func.count()).group_by(IngestTable.state).order_by(IngestTable.state)
            waiting, since = session.execute(select(func.count(), func.min(OutboxTable.enqueued_at))).one()
            return Standing(
                ingests=tuple((IngestState(state), count) for state, count in session.execute(states)),
                leases=_leases(session, now),
                outbox=waiting,
                outbox_since=since,
                fixity=_fixity(session),
                backup_at=_backup(session, now),
                stages=_stages(session),
                looks=tuple(_look(row) for row in session.scalars(select(InboxLookTable).order_by("inbox"))),
            )


def _leases(session: Session, now: datetime) -> tuple[tuple[str, int], ...]:
    held = select(LeaseTable.name).where(LeaseTable.owner.is_not(None), LeaseTable.expires_at > now)
    kinds = Counter(name.partition(":")[0] for name in session.scalars(held))
    return tuple(sorted(kinds.items()))


def _fixity(session: Session) -> FixityStanding:
    """An object is named by the URN of its unit's id (RFC 9562); databases differ in how they keep the id."""
    digits = func.replace(cast(UnitTable.unit_id, String), "-", "")
    urn: ColumnElement[str] = cast("urn:uuid:", String)
    for first, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12)):
        urn = urn.concat(func.substr(digits, first, length) if first == 1 else "-" + func.substr(digits, first, length))
    seen = FixityTable.verified_at.is_not(None)
    query = (
        select(
            func.count(),
            func.count(FixityTable.verified_at),
            func.min(FixityTable.verified_at),
            func.min(FiguresTable.deposited_hour).filter(~seen),
        )
        .select_from(UnitTable)
        .outerjoin(FixityTable, FixityTable.object_id == urn)
        .outerjoin(FiguresTable, FiguresTable.ingest_id == UnitTable.ingest_id)
        .where(UnitTable.version.is_not(None))
    )
    objects, checked, verified_at, hour = session.execute(query).one()
    known = [at for at in (verified_at, None if hour is None else start_of(hour)) if at is not None]
    return FixityStanding(objects, objects - checked, min(known, default=None))


def _backup(session: Session, now: datetime) -> datetime | None:
    named = AuditTable.record.contains(f'"action":"{AuditAction.BACKUP_MADE.value}"', autoescape=True)
    found: datetime | None = session.scalar(
        select(func.max(AuditTable.at)).where(AuditTable.at > now - _BACKUP_DAYS, named)
    )
    return found


def _stages(session: Session) -> tuple[StageSum, ...]:
    key = (StageRunTable.stage, StageRunTable.outcome)
    return tuple(
        StageSum(Stage(stage), StageOutcome(outcome), int(runs), int(pages), int(wall_ms) / _MS, int(cpu_ms) / _MS)
        for stage, outcome, runs, pages, wall_ms, cpu_ms in session.execute(
            select(*key, *_SUMS).group_by(*key).order_by(*key)
        )
    )


def _look(row: InboxLookTable) -> InboxLook:
    return InboxLook(row.inbox, row.looked_at, row.waiting, row.waiting_since, row.quarantined, row.quarantined_since)
