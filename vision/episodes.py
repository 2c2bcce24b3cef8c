"""Turn what a rule sees in each frame into one steady episode.

Evidence is counted in seconds, never in frames: it grows while a subject violates, shrinks
while it complies and stands still while it is unclear. So a missed frame costs its own
length and no more, and a frozen camera earns nothing.

Everything here is a pure value: ``watch.step(...)`` gives the next watch and what changed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from vision.detections import FloatArray
from vision.geometry import gaps, nearest_pairs

Box = tuple[float, float, float, float]
Verdict = Literal["violates", "complies", "unclear"]

REACH_LENGTHS = 2.0
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
    """

    on_delay_s: float
    off_delay_s: float
    max_gap_s: float = 1.0
    drains_unseen: bool = False
    min_travel: float = 0.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """One subject in one frame, judged by one rule; ``box`` in pixels."""

    track_id: int
    box: Box
    verdict: Verdict
    confidence: float


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
    first_box: Box
    seen_s: float
    evidence_s: float = 0.0
    since_s: float | None = None
    travelled: float = 0.0
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
            seen_s=time_s,
            verdict=sighting.verdict,
            travelled=max(self.travelled, travel(self.first_box, sighting.box)),
        )
        if sighting.verdict == "violates":
            moved = moved._witness(sighting, time_s)
        return moved._weigh(gained_s[sighting.verdict], sighting.verdict, time_s, timing)

    def miss(self, time_s: float, elapsed_s: float, timing: Timing) -> Suspect:
        """The suspect after a frame in which it was not seen."""
        lost_s = elapsed_s if timing.drains_unseen else 0.0
        return replace(self, verdict=None)._weigh(-lost_s, "unclear", time_s, timing)

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
        raised = not cleared and (self.raised or (full and self.travelled >= timing.min_travel))
        weighed = replace(self, evidence_s=evidence_s, raised=raised)
        return weighed._acquitted() if cleared else weighed._draw(verdict, time_s)

    def _acquitted(self) -> Suspect:
        """Nothing is left of the old evidence, the way it has gone included."""
        return replace(
            self,
            first_box=self.box,
            travelled=0.0,
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


@dataclass(frozen=True, slots=True)
class Episode:
    """One violation of one rule in one zone, from its first evidence to its last.

    ``subjects`` is the most that violated at once; ``box`` (px) belongs to ``best_s``.
    """

    start_s: float
    last_s: float
    subjects: int
    confidence: float
    box: Box
    best_s: float
    rank: float
    curve: tuple[tuple[float, float, Verdict], ...]

    def extended(self, raised: Sequence[Suspect], time_s: float) -> Episode:
        """The episode after a frame in which these raised suspects violated."""
        clearest = max(raised, key=lambda suspect: rank_of(suspect))
        longest = max(raised, key=lambda suspect: suspect.sightings)
        seen = replace(
            self,
            last_s=time_s,
            subjects=max(self.subjects, len(raised)),
            confidence=longest.confidence_sum / longest.sightings,
            curve=longest.curve if len(longest.curve) > len(self.curve) else self.curve,
        )
        if clearest.best is None or clearest.best.rank <= self.rank:
            return seen
        best = clearest.best
        return replace(seen, box=best.box, best_s=best.time_s, rank=best.rank)


@dataclass(frozen=True, slots=True)
class Change:
    """What one frame did to an episode."""

    kind: Literal["opened", "updated", "closed"]
    episode: Episode


@dataclass(frozen=True, slots=True)
class Watch:
    """One rule in one zone: its suspects, and the episode that is open, if any."""

    suspects: tuple[Suspect, ...] = ()
    episode: Episode | None = None
    last_s: float | None = None

    def step(
        self, sightings: Sequence[Sighting], time_s: float, timing: Timing
    ) -> tuple[Watch, Change | None]:
        """The watch after one more frame, and what it did to the episode."""
        gap_s = 0.0 if self.last_s is None else time_s - self.last_s
        elapsed_s = min(gap_s, timing.max_gap_s)
        pairs, unseen, new = associate(self.suspects, sightings)
        suspects = [
            *(suspect.see(sighting, time_s, elapsed_s, timing) for suspect, sighting in pairs),
            *(start(sighting, time_s, timing) for sighting in new),
            *(suspect.miss(time_s, elapsed_s, timing) for suspect in unseen),
        ]
        raised = [s for s in suspects if s.raised and s.verdict == "violates"]
        kept = tuple(s for s in suspects if time_s - s.seen_s <= timing.off_delay_s)
        change = advance(self.episode, raised, time_s, timing)
        return Watch(kept, after(self.episode, change), time_s), change

    def finish(self) -> Change | None:
        """Close what is open: the source ended."""
        return None if self.episode is None else Change("closed", self.episode)


def advance(
    episode: Episode | None, raised: Sequence[Suspect], time_s: float, timing: Timing
) -> Change | None:
    """Open, extend or close the episode, or leave it as it is."""
    if raised:
        kind: Literal["opened", "updated"] = "updated" if episode else "opened"
        return Change(kind, (episode or opened(raised)).extended(raised, time_s))
    if episode and time_s - episode.last_s >= timing.off_delay_s:
        return Change("closed", episode)
    return None


def opened(raised: Sequence[Suspect]) -> Episode:
    """A new episode; it began with the first evidence of the first of its subjects."""
    start_s = min(s.since_s for s in raised if s.since_s is not None)
    return Episode(start_s, start_s, 0, 0.0, raised[0].box, start_s, -1.0, ())


def start(sighting: Sighting, time_s: float, timing: Timing) -> Suspect:
    """A subject seen for the first time has no evidence yet, for or against it."""
    fresh = Suspect(sighting.track_id, sighting.box, sighting.box, time_s)
    return fresh.see(sighting, time_s, 0.0, timing)


def rank_of(suspect: Suspect) -> float:
    """How clearly a suspect was seen violating."""
    return -1.0 if suspect.best is None else suspect.best.rank


def after(episode: Episode | None, change: Change | None) -> Episode | None:
    """The episode that is open once the change has happened."""
    if change is None:
        return episode
    return None if change.kind == "closed" else change.episode


def travel(origin: Box, box: Box) -> float:
    """How far a box has moved, in lengths of the larger box."""
    return float(gaps(as_rows([origin]), as_rows([box]))[0, 0])


def as_rows(boxes: Sequence[Box]) -> FloatArray:
    """Boxes as (n, 4) float32."""
    return np.array(boxes, np.float32).reshape(-1, 4)


def associate(
    suspects: Sequence[Suspect], sightings: Sequence[Sighting]
) -> tuple[list[tuple[Suspect, Sighting]], list[Suspect], list[Sighting]]:
    """Who is who: by track where it holds, else by place.

    A track that broke starts again under another number close to where it was lost; without
    the second step its subject would begin from nothing and could alarm twice.
    """
    tracks = {s.track_id: row for row, s in enumerate(suspects) if s.track_id >= 0}
    same = [(tracks.get(g.track_id, -1), column) for column, g in enumerate(sightings)]
    pairs = [(row, column) for row, column in same if row >= 0]
    lost = sorted(set(range(len(suspects))) - {row for row, _ in pairs})
    stray = sorted(set(range(len(sightings))) - {column for _, column in pairs})
    apart = gaps(
        as_rows([suspects[row].box for row in lost]),
        as_rows([sightings[column].box for column in stray]),
    )
    pairs += [(lost[i], stray[j]) for i, j in nearest_pairs(apart, REACH_LENGTHS)]
    paired, placed = {row for row, _ in pairs}, {column for _, column in pairs}
    return (
        [(suspects[row], sightings[column]) for row, column in pairs],
        [suspects[row] for row in lost if row not in paired],
        [sightings[column] for column in stray if column not in placed],
    )
