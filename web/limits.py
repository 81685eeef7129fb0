# SPDX-License-Identifier: EUPL-1.2
"""What one client may ask of the server: so many requests a minute, and bodies of a bounded size."""

import ipaddress
import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schemas.errors import ArhivarError, PersonInAddress, RequestMalformed, RequestTooLarge, TooManyRequests
from web.addresses import holds_person
from web.problems import problem

UNLIMITED = frozenset({"/health", "/ready"})
"""What watches the server must hear from it at any time."""

_BY_BODY = tuple(f"/api/v1/{name}" for name in ("search", "facets", "suggest"))
"""What a personal number can be sent to in a body; the first where the address asked for is none of them."""

_IPV6_NETWORK = 64
"""A subscriber has at least so many bits of his own (RFC 6177)."""


class RateLimits:
    """Counts by client address and by subject, in this process. Safe among threads."""

    def __init__(self, client_a_minute: int, subject_a_minute: int) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._client = RateLimitItemPerMinute(client_a_minute, namespace="client")
        self._subject = RateLimitItemPerMinute(subject_a_minute, namespace="subject")

    def count_client(self, address: str | None) -> None:
        """Raises TooManyRequests."""
        self._count(self._client, _network(address))

    def count_subject(self, subject: str) -> None:
        """Raises TooManyRequests."""
        self._count(self._subject, subject)

    def _count(self, item: RateLimitItemPerMinute, key: str) -> None:
        if not self._limiter.hit(item, key):
            reset = self._limiter.get_window_stats(item, key).reset_time
            raise TooManyRequests(seconds=max(1, math.ceil(reset - time.time())))


def _network(address: str | None) -> str:
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "local"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, _IPV6_NETWORK), strict=False))
    return str(found)


class Gate:
    """ASGI application around another: refuses who asks too often, too large bodies and personal numbers in addresses.

    Bodies come in whole.
    """

    def __init__(self, app: ASGIApp, rates: RateLimits, body_bytes: int) -> None:
        self._app = app
        self._rates = rates
        self._body_bytes = body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            if scope["path"] not in UNLIMITED:
                self._rates.count_client(scope["client"][0] if scope.get("client") else None)
                if holds_person(scope):
                    raise PersonInAddress(path=scope["path"] if scope["path"] in _BY_BODY else _BY_BODY[0])
            body = await self._read(headers, receive)
        except ArhivarError as error:
            await problem(error, headers, scope["state"]["request_id"])(scope, receive, send)
            return
        if body is None:  # the client is gone
            return
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, replay, send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes | None:
        stated = headers.get("content-length", "0")
        if not stated.isascii() or not stated.isdigit():
            raise RequestMalformed
        if len(stated) > 15 or int(stated) > self._body_bytes:
            raise RequestTooLarge(limit=self._body_bytes)
        parts, size, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return None
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self._body_bytes:
                raise RequestTooLarge(limit=self._body_bytes)
            more = message.get("more_body", False)
        return b"".join(parts)
