"""Look at a frame: what is in it, what moves, and from close up where that is worth it.

All that needs the picture happens here; judging what was seen needs no picture any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vision.detections import Detections
from vision.frames import Frame
from vision.motion import Motion, MotionSensor
from vision.names import RuleId
from vision.rulepacks import RulePack
from vision.second_look import Detector, LookCount, SecondLook
from vision.zones import Zone, zone_index

PEST_RULES: Final[frozenset[RuleId]] = frozenset(("pest_rodent", "pest_cockroach", "pest_fly"))


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What a frame showed: detections with head states and motion, not tracked yet.

    ``ground`` (dx, dy) px is how far the camera itself has moved the picture so far.
    """

    detections: Detections
    ground: tuple[float, float]


class Looker:
    """Looks at one camera's frames in order; ``count`` tells what second looks cost and brought."""

    def __init__(self, detector: Detector, zones: Sequence[Zone], pack: RulePack) -> None:
        self._detector = detector
        self._zones = tuple(zones)
        self._with_pests = [
            index
            for index, zone in enumerate(zones)
            if any(rule.id in PEST_RULES for rule in pack.rules_in(zone.type))
        ]
        self._motion = MotionSensor()
        self._second_look = SecondLook()

    @property
    def count(self) -> LookCount:
        """What second looks cost and brought so far."""
        return self._second_look.count

    def look(self, frame: Frame) -> Sight:
        """What this frame shows, in the order of time."""
        motion = self._motion.step(frame.image, frame.time_s)
        seen = self._again(frame, self._detector.detect(frame), motion)
        states = motion.states(seen.xyxy)
        return Sight(seen.with_columns(motion=states), motion.shift)

    def _again(self, frame: Frame, seen: Detections, motion: Motion) -> Detections:
        """And what it shows from close up where something moved that pests matter for."""
        moved = motion.places()
        things = Detections.unknown_animals(moved)
        where = zone_index(things, self._zones, frame.width, frame.height)
        places = moved[np.isin(where, self._with_pests)]
        return self._second_look.look(self._detector, frame, seen, motion, places)
