# SPDX-License-Identifier: EUPL-1.2
"""What the application works with, opened once a process and asked by many threads at once."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass

from starlette.requests import Request

from arhivar.composition import Archive
from arhivar.serving.server import FileServer
from schemas.figures import OpenFigures
from search.router import Finder
from web.cursors import Cursors
from web.descriptions import Descriptions
from web.identity import Identity
from web.limits import RateLimits
from web.looks import LookWriter, Openings
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
    openings: Openings
    files: FileServer
    makers: Executor
    """Threads that make files, apart from those that answer all else."""
    figures: Callable[[], OpenFigures]
    measures: Measures
    ready: Callable[[], Mapping[str, bool]]
    """Whether each part that the application needs answers, by its name."""


def parts_of(request: Request) -> Parts:
    """Those of the application that answers this request."""
    parts: Parts = request.app.state.parts
    return parts
