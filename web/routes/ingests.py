# SPDX-License-Identifier: EUPL-1.2
"""Ingests: drops of units and how far they are, with their ledgers and findings."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from pydantic import Field

from repository.catalogue import Catalogue
from repository.records import IngestRow, IngestsAfter
from schemas.base import Record
from schemas.errors import CursorRefused, NothingThere
from schemas.ingest import IngestState
from web.answers import FindingList, IngestAnswer, IngestList, LedgerAnswer
from web.identity import Caller
from web.parts import parts_of
from web.routes import examples
from web.rules import work_of, workers
from web.sight import see_work
from web.work import tell_findings, tell_ledger

router = APIRouter(tags=["ingests"])

Worker = Annotated[Caller, Depends(workers)]
IngestId = Annotated[str, InPath(pattern=r"^[0-9a-f]{32}$", description="the ingest's id")]


class IngestsAsked(Record):
    """A piece of the list of ingests."""

    state: tuple[IngestState, ...] = Field(default=(), max_length=len(IngestState), description="any of these")
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=4096, description="`next` of the piece before")


@router.get("/ingests", summary="Ingests, newest first", responses=examples.answers(examples.INGESTS))
def list_ingests(request: Request, asked: Annotated[IngestsAsked, Query()], caller: Worker) -> IngestList:
    parts, classes = parts_of(request), work_of(caller)
    listed = ["ingests", sorted(asked.state), list(classes)]
    after = None if asked.cursor is None else _place(parts.cursors.open(listed, asked.cursor))
    rows = parts.archive.catalogue.ingests_after(after, asked.limit + 1, classes, asked.state or None)
    piece = rows[: asked.limit]
    last = piece[-1] if len(rows) > asked.limit else None
    place = None if last is None else [last.received_at.isoformat(), last.attempt, last.ingest_id]
    return IngestList(
        ingests=tuple(IngestAnswer.of(row) for row in piece),
        next=None if place is None else parts.cursors.seal(listed, place),
    )


def _place(sealed: object) -> IngestsAfter:
    match sealed:
        case [str(received_at), int(attempt), str(ingest_id)]:
            return IngestsAfter(datetime.fromisoformat(received_at), attempt, ingest_id)
    raise CursorRefused


@router.get("/ingests/{ingest_id}", summary="One ingest", responses=examples.answers(examples.INGEST))
def show_ingest(request: Request, ingest_id: IngestId, caller: Worker) -> IngestAnswer:
    return IngestAnswer.of(_see(parts_of(request).archive.catalogue, caller, ingest_id))


@router.get(
    "/ingests/{ingest_id}/ledger", summary="An ingest's page ledger", responses=examples.answers(examples.LEDGER)
)
def show_ledger(request: Request, ingest_id: IngestId, caller: Worker) -> LedgerAnswer:
    return tell_ledger(request, _see(parts_of(request).archive.catalogue, caller, ingest_id).ingest_id)


@router.get(
    "/ingests/{ingest_id}/findings",
    summary="What was noticed about an ingest",
    responses=examples.answers(examples.FINDINGS),
)
def show_findings(request: Request, ingest_id: IngestId, caller: Worker) -> FindingList:
    return tell_findings(request, _see(parts_of(request).archive.catalogue, caller, ingest_id).ingest_id)


def _see(catalogue: Catalogue, caller: Caller, ingest_id: str) -> IngestRow:
    row = catalogue.ingest(ingest_id)
    if row is None:
        raise NothingThere
    see_work(catalogue, caller, row.unit_id)
    return row
