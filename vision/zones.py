"""Where in the picture which rules hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Literal

import numpy as np

from vision.detections import HEAD, Detections, FloatArray, IntArray
from vision.geometry import centres, feet, inside
from vision.hours import Stretch, is_open
from vision.names import ZoneType

NO_ZONE = -1
# closed: the zone still holds, but nobody is expected in it. off: it is not there, and what lies
# beneath it holds.
OutsideHours = Literal["closed", "off"]


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the picture with one use; ``polygon`` is in shares of width and height.

    Without ``hours`` it is in use always; ``outside_hours`` says what holds at other times.
    """

    name: str
    type: ZoneType
    polygon: tuple[tuple[float, float], ...]
    hours: tuple[Stretch, ...] = ()
    outside_hours: OutsideHours = "closed"

    def holds_at(self, moment: datetime, clock: tzinfo) -> bool:
        """Whether the zone is there at that moment."""
        return self.outside_hours == "closed" or is_open(self.hours, moment, clock)

    def expects_people(self, moment: datetime, clock: tzinfo) -> bool:
        """Whether somebody may be in it at that moment."""
        return is_open(self.hours, moment, clock)


def whole_picture(zone_type: ZoneType) -> Zone:
    """One zone that covers everything; it is called by its type."""
    return Zone(zone_type, zone_type, ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))


def zones_at(zones: Sequence[Zone], moment: datetime, clock: tzinfo) -> tuple[Zone, ...]:
    """The zones in force at an aware moment, where the wall clock shows the time of ``clock``."""
    return tuple(zone for zone in zones if zone.holds_at(moment, clock))


def zone_holding(zones: Sequence[Zone], point: tuple[float, float]) -> Zone | None:
    """The zone of one point in shares of the picture; where zones overlap the first listed one."""
    # A point on the right or lower edge lies in the picture, not beside it.
    at = np.clip(np.array([point], np.float32), 0, 1 - 1e-6).astype(np.float32)
    found = (zone for zone in zones if inside(at, np.array(zone.polygon, np.float32))[0])
    return next(found, None)


def anchors(detections: Detections) -> FloatArray:
    """The point that places each row, (n, 2) px: a head by its middle, an animal by its feet."""
    heads = detections.class_id == HEAD
    xyxy = detections.xyxy
    points: FloatArray = np.where(heads[:, None], centres(xyxy), feet(xyxy))
    return points


def zone_index(
    detections: Detections, zones: Sequence[Zone], width_px: int, height_px: int
) -> IntArray:
    """Which zone each row lies in, (n,); NO_ZONE outside all. The first zone listed wins."""
    # A box that touches the lower edge stands in the picture, not below it.
    points = np.clip(anchors(detections) / (width_px, height_px), 0, 1 - 1e-6)
    found = np.full(len(detections), NO_ZONE, np.int64)
    for index, zone in reversed(list(enumerate(zones))):
        found[inside(points.astype(np.float32), np.array(zone.polygon, np.float32))] = index
    return found
