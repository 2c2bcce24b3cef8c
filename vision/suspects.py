"""One subject under one rule: the evidence for and against it, in seconds.

Evidence grows while it violates, shrinks while it complies and stands still while it is
unclear. Everything here is a pure value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from vision.detections import FloatArray, MotionState

Box = tuple[float, float, float, float]
Verdict = Literal["violates", "complies", "unclear"]

FULL_CURVE = 400
ROUNDING_S = 1e-6


@dataclass(frozen=True, slots=True)
class Timing:
    """When an episode begins and ends.

    on_delay_s     evidence one subject must gather
    off_delay_s    how long without a violation until it is over
    max_gap_s      most that one step between frames may count
    drains_unseen  whether not being seen speaks against it (a pest), or says nothing (a head)
    min_travel     body lengths it must have moved: a stain on the floor never does
    min_arrived_s  or how long it must have been seen where nothing was before it came
    """

    on_delay_s: float
    off_delay_s: float
    max_gap_s: float = 1.0
    drains_unseen: bool = False
    min_travel: float = 0.0
    min_arrived_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """One subject in one frame, judged by one rule.

    ``box`` in pixels; ``ground`` (dx, dy) px is how far the camera has moved the picture.
    """

    track_id: int
    box: Box
    verdict: Verdict
    confidence: float
    motion: MotionState = MotionState.UNTOLD
    ground: tuple[float, float] = (0.0, 0.0)

    @property
    def place(self) -> Box:
        """Where it is in the first picture's terms, the camera's own motion taken out."""
        dx, dy = self.ground
        left, top, right, bottom = self.box
        return (left - dx, top - dy, right - dx, bottom - dy)


@dataclass(frozen=True, slots=True)
class Moment:
    """The clearest view of a violation so far."""

    time_s: float
    box: Box
    confidence: float

    @property
    def rank(self) -> float:
        """Sure and large beats sure and small; the side weighs by its root."""
        width, height = self.box[2] - self.box[0], self.box[3] - self.box[1]
        return self.confidence * math.sqrt(math.sqrt(max(width * height, 1.0)))


@dataclass(frozen=True, slots=True)
class Suspect:
    """One subject's evidence under one rule in one zone."""

    track_id: int
    box: Box
    place: Box
    first_place: Box
    seen_s: float
    evidence_s: float = 0.0
    since_s: float | None = None
    travelled: float = 0.0
    arrived_s: float = 0.0
    raised: bool = False
    verdict: Verdict | None = None
    sightings: int = 0
    confidence_sum: float = 0.0
    best: Moment | None = None
    curve: tuple[tuple[float, float, Verdict], ...] = ()

    def see(self, sighting: Sighting, time_s: float, elapsed_s: float, timing: Timing) -> Suspect:
        """The suspect after being seen once more."""
        gained_s = {"violates": elapsed_s, "complies": -elapsed_s, "unclear": 0.0}
        moved = replace(
            self,
            track_id=sighting.track_id,
            box=sighting.box,
            place=sighting.place,
            seen_s=time_s,
            verdict=sighting.verdict,
        )._move(sighting, elapsed_s)
        if sighting.verdict == "violates":
            moved = moved._witness(sighting, time_s)
        return moved._weigh(gained_s[sighting.verdict], sighting.verdict, time_s, timing)

    def miss(self, time_s: float, elapsed_s: float, timing: Timing) -> Suspect:
        """The suspect after a frame in which it was not seen."""
        lost_s = elapsed_s if timing.drains_unseen else 0.0
        return replace(self, verdict=None)._weigh(-lost_s, "unclear", time_s, timing)

    def _move(self, sighting: Sighting, elapsed_s: float) -> Suspect:
        """A box that jumps about on a still thing is not a thing that moves."""
        if sighting.motion == MotionState.STILL:
            return self
        came_s = elapsed_s if sighting.motion == MotionState.ARRIVED else 0.0
        travelled = travel(self.first_place, sighting.place)
        if travelled <= self.travelled and not came_s:
            return self
        return replace(
            self,
            travelled=max(self.travelled, travelled),
            arrived_s=self.arrived_s + came_s,
        )

    def _lives(self, timing: Timing) -> bool:
        """Whether it has moved enough, or came to where nothing was."""
        came = self.arrived_s >= timing.min_arrived_s - ROUNDING_S
        return self.travelled >= timing.min_travel or came

    def _witness(self, sighting: Sighting, time_s: float) -> Suspect:
        moment = Moment(time_s, sighting.box, sighting.confidence)
        best = moment if self.best is None or moment.rank > self.best.rank else self.best
        return replace(
            self,
            best=best,
            since_s=time_s if self.since_s is None else self.since_s,
            sightings=self.sightings + 1,
            confidence_sum=self.confidence_sum + sighting.confidence,
        )

    def _weigh(self, gained_s: float, verdict: Verdict, time_s: float, timing: Timing) -> Suspect:
        evidence_s = min(max(self.evidence_s + gained_s, 0.0), timing.on_delay_s)
        cleared = evidence_s == 0 and gained_s < 0
        full = evidence_s >= timing.on_delay_s - ROUNDING_S
        raised = not cleared and (self.raised or (full and self._lives(timing)))
        weighed = replace(self, evidence_s=evidence_s, raised=raised)
        return weighed._acquitted() if cleared else weighed._draw(verdict, time_s)

    def _acquitted(self) -> Suspect:
        """Nothing is left of the old evidence, the way it has gone included."""
        return replace(
            self,
            first_place=self.place,
            travelled=0.0,
            arrived_s=0.0,
            since_s=None,
            best=None,
            sightings=0,
            confidence_sum=0.0,
            curve=(),
        )

    def _draw(self, verdict: Verdict, time_s: float) -> Suspect:
        if self.since_s is None or (self.raised and len(self.curve) >= FULL_CURVE):
            return self
        point = (round(time_s, 3), round(self.evidence_s, 3), verdict)
        return replace(self, curve=(*self.curve, point)[-FULL_CURVE:])


def start(sighting: Sighting, time_s: float, timing: Timing) -> Suspect:
    """A subject seen for the first time has no evidence yet, for or against it."""
    place = sighting.place
    fresh = Suspect(sighting.track_id, sighting.box, place, place, time_s)
    return fresh.see(sighting, time_s, 0.0, timing)


def rank_of(suspect: Suspect) -> float:
    """How clearly a suspect was seen violating."""
    return -1.0 if suspect.best is None else suspect.best.rank


def travel(origin: Box, box: Box) -> float:
    """How far a box has moved, in lengths of the larger box; plain numbers, since it is one box."""
    size = max(_size(origin), _size(box))
    across = (box[0] + box[2] - origin[0] - origin[2]) / 2
    down = (box[1] + box[3] - origin[1] - origin[3]) / 2
    return math.hypot(across, down) / size if size > 0 else math.inf


def _size(box: Box) -> float:
    return max(box[2] - box[0], box[3] - box[1])


def as_rows(boxes: Sequence[Box]) -> FloatArray:
    """Boxes as (n, 4) float32."""
    return np.array(boxes, np.float32).reshape(-1, 4)
