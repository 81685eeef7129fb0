# SPDX-License-Identifier: EUPL-1.2
"""HEAD (RFC 9110, 9.3.2): the same as GET, and no content. Viewers ask so for the size and the ETag of a file."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Heads:
    """ASGI application around another, which hears of GET alone. What counts as a look counts for both."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_start(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b""})

        asked = {**scope, "method": "GET"}
        try:
            await self._app(asked, receive, send_start)
        finally:
            if "route" in asked:  # by which requests are counted
                scope["route"] = asked["route"]
