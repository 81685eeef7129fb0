# SPDX-License-Identifier: EUPL-1.2
"""Decisions about who may see a unit or pages of it: a person's, with a reason, in the journal and in the audit."""

from collections.abc import Collection
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Request
from pydantic import Field, model_validator

from arhivar.access.decide import Decided, decide
from schemas.access import MAX_REASON, DecisionKind
from schemas.base import Record
from schemas.errors import NothingThere, PageUnknown
from schemas.unit import AccessClass
from web.identity import Caller
from web.parts import parts_of
from web.routes import examples
from web.routes.units import UnitId
from web.rules import deciders
from web.sight import see_unit

router = APIRouter(tags=["access"])

_GIVEN = {DecisionKind.PUBLISH: AccessClass.PUBLIC, DecisionKind.WITHDRAW: AccessClass.STAFF}
"""The class that a decision names by itself; of a withdrawal, the most open that remains."""
_DECISIONS = (DecisionKind.PUBLISH, DecisionKind.WITHDRAW, DecisionKind.CLASSIFY)


class DecisionAsked(Record):
    """What a person decides."""

    decision: DecisionKind = Field(description="`publish`, `withdraw`, or `classify` with a class")
    access_class: AccessClass | None = Field(default=None, description="of `classify`; never `public`")
    pages: tuple[Annotated[int, Field(ge=1, le=1_000_000)], ...] | None = Field(
        default=None, min_length=1, max_length=10_000, description="these alone; null for the whole unit"
    )
    reason: str = Field(
        min_length=1, max_length=MAX_REASON, pattern=r"\S", description="why, in the words of who decides"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.decision not in _DECISIONS:
            raise ValueError("no decision of a person")
        if (self.access_class is None) == (self.decision is DecisionKind.CLASSIFY):
            raise ValueError("classify, and it alone, names a class")
        if self.access_class is AccessClass.PUBLIC:
            raise ValueError("public is what a person publishes")
        return self


class DecisionAnswer(Record):
    """Who may see the unit now."""

    unit_id: UUID
    reference_code: str
    version: int
    access_class: AccessClass = Field(description="of the unit as a whole")
    pages: dict[AccessClass, tuple[int, ...]] = Field(
        description="its pages by who may see them; those that the caller saw before"
    )
    changed: bool = Field(description="false where all stood so already: then nothing was written down")
    indexed: bool = Field(description="whether search shows it already; it is never shown to those who may not see it")

    @classmethod
    def of(cls, decided: Decided, seen: Collection[int]) -> "DecisionAnswer":
        """What a decision came to for the pages that whoever decided sees."""
        pages = {one: tuple(n for n in numbers if n in seen) for one, numbers in decided.classes.items()}
        return cls(
            unit_id=decided.unit_id,
            reference_code=decided.reference_code,
            version=decided.version,
            access_class=decided.access.access_class,
            pages={one: numbers for one, numbers in pages.items() if numbers},
            changed=decided.decision is not None,
            indexed=decided.indexed,
        )


@router.post(
    "/units/{unit_id}/access",
    summary="Decide who may see a unit or pages of it",
    responses=examples.answers(examples.DECIDED),
)
def decide_access(
    request: Request,
    unit_id: UnitId,
    asked: Annotated[DecisionAsked, Body(openapi_examples=examples.DECISION)],
    caller: Annotated[Caller, Depends(deciders)],
) -> DecisionAnswer:
    archive = parts_of(request).archive
    seen = see_unit(archive.catalogue, caller, unit_id)
    if asked.pages is not None and not seen.pages.keys() >= set(asked.pages):
        raise NothingThere
    try:
        decided = decide(
            archive,
            seen.row.reference_code,
            asked.decision,
            asked.access_class or _GIVEN[asked.decision],
            asked.reason,
            pages=asked.pages,
            by=caller.subject,
        )
    except PageUnknown:  # of a version that came in between
        raise NothingThere from None
    return DecisionAnswer.of(decided, seen.pages)
