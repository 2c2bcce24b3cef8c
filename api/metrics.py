"""What Prometheus reads; each application counts for itself."""

from __future__ import annotations

from time import perf_counter
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BUCKETS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """Counters with few labels: no id and no name of a person is ever one."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        prefix = "brightkitchen_"
        self.requests = Counter(
            prefix + "http_requests",
            "Requests answered",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.duration_s = Histogram(
            prefix + "http_request_duration_seconds",
            "From the request's first byte to the answer's last",
            ("method", "route"),
            buckets=BUCKETS_S,
            registry=self.registry,
        )
        self.alerts = Counter(
            prefix + "alerts", "Alerts received", ("rule", "origin"), registry=self.registry
        )
        self.altered = Counter(
            prefix + "evidence_altered",
            "Evidence files found altered in their storage",
            registry=self.registry,
        )

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self.registry)


class MetricsMiddleware:
    """Counts every answer under its route's template."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note how it was answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            self._note(scope, status, perf_counter() - began)

    def _note(self, scope: Scope, status: int, took_s: float) -> None:
        method = scope["method"] if scope["method"] in KNOWN_METHODS else "other"
        route = getattr(scope.get("route"), "path", None) or "unknown"
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.duration_s.labels(method, route).observe(took_s)


KNOWN_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
