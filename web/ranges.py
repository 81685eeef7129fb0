# SPDX-License-Identifier: EUPL-1.2
"""Range requests (RFC 9110, 14): one range of bytes an answer.

What is no range of bytes, and several ranges at once, are passed over and answered whole, as section 14.2 allows.
"""

import re
from dataclasses import dataclass

from starlette.datastructures import Headers

from schemas.errors import RangeUnsatisfiable

_ONE = re.compile(r"bytes=[ \t]*(?:([0-9]{1,400})-([0-9]{0,400})|-([0-9]{1,400}))[ \t]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of a file: 0-based, `last` is among them."""

    first: int
    last: int

    @property
    def size_bytes(self) -> int:
        """How many they are."""
        return self.last - self.first + 1

    def of(self, size_bytes: int) -> str:
        """What Content-Range says of them in a file of that size."""
        return f"bytes {self.first}-{self.last}/{size_bytes}"


def asked_span(headers: Headers, tag: str, size_bytes: int) -> Span | None:
    """The part that a request asks for of a file with that strong tag (with its quotes); None for the whole.

    A part is given only of the very file that If-Range names, where it names one. Raises RangeUnsatisfiable.
    """
    stated, of = headers.getlist("range"), headers.getlist("if-range")
    found = _ONE.fullmatch(stated[0]) if len(stated) == 1 else None
    if found is None or (of and of != [tag]):
        return None
    if found[3] is not None:
        first, last = max(0, size_bytes - int(found[3])), size_bytes - 1
    else:
        first, last = int(found[1]), min(int(found[2] or size_bytes - 1), size_bytes - 1)
        if found[2] and int(found[2]) < first:  # no range at all (14.1.1)
            return None
    if first > last:
        raise RangeUnsatisfiable(size=size_bytes)
    return Span(first, last)
