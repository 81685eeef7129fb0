# SPDX-License-Identifier: EUPL-1.2
"""The application: layers around the routes, errors in one shape, and the parts that it works with.

Layers from the outside: `Door` (ids, log, headers, bugs), CORS, `Heads` (HEAD), `Gate` (rates, sizes, personal
numbers), `Tags` (conditional reads).
Routes are plain functions; the framework runs them in its pool of threads, since they wait for disks and databases.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from arhivar import VERSION
from arhivar.access.looks import LookBook
from arhivar.composition import open_archive
from arhivar.finding import open_search
from arhivar.serving.server import serve_files
from arhivar.settings import Settings, load_settings
from schemas.errors import ArhivarError
from search.router import search_router
from web.asker import asking
from web.context import HEADERS
from web.cursors import Cursors
from web.descriptions import Descriptions
from web.door import REQUEST_ID, Door, safe_headers
from web.etags import Tags
from web.heads import Heads
from web.identity import open_identity
from web.kept_figures import KeptFigures
from web.limits import Gate, RateLimits
from web.looks import Openings
from web.measures import Measures
from web.openapi import API, describe
from web.parts import Parts
from web.problems import answer_arhivar_error, answer_http_exception, answer_malformed
from web.readiness import Readiness
from web.routes import access, decisions, figures, files, ingests, pdfs, system, units
from web.rules import everybody, require_rules

_PREFLIGHT_SECONDS = 600
_MAKERS = 16
"""Files that are made or fetched at once; other requests for files wait, and hold up nothing else."""


@contextmanager
def open_parts(settings: Settings, *, only_this_machine: bool) -> Iterator[Parts]:
    """Open what the application works with, for the length of the block.

    `only_this_machine` says that nobody else can reach the server: then tokens of `arhivar token` are taken, unless the
    settings refuse them. Raises what `open_archive` raises, IssuerKeyUnusable; DiskFull and
    DiskUnavailable where there is no room for temporary files.
    """
    with (
        open_archive(settings) as archive,
        ThreadPoolExecutor(_MAKERS, "files") as makers,
        serve_files(archive) as served,
    ):
        secret = settings.serve_secret
        yield Parts(
            archive=archive,
            finder=open_search(archive),
            descriptions=Descriptions(archive),
            identity=open_identity(settings, only_this_machine=only_this_machine),
            rates=RateLimits(settings.serve_client_rate, settings.serve_subject_rate),
            cursors=Cursors(None if secret is None else secret.get_secret_value()),
            looks=LookBook(archive.audit),
            openings=Openings(),
            files=served,
            makers=makers,
            figures=KeptFigures(archive),
            measures=Measures(),
            ready=Readiness(archive),
        )


def create_app(settings: Settings, parts: Parts, close: Callable[[], None] = lambda: None) -> FastAPI:
    """The application over these parts; `close` is called when the server stops."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        close()

    app = FastAPI(
        title="Arhivar",
        version=VERSION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        middleware=_layers(settings, parts),
        exception_handlers={
            ArhivarError: answer_arhivar_error,
            RequestValidationError: answer_malformed,
            HTTPException: answer_http_exception,
        },
    )
    app.state.parts = parts
    app.include_router(system.router)
    records = (search_router(asking(everybody)), units.router, files.router, pdfs.router)
    for router in (system.described, figures.router, *records, access.router, decisions.router, ingests.router):
        app.include_router(router, prefix=API)
    require_rules(app)
    document: dict[str, Any] = describe(app)
    app.openapi = lambda: document  # type: ignore[method-assign]
    return app


def _layers(settings: Settings, parts: Parts) -> list[Middleware]:
    headers = safe_headers(other_origins=bool(settings.serve_origins), behind_tls=settings.serve_behind_tls)
    return [
        Middleware(Door, measures=parts.measures, headers=headers),
        Middleware(
            CORSMiddleware,
            allow_origins=list(settings.serve_origins or ()),
            allow_methods=["GET", "POST"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                "If-None-Match",
                "If-Range",
                "Range",
                REQUEST_ID,
                *HEADERS.values(),
            ],
            expose_headers=["Content-Disposition", "Content-Range", "ETag", "Retry-After", REQUEST_ID],
            max_age=_PREFLIGHT_SECONDS,
        ),
        Middleware(Heads),
        Middleware(Gate, rates=parts.rates, body_bytes=settings.serve_body_bytes),
        Middleware(Tags),
    ]


def application() -> FastAPI:
    """For ASGI servers (`uvicorn --factory web.app:application`): settings from the environment.

    Who can reach the server is not known here, so local tokens are not taken. Raises what `open_parts` raises.
    """
    settings = load_settings()
    stack = ExitStack()
    parts = stack.enter_context(open_parts(settings, only_this_machine=False))
    return create_app(settings, parts, stack.close)
