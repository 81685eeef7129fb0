# SPDX-License-Identifier: EUPL-1.2
"""Conditional reads (RFC 9110, 13): an answer that the caller has already is not sent again.

The answer is worked out all the same, so that a record that was withdrawn is gone with the next request. Answers that
have an ETag of their own, and those that are no JSON documents, pass as they are.
"""

from hashlib import sha256

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def matches(stated: str | None, etag: str) -> bool:
    """Whether an If-None-Match names this strong tag; compared weakly, as RFC 9110, 13.1.2 asks."""
    if stated is None:
        return False
    tags = [one.strip().removeprefix("W/") for one in stated.split(",")]
    return etag in tags or tags == ["*"]


class Tags:
    """ASGI application around another: gives JSON answers to GET an ETag, and answers 304 where it is known."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        stated = Headers(scope=scope).get("if-none-match")
        start: Message | None = None
        parts: list[bytes] = []

        async def hold(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_document(message):
                start = message
            elif start is None or message["type"] != "http.response.body":
                await send(message)
            else:
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    await _finish(start, b"".join(parts), stated, send)

        await self._app(scope, receive, hold)


def _is_document(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return start["status"] == 200 and headers.get("content-type") == "application/json" and "etag" not in headers


async def _finish(start: Message, body: bytes, stated: str | None, send: Send) -> None:
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = MutableHeaders(raw=start["headers"])
    headers["ETag"] = etag
    if matches(stated, etag):
        del headers["content-length"], headers["content-type"]
        start["status"], body = 304, b""
    await send(start)
    await send({"type": "http.response.body", "body": body})
