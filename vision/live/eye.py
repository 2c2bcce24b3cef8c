"""The reading side of a camera: keep all, decode what is worth it, offer what is due."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from vision.live.desk import Desk
from vision.live.gate import Gate
from vision.live.metrics import Metrics
from vision.live.picture import Picture
from vision.live.pieces import NOTHING, Piece, Ring, Wanted
from vision.live.sampling import Pace, Sampler

GATE_EVERY_S: Final = 0.18
# What was decoded only to reach the newest picture is not news any more.
STALE_S: Final = 0.5

log = structlog.get_logger()


@dataclass(slots=True)
class Eye:
    """One stream of a camera that is looked at."""

    camera_id: str
    desk: Desk
    metrics: Metrics
    sampler: Sampler
    ring: Ring
    pace: Pace = field(default_factory=Pace)
    seen_s: float = field(default_factory=time.monotonic)
    connected: bool = False
    newest: Picture | None = None
    clock: Callable[[], float] = time.monotonic
    _gate: Gate = field(default_factory=Gate)
    _gated_s: float = 0.0
    _all: bool = False

    def opened(self) -> None:
        """A connection stands: what is decoded begins anew."""
        self._all = False
        self._gate = Gate()
        self.metrics.connections.labels(self.camera_id).inc()

    def take(self, piece: Piece) -> Wanted:
        """Keep a piece; decode all while something is going on, else the keys alone."""
        self.ring.add(piece)
        self.sampler.sent(len(piece.data), piece.key, piece.time_s)
        if not self.sampler.wants_all(piece.time_s):
            self._all = False
            return Wanted((piece,), alone=True) if piece.key else NOTHING
        if self._all:
            return Wanted((piece,))
        # In the middle of a group: what came since its key is decoded once, to catch up.
        caught_up = self.ring.since_key()
        self._all = bool(caught_up)
        return Wanted(caught_up)

    def show(self, picture: Picture) -> None:
        """Note whether it moves, and leave it to be looked at when one is due."""
        time_s = picture.time_s
        self.seen_s, self.newest = max(self.seen_s, time_s), picture
        if not self.connected:
            self.connected = True
            log.info("camera seen", camera=self.camera_id)
        if self.clock() - time_s > STALE_S:
            return
        if time_s - self._gated_s >= GATE_EVERY_S:
            self._gated_s = time_s
            if self._gate.moved(picture.luma(), time_s):
                self.sampler.moved(time_s)
        if self.sampler.due(time_s):
            self.pace.due(time_s)
            self.desk.offer(self.camera_id, picture)

    def lost(self, reason: str) -> None:
        """Say so once; the next connection is tried by whoever reads."""
        if self.connected:
            log.warning("camera lost", camera=self.camera_id, why=reason)
        self.connected = False
        self.metrics.failures.labels(self.camera_id).inc()

    def dropped(self, time_s: float) -> None:
        """A picture gave way to a newer one."""
        self.pace.lost(time_s)
        self.metrics.drops.labels(self.camera_id, "newer").inc()


@dataclass(slots=True)
class Keeper:
    """The main stream of a camera whose substream is looked at: kept for evidence, not decoded."""

    ring: Ring

    def opened(self) -> None:
        """Nothing to begin."""

    def take(self, piece: Piece) -> Wanted:
        """Keep it."""
        self.ring.add(piece)
        return NOTHING

    def show(self, picture: Picture) -> None:
        """Nothing is decoded."""

    def lost(self, reason: str) -> None:
        """The substream tells whether the camera is there."""
