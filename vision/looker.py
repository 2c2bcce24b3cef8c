"""Look at a frame: what is in it, what moves, and from close up where that is worth it.

All that needs the picture happens here; judging what was seen needs no picture any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from vision.detections import Detections
from vision.frames import Frame
from vision.health import HealthSensor, Sensor
from vision.looks import Look
from vision.motion import Motion, MotionSensor
from vision.names import RuleId
from vision.rulepacks import RulePack
from vision.second_look import Detector, LookCount, SecondLook, backed, consider, states_of_animals
from vision.zones import Zone, zone_index

PEST_RULES: Final[frozenset[RuleId]] = frozenset(("pest_rodent", "pest_cockroach", "pest_fly"))


class Looker:
    """Looks at one camera's frames in order; ``count`` tells what second looks cost and brought."""

    def __init__(
        self,
        detector: Detector,
        zones: Sequence[Zone],
        pack: RulePack,
        health: Sensor | None = None,
    ) -> None:
        self._detector = detector
        self._zones = tuple(zones)
        self._with_pests = [
            index
            for index, zone in enumerate(zones)
            if any(rule.id in PEST_RULES for rule in pack.rules_in(zone.type))
        ]
        self._health = health or HealthSensor()
        self._motion = MotionSensor()
        self._second_look = SecondLook()
        self._ground = (0.0, 0.0)

    @property
    def count(self) -> LookCount:
        """What second looks cost and brought so far."""
        return self._second_look.count

    def look(self, frame: Frame) -> Look:
        """What this frame shows, in the order of time; nothing while it cannot be judged."""
        reading = self._health.read(frame)
        seen = self._see(frame) if reading.state == "ok" else Detections.empty()
        return Look(
            time_s=frame.time_s,
            width=frame.width,
            height=frame.height,
            state=reading.state,
            since_s=reading.since_s,
            detections=seen,
            ground=self._ground,
            digest=reading.digest,
        )

    def _see(self, frame: Frame) -> Detections:
        motion = self._motion.step(frame.image, frame.time_s)
        self._ground = motion.shift
        seen = backed(*consider(self._detector, frame), motion)
        seen = self._again(frame, seen, motion)
        return seen.with_columns(motion=states_of_animals(seen, motion))

    def _again(self, frame: Frame, seen: Detections, motion: Motion) -> Detections:
        """And what it shows from close up where something moved that pests matter for."""
        moved = motion.places()
        things = Detections.unknown_animals(moved)
        where = zone_index(things, self._zones, frame.width, frame.height)
        places = moved[np.isin(where, self._with_pests)]
        return self._second_look.look(self._detector, frame, seen, motion, places)
