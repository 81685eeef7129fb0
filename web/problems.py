# SPDX-License-Identifier: EUPL-1.2
"""Errors as the API tells them: one JSON shape (RFC 9457) for all, with our codes, and nothing of the server's inside.

Only errors that are about the request are told in their own words. What went wrong within the server is told as
`ARH-9317` where trying again can help, else as `ARH-9316`; the log says what it was.
"""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi.exceptions import RequestValidationError
from pydantic import Field
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from arhivar.log import Logger, trace_of
from schemas.base import Record
from schemas.errors import (
    ArhivarError,
    ContextRefused,
    CursorRefused,
    ExcerptEmpty,
    IdentityUnavailable,
    ImageAnswerTooLarge,
    ImageRequestInvalid,
    MethodRefused,
    NothingThere,
    NotReady,
    PagesMalformed,
    PageUnknown,
    PartUnavailable,
    PersonInAddress,
    QueryMalformed,
    RangeUnsatisfiable,
    RequestFailed,
    RequestMalformed,
    RequestTooLarge,
    RoleInsufficient,
    TokenMissing,
    TokenRefused,
    TooManyRequests,
    UnitUnknown,
)
from schemas.messages import Language

MEDIA_TYPE = "application/problem+json"
STATUS: Mapping[type[ArhivarError], int] = {
    QueryMalformed: 400,
    CursorRefused: 400,
    PersonInAddress: 400,
    ContextRefused: 400,
    PagesMalformed: 400,
    ImageRequestInvalid: 400,
    ImageAnswerTooLarge: 400,
    TokenMissing: 401,
    TokenRefused: 401,
    RoleInsufficient: 403,
    NothingThere: 404,
    MethodRefused: 405,
    RequestTooLarge: 413,
    RangeUnsatisfiable: 416,
    RequestMalformed: 422,
    TooManyRequests: 429,
    RequestFailed: 500,
    NotReady: 503,
    IdentityUnavailable: 503,
    PartUnavailable: 503,
}
"""By errors that are told as they are."""

_MOST_FAULTS = 20
_LANGUAGE = re.compile(r"\s*(?P<tag>ro|en)(-[a-z0-9]{1,8})*\s*(;\s*q\s*=\s*(?P<weight>0(\.\d{0,3})?|1(\.0{0,3})?)\s*)?")

_log = Logger(__name__)


class Fault(Record):
    """One thing that is wrong with a request."""

    where: str = Field(description="part of the request and name in it, with points between them: `query.limit`")
    problem: str


class Problem(Record):
    """What every error looks like (RFC 9457)."""

    type: str = Field(description="`urn:arhivar:error:` and the code")
    title: str
    status: int = Field(ge=400, le=599)
    code: str = Field(pattern=r"^ARH-\d{4}$", description="see docs/errors.md")
    detail: str = Field(description="what it is and what to do next, in Romanian or, where asked for, English")
    request_id: str = Field(description="as in the header X-Request-Id: names the request in the server's log")
    errors: tuple[Fault, ...] | None = Field(default=None, description="of a request that is not right: where")


def language_of(headers: Headers) -> Language:
    """Romanian, or English where the request prefers it (Accept-Language; RFC 9110, 12.5.4)."""
    weights = {Language.RO: 0.0, Language.EN: 0.0}
    for part in headers.get("accept-language", "").lower().split(","):
        found = _LANGUAGE.fullmatch(part)
        if found is not None:
            tag = Language(found["tag"])
            weights[tag] = max(weights[tag], float(found["weight"] or 1))
    return Language.EN if weights[Language.EN] > weights[Language.RO] else Language.RO


def told(error: ArhivarError) -> ArhivarError:
    """The error as it is told outside."""
    if isinstance(error, UnitUnknown | PageUnknown | ExcerptEmpty):
        return NothingThere()
    if type(error) in STATUS:
        return error
    return PartUnavailable() if error.retryable else RequestFailed()


def problem(
    error: ArhivarError,
    headers: Headers,
    request_id: str,
    faults: Sequence[Fault] | None = None,
    more_headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The answer for an error that is told as it is (see `told`)."""
    status = STATUS[type(error)]
    body = Problem(
        type=f"urn:arhivar:error:{error.code}",
        title=HTTPStatus(status).phrase,
        status=status,
        code=error.code,
        detail=error.message.say(language_of(headers), error.fields),
        request_id=request_id,
        errors=None if faults is None else tuple(faults),
    )
    stated = dict(more_headers or {})
    if status == HTTPStatus.UNAUTHORIZED:
        refusal = ', error="invalid_token"' if isinstance(error, TokenRefused) else ""
        stated["WWW-Authenticate"] = f'Bearer realm="arhivar"{refusal}'  # RFC 6750, 3
    if isinstance(error, TooManyRequests):
        stated["Retry-After"] = str(error.fields["seconds"])
    if isinstance(error, RangeUnsatisfiable):
        stated["Content-Range"] = f"bytes */{error.fields['size']}"  # RFC 9110, 15.5.17
    return JSONResponse(body.model_dump(mode="json", exclude_none=True), status, stated, MEDIA_TYPE)


def request_id_of(request: Request) -> str:
    """The request's id, as the outermost layer chose it."""
    return str(request.state.request_id)


async def answer_arhivar_error(request: Request, error: Exception) -> JSONResponse:
    """For errors of our tree."""
    if not isinstance(error, ArhivarError):  # the application calls it for no others
        raise error
    shown = told(error)
    if STATUS[type(shown)] >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("request failed", request=request_id_of(request), code=error.code, error=trace_of(error))
    return problem(shown, request.headers, request_id_of(request))


async def answer_malformed(request: Request, error: Exception) -> JSONResponse:
    """For requests that do not fit the description. What was sent is not repeated: it may be personal data."""
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    shown = [Fault(where=".".join(str(part) for part in one["loc"]), problem=one["msg"]) for one in faults]
    return problem(RequestMalformed(), request.headers, request_id_of(request), shown[:_MOST_FAULTS])


async def answer_http_exception(request: Request, error: Exception) -> JSONResponse:
    """For what the framework finds: no such address, no such method, a body that cannot be read."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    shown: ArhivarError
    if headers is not None and headers.get("Allow") == "GET":
        headers = {**headers, "Allow": "GET, HEAD"}  # see web.heads
    if status == HTTPStatus.NOT_FOUND:
        shown = NothingThere()
    elif status == HTTPStatus.METHOD_NOT_ALLOWED:
        shown = MethodRefused(method=request.method)
    elif status < HTTPStatus.INTERNAL_SERVER_ERROR:
        shown = RequestMalformed()
    else:
        shown = RequestFailed()
    return problem(shown, request.headers, request_id_of(request), more_headers=headers)
