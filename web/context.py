# SPDX-License-Identifier: EUPL-1.2
"""The working context of a look, as who looks states it once for all requests: in headers.

Letters that headers cannot carry are percent-encoded UTF-8 (RFC 3986, 2.1): ``X-Purpose: adeverin%C8%9B%C4%83``.
"""

from urllib.parse import unquote

from pydantic import ValidationError
from starlette.datastructures import Headers

from schemas.access import WorkingContext
from schemas.errors import ContextRefused

HEADERS = {"request_number": "X-Request-Number", "purpose": "X-Purpose", "basis": "X-Legal-Basis"}
"""By the field of `WorkingContext` that each says."""


def context_of(headers: Headers) -> WorkingContext:
    """What the headers state. Raises ContextRefused for one that comes twice, or does not fit its field."""
    stated: dict[str, str] = {}
    for field, header in HEADERS.items():
        values = headers.getlist(header)
        if len(values) > 1:
            raise ContextRefused(header=header)
        if values:
            try:
                stated[field] = unquote(values[0], errors="strict")
            except UnicodeDecodeError:
                raise ContextRefused(header=header) from None
    try:
        return WorkingContext(**stated)
    except ValidationError as error:
        raise ContextRefused(header=HEADERS[str(error.errors()[0]["loc"][0])]) from None
