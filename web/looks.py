# SPDX-License-Identifier: EUPL-1.2
"""Every opening of a non-public page or snippet is in the audit before it is shown: who, what, what for.

Ids, codes and numbers; no titles, no text, no query.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from schemas.access import Look, LookedAt, strictest
from schemas.roles import Role
from schemas.unit import AccessClass
from web.identity import Caller

_SHOWN_ROLES = (Role.ARCHIVIST, Role.CLERK, Role.OPERATOR, Role.SERVICE, Role.ADMINISTRATOR, Role.READER)
"""By which of several roles somebody looked: the one that opens most records."""


class LookWriter(Protocol):
    """Where looks are kept: `arhivar.access.looks.LookBook`."""

    def record(self, looks: Iterable[Look]) -> None:
        """Keep these looks, all or none; durable on return. Safe among threads. Raises CatalogueError."""
        ...


@dataclass(frozen=True, slots=True)
class Opened:
    """Pages of one unit that are about to be shown, and who may see each."""

    unit_id: UUID
    reference_code: str
    pages: Mapping[int, AccessClass]


def note_look(writer: LookWriter, caller: Caller, what: LookedAt, opened: Iterable[Opened]) -> None:
    """Keep what is about to be shown. Public pages are nobody's business.

    Call it before the answer goes out. Raises CatalogueError: then nothing is shown.
    """
    looks = []
    for unit in opened:
        closed = {number: access for number, access in unit.pages.items() if access is not AccessClass.PUBLIC}
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
        writer.record(looks)
