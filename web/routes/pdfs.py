# SPDX-License-Identifier: EUPL-1.2
"""PDFs of a unit: a volume's as it is kept, and excerpts of the pages that the caller may see."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as InPath
from pydantic import Field

from arhivar.access.pages import parse_pages
from arhivar.serving.pdfs import MEDIA_TYPE, PdfFile
from schemas.access import LookedAt
from schemas.base import Record
from schemas.errors import NothingThere
from web.files import StreamAnswer, file_headers, not_modified, safe_name
from web.identity import Caller
from web.looks import Opened
from web.parts import Parts, parts_of
from web.routes import examples
from web.routes.units import UnitId
from web.rules import everybody
from web.sight import Seen, see_unit

router = APIRouter(tags=["files"])

Reader = Annotated[Caller, Depends(everybody)]
Volume = Annotated[int, InPath(ge=1, le=10_000, description="number of the volume")]

_NAMED_RUNS = 5
"""Runs of pages in a file's name; with more, the first and the last page are named."""


class ExcerptAsked(Record):
    """Which pages."""

    pages: str | None = Field(
        default=None,
        max_length=4000,
        pattern=r"^[0-9 ,–-]+$",
        description="`3-7,9`, by number in the unit; all when it is missing",
    )


@router.get(
    "/units/{unit_id}/pdf",
    summary="PDF/A of a unit's pages",
    response_class=Response,
    responses=examples.files({MEDIA_TYPE: examples.BYTES}, parts=True),
)
def show_excerpt(
    request: Request, unit_id: UnitId, asked: Annotated[ExcerptAsked, Query()], caller: Reader
) -> Response:
    wanted = None if asked.pages is None else parse_pages(asked.pages)
    parts = parts_of(request)
    seen = see_unit(parts.archive.catalogue, caller, unit_id)
    file = parts.files.pdfs.excerpt(
        unit_id, seen.version, seen.pages if wanted is None else wanted, allowed=seen.pages.keys()
    )
    name = safe_name(seen.row.reference_code, f"p{_runs(file.pages)}.pdf")
    return _pdf(request, parts, caller, seen, file, name)


@router.get(
    "/units/{unit_id}/volumes/{volume}/pdf",
    summary="A volume's PDF/A, as it is in the package",
    response_class=Response,
    responses=examples.files({MEDIA_TYPE: examples.BYTES}, parts=True),
)
def show_volume(request: Request, unit_id: UnitId, volume: Volume, caller: Reader) -> Response:
    parts = parts_of(request)
    seen = see_unit(parts.archive.catalogue, caller, unit_id)
    file = parts.files.pdfs.volume(unit_id, seen.version, volume)
    if file is None or not seen.pages.keys() >= set(file.pages):
        raise NothingThere
    return _pdf(request, parts, caller, seen, file, safe_name(seen.row.reference_code, f"v{volume}.pdf"))


def _pdf(request: Request, parts: Parts, caller: Caller, seen: Seen, file: PdfFile, name: str) -> Response:
    shown = {number: seen.pages[number] for number in file.pages}
    opened = Opened(seen.row.unit_id, seen.row.reference_code, shown)
    part = "range" in request.headers
    parts.openings.note(parts.looks, caller, LookedAt.PDF, opened, seen.version, part=part)
    known = not_modified(request.headers, file.etag)
    if known is not None:
        return known
    stated = file_headers(file.etag, name, inline=False)
    return StreamAnswer(file.open, parts.makers, request.headers, stated, MEDIA_TYPE)


def _runs(numbers: tuple[int, ...]) -> str:
    """``3-7_9``: of what is in the file, and not of what was asked for."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    if len(runs) > _NAMED_RUNS:
        runs = [[numbers[0], numbers[-1]]]
    return "_".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
