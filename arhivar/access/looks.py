# SPDX-License-Identifier: EUPL-1.2
"""Looks: every opening of a page or snippet that is not public is in the audit before it is shown.

The audit is one chain with one writer at a time, and each of its transactions is forced to disk. So looks that wait
together go together: while one thread commits, what arrives makes the next batch, and whoever comes first commits it
for all. A look alone waits for one transaction; under load a look costs a share of one.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from arhivar.audit.trail import AuditTrail
from arhivar.keeping.contents import page_ranges
from schemas.access import Look
from schemas.audit import AuditAction, AuditEntry
from schemas.errors import CatalogueUnavailable
from schemas.unit import AccessClass


@dataclass(slots=True)
class _Batch:
    """Looks that are committed together, and what came of it."""

    entries: list[AuditEntry] = field(default_factory=list)
    done: bool = False
    error: Exception | None = None


class LookBook:
    """Records looks. One for a process; safe among threads."""

    def __init__(self, audit: AuditTrail) -> None:
        self._audit = audit
        self._joining = threading.Lock()
        self._committing = threading.Lock()
        self._open = _Batch()

    def record(self, looks: Iterable[Look]) -> None:
        """Return when the looks are durable; those at public pages only are left out.

        Nothing may be shown before it returns. Raises CatalogueError: then nothing may be shown.
        """
        entries = [look_entry(one) for one in looks if one.access_class is not AccessClass.PUBLIC]
        if not entries:
            return
        with self._joining:
            batch = self._open
            batch.entries.extend(entries)
        with self._committing:
            if not batch.done:
                with self._joining:
                    self._open = _Batch()
                self._commit(batch)
        if batch.error is not None:
            raise batch.error

    def _commit(self, batch: _Batch) -> None:
        batch.error = CatalogueUnavailable(detail="the thread that wrote the looks was stopped")
        try:
            self._audit.append_all(batch.entries)
            batch.error = None
        except Exception as error:  # noqa: BLE001 - each of those who wait is told
            batch.error = error
        finally:
            batch.done = True


def look_entry(look: Look) -> AuditEntry:
    """The look as the audit keeps it: ids and codes, and the working context as the clerk stated it."""
    context = look.context
    stated = {"request": context.request_number, "purpose": context.purpose, "basis": context.basis}
    return AuditEntry(
        at=datetime.now(UTC),
        actor=look.subject,
        action=AuditAction.LOOK,
        subject=look.reference_code,
        unit_id=look.unit_id,
        details={
            "role": look.role,
            "what": look.what.value,
            "pages": page_ranges(look.pages),
            "class": look.access_class.value,
            **{name: value for name, value in stated.items() if value is not None},
        },
    )
