# SPDX-License-Identifier: EUPL-1.2
"""Every opening of a non-public page or snippet is in the audit before it is shown: who, what, what for.

Ids, codes and numbers; no titles, no text, no query.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Protocol
from uuid import UUID

from schemas.access import Look, LookedAt, strictest
from schemas.roles import Role
from schemas.unit import AccessClass
from web.identity import Caller

OPEN_SECONDS = 900.0
_MOST_OPEN = 20_000
"""Beyond, the oldest are forgotten: their next part is one more look."""

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
    looks = _looks(caller, what, opened)
    if looks:
        writer.record(looks)


def _looks(caller: Caller, what: LookedAt, opened: Iterable[Opened]) -> list[Look]:
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
    return looks


class Openings:
    """What was opened lately, since pictures and large files are fetched in parts. Safe among threads.

    Whoever reads a page asks for many tiles of it: that is one look. But there is no part without a look: the first
    that somebody asks for, in whatever order, counts as the opening, and again after `OPEN_SECONDS`, in another working
    context, and of pages that were closed further in between.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._until: OrderedDict[tuple[int, Look], float] = OrderedDict()

    def note(
        self, writer: LookWriter, caller: Caller, what: LookedAt, opened: Opened, version: int, *, part: bool
    ) -> None:
        """Keep what is about to be shown of a unit's version, unless it is a part of what was opened lately.

        Call it before the answer goes out. Raises CatalogueError: then nothing is shown.
        """
        for look in _looks(caller, what, [opened]):
            key = (version, look)
            with self._lock:
                lately = self._clock() < self._until.get(key, 0)
            if part and lately:
                continue
            writer.record([look])
            with self._lock:
                self._until[key] = self._clock() + OPEN_SECONDS
                self._until.move_to_end(key)
                while len(self._until) > _MOST_OPEN:
                    self._until.popitem(last=False)
