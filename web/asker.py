# SPDX-License-Identifier: EUPL-1.2
"""Who asks a search, and what the application does for them: `search.router.Asker`."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from schemas.access import LookedAt
from schemas.errors import CursorRefused
from schemas.search import FoundUnit, FoundUnits
from schemas.unit import AccessClass
from search.router import Finder
from web.identity import Caller
from web.looks import note_look
from web.parts import Parts, parts_of
from web.rules import Rule, records_of
from web.sight import Seen, see_hits


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
        hits: dict[UUID, list[int]] = defaultdict(list)
        for hit in found.hits:
            hits[hit.unit_id] += [page.page for page in hit.pages]
        seen = see_hits(self.parts.archive.catalogue, self.caller, hits)
        note_look(self.parts.looks, self.caller, LookedAt.SNIPPET, [(one.row, one.pages) for one in seen.values()])
        shown = tuple(_show(hit, seen[hit.unit_id]) for hit in found.hits if hit.unit_id in seen)
        return found.model_copy(update={"hits": tuple(hit for hit in shown if hit.pages)})


def _show(hit: FoundUnit, seen: Seen) -> FoundUnit:
    return hit.model_copy(update={"pages": tuple(page for page in hit.pages if page.page in seen.pages)})


def asking(rule: Rule) -> Callable[..., Asking]:
    """The dependency that says who asks, under a rule."""

    def asker(request: Request, caller: Annotated[Caller, Depends(rule)]) -> Asking:
        return Asking(caller, parts_of(request))

    return asker
