# SPDX-License-Identifier: EUPL-1.2
"""Who may see what: decisions of persons, as the store keeps them, and looks, as the audit does.

A decision is an entry of its unit's journal in the store, `decisions/<unit id>/000001.json`, numbered without gap,
written once, never changed (schemas/access.schema.json). It names the pages by their masters, so that a rescan does not
inherit what was decided about other images. Access terms differ by kind of record (Legea 16/1996, annex 6): that
is for the person who decides, and the reason says it.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from schemas.base import Record, UtcTime
from schemas.unit import AccessClass

OPEN_FIRST = (AccessClass.PUBLIC, AccessClass.STAFF, AccessClass.PERSONAL, AccessClass.RESTRICTED)
"""From the most open class to the strictest."""

MAX_REASON = 4000
"""Characters of a reason, as of one in the audit."""


def strictest(classes: Iterable[AccessClass]) -> AccessClass:
    """The strictest of some classes. Raises ValueError where there is none."""
    return max(classes, key=OPEN_FIRST.index)


class DecisionKind(StrEnum):
    """What was decided. Names are never changed: they are in journals."""

    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    """Back to the class of before it was public, at least `staff`."""
    CLASSIFY = "classify"
    LOST = "lost"
    """No decision: an entry of the journal that cannot be read any more. All pages are restricted until a person
    decides about them anew. Only in the catalogue.
    """


class AccessDecision(Record):
    """One decision of a person about a unit or some of its pages."""

    schema_version: Literal[1] = 1
    unit_id: UUID
    number: int = Field(ge=1, description="of the unit's decisions, without gap")
    kind: DecisionKind
    access_class: AccessClass = Field(
        description="the class that is given; of a withdrawal, the most open that remains"
    )
    before: AccessClass = Field(description="the class that the unit had")
    pages: tuple[Annotated[int, Field(ge=1)], ...] | None = Field(
        default=None, min_length=1, description="numbers in that version, ascending; null for the whole unit"
    )
    version: int = Field(ge=1, description="the unit's version that was decided about")
    masters: dict[int, str] = Field(
        description="every page of that version: SHA-256 of its pixels, or ingest and sequence where none could be read"
    )
    reason: str = Field(min_length=1, max_length=MAX_REASON, description="in the words of who decided")
    by: str = Field(min_length=1, max_length=500)
    at: UtcTime

    @model_validator(mode="after")
    def _public_is_published(self) -> Self:
        if (self.access_class is AccessClass.PUBLIC) != (self.kind is DecisionKind.PUBLISH):
            raise ValueError("public is what a person publishes, and nothing else")
        if self.pages is not None and not set(self.pages) <= self.masters.keys():
            raise ValueError("pages that the version does not have")
        return self


class LookedAt(StrEnum):
    """What of a page somebody opened. Names are never changed: they are in the audit."""

    IMAGE = "image"
    TEXT = "text"
    PDF = "pdf"
    SNIPPET = "snippet"
    MASTER = "master"


_CNP = re.compile(r"(?<!\d)[1-9]\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{6}(?!\d)")
"""The shape of a personal number: sex and century, year, month, day, county, number, check digit."""


def _no_cnp(text: str) -> str:
    if _CNP.search(re.sub(r"[ \-]", "", text)):
        raise ValueError("a personal number (CNP) does not belong into a working context: state the request's number")
    return text


_Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^\x00-\x1f\x7f]*$"), AfterValidator(_no_cnp)
]
ContextNumber = Annotated[_Line, Field(max_length=60)]
ContextText = Annotated[_Line, Field(max_length=200)]


class WorkingContext(Record):
    """What a clerk works on: stated once, it goes with each look. Numbers and codes; no names of persons."""

    request_number: ContextNumber | None = Field(
        default=None, description="of the citizen's request, as registered: 123/12.05.2025"
    )
    purpose: ContextText | None = Field(default=None, description="what for: certificate, personal file, research")
    basis: ContextText | None = Field(
        default=None, description="legal basis: an article of law, the person's own request (GDPR art. 6)"
    )


class Look(Record):
    """The opening of pages of one unit, or of snippets of them, by one subject."""

    subject: str = Field(min_length=1, max_length=500, description="who: the token's subject, an opaque id")
    role: str = Field(min_length=1, max_length=50)
    unit_id: UUID
    reference_code: str = Field(min_length=1, max_length=500)
    pages: tuple[Annotated[int, Field(ge=1)], ...] = Field(min_length=1)
    what: LookedAt
    access_class: AccessClass = Field(description="the strictest of the pages'")
    context: WorkingContext = Field(default_factory=WorkingContext)
