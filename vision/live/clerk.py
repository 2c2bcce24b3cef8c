"""One thread that writes evidence and hands alerts to the outbox, in the order they came."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final, Protocol

import structlog

from vision.alert import Alert, AlertUpdate, ModelRef, RulesRef
from vision.errors import KitchenError
from vision.frames import Frame
from vision.live.metrics import Metrics
from vision.live.proofs import Proof, alert_of, file_proof
from vision.live.told import Book, OpenAlert
from vision.live.vault import Vault
from vision.names import Severity, ZoneType
from vision.outbox import Outbox
from vision.second_look import Detector

POLL_S: Final = 0.5
DUES_KEPT: Final = 1000
HEALTH_WORDS: Final = "The camera's health is told by the worker that reads it; no model judged it."
HEALTH_MODEL: Final = ModelRef(
    name="camera health", sha256=hashlib.sha256(HEALTH_WORDS.encode()).hexdigest()
)
CAMERA_ZONE: Final = "camera"

log = structlog.get_logger()


class Told(Protocol):
    """Whose alerts these are."""

    @property
    def id(self) -> str:
        """The camera's id in the API."""
        ...

    @property
    def book(self) -> Book:
        """Its open alerts."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Raise:
    """Prove an episode and tell it."""

    camera: Told
    one: OpenAlert
    proof: Proof
    rules: RulesRef


@dataclass(frozen=True, slots=True, eq=False)
class Trouble:
    """Tell that a camera cannot be judged; ``frame`` is the last picture there was."""

    camera: Told
    one: OpenAlert
    severity: Severity
    zone_type: ZoneType
    rules: RulesRef
    frame: Frame | None


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """Tell how an alert went on; ``ended_at`` closes it."""

    camera: Told
    one: OpenAlert
    subjects: int | None = None
    confidence: float | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Retell:
    """Try again what was written down and could not be handed over."""

    camera: Told


@dataclass(frozen=True, slots=True, eq=False)
class Leave:
    """Another watches the camera now: hand over what was written down, forget the rest."""

    camera: Told


Job = Raise | Trouble | Update | Retell | Leave


@dataclass(slots=True)
class Clerk:
    """What it cannot prove it does not tell: the episode is seen again while it lasts."""

    vault: Vault
    outbox: Outbox
    detector: Detector
    model: ModelRef
    metrics: Metrics
    _jobs: SimpleQueue[Job] = field(default_factory=SimpleQueue)
    recording: bool = True
    beat_s: float = 0.0
    due_s: dict[str, float] = field(default_factory=dict)

    def put(self, job: Job) -> None:
        """Leave a job; any thread may."""
        self._jobs.put(job)

    def run(self, quitting: Callable[[], bool]) -> None:
        """Work until ``quitting``, and then until nothing waits."""
        while True:
            self.beat_s = time.monotonic()
            try:
                job = self._jobs.get(timeout=POLL_S)
            except Empty:
                if quitting():
                    return
                continue
            self.do(job)

    def do(self, job: Job) -> None:
        """One job, whatever becomes of it."""
        try:
            if isinstance(job, Raise):
                self._raise(job)
            elif isinstance(job, Trouble):
                self._tell_trouble(job)
            elif isinstance(job, Retell):
                self.retell(job.camera)
            elif isinstance(job, Leave):
                self.retell(job.camera)
                job.camera.book.leave()
            else:
                self._update(job)
        except (KitchenError, OSError) as error:
            self._failed(job, error)

    def retell(self, camera: Told) -> None:
        """After a start: hand over what was written but perhaps not told; twice does no harm."""
        for one in camera.book:
            if one.stage == "written" and one.alert is not None:
                files = {sha256: Path(path) for sha256, path in one.files.items()}
                self._hand_over(camera, one, one.alert, files)

    def _raise(self, job: Raise) -> None:
        writer = self.vault.writer()
        items = file_proof(job.proof, str(job.one.id), self.detector, writer)
        alert = alert_of(job.proof, job.one, job.camera.id, (self.model, job.rules), items)
        self._remember(job)
        self._tell(job.camera, job.one, alert, {i.sha256: writer.folder / i.path for i in items})
        self.recording = True
        self.metrics.alerts.labels(alert.rule).inc()
        self.metrics.delay_s.observe(time.monotonic() - job.proof.until_s)

    def _remember(self, job: Raise) -> None:
        """When it was due, until it lies in the API; of those that never come there the newest."""
        if len(self.due_s) >= DUES_KEPT:
            del self.due_s[next(iter(self.due_s))]
        self.due_s[str(job.one.id)] = job.proof.until_s

    def _tell_trouble(self, job: Trouble) -> None:
        items, files = [], dict[str, Path]()
        if job.frame is not None and self.vault.has_room():
            writer = self.vault.writer()
            items = [writer.add_frame(job.frame, f"{job.one.id}-best")]
            files = {item.sha256: writer.folder / item.path for item in items}
        alert = Alert(
            id=job.one.id,
            origin="camera",
            camera_id=job.camera.id,
            rule=job.one.rule,
            severity=job.severity,
            zone=CAMERA_ZONE,
            zone_type=job.zone_type,
            started_at=job.one.started_at,
            confidence=1.0,
            subjects=1,
            box=(0.0, 0.0, 1.0, 1.0),
            model=HEALTH_MODEL,
            rules=job.rules,
            evidence=tuple(item.ref for item in items),
        )
        self._tell(job.camera, job.one, alert, files)
        self.metrics.alerts.labels(alert.rule).inc()

    def _tell(self, camera: Told, one: OpenAlert, alert: Alert, files: dict[str, Path]) -> None:
        """Write it down whole before the outbox gets it, so that no crash makes two of it."""
        told = {sha256: str(path) for sha256, path in files.items()}
        camera.book.change(one, stage="written", alert=alert, files=told)
        self._hand_over(camera, one, alert, files)

    def _hand_over(
        self, camera: Told, one: OpenAlert, alert: Alert, files: dict[str, Path]
    ) -> None:
        self.outbox.put(alert, files)
        camera.book.change(one, stage="told", alert=None, files={})
        log.info("alert", camera=camera.id, rule=alert.rule, zone=alert.zone, id=str(alert.id))

    def _update(self, job: Update) -> None:
        known = job.camera.book.find(job.one.key)
        if known is None or known.id != job.one.id or known.stage == "raising":
            return
        told = AlertUpdate(
            ended_at=job.ended_at and max(job.ended_at, known.started_at),
            subjects=job.subjects,
            confidence=job.confidence,
        )
        self.outbox.update(known.id, told, job.camera.id)
        if job.ended_at is not None:
            job.camera.book.forget(known)

    def _failed(self, job: Job, error: Exception) -> None:
        log.error("alert not told", camera=job.camera.id, why=str(error))
        self.recording = self.vault.has_room()
        if isinstance(job, Update | Retell | Leave):
            return
        self.metrics.unproved.labels(job.one.rule).inc()
        known = job.camera.book.find(job.one.key)
        if known is not None and known.stage == "raising":
            job.camera.book.forget(known)
