# SPDX-License-Identifier: EUPL-1.2
"""What the application works with, opened once a process and asked by many threads at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request

from arhivar.composition import Archive
from search.router import Finder
from web.cursors import Cursors
from web.descriptions import Descriptions
from web.identity import Identity
from web.limits import RateLimits
from web.looks import LookWriter
from web.measures import Measures


@dataclass(frozen=True, slots=True)
class Parts:
    """All of it."""

    archive: Archive
    finder: Finder
    descriptions: Descriptions
    identity: Identity
    rates: RateLimits
    cursors: Cursors
    looks: LookWriter
    measures: Measures
    ready: Callable[[], Mapping[str, bool]]
    """Whether each part that the application needs answers, by its name."""


def parts_of(request: Request) -> Parts:
    """Those of the application that answers this request."""
    parts: Parts = request.app.state.parts
    return parts
