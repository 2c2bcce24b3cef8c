"""Where in the picture which rules hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vision.detections import HEAD, Detections, FloatArray, IntArray
from vision.geometry import centres, feet, inside
from vision.names import ZoneType

NO_ZONE = -1


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the picture with one use; ``polygon`` is in shares of width and height."""

    name: str
    type: ZoneType
    polygon: tuple[tuple[float, float], ...]


def whole_picture(zone_type: ZoneType) -> Zone:
    """One zone that covers everything; it is called by its type."""
    return Zone(zone_type, zone_type, ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))


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
