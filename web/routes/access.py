# SPDX-License-Identifier: EUPL-1.2
"""Who may see a unit, and what people decided about that: for those who decide."""

from collections.abc import Collection
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from arhivar.access.effective import Masters, by_class, masters_of
from repository.records import DecisionRow
from schemas.access import DecisionKind
from schemas.base import Record, UtcTime
from schemas.unit import AccessClass
from web.identity import Caller
from web.parts import parts_of
from web.routes import examples
from web.routes.units import UnitId
from web.rules import deciders, records_of
from web.sight import see_unit

router = APIRouter(tags=["access"])


class DecisionMade(Record):
    """One decision."""

    decision: DecisionKind = Field(description="`lost` is an entry of the journal that cannot be read any more")
    access_class: AccessClass = Field(
        description="the class that was given; of a withdrawal, the most open that remained"
    )
    pages: tuple[int, ...] | None = Field(
        description="by their numbers in that version, without those that the caller may not see; null: the unit"
    )
    version: int = Field(ge=1, description="of the unit, that was decided about")
    reason: str
    by: str
    at: UtcTime
    counts: bool = Field(description="false while the journal in the store does not have it: then it closes only")


class AccessAnswer(Record):
    """Who may see a unit and its pages now, and how that came to be."""

    unit_id: UUID
    reference_code: str
    version: int
    access_class: AccessClass = Field(description="of the unit as a whole")
    pages: dict[AccessClass, tuple[int, ...]] = Field(description="its pages by who may see them")
    decisions: tuple[DecisionMade, ...] = Field(description="from the first one")


@router.get(
    "/units/{unit_id}/access",
    summary="Who may see a unit's pages, and what was decided about that",
    responses=examples.answers(examples.ACCESS),
)
def show_access(request: Request, unit_id: UnitId, caller: Annotated[Caller, Depends(deciders)]) -> AccessAnswer:
    parts = parts_of(request)
    seen = see_unit(parts.archive.catalogue, caller, unit_id)
    masters = masters_of(parts.descriptions.of(unit_id, seen.version))
    rows = parts.archive.catalogue.decisions(unit_id)
    told = (_told(row, masters, seen.pages.keys(), records_of(caller)) for row in rows)
    return AccessAnswer(
        unit_id=unit_id,
        reference_code=seen.row.reference_code,
        version=seen.version,
        access_class=seen.row.access_class,
        pages=by_class(seen.pages),
        decisions=tuple(one for one in told if one is not None),
    )


def _told(
    row: DecisionRow, masters: Masters, seen: Collection[int], classes: Collection[AccessClass]
) -> DecisionMade | None:
    """A decision without pages that the caller may not see; None where it was about such pages alone.

    Its number is not told, since one that is missing would tell of another decision. A page is known again by its
    master; one that is no longer there has the class that the decision gave it.
    """
    decision = row.decision
    pages = decision.pages
    if pages is not None:
        known = set(masters.values())
        hidden = {master for number, master in masters.items() if number not in seen}
        gone_is_hidden = decision.access_class not in classes
        pages = tuple(
            number
            for number in pages
            if decision.masters[number] not in hidden and (decision.masters[number] in known or not gone_is_hidden)
        )
        if not pages:
            return None
    return DecisionMade(
        decision=decision.kind,
        access_class=decision.access_class,
        pages=pages,
        version=decision.version,
        reason=decision.reason,
        by=decision.by,
        at=decision.at,
        counts=row.counts,
    )
