# SPDX-License-Identifier: EUPL-1.2
"""Who did what to what: what `record_audit` keeps."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from arhivar.auditing import record_audit
from schemas.audit import AuditAction, AuditRecord
from schemas.errors import UsageError
from tests.arhivar.conftest import Town

UNIT = UUID("5b0c2d2e-8a53-5c2b-9d0e-6f5a4e1b7c11")


def test_a_record_says_who_did_what_to_what_when_and_why(town: Town) -> None:
    with town.open() as archive:
        record_audit(
            archive,
            AuditAction.INGEST_REJECTED,
            subject="LU/1",
            unit_id=UNIT,
            reason="dosar greșit",
            details={"ingest": "abc", "pages": 3},
        )
        (row,) = archive.catalogue.audit_rows()
    record = AuditRecord.from_json(row.record)
    assert abs(record.at - datetime.now(UTC)) < timedelta(minutes=1)
    assert "@" in record.actor
    assert (record.action, record.subject, record.unit_id) == (AuditAction.INGEST_REJECTED, "LU/1", UNIT)
    assert (record.reason, record.details) == ("dosar greșit", {"ingest": "abc", "pages": 3})


def test_the_settings_may_name_who_acts(town: Town) -> None:
    named = Town(town.settings.model_copy(update={"audit_actor": "registratura"}), town.inbox, town.pool)
    with named.open() as archive:
        record_audit(archive, AuditAction.BACKUP_MADE, subject="backup")
        (row,) = archive.catalogue.audit_rows()
    assert AuditRecord.from_json(row.record).actor == "registratura"


@pytest.mark.parametrize(("subject", "reason"), [("", None), ("x", "y" * 4001)])
def test_what_cannot_be_kept_whole_is_refused(town: Town, subject: str, reason: str | None) -> None:
    with town.open() as archive:
        with pytest.raises(UsageError):
            record_audit(archive, AuditAction.INGEST_RETRIED, subject=subject, reason=reason)
        assert archive.catalogue.audit_rows() == []
