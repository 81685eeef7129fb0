# SPDX-License-Identifier: EUPL-1.2
"""Units, their pages, ledgers and findings."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from pydantic import Field

from arhivar.access.seen import visible_units
from arhivar.steps.index import read_lines
from repository.records import UnitRow
from schemas.access import LookedAt
from schemas.base import Record
from schemas.errors import CursorRefused, NothingThere
from web.answers import (
    FindingAnswer,
    FindingList,
    LedgerAnswer,
    PageAnswer,
    PageList,
    PageSummary,
    UnitAnswer,
    UnitList,
    UnitSummary,
)
from web.identity import Caller
from web.looks import Opened, note_look
from web.parts import parts_of
from web.problems import language_of
from web.routes import examples
from web.rules import everybody, records_of, workers
from web.sight import see_page, see_unit, see_work
from web.work import tell_findings, tell_ledger

router = APIRouter(tags=["units"])

Reader = Annotated[Caller, Depends(everybody)]
Worker = Annotated[Caller, Depends(workers)]
UnitId = Annotated[UUID, InPath(description="the unit's id, as lists and hits have it")]
PageNumber = Annotated[int, InPath(ge=1, le=1_000_000, description="1-based number in the unit")]
Cursor = Annotated[str | None, Field(max_length=4096, description="`next` of the piece before")]


class UnitsAsked(Record):
    """A piece of the list of units."""

    reference_code: str | None = Field(default=None, min_length=1, max_length=500, description="this one alone")
    limit: int = Field(default=50, ge=1, le=200)
    cursor: Cursor = None


class PagesAsked(Record):
    """A piece of the list of a unit's pages."""

    limit: int = Field(default=100, ge=1, le=500)
    cursor: Cursor = None


@router.get("/units", summary="Units by their reference codes", responses=examples.answers(examples.UNITS))
def list_units(request: Request, asked: Annotated[UnitsAsked, Query()], caller: Reader) -> UnitList:
    parts, classes = parts_of(request), records_of(caller)
    if asked.reference_code is not None:
        found = parts.archive.catalogue.unit_by_reference(asked.reference_code)
        known = [] if found is None else [found.unit_id]
        rows = [found] if found is not None and visible_units(parts.archive, known, classes) else []
        return UnitList(units=_summaries(rows), next=None)
    listed = ["units", list(classes)]
    after = None if asked.cursor is None else parts.cursors.open(listed, asked.cursor)
    if not isinstance(after, str | None):
        raise CursorRefused
    rows = parts.archive.catalogue.units_after(after, asked.limit + 1, classes)
    piece = rows[: asked.limit]
    more = len(rows) > asked.limit
    return UnitList(
        units=_summaries(piece), next=parts.cursors.seal(listed, piece[-1].reference_code) if more else None
    )


def _summaries(rows: list[UnitRow]) -> tuple[UnitSummary, ...]:
    """Of those that are in the store: what was never deposited is work, not yet a record."""
    return tuple(UnitSummary.of(row, row.version) for row in rows if row.version is not None)


@router.get("/units/{unit_id}", summary="A unit's description", responses=examples.answers(examples.UNIT))
def show_unit(request: Request, unit_id: UnitId, caller: Reader) -> UnitAnswer:
    parts = parts_of(request)
    seen = see_unit(parts.archive.catalogue, caller, unit_id)
    package = parts.descriptions.of(unit_id, seen.version)
    description = package.description
    return UnitAnswer(
        **dict(UnitSummary.of(seen.row, seen.version)),
        description=description.model_copy(update={"access_class": seen.row.access_class}),
        pages=len(seen.pages),
        volumes=tuple(pdf.volume for pdf in package.pdfs if seen.pages.keys() >= set(pdf.numbers)),
    )


@router.get("/units/{unit_id}/pages", summary="A unit's pages", responses=examples.answers(examples.PAGES))
def list_pages(request: Request, unit_id: UnitId, asked: Annotated[PagesAsked, Query()], caller: Reader) -> PageList:
    parts = parts_of(request)
    seen = see_unit(parts.archive.catalogue, caller, unit_id)
    listed = ["pages", str(unit_id), seen.version, list(records_of(caller))]
    after = 0 if asked.cursor is None else parts.cursors.open(listed, asked.cursor)
    if not isinstance(after, int):
        raise CursorRefused
    package = parts.descriptions.of(unit_id, seen.version)
    rest = [page for page in package.pages if page.number > after and page.number in seen.pages]
    piece = rest[: asked.limit]
    return PageList(
        unit_id=unit_id,
        version=seen.version,
        pages=tuple(PageSummary.of(page, seen.pages[page.number]) for page in piece),
        next=parts.cursors.seal(listed, piece[-1].number) if len(rest) > len(piece) else None,
    )


@router.get("/units/{unit_id}/pages/{page}", summary="One page", responses=examples.answers(examples.PAGE))
def show_page(request: Request, unit_id: UnitId, page: PageNumber, caller: Reader) -> PageAnswer:
    parts = parts_of(request)
    seen = see_page(parts.archive.catalogue, caller, unit_id, page)
    package = parts.descriptions.of(unit_id, seen.version)
    found = next((one for one in package.pages if one.number == page), None)
    if found is None:
        raise NothingThere
    lines = () if found.text is None else read_lines(parts.archive, unit_id, found.text, seen.version)
    language = language_of(request.headers)
    answer = PageAnswer.of_page(
        PageSummary.of(found, seen.pages[page]),
        found,
        UnitSummary.of(seen.row, seen.version),
        "\n".join(" ".join(word.text for word in line.words) for line in lines),
        [FindingAnswer.of(one, language) for one in found.findings],
    )
    note_look(parts.looks, caller, LookedAt.TEXT, [Opened(unit_id, seen.row.reference_code, seen.pages)])
    return answer


@router.get("/units/{unit_id}/ledger", summary="A unit's page ledger", responses=examples.answers(examples.LEDGER))
def show_ledger(request: Request, unit_id: UnitId, caller: Worker) -> LedgerAnswer:
    return tell_ledger(request, see_work(parts_of(request).archive.catalogue, caller, unit_id).ingest_id)


@router.get(
    "/units/{unit_id}/findings",
    summary="What was noticed about the unit's current version",
    responses=examples.answers(examples.FINDINGS),
)
def show_findings(request: Request, unit_id: UnitId, caller: Worker) -> FindingList:
    return tell_findings(request, see_work(parts_of(request).archive.catalogue, caller, unit_id).ingest_id)
