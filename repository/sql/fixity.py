# SPDX-License-Identifier: EUPL-1.2
"""The catalogue's memory of when each object was verified."""

from datetime import datetime

from sqlalchemy import select

from repository.sql.connection import SqlConnection
from repository.tables import FixityTable


class FixityPart(SqlConnection):
    """See `repository.catalogue.Catalogue`."""

    def record_fixity(self, object_id: str, now: datetime) -> None:
        with self._write() as session:
            row = session.get(FixityTable, object_id, with_for_update=True)
            if row is None:
                session.add(FixityTable(object_id=object_id, verified_at=now))
            else:
                row.verified_at = max(row.verified_at, now)

    def fixity(self) -> dict[str, datetime]:
        with self._read() as session:
            return dict(session.execute(select(FixityTable.object_id, FixityTable.verified_at)).all())
