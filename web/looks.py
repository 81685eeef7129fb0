# SPDX-License-Identifier: EUPL-1.2
"""Every opening of a non-public page or snippet is in the audit before it is shown: who, what, what for.

Ids, codes and numbers; no titles, no text, no query.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from arhivar.audit.trail import AuditTrail
from repository.catalogue import Catalogue
from repository.records import UnitRow
from schemas.access import Look, LookedAt, strictest
from schemas.audit import AuditAction, AuditEntry
from schemas.roles import Role
from schemas.unit import AccessClass
from web.identity import Caller

_SHOWN_ROLES = (Role.ARCHIVIST, Role.CLERK, Role.OPERATOR, Role.SERVICE, Role.ADMINISTRATOR, Role.READER)
"""By which of several roles somebody looked: the one that opens most records."""


class LookWriter(Protocol):
    """Where looks are kept."""

    def write(self, looks: Sequence[Look]) -> None:
        """Keep these looks, all or none; durable on return. Safe among threads. Raises CatalogueError."""
        ...


class AuditedLooks:
    """`LookWriter` of an archive: one transaction for all looks of an answer; sealed with everybody's records."""

    def __init__(self, catalogue: Catalogue, audit: AuditTrail) -> None:
        self._catalogue = catalogue
        self._audit = audit

    def write(self, looks: Sequence[Look]) -> None:
        """See `LookWriter.write`."""
        self._audit.prepare()
        self._catalogue.append_audit([_entry(look) for look in looks])


def _entry(look: Look) -> AuditEntry:
    context = {name: value for name, value in look.context.model_dump().items() if value is not None}
    return AuditEntry(
        at=datetime.now(UTC),
        actor=look.subject,
        action=AuditAction.LOOK,
        subject=look.reference_code,
        unit_id=look.unit_id,
        details={
            "role": look.role,
            "what": look.what.value,
            "pages": ",".join(str(page) for page in look.pages),
            "access_class": look.access_class.value,
            **context,
        },
    )


def note_look(
    writer: LookWriter,
    caller: Caller,
    what: LookedAt,
    opened: Sequence[tuple[UnitRow, Mapping[int, AccessClass]]],
) -> None:
    """Keep what is about to be shown: of each unit, pages and who may see them. Public ones are nobody's business.

    Call it before the answer goes out. Raises CatalogueError: then nothing is shown.
    """
    looks: list[Look] = []
    for unit, pages in opened:
        closed = {number: access for number, access in pages.items() if access is not AccessClass.PUBLIC}
        if closed:
            looks.append(
                Look(
                    subject=caller.subject or "",
                    role=next(role for role in _SHOWN_ROLES if role in caller.roles).value,
                    unit_id=unit.unit_id,
                    reference_code=unit.reference_code,
                    pages=tuple(sorted(closed)),
                    what=what,
                    access_class=strictest(closed.values()),
                    context=caller.context,
                )
            )
    if looks:
        writer.write(looks)
