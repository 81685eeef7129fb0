# SPDX-License-Identifier: EUPL-1.2
"""The server itself: whether it lives, whether it can answer, its metrics, and the description of the API."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from schemas.errors import NotReady
from web.answers import AliveAnswer, ReadyAnswer
from web.identity import Caller
from web.parts import parts_of
from web.routes import examples
from web.rules import anonymous, watchers

router = APIRouter(tags=["system"])
described = APIRouter()
"""What stands under the API's own address."""

Anybody = Annotated[Caller, Depends(anonymous)]
Watcher = Annotated[Caller, Depends(watchers)]

PROMETHEUS = "text/plain; version=1.0.0; charset=utf-8"


@router.get("/health", summary="The process runs", responses=examples.answers({"alive": True}))
def health(caller: Anybody) -> AliveAnswer:  # noqa: ARG001 - the rule
    return AliveAnswer(alive=True)


@router.get(
    "/ready",
    summary="Store, catalogue and index answer",
    responses=examples.answers({"ready": True, "parts": ["catalogue", "index", "store"]}),
)
def ready(request: Request, caller: Anybody) -> ReadyAnswer:  # noqa: ARG001 - the rule
    parts = parts_of(request).ready()
    away = sorted(name for name, answers in parts.items() if not answers)
    if away:
        raise NotReady(parts=", ".join(away))
    return ReadyAnswer(ready=True, parts=sorted(parts))


@router.get(
    "/metrics",
    summary="What requests came, for Prometheus",
    response_class=Response,
    responses={200: {"content": {PROMETHEUS: {"example": examples.METRICS, "schema": {"type": "string"}}}}},
)
def metrics(request: Request, caller: Watcher) -> Response:  # noqa: ARG001 - the rule
    return Response(parts_of(request).measures.text(), media_type=PROMETHEUS)


@described.get("/openapi.json", include_in_schema=False)
def description(request: Request, caller: Anybody) -> dict[str, Any]:  # noqa: ARG001 - the rule
    document: dict[str, Any] = request.app.openapi()
    return document
