# SPDX-License-Identifier: EUPL-1.2
"""Looks: every opening of a page or snippet that is not public is in the audit before it is shown.

The audit is one chain with one writer at a time, and each of its transactions is forced to disk. So looks that wait
together go together: while one thread commits, what arrives makes the next batch, and whoever came first commits it
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
    done: threading.Event = field(default_factory=threading.Event)
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
            leads = not batch.entries
            batch.entries.extend(entries)
        if leads:
            self._lead(batch)
        else:
            batch.done.wait()
        if batch.error is not None:
            raise batch.error

    def _lead(self, batch: _Batch) -> None:
        """Commit the batch once the one before it is through; until then others join it."""
        batch.error = CatalogueUnavailable(detail="the thread that wrote the looks was stopped")
        try:
            with self._committing:
                self._close(batch)
                self._audit.append_all(batch.entries)
            batch.error = None
        except Exception as error:  # noqa: BLE001 - each of those who wait is told
            batch.error = error
        finally:
            self._close(batch)
            batch.done.set()

    def _close(self, batch: _Batch) -> None:
        with self._joining:
            if self._open is batch:
                self._open = _Batch()


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
