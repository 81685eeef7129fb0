# SPDX-License-Identifier: EUPL-1.2
"""The open figures: how far the work is, for everyone. Sums alone; the same for whoever asks."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from arhivar.progress.figures import figures_csv, figures_etag
from schemas.base import Record
from schemas.figures import OpenFigures
from web.etags import matches
from web.files import tag_of
from web.identity import Caller
from web.parts import parts_of
from web.routes import examples
from web.rules import anonymous

router = APIRouter(tags=["figures"])

Anybody = Annotated[Caller, Depends(anonymous)]
CSV = "text/csv; charset=utf-8; header=present"


class CsvAsked(Record):
    """How the CSV is written."""

    bom: bool = Field(default=False, description="with a byte order mark, by which Excel knows UTF-8")


@router.get(
    "/figures", summary="The open figures", response_model=OpenFigures, responses=examples.answers(examples.FIGURES)
)
def show_figures(request: Request, caller: Anybody) -> Response:  # noqa: ARG001 - the rule
    figures = parts_of(request).figures()
    return _answer(request, figures, lambda: figures.model_dump_json().encode(), {}, "application/json")


@router.get(
    "/figures.csv",
    summary="The open figures as CSV (RFC 4180)",
    response_class=Response,
    responses=examples.files({CSV: examples.FIGURES_CSV}),
)
def write_figures(
    request: Request,
    asked: Annotated[CsvAsked, Query()],
    caller: Anybody,  # noqa: ARG001 - the rule
) -> Response:
    figures = parts_of(request).figures()
    stated = {"Content-Disposition": 'attachment; filename="arhivar-figures.csv"'}
    return _answer(request, figures, lambda: figures_csv(figures, byte_order_mark=asked.bom), stated, CSV)


def _answer(
    request: Request, figures: OpenFigures, write: Callable[[], bytes], stated: Mapping[str, str], kind: str
) -> Response:
    """The tag is a weak one: the same figures, summed later, tell another `made_at`."""
    tag = tag_of(figures_etag(figures))
    headers = {**stated, "ETag": f"W/{tag}"}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return Response(write(), headers=headers, media_type=kind)
