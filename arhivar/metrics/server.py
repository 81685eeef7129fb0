# SPDX-License-Identifier: EUPL-1.2
"""`/metrics` over HTTP for Prometheus, and `/healthy`, which measures nothing."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from socket import AF_INET6
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CollectorRegistry, make_wsgi_app

_PLAIN = [("Content-Type", "text/plain; charset=utf-8")]
_ANSWER_SECONDS = 30


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Server6(_Server):
    address_family = AF_INET6


class _Quiet(WSGIRequestHandler):
    timeout = _ANSWER_SECONDS

    def log_message(self, format: str, *args: Any) -> None:  # noqa: ANN401 - the library's own signature
        """A line for each scrape would drown all others."""


def application(registry: CollectorRegistry) -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """What answers (WSGI, PEP 3333)."""
    metrics = make_wsgi_app(registry)

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO")
        if path == "/metrics":
            answered: Iterable[bytes] = metrics(environ, start_response)
            return answered
        known = path == "/healthy"
        start_response("200 OK" if known else "404 Not Found", _PLAIN)
        return [b"ok\n" if known else b"/metrics\n"]

    return answer


@contextmanager
def serving(registry: CollectorRegistry, host: str, port: int) -> Iterator[int]:
    """Serve from a thread for the length of the block; the port, where 0 asked for any. Raises OSError."""
    kind = _Server6 if ":" in host else _Server
    server = kind((host, port), _Quiet)
    server.set_app(application(registry))
    thread = Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
