# SPDX-License-Identifier: EUPL-1.2
"""How many requests came, how they ended and how long they took, for Prometheus. No paths: routes, which are few."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Measures:
    """Of one application. Safe among threads."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "arhivar_http_requests", "Requests answered.", ["route", "method", "status"], registry=self._registry
        )
        self._durations = Histogram(
            "arhivar_http_request_seconds",
            "How long requests took.",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )

    def note(self, route: str | None, method: str, status: int, seconds: float) -> None:
        """Count a request; `route` is None for an address that is none of ours, `status` 0 for one broken off."""
        known = method if method in _METHODS else "other"
        self._requests.labels(route or "other", known, str(status)).inc()
        self._durations.labels(route or "other").observe(seconds)

    def text(self) -> bytes:
        """All of it, in Prometheus's text format."""
        return generate_latest(self._registry)
