# SPDX-License-Identifier: EUPL-1.2
"""What `arhivar serve` starts: the application behind uvicorn, on an address where it may be."""

import socket
from collections.abc import Callable

import uvicorn

from arhivar.profile import is_loopback
from arhivar.settings import Settings
from schemas.errors import ServeUnsafe, UsageError
from web.app import create_app, open_parts

_GRACE_SECONDS = 20
"""Requests in hand may end when the server is told to stop."""
_WAITING = 256
"""Connections that the system keeps waiting."""


def check_serving(settings: Settings, host: str) -> None:
    """Raises ServeUnsafe for an address where tokens could be had by anybody, or be read on their way."""
    if is_loopback(host):
        return
    if settings.oidc_issuer is None:
        raise ServeUnsafe(
            host=host,
            problem_ro="tokenurile locale sunt numai pentru acest calculator; numiți un furnizor de identitate prin "
            "ARHIVAR_OIDC_ISSUER",
            problem_en="local tokens are for this machine alone; name an identity provider by ARHIVAR_OIDC_ISSUER",
        )
    if settings.profile == "production" and not settings.serve_behind_tls:
        raise ServeUnsafe(
            host=host,
            problem_ro="în producție, numai în spatele unui server care încheie TLS; confirmați prin "
            "ARHIVAR_SERVE_BEHIND_TLS=true",
            problem_en="in production only behind a server that ends TLS; confirm it by ARHIVAR_SERVE_BEHIND_TLS=true",
        )


def serve(settings: Settings, host: str, port: int, tell: Callable[[str, int], None]) -> None:
    """Answer requests there until SIGTERM or Ctrl-C; `tell` hears host and port once they can come.

    Requests in hand end first, for 20 seconds at most. Raises ServeUnsafe; UsageError where the address cannot be
    listened on; what `open_parts` raises.
    """
    check_serving(settings, host)
    with open_parts(settings, only_this_machine=is_loopback(host)) as parts:
        config = uvicorn.Config(
            create_app(settings, parts),
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=bool(settings.serve_proxies),
            forwarded_allow_ips=list(settings.serve_proxies or ()),
            timeout_graceful_shutdown=_GRACE_SECONDS,
            lifespan="on",
            ws="none",
        )
        with _listening(host, port) as listener:
            tell(host, listener.getsockname()[1])
            uvicorn.Server(config).run(sockets=[listener])


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_WAITING)
    except OSError as error:
        raise UsageError(detail=f"{host}:{port}: {error.strerror or error}") from error
