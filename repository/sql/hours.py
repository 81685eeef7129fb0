# SPDX-License-Identifier: EUPL-1.2
"""Hours as whole numbers: what SQLite and PostgreSQL group by alike, where their date functions differ."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)


def hour_of(moment: datetime) -> int:
    """Whole hours since 1970 in UTC; a time without zone is taken for UTC, as SQLite keeps it."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _HOUR


def start_of(hour: int) -> datetime:
    """When that hour began, in UTC."""
    return _EPOCH + hour * _HOUR
