# SPDX-License-Identifier: EUPL-1.2
"""Who asks a search, and what the application does for them: `search.router.Asker`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from arhivar.access.seen import PageKey, found_classes, visible_found
from schemas.access import LookedAt
from schemas.errors import CursorRefused
from schemas.search import FoundUnits
from schemas.unit import AccessClass
from search.router import Finder
from web.identity import Caller
from web.looks import Opened, note_look
from web.parts import Parts, parts_of
from web.rules import Rule, records_of


@dataclass(frozen=True, slots=True)
class Asking:
    """A caller of this application."""

    caller: Caller
    parts: Parts

    @property
    def access_classes(self) -> tuple[AccessClass, ...]:
        """See `search.router.Asker`."""
        return records_of(self.caller)

    @property
    def finder(self) -> Finder:
        """See `search.router.Asker`."""
        return self.parts.finder

    def seal(self, listed: object, place: int) -> str:
        """See `search.router.Asker`."""
        return self.parts.cursors.seal(listed, place)

    def open(self, listed: object, cursor: str) -> int:
        """See `search.router.Asker`."""
        place = self.parts.cursors.open(listed, cursor)
        if not isinstance(place, int):
            raise CursorRefused
        return place

    def show(self, found: FoundUnits) -> FoundUnits:
        """See `search.router.Asker`. The index may be behind the catalogue, which has the last word."""
        classes = found_classes(self.parts.archive, found)
        shown = visible_found(found, classes, self.access_classes)
        opened = [
            Opened(
                unit.unit_id,
                unit.reference_code,
                {page.page: classes[PageKey(unit.unit_id, unit.unit_version, page.page)] for page in unit.pages},
            )
            for unit in shown.hits
        ]
        note_look(self.parts.looks, self.caller, LookedAt.SNIPPET, opened)
        return shown


def asking(rule: Rule) -> Callable[..., Asking]:
    """The dependency that says who asks, under a rule."""

    def asker(request: Request, caller: Annotated[Caller, Depends(rule)]) -> Asking:
        return Asking(caller, parts_of(request))

    return asker
