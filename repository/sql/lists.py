# SPDX-License-Identifier: EUPL-1.2
"""Lists of the catalogue that are read a piece at a time: each goes on after the last row of the piece before."""

from collections.abc import Collection

from sqlalchemy import and_, or_, select

from repository.records import IngestRow, IngestsAfter, UnitRow
from repository.sql.connection import SqlConnection
from repository.sql.ingests import ingest_row
from repository.sql.units import unit_row
from repository.tables import IngestTable, PageAccessTable, UnitTable
from schemas.ingest import IngestState
from schemas.unit import AccessClass


class ListsPart(SqlConnection):
    """See `repository.catalogue.Catalogue`."""

    def units_after(self, after: str | None, limit: int, access_classes: Collection[AccessClass]) -> list[UnitRow]:
        named = [one.value for one in access_classes]
        own_pages = select(PageAccessTable.unit_id).where(PageAccessTable.access_class.in_(named))
        query = (
            select(UnitTable)
            .where(or_(UnitTable.access_class.in_(named), UnitTable.unit_id.in_(own_pages)))
            .order_by(UnitTable.reference_code)
            .limit(limit)
        )
        if after is not None:
            query = query.where(UnitTable.reference_code > after)
        with self._read() as session:
            return [unit_row(row) for row in session.scalars(query)]

    def ingests_after(
        self,
        after: IngestsAfter | None,
        limit: int,
        access_classes: Collection[AccessClass],
        states: Collection[IngestState] | None = None,
    ) -> list[IngestRow]:
        at, attempt, name = IngestTable.received_at, IngestTable.attempt, IngestTable.ingest_id
        query = (
            select(IngestTable)
            .join(UnitTable, UnitTable.unit_id == IngestTable.unit_id)
            .where(UnitTable.access_class.in_([one.value for one in access_classes]))
            .order_by(at.desc(), attempt.desc(), name)
            .limit(limit)
        )
        if states is not None:
            query = query.where(IngestTable.state.in_([state.value for state in states]))
        if after is not None:
            same_time = at == after.received_at
            query = query.where(
                or_(
                    at < after.received_at,
                    and_(same_time, attempt < after.attempt),
                    and_(same_time, attempt == after.attempt, name > after.ingest_id),
                )
            )
        with self._read() as session:
            return [ingest_row(row) for row in session.scalars(query)]
