# SPDX-License-Identifier: EUPL-1.2
"""What commands and steps call to say what was done: `record_audit`."""

import os
import pwd
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from pydantic import ValidationError

from arhivar.composition import Archive
from arhivar.settings import Settings
from schemas.audit import AuditAction, AuditEntry
from schemas.errors import UsageError


def record_audit(
    archive: Archive,
    action: AuditAction,
    *,
    subject: str,
    unit_id: UUID | None = None,
    reason: str | None = None,
    details: Mapping[str, str | int] | None = None,
) -> None:
    """Add a record to the audit, durably; call it when the action is done. It is sealed when the command ends.

    `subject`, at most 1000 characters, names what it was done to: a reference code, an ingest, a place. Ids, codes and
    counts go in `details`, no titles and no personal data; `reason` is the operator's own words, at most 4000
    characters. Raises UsageError for longer ones or empty ones, CatalogueError.
    """
    archive.audit.append(
        audit_entry(archive.settings, action, subject=subject, unit_id=unit_id, reason=reason, details=details)
    )


def audit_entry(
    settings: Settings,
    action: AuditAction,
    *,
    subject: str,
    unit_id: UUID | None = None,
    reason: str | None = None,
    details: Mapping[str, str | int] | None = None,
    by: str | None = None,
) -> AuditEntry:
    """What `record_audit` adds, for a catalogue's method that adds it together with what was done.

    `by` is who did it, where that is not who runs this process. Call `archive.audit.prepare()` before it. Raises
    UsageError.
    """
    try:
        return AuditEntry(
            at=datetime.now(UTC),
            actor=actor(settings) if by is None else by,
            action=action,
            subject=subject,
            unit_id=unit_id,
            reason=reason,
            details=dict(details or {}),
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(detail=f"{first['loc'][0]}: {first['msg']}") from error


def actor(settings: Settings) -> str:
    """Who acts: what the settings name, else the process's user and the machine."""
    if settings.audit_actor is not None:
        return settings.audit_actor
    uid = os.getuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:  # a container may run under a number that has no name
        name = str(uid)
    return f"{name}@{socket.gethostname()}"
