"""What the server counts of itself, for Prometheus: requests and their times, jobs, listens, models in memory."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST as MEDIA

__all__ = ["MEDIA", "Figures"]
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Figures:
    """Figures of one server; nothing in them tells of a person."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "segue_requests", "Requests that were answered", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "segue_request_seconds",
            "Time to the end of an answer",
            ("route",),
            registry=self.registry,
            buckets=_SECONDS,
        )
        self.listens = Counter("segue_listens_accepted", "Listens that were accepted", registry=self.registry)
        self.jobs = Counter("segue_jobs_ended", "Jobs that ended", ("kind", "state"), registry=self.registry)
        self.loaded = Gauge("segue_model_loaded", "Models in memory", ("model",), registry=self.registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; `route` is the pattern of its path, not the path."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """Return all in the format that Prometheus reads."""
        return generate_latest(self.registry)
