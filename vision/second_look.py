"""A second look, from close up, at what moved where pests matter and was not recognised.

A rat of 12 px disappears when the whole picture is made as small as the detector takes it.
A tile around it shows it three to six times as large, at the price of one more inference: so
looks are few, and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, runtime_checkable

import numpy as np

from vision.detections import HEAD, Detections, FloatArray, IntArray, Mask, MotionState
from vision.frames import Frame
from vision.geometry import box_iou, box_size, centres, gaps
from vision.motion import Motion

# A tile is so many lengths of what moved wide, but no more or less of the picture's width.
TILE_LENGTHS: Final = 12.0
TILE_SHARES: Final = (1 / 6, 1 / 3)
LOOKS_A_FRAME: Final = 2
SEARCHES_PER_S: Final = 3.0
# A place where nothing was found is left alone for so long, within so many of its lengths.
RESTS_S: Final = 1.0
NEAR_LENGTHS: Final = 1.5
# What was found is looked at in every frame, or the frames between would speak against it.
FOLLOWS_S: Final = 1.0
FOLLOWS_MOST_S: Final = 30.0
SAME_IOU: Final = 0.5
# A body below a head, in widths to either side and heights down to the feet.
BODY_WIDTHS: Final = 2.0
BODY_HEIGHTS: Final = 8.0


class Detector(Protocol):
    """Anything that tells what a picture shows."""

    def detect(self, frame: Frame) -> Detections:
        """What this frame shows, boxes in its pixels."""
        ...


@runtime_checkable
class Hesitant(Protocol):
    """A detector that also tells of what it is not sure of."""

    def consider(self, frame: Frame) -> tuple[Detections, Detections]:
        """What this frame shows, and the animals that are too unsure to be told by it alone."""
        ...


@dataclass(slots=True)
class LookCount:
    """What second looks cost and brought; ``declined`` are places that were not paid for."""

    searched: int = 0
    followed: int = 0
    found: int = 0
    declined: int = 0

    @property
    def tiles(self) -> int:
        """Inferences spent."""
        return self.searched + self.followed


@dataclass(frozen=True, slots=True, eq=False)
class Trail:
    """Where an animal was last found, (4,) px and seconds, and since when it is followed."""

    box: FloatArray
    since_s: float
    found_s: float


@dataclass(slots=True)
class SecondLook:
    """Remembers between frames what it follows, what it left alone and what it may spend."""

    count: LookCount = field(default_factory=LookCount)
    _trails: list[Trail] = field(default_factory=list)
    _rests: list[tuple[FloatArray, float]] = field(default_factory=list)
    _allowance: float = SEARCHES_PER_S
    _last_s: float | None = None

    def look(
        self, detector: Detector, frame: Frame, seen: Detections, motion: Motion, places: FloatArray
    ) -> Detections:
        """``seen`` and what closer looks add to it; ``places`` (n, 4) px are those worth one."""
        self._pass_time(frame.time_s)
        for box in self._choose(seen, places):
            tile = tile_around(box, frame.width, frame.height)
            found = animals_in(detector, frame, tile, motion)
            found = found[gaps(found.xyxy, box[None])[:, 0] <= NEAR_LENGTHS]
            self.count.found += bool(len(found))
            if not len(found):
                self._rests.append((box, frame.time_s))
            seen = merged(seen, found)
        self._follow(seen.xyxy[alive(seen, motion)], frame.time_s)
        return seen

    def _pass_time(self, time_s: float) -> None:
        elapsed_s = 0.0 if self._last_s is None else time_s - self._last_s
        self._last_s = time_s
        self._allowance = min(self._allowance + elapsed_s * SEARCHES_PER_S, SEARCHES_PER_S)
        self._rests = [rest for rest in self._rests if time_s - rest[1] < RESTS_S]
        self._trails = [
            trail
            for trail in self._trails
            if time_s - trail.found_s <= FOLLOWS_S and time_s - trail.since_s <= FOLLOWS_MOST_S
        ]

    def _choose(self, seen: Detections, places: FloatArray) -> list[FloatArray]:
        """What to look at now: first what is followed, then new places while they may be paid."""
        followed = [trail.box for trail in self._trails]
        followed = unexplained(followed, seen)[:LOOKS_A_FRAME]
        known = [trail.box for trail in self._trails] + [box for box, _ in self._rests]
        fresh = [box for box in unexplained(list(places), seen) if not near(box, known)]
        payable = min(LOOKS_A_FRAME - len(followed), int(self._allowance))
        searched = fresh[:payable]
        self._allowance -= len(searched)
        self.count.followed += len(followed)
        self.count.searched += len(searched)
        self.count.declined += len(fresh) - len(searched)
        return followed + searched

    def _follow(self, animals: FloatArray, time_s: float) -> None:
        """Keep the trails that found nothing, and lay one from each (n, 4) animal."""
        old = self._trails
        lost = [trail for trail in old if not near(trail.box, list(animals))]
        self._trails = lost + [
            Trail(box, min((t.since_s for t in old if near(t.box, [box])), default=time_s), time_s)
            for box in animals
        ]


def alive(seen: Detections, motion: Motion) -> Mask:
    """The animals that move or came on their own, (n,)."""
    return states_of_animals(seen, motion) >= MotionState.MOVES


def states_of_animals(seen: Detections, motion: Motion) -> IntArray:
    """MotionState of each row, (n,); nobody asks it of a head, so none is worked out."""
    states = np.full(len(seen), MotionState.UNTOLD, np.int64)
    animals = np.flatnonzero(seen.class_id != HEAD)
    if len(animals):
        states[animals] = motion.states(seen.xyxy[animals])
    return states


def near(box: FloatArray, others: Sequence[FloatArray]) -> bool:
    """Whether a (4,) box lies within a length or so of any of the others."""
    return bool(len(others)) and bool((gaps(box[None], np.stack(others)) <= NEAR_LENGTHS).any())


def tile_around(box: FloatArray, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, right, bottom px of the tile, whole inside the picture and of its shape.

    The same shape means that the detector's graph for whole frames serves it too.
    """
    least, most = TILE_SHARES
    share = min(max(TILE_LENGTHS * float(box_size(box[None])[0]) / width, least), most)
    across, down = max(1, round(share * width)), max(1, round(share * height))
    x, y = (float(value) for value in centres(box[None])[0])
    left = min(max(round(x - across / 2), 0), width - across)
    top = min(max(round(y - down / 2), 0), height - down)
    return left, top, left + across, top + down


def animals_in(
    detector: Detector, frame: Frame, tile: tuple[int, int, int, int], motion: Motion
) -> Detections:
    """Animals in a tile, in pixels of the whole frame; cut ones are left out."""
    left, top, right, bottom = tile
    part = np.ascontiguousarray(frame.image[top:bottom, left:right])
    corner = np.array([left, top] * 2, np.float32)
    sure, unsure = (
        found[(found.class_id != HEAD) & whole(found.xyxy, tile, frame)]
        for found in consider(detector, Frame(part, frame.time_s))
    )
    sure, unsure = (f.with_columns(xyxy=f.xyxy + corner) for f in (sure, unsure))
    return merged(sure, unsure[alive(unsure, motion)])


def consider(detector: Detector, frame: Frame) -> tuple[Detections, Detections]:
    """What a frame shows, and what is unsure in it where the detector tells."""
    if isinstance(detector, Hesitant):
        return detector.consider(frame)
    return detector.detect(frame), Detections.empty()


def backed(sure: Detections, unsure: Detections, motion: Motion) -> Detections:
    """All that is sure, and the unsure animals that move by themselves and are no one's hands."""
    living = unsure[alive(unsure, motion)]
    hands = on_bodies(centres(living.xyxy), sure.xyxy[sure.class_id == HEAD])
    return merged(sure, living[~hands])


def on_bodies(points: FloatArray, heads: FloatArray) -> Mask:
    """Which (n, 2) points lie where the bodies of (m, 4) heads may be, (n,)."""
    bodies = bodies_below(heads)
    return np.array(
        [((p >= bodies[:, :2]) & (p <= bodies[:, 2:])).all(axis=1).any() for p in points], np.bool_
    )


def whole(xyxy: FloatArray, tile: tuple[int, int, int, int], frame: Frame) -> Mask:
    """Boxes (n, 4) in the tile that its own edges do not cut; the picture's edges may."""
    left, top, right, bottom = tile
    sides = np.array([right - left, bottom - top], np.float32)
    inner = np.array([left > 0, top > 0, right < frame.width, bottom < frame.height])
    cut = np.hstack([xyxy[:, :2] < 1, xyxy[:, 2:] > sides - 1])
    rows: Mask = ~(cut & inner).any(axis=1)
    return rows


def unexplained(places: Sequence[FloatArray], seen: Detections) -> list[FloatArray]:
    """The (4,) places that neither an animal that was seen covers, nor a person's body."""
    if not len(places) or not len(seen):
        return list(places)
    boxes, heads = np.stack(places), seen.class_id == HEAD
    beside = (gaps(boxes, seen.xyxy[~heads]) <= 1).reshape(len(boxes), -1)
    animal = [bool(row.any()) for row in beside]
    person = on_bodies(centres(boxes), seen.xyxy[heads])
    return [box for box, a, p in zip(places, animal, person, strict=True) if not (a or p)]


def bodies_below(heads: FloatArray) -> FloatArray:
    """(n, 4) px where the bodies of (n, 4) heads may be, arms stretched."""
    sides = heads[:, 2:] - heads[:, :2]
    reach = np.hstack([sides * (BODY_WIDTHS, 1), sides * (BODY_WIDTHS, BODY_HEIGHTS)])
    bodies: FloatArray = (heads + reach * (-1, -1, 1, 1)).astype(np.float32)
    return bodies


def merged(seen: Detections, found: Detections) -> Detections:
    """Both; where two animals are one thing the surer one stays."""
    both = seen.joined(found)
    order = np.argsort(-both.confidence, kind="stable")
    overlap = box_iou(both.xyxy, both.xyxy) > SAME_IOU
    animal = both.class_id != HEAD
    doubles = overlap & animal[:, None] & animal[None]
    kept: list[int] = []
    for row in order.tolist():
        if not doubles[row, kept].any():
            kept.append(row)
    return both[np.array(sorted(kept), np.int64)]
