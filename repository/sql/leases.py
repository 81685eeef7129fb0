# SPDX-License-Identifier: EUPL-1.2
"""The catalogue's leases. A token counts the acquisitions of a name, so that whoever was overtaken can be told."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from repository.records import Lease
from repository.sql.connection import SqlConnection
from repository.tables import LeaseTable
from schemas.errors import LeaseLost


class LeasesPart(SqlConnection):
    """See `repository.catalogue.Catalogue`."""

    def acquire_lease(
        self,
        name: str,
        owner: str,
        seconds: float,
        now: datetime,
        is_gone: Callable[[str], bool] = lambda _: False,
    ) -> Lease | None:
        expires_at = now + timedelta(seconds=seconds)
        with self._write() as session:
            row = session.get(LeaseTable, name, with_for_update=True)
            if row is None:
                row = LeaseTable(name=name, owner=owner, token=1, expires_at=expires_at)
                try:
                    with session.begin_nested():
                        session.add(row)
                except IntegrityError:  # another one was first to use this name
                    return None
                return _lease(row, owner)
            if row.owner is not None and row.expires_at > now and not is_gone(row.owner):
                return None
            row.owner, row.token, row.expires_at = owner, row.token + 1, expires_at
            return _lease(row, owner)

    def renew_lease(self, lease: Lease, seconds: float, now: datetime) -> Lease:
        with self._write() as session:
            row = _held(session, lease, lock=True)
            row.expires_at = now + timedelta(seconds=seconds)
            return _lease(row, lease.owner)

    def release_lease(self, lease: Lease) -> None:
        with self._write() as session:
            row = session.get(LeaseTable, lease.name, with_for_update=True)
            if row is not None and row.token == lease.token:
                row.owner = None

    def end_leases(self, before: datetime) -> list[str]:
        ended = (
            update(LeaseTable)
            .where(LeaseTable.owner.is_not(None), LeaseTable.expires_at < before)
            .values(owner=None)
            .returning(LeaseTable.name)
        )
        with self._write() as session:
            return sorted(session.scalars(ended))

    def check_lease(self, lease: Lease, now: datetime) -> None:
        with self._read() as session:
            if _held(session, lease, lock=False).expires_at <= now:
                raise LeaseLost(name=lease.name)


def _held(session: Session, lease: Lease, *, lock: bool) -> LeaseTable:
    row = session.get(LeaseTable, lease.name, with_for_update=lock or None)
    if row is None or row.token != lease.token or row.owner != lease.owner:
        raise LeaseLost(name=lease.name)
    return row


def _lease(row: LeaseTable, owner: str) -> Lease:
    return Lease(name=row.name, owner=owner, token=row.token, expires_at=row.expires_at)
