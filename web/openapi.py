# SPDX-License-Identifier: EUPL-1.2
"""The description of the API (OpenAPI 3.1): what the framework knows, and how every address tells errors."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from arhivar import VERSION
from schemas.errors import ArhivarError
from schemas.messages import Language
from schemas.roles import Role
from web.context import HEADERS
from web.limits import UNLIMITED
from web.problems import MEDIA_TYPE, STATUS, Problem
from web.rules import Open, Rule, rules_of

API = "/api/v1"
_ABOUT = "Records of a city hall's archive: search, units, pages, and the work on them. See docs/api.md."
_SAID = {
    "request_number": "the working context, as it goes into the audit with each look: the citizen's request",
    "purpose": "the working context: what for",
    "basis": "the working context: on what legal basis",
}
_FIELDS = {"seconds": 12, "limit": 65536, "size": 481_516}
"""Of errors in examples."""
_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "An access token of the OpenID Connect provider, or of `arhivar token` on the server's own machine.",
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The description of all addresses of the application."""
    document = get_openapi(
        title="Arhivar",
        version=VERSION,
        description=_ABOUT,
        routes=app.routes,
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for framework in ("HTTPValidationError", "ValidationError"):
        schemas.pop(framework, None)
    described = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= described.pop("$defs", {})
    schemas["Problem"] = described
    components["securitySchemes"] = {"bearer": _BEARER}
    for route in app.routes:
        if isinstance(route, APIRoute) and route.include_in_schema:
            for method in route.methods:
                _complete(document["paths"][route.path][method.lower()], route, method)
    return document


def _complete(operation: dict[str, Any], route: APIRoute, method: str) -> None:
    rule = rules_of(route)[0]
    responses = operation["responses"]
    responses.pop("422", None)
    for kind, stated in route.responses.get(200, {}).get("content", {}).items():
        responses["200"]["content"][kind]["example"] = stated["example"]  # the framework left out what is null
    asks = bool(operation.get("parameters")) or "requestBody" in operation
    for status in [*_statuses(rule, route.path, method, asks=asks), *([416] if "206" in responses else [])]:
        responses[str(status)] = _problem_answer(status)
    if method == "GET" and "application/json" in responses["200"]["content"]:
        responses["304"] = {"description": "As the caller has it already (If-None-Match)"}
    if isinstance(rule, Open):
        operation["security"] = []
        return
    operation["security"] = [{"bearer": []}, *([{}] if Role.READER in rule.roles else [])]
    operation.setdefault("parameters", []).extend(
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": _SAID[field],
            "schema": {"type": "string", "maxLength": 400},
        }
        for field, name in HEADERS.items()
    )


def _statuses(rule: Rule, path: str, method: str, *, asks: bool) -> Iterable[int]:
    yield 500
    yield 503
    if path not in UNLIMITED:
        yield from (400, 429)
    if not isinstance(rule, Open):
        yield from (400, 401)
        if Role.READER not in rule.roles:
            yield 403
    if asks or "{" in path:
        yield from (400, 422)
    if "{" in path:
        yield 404
    if method == "POST":
        yield 413


def _problem_answer(status: int) -> dict[str, Any]:
    kinds = [kind for kind, number in STATUS.items() if number == status]
    return {
        "description": HTTPStatus(status).phrase,
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {kind.__name__: {"value": _example(kind, status)} for kind in kinds},
            }
        },
    }


def _example(kind: type[ArhivarError], status: int) -> Mapping[str, Any]:
    return {
        "type": f"urn:arhivar:error:{kind.code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": kind.code,
        "detail": kind.message.say(Language.RO, _FIELDS),
        "request_id": "3f0c2a9d5b7e4c1f8a6d2e4b9c0f1a7d",
    }
