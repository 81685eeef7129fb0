# SPDX-License-Identifier: EUPL-1.2
"""A page as files: its picture by region and size, a thumbnail, its text, its words with boxes, its ALTO file.

Access is asked of the catalogue first; what was made for another reader is only then looked for.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from processors.region import THUMBNAIL, ImageFormat, ImageRequest, Quality
from schemas.access import LookedAt
from schemas.base import Record
from schemas.errors import NothingThere
from schemas.serving import PageWords
from web.files import MadeAnswer, file_headers, not_modified, safe_name
from web.identity import Caller
from web.looks import Opened, note_look
from web.parts import Parts, parts_of
from web.routes import examples
from web.routes.units import PageNumber, UnitId
from web.rules import everybody
from web.sight import Seen, see_page

router = APIRouter(tags=["files"])

Reader = Annotated[Caller, Depends(everybody)]

ALTO = "application/xml"
TEXT = "text/plain; charset=utf-8"
_THUMBNAIL_PX = 200
"""A picture of a whole page that is no larger shows what kind of page it is, and is no look."""
_PICTURES = {kind.media_type: examples.BYTES for kind in ImageFormat}


class ImageAsked(Record):
    """A picture of a page, in the words of the IIIF Image API 3.0, section 4."""

    region: str = Field(
        default="full", max_length=60, description="`full`, `square`, `x,y,w,h` in pixels, or `pct:x,y,w,h`"
    )
    size: str = Field(default="max", max_length=60, description="`max`, `w,`, `,h`, `w,h`, `!w,h` or `pct:n`")
    rotation: str = Field(default="0", pattern=r"^(0|90|180|270)$", description="degrees, clockwise")
    quality: Quality = Quality.DEFAULT
    format: ImageFormat = ImageFormat.JPEG


@router.get(
    "/units/{unit_id}/pages/{page}/image",
    summary="A picture of a page or of a part of it",
    response_class=Response,
    responses=examples.files(_PICTURES),
)
def show_image(
    request: Request, unit_id: UnitId, page: PageNumber, asked: Annotated[ImageAsked, Query()], caller: Reader
) -> Response:
    parts = parts_of(request)
    seen = see_page(parts.archive.catalogue, caller, unit_id, page)
    wanted = ImageRequest(asked.region, asked.size, asked.rotation, asked.quality, asked.format)
    return _picture(request, parts, caller, seen, page, wanted)


@router.get(
    "/units/{unit_id}/pages/{page}/thumbnail",
    summary="A small picture of a page",
    response_class=Response,
    responses=examples.files({ImageFormat.JPEG.media_type: examples.BYTES}),
)
def show_thumbnail(request: Request, unit_id: UnitId, page: PageNumber, caller: Reader) -> Response:
    parts = parts_of(request)
    seen = see_page(parts.archive.catalogue, caller, unit_id, page)
    return _picture(request, parts, caller, seen, page, THUMBNAIL)


def _picture(request: Request, parts: Parts, caller: Caller, seen: Seen, page: int, wanted: ImageRequest) -> Response:
    unit = seen.row
    image = parts.files.images.image(unit.unit_id, seen.version, page, wanted)
    whole = wanted.region == "full"
    if not whole or max(image.width_px, image.height_px) > _THUMBNAIL_PX:
        opened = Opened(unit.unit_id, unit.reference_code, seen.pages)
        parts.openings.note(parts.looks, caller, LookedAt.IMAGE, opened, seen.version, part=not whole)
    known = not_modified(request.headers, image.etag)
    if known is not None:
        return known
    name = safe_name(unit.reference_code, f"p{page}.{wanted.format}")
    return MadeAnswer(image.read, parts.makers, file_headers(image.etag, name, inline=True), image.media_type)


@router.get(
    "/units/{unit_id}/pages/{page}/text",
    summary="A page's text, plain",
    response_class=Response,
    responses=examples.files({TEXT: "AUTORIZAȚIE DE CONSTRUCȚIE\nstr. Mărășești nr. 12"}),
)
def show_text(request: Request, unit_id: UnitId, page: PageNumber, caller: Reader) -> Response:
    parts, seen = _opened(request, caller, unit_id, page)
    etag = parts.files.text.etag(unit_id, seen.version, page)
    known = not_modified(request.headers, etag)
    if known is not None:
        return known
    text = parts.files.text.text(unit_id, seen.version, page).text
    name = safe_name(seen.row.reference_code, f"p{page}.txt")
    return Response(text, headers=file_headers(etag, name, inline=True), media_type=TEXT)


@router.get(
    "/units/{unit_id}/pages/{page}/words",
    summary="A page's words with their boxes",
    response_model=PageWords,
    responses=examples.answers(examples.WORDS),
)
def show_words(request: Request, unit_id: UnitId, page: PageNumber, caller: Reader) -> Response:
    parts, seen = _opened(request, caller, unit_id, page)
    etag = parts.files.text.etag(unit_id, seen.version, page)
    known = not_modified(request.headers, etag)
    if known is not None:
        return known
    words = parts.files.text.words(unit_id, seen.version, page).model_dump_json()
    name = safe_name(seen.row.reference_code, f"p{page}.json")
    return Response(words, headers=file_headers(etag, name, inline=True), media_type="application/json")


@router.get(
    "/units/{unit_id}/pages/{page}/alto",
    summary="A page's ALTO file, as it is in the package",
    response_class=Response,
    responses=examples.files({ALTO: '<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#"/>'}),
)
def show_alto(request: Request, unit_id: UnitId, page: PageNumber, caller: Reader) -> Response:
    parts, seen = _opened(request, caller, unit_id, page)
    file = parts.files.text.alto(unit_id, seen.version, page)
    if file is None:
        raise NothingThere
    known = not_modified(request.headers, file.etag)
    if known is not None:
        return known
    name = safe_name(seen.row.reference_code, f"p{page}.alto.xml")
    return Response(file.data, headers=file_headers(file.etag, name, inline=False), media_type=ALTO)


def _opened(request: Request, caller: Caller, unit_id: UnitId, page: int) -> tuple[Parts, Seen]:
    """The page whose text is about to be shown, noted in the audit."""
    parts = parts_of(request)
    seen = see_page(parts.archive.catalogue, caller, unit_id, page)
    note_look(parts.looks, caller, LookedAt.TEXT, [Opened(unit_id, seen.row.reference_code, seen.pages)])
    return parts, seen
