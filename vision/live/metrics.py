"""What Prometheus reads of a worker; labels are camera ids and causes, never an address."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

LATENCIES_S: Final = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0)
DELAYS_S: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
PREFIX: Final = "brightkitchen_watch_"


class Metrics:
    """One registry a worker."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.seconds = self._counter("effective_seconds", "Seconds that could be judged", "camera")
        self.looks = self._counter("looks", "Pictures looked at", "camera")
        self.drops = self._counter("drops", "Pictures not looked at", "camera", "cause")
        self.connections = self._counter("connections", "Connections that stood", "camera")
        self.failures = self._counter("failures", "Connections that broke or never stood", "camera")
        self.alerts = self._counter("alerts", "Alerts told", "rule")
        self.unproved = self._counter("unproved", "Alerts that could not be proved", "rule")
        self.refused = self._counter("refused", "Alerts and updates that the API refused")
        self.superseded = self._counter(
            "superseded", "Alerts that another watch tells, which has taken the camera over"
        )
        self.latency_s = Histogram(
            PREFIX + "latency_seconds",
            "From a picture's arrival to what was decided on it",
            buckets=LATENCIES_S,
            registry=self.registry,
        )
        self.delay_s = Histogram(
            PREFIX + "alert_delay_seconds",
            "From the moment an alert was due to its being safe in the spool",
            buckets=DELAYS_S,
            registry=self.registry,
        )
        self.stored_s = Histogram(
            PREFIX + "alert_stored_seconds",
            "From the moment an alert was due to its lying in the API with its evidence",
            buckets=DELAYS_S,
            registry=self.registry,
        )
        self.age_s = self._gauge("picture_age_seconds", "Age of the last picture", "camera")
        self.health = self._gauge("health", "1 for the state a camera is in", "camera", "state")
        self.tempo = self._gauge("tempo", "0 quiet, 1 calm, 2 burst", "camera")
        self.ring = self._gauge("ring_bytes", "Packets kept for evidence", "camera")
        self.spooled = self._gauge("spooled", "Alerts and updates that wait")
        self.spool_full = self._gauge("spool_full", "1 when the spool is beyond its limit")
        self.recording = self._gauge("recording", "0 when evidence cannot be written")
        self.overdue = self._gauge("lease_overdue", "1 while the API does not renew what it shared")
        self.used = self._gauge("evidence_bytes", "Evidence kept here")

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self.registry)

    def forget(self, camera_id: str) -> None:
        """Drop the series of a camera that is watched no longer."""
        counters = (self.seconds, self.looks, self.drops, self.connections, self.failures)
        for family in (*counters, self.age_s, self.health, self.tempo, self.ring):
            family.remove_by_labels({"camera": camera_id})

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(PREFIX + name, words, labels, registry=self.registry)

    def _gauge(self, name: str, words: str, *labels: str) -> Gauge:
        return Gauge(PREFIX + name, words, labels, registry=self.registry)
