# SPDX-License-Identifier: EUPL-1.2
"""Files as answers: made outside the threads that all other requests need, streamed, in parts where asked.

Who may have a file is decided before one of these is made. Every file has a strong ETag of its own (RFC 9110, 8.8.3)
and is asked for again each time (`no-cache`, see `web.door`): what was withdrawn is gone for those who kept it, too.
"""

import asyncio
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from typing import BinaryIO

from starlette.datastructures import Headers
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from web.etags import matches
from web.ranges import Span, asked_span

_BLOCK_BYTES = 256 * 1024
_UNSAFE = re.compile(r"[^A-Za-z0-9_]+")
_MOST_NAME = 100


def tag_of(etag: str) -> str:
    """An opaque etag as HTTP writes a strong one."""
    return f'"{etag}"'


def safe_name(code: str, rest: str) -> str:
    """A file's name from a unit's reference code and what follows it, of letters that are safe in every file system."""
    plain = unicodedata.normalize("NFKD", code).encode("ascii", "ignore").decode()
    return f"{_UNSAFE.sub('-', plain).strip('-')[:_MOST_NAME] or 'unit'}-{rest}"


def file_headers(etag: str, name: str, *, inline: bool) -> dict[str, str]:
    """What is said of a file, of which `name` comes from `safe_name`."""
    return {
        "ETag": tag_of(etag),
        "Content-Disposition": f'{"inline" if inline else "attachment"}; filename="{name}"',
    }


def not_modified(headers: Headers, etag: str) -> Response | None:
    """304 for a caller who has that file already (If-None-Match); else None."""
    tag = tag_of(etag)
    if not matches(headers.get("if-none-match"), tag):
        return None
    return Response(status_code=304, headers={"ETag": tag})


class MadeAnswer(Response):
    """A small file whose bytes are made when it is sent. Raises, as the application is told, what `make` raises."""

    def __init__(
        self, make: Callable[[], bytes], makers: Executor, headers: Mapping[str, str], media_type: str
    ) -> None:
        super().__init__(None, 200, headers, media_type)
        self._make = make
        self._makers = makers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.body = await asyncio.get_running_loop().run_in_executor(self._makers, self._make)
        self.headers["Content-Length"] = str(len(self.body))
        await super().__call__(scope, receive, send)


class StreamAnswer(Response):
    """A file that may be large, or the part of it that the request asks for; never whole in memory.

    `opened` gives a seekable stream. Raises what it raises, and RangeUnsatisfiable.
    """

    def __init__(
        self, opened: Callable[[], BinaryIO], makers: Executor, asked: Headers, stated: Mapping[str, str], kind: str
    ) -> None:
        super().__init__()
        self._opened = opened
        self._makers = makers
        self._asked = asked
        self._stated = stated
        self._kind = kind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        stream = await asyncio.get_running_loop().run_in_executor(self._makers, self._opened)
        try:
            size_bytes = stream.seek(0, io.SEEK_END)
            part = asked_span(self._asked, self._stated["ETag"], size_bytes)
            span = part or Span(0, size_bytes - 1)
            headers = {**self._stated, "Accept-Ranges": "bytes", "Content-Length": str(span.size_bytes)}
            if part is not None:
                headers["Content-Range"] = part.of(size_bytes)
            status = 200 if part is None else 206
            await StreamingResponse(_blocks(stream, span), status, headers, self._kind)(scope, receive, send)
        finally:
            stream.close()


def _blocks(stream: BinaryIO, span: Span) -> Iterator[bytes]:
    stream.seek(span.first)
    left = span.size_bytes
    while left and (block := stream.read(min(left, _BLOCK_BYTES))):
        left -= len(block)
        yield block
