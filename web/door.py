# SPDX-License-Identifier: EUPL-1.2
"""The outermost layer: each request gets an id, a line in the log, a place in the metrics, and safe headers.

The log has paths and never query strings, which hold what people search for. What nobody expected ends here, as an
error that says nothing of the server's inside.
"""

import re
import time
from collections.abc import Mapping
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from arhivar.log import Logger, trace_of
from schemas.errors import RequestFailed
from web.addresses import path_for_log
from web.measures import Measures
from web.problems import problem

REQUEST_ID = "X-Request-Id"
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_log = Logger(__name__)


def safe_headers(*, other_origins: bool, behind_tls: bool) -> dict[str, str]:
    """What every answer says to browsers: data, not a page; nothing is kept without asking again."""
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "cross-origin" if other_origins else "same-origin",
    }
    if behind_tls:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


class Door:
    """ASGI application around another."""

    def __init__(self, app: ASGIApp, measures: Measures, headers: Mapping[str, str]) -> None:
        self._app = app
        self._measures = measures
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0

        async def send_safely(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._complete(MutableHeaders(raw=message["headers"]), request_id)
            await send(message)

        try:
            await self._app(scope, receive, send_safely)
        except Exception as error:
            _log.error("bug in a request", request=request_id, error=trace_of(error))
            if status:  # a part of the answer is on its way: only breaking off tells that it is not whole
                raise
            await problem(RequestFailed(), headers, request_id)(scope, receive, send_safely)
        finally:
            self._note(scope, request_id, status, time.perf_counter() - began)

    def _complete(self, headers: MutableHeaders, request_id: str) -> None:
        for name, value in self._headers.items():
            headers[name] = value
        headers[REQUEST_ID] = request_id
        headers.setdefault("Cache-Control", "private, no-cache")
        headers.add_vary_header("Authorization, Accept-Language")

    def _note(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", None)
        self._measures.note(route, scope["method"], status, seconds)
        _log.info(
            "request",
            request=request_id,
            method=scope["method"][:16],
            path=path_for_log(scope),
            status=status,
            milliseconds=round(1000 * seconds, 1),
            subject=scope["state"].get("subject"),
        )


def _request_id(headers: Headers) -> str:
    """What the caller named the request, where that is one plain word; else a new name."""
    stated = headers.getlist(REQUEST_ID)
    return stated[0] if len(stated) == 1 and _ID.fullmatch(stated[0]) else uuid4().hex
