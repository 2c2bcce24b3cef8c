"""A kitchen, who is in it, and the camera that hangs there: everything that decides a picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

import numpy as np

from models.synthesis.people import Person
from models.synthesis.projection import Camera, project
from models.synthesis.sensor import Sensor
from models.synthesis.skinning import FloatArray
from vision.names import ZoneType
from vision.zones import Zone

Point = tuple[float, float]
UnitKind = Literal[
    "range",
    "oven",
    "steamer",
    "table",
    "island",
    "cupboard",
    "fridge",
    "sink",
    "dishwasher",
    "rack",
    "pass",
    "sacks",
    "bin",
]
ThingKind = Literal[
    "hat-on-hook",
    "hat-on-table",
    "notices",
    "extinguisher",
    "drain",
    "stain",
    "bucket",
    "crate",
    "window",
    "sack",
    "mat",
    "sign",
    "pipe",
    "shelf",
    "board",
    "clock",
]
WARM_WHITE = (1.0, 0.96, 0.9)
# Between these heights over the floor of a zone the heads of whoever works in it appear.
HEADS_M = (1.2, 1.9)


@dataclass(frozen=True)
class Light:
    """A panel of `watts` that shines down, or at `towards`; `colour` is linear RGB."""

    position: tuple[float, float, float]
    size: tuple[float, float]
    watts: float
    towards: tuple[float, float, float] | None = None
    colour: tuple[float, float, float] = WARM_WHITE


@dataclass(frozen=True)
class FloorZone:
    """A part of the floor with one use; `polygon` is convex, (x, y) metres."""

    name: str
    type: ZoneType
    polygon: tuple[Point, ...]

    def holds(self, x: float, y: float) -> bool:
        corners = np.array([*self.polygon, self.polygon[0]])
        along = np.diff(corners, axis=0)
        aside = (x, y) - corners[:-1]
        turn = along[:, 0] * aside[:, 1] - along[:, 1] * aside[:, 0]
        return bool((turn >= -1e-9).all() or (turn <= 1e-9).all())


@dataclass(frozen=True)
class Unit:
    """A piece of furniture: the middle of its foot (metres), the way its front looks, its size.

    `facing` 0 looks towards -y, 90 towards +x, as a cook's heading does.
    """

    kind: UnitKind
    x: float
    y: float
    facing: float
    width: float
    depth: float = 0.7
    hooded: bool = False

    def front(self, metres: float, aside: float = 0.0) -> Point:
        """(x, y) of a place so far before the front edge, to the right of whoever faces it."""
        turn = np.radians(self.facing)
        out = np.array([np.sin(turn), -np.cos(turn)])
        right = np.array([np.cos(turn), np.sin(turn)])
        spot = np.array([self.x, self.y]) + out * (self.depth / 2 + metres) + right * aside
        return float(spot[0]), float(spot[1])

    def covers(self, x: float, y: float, margin: float = 0.0) -> bool:
        """Whether a point of the floor lies under it, or nearer to it than `margin`."""
        turn = np.radians(self.facing)
        dx, dy = x - self.x, y - self.y
        along = abs(dx * np.cos(turn) + dy * np.sin(turn))
        out = abs(dx * np.sin(turn) - dy * np.cos(turn))
        return bool(along < self.width / 2 + margin and out < self.depth / 2 + margin)


@dataclass(frozen=True)
class Thing:
    """What hangs, lies or stands about; metres, `facing` as of a unit."""

    kind: ThingKind
    x: float
    y: float
    z: float = 0.0
    facing: float = 0.0
    look: str = "white-hat"


@dataclass(frozen=True)
class Room:
    """The floor's middle is the origin; `wall` and `floor` are materials of `looks.py`."""

    width: float
    depth: float
    height: float
    wall: str
    floor: str
    units: tuple[Unit, ...]
    zones: tuple[FloorZone, ...]
    things: tuple[Thing, ...] = ()
    lamps: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Scene:
    """`exposure` is in stops; `starts_at` what the camera's clock shows first."""

    seed: int
    room: Room
    people: tuple[Person, ...]
    camera: Camera
    sensor: Sensor
    lights: tuple[Light, ...]
    ambient: float
    exposure: float
    starts_at: datetime
    duration_s: float

    def zone_at(self, x: float, y: float) -> FloorZone | None:
        return next((zone for zone in self.room.zones if zone.holds(x, y)), None)


def zones_in_picture(scene: Scene) -> tuple[Zone, ...]:
    """The zones as a person would draw them: around the heads of those who stand in each."""
    drawn = ((zone, _heads_seen(scene.camera, zone)) for zone in scene.room.zones)
    return tuple(Zone(zone.name, zone.type, hull) for zone, hull in drawn if len(hull) > 2)


def _heads_seen(camera: Camera, zone: FloorZone) -> tuple[Point, ...]:
    points = np.array([(x, y, z) for x, y in _filled(zone.polygon) for z in HEADS_M])
    pixels = project(camera, points)
    pixels = pixels[~np.isnan(pixels).any(axis=1)] / (camera.width, camera.height)
    return _hull(np.unique(np.clip(pixels, 0, 1), axis=0))


def _filled(polygon: tuple[Point, ...]) -> Iterator[tuple[float, float]]:
    """Points along the edges and towards the middle, so that a half hidden zone keeps its half."""
    middle = np.mean(polygon, axis=0)
    for a, b in pairwise(np.array([*polygon, polygon[0]])):
        for share in np.linspace(0, 1, 12):
            for inward in np.linspace(0, 1, 8):
                x, y = (a + (b - a) * share) * (1 - inward) + middle * inward
                yield float(x), float(y)


def _hull(points: FloatArray) -> tuple[Point, ...]:
    """The convex hull of sorted (n, 2) points (Andrew 1979)."""
    lower, upper = _chain(points), _chain(points[::-1])
    return tuple((float(x), float(y)) for x, y in [*lower[:-1], *upper[:-1]])


def _chain(points: FloatArray) -> list[FloatArray]:
    chain: list[FloatArray] = []
    for point in points:
        while len(chain) > 1 and _turns_right(chain[-2], chain[-1], point):
            chain.pop()
        chain.append(point)
    return chain


def _turns_right(a: FloatArray, b: FloatArray, c: FloatArray) -> bool:
    return bool((b[0] - a[0]) * (c[1] - a[1]) <= (b[1] - a[1]) * (c[0] - a[0]))
