"""Kitchens drawn at random: zones side by side, furniture along the walls, clutter."""

from dataclasses import dataclass

import numpy as np

from models.synthesis.scene import FloorZone, Point, Room, Thing, ThingKind, Unit, UnitKind
from vision.names import ZoneType

Rng = np.random.Generator
COUNTER_M = 0.7
AISLE_M = 1.05
LOW: tuple[UnitKind, ...] = ("table", "cupboard", "sink", "bin")
# What a zone's walls are lined with; the widths (metres) each kind comes in.
LINED: dict[ZoneType, tuple[UnitKind, ...]] = {
    "cooking": ("range", "range", "cupboard", "steamer", "oven", "table"),
    "specialised_room": ("fridge", "cupboard", "table", "sink"),
    "specialised_area": ("cupboard", "table", "fridge"),
    "rough_processing": ("sink", "table", "rack", "bin"),
    "dishwashing": ("sink", "dishwasher", "rack", "bin"),
    "storage": ("rack", "sacks", "fridge", "rack"),
    "service": ("pass", "cupboard", "pass"),
}
WIDTHS: dict[UnitKind, tuple[float, float]] = {
    "range": (1.8, 2.4),
    "oven": (0.85, 0.95),
    "steamer": (0.8, 1.0),
    "table": (1.2, 2.2),
    "island": (1.3, 2.6),
    "cupboard": (1.2, 2.4),
    "fridge": (1.22, 1.22),
    "sink": (0.8, 1.8),
    "dishwasher": (1.3, 1.9),
    "rack": (0.9, 1.5),
    "pass": (1.4, 2.4),
    "sacks": (1.0, 1.5),
    "bin": (0.45, 0.55),
}
ARRANGEMENTS: tuple[tuple[ZoneType, ...], ...] = (
    ("cooking",),
    ("cooking", "service"),
    ("dishwashing", "cooking"),
    ("rough_processing", "cooking"),
    ("rough_processing", "cooking", "service"),
    ("specialised_room",),
    ("specialised_area", "cooking"),
    ("storage", "rough_processing"),
    ("storage",),
    ("dishwashing", "storage"),
)
WALLS = ("wall", "wall", "big-tile", "big-tile", "cream-tile", "panel", "paint")
FLOORS = ("red-floor", "grey-floor", "grey-floor", "dark-floor", "white-floor", "green-floor")
FLAT: tuple[ThingKind, ...] = ("drain", "stain", "mat")
ON_WALLS: tuple[ThingKind, ...] = ("sign", "sign", "pipe", "shelf", "board", "clock")
PLASTICS = ("blue-plastic", "red-plastic", "green-plastic", "white-plastic", "yellow-plastic")


@dataclass(frozen=True)
class Wall:
    """Units stand along it from `start`, `along` x or y, in front of a wall at `at`."""

    facing: float
    start: float
    end: float
    at: float

    def unit(self, kind: UnitKind, middle: float, width: float, hooded: bool) -> Unit:
        out = self.at - np.sign(self.at) * (COUNTER_M / 2 + 0.01)
        x, y = (middle, out) if self.facing in (0, 180) else (out, middle)
        depth = 0.5 if kind in ("rack", "bin") else COUNTER_M
        return Unit(kind, float(x), float(y), self.facing, width, depth, hooded)

    def spot(self, middle: float, off: float) -> Point:
        """(x, y) on the wall, a little before it."""
        out = float(self.at - np.sign(self.at) * off)
        return (middle, out) if self.facing in (0, 180) else (out, middle)


def draw_room(rng: Rng, camera_side: int) -> Room:
    """The camera will hang in the corner of the wall y < 0 at x of the sign `camera_side`."""
    zones = ARRANGEMENTS[rng.integers(len(ARRANGEMENTS))]
    if rng.random() < 0.5:
        zones = zones[::-1]
    width = float(rng.uniform(3.6, 4.6) + 1.5 * (len(zones) - 1))
    depth, height = float(rng.uniform(3.6, 4.8)), float(rng.uniform(2.6, 3.3))
    floor_zones = _strips(zones, width, depth)
    aside = _sides(rng, zones, (width, depth), camera_side)
    units = [
        *_back(rng, floor_zones, depth),
        *aside,
        *_islands(rng, (width, depth), aside),
    ]
    return Room(
        width=width,
        depth=depth,
        height=height,
        wall=str(rng.choice(WALLS)),
        floor=str(rng.choice(FLOORS)),
        units=tuple(units),
        zones=floor_zones,
        things=tuple(_things(rng, (width, depth), units)),
        lamps=_lamps(width, depth),
    )


def _strips(zones: tuple[ZoneType, ...], width: float, depth: float) -> tuple[FloorZone, ...]:
    edges = np.linspace(-width / 2, width / 2, len(zones) + 1).tolist()
    low, high = -depth / 2, depth / 2
    spans = zip(zones, edges[:-1], edges[1:], strict=True)
    return tuple(
        FloorZone(f"{kind} {k + 1}", kind, ((a, low), (b, low), (b, high), (a, high)))
        for k, (kind, a, b) in enumerate(spans)
    )


def _back(rng: Rng, zones: tuple[FloorZone, ...], depth: float) -> list[Unit]:
    """Along the wall opposite the camera's, from side to side."""
    units: list[Unit] = []
    for zone in zones:
        xs = [x for x, _ in zone.polygon]
        wall = Wall(0, min(xs) + 0.02, max(xs) - 0.02, depth / 2)
        units += _lined(rng, wall, LINED[zone.type])
    return units


def _sides(
    rng: Rng, zones: tuple[ZoneType, ...], size: tuple[float, float], camera_side: int
) -> list[Unit]:
    width, depth = size
    units: list[Unit] = []
    for side, facing in ((-1, 90.0), (1, -90.0)):
        if rng.random() < 0.15:
            continue
        kinds = LINED[zones[0 if side < 0 else -1]]
        near = side == camera_side
        start = -depth / 2 + (1.6 if near else 0.3)
        wall = Wall(facing, start, depth / 2 - COUNTER_M - 0.75, side * width / 2)
        allowed = tuple(kind for kind in kinds if kind in LOW) if near else kinds
        units += _lined(rng, wall, allowed or LOW)
    return units


def _lined(rng: Rng, wall: Wall, kinds: tuple[UnitKind, ...]) -> list[Unit]:
    """Units side by side until the wall is full; what is asked for first stands somewhere."""
    units, place = [], wall.start
    order = [kinds[0], *rng.choice(kinds, 8).tolist()]
    while order and place < wall.end - 0.4:
        kind: UnitKind = order.pop(0)
        width = float(rng.uniform(*WIDTHS[kind]))
        if place + width <= wall.end:
            units.append(wall.unit(kind, place + width / 2, width, hooded=wall.facing == 0))
            place += width + (0.02 if rng.random() < 0.7 else float(rng.uniform(0.1, 0.5)))
    return units


def _islands(rng: Rng, size: tuple[float, float], aside: list[Unit]) -> list[Unit]:
    """Tables in the middle of the floor, an aisle away from the rows along the walls."""
    width, depth = size
    y = depth / 2 - COUNTER_M - AISLE_M - 0.4 - float(rng.uniform(0, 0.2))
    wests, easts = ([u for u in aside if u.facing == facing] for facing in (90, -90))
    start = -width / 2 + AISLE_M + (COUNTER_M if wests else 0)
    end = width / 2 - AISLE_M - (COUNTER_M if easts else 0)
    if end - start < 1.0 or y < -depth / 2 + 0.9 or rng.random() < 0.15:
        return []
    count = 2 if end - start > 3.6 else 1
    each = min((end - start - (count - 1) * 0.9) / count, WIDTHS["island"][1])
    middles = start + (np.arange(count) + 0.5) / count * (end - start)
    return [Unit("island", float(x), y, 0, each, 0.75) for x in middles]


def _lamps(width: float, depth: float) -> tuple[Point, ...]:
    across, down = max(1, round(width / 2.4)), max(1, round(depth / 2.4))
    xs = (np.arange(across) + 0.5) / across * width - width / 2
    ys = (np.arange(down) + 0.5) / down * depth - depth / 2
    return tuple((float(x), float(y)) for y in ys for x in xs)


def _things(rng: Rng, size: tuple[float, float], units: list[Unit]) -> list[Thing]:
    width, depth = size
    things = [
        *_on_the_floor(rng, size, units),
        Thing("notices", float(rng.uniform(-0.4, 0.4) * width), depth / 2 - 0.004, 2.15),
    ]
    things += [_on_a_wall(rng, size, kind) for kind in ON_WALLS]
    side = float(rng.choice([-1, 1]))
    at_wall = (side * (width / 2 - 0.02), float(rng.uniform(-0.3, 0.1) * depth))
    if rng.random() < 0.4:
        things.append(Thing("hat-on-hook", *at_wall, 1.7, -90 * side))
    if rng.random() < 0.3:
        things.append(Thing("window", -side * (width / 2 - 0.02), 0.0, 1.75, 90 * side))
    tops = [unit for unit in units if unit.kind in ("table", "island", "cupboard", "pass")]
    if tops and rng.random() < 0.4:
        top = tops[rng.integers(len(tops))]
        x, y = top.front(-0.5 * top.depth - 0.12, float(rng.uniform(-0.4, 0.4) * top.width))
        things.append(Thing("hat-on-table", x, y, 0.9))
    return things


def _on_a_wall(rng: Rng, size: tuple[float, float], kind: ThingKind) -> Thing:
    width, depth = size
    look = str(rng.choice(PLASTICS))
    height = {"pipe": 2.3, "shelf": 1.6, "clock": 2.2}.get(kind, float(rng.uniform(1.6, 2.1)))
    lot, share = rng.random(), float(rng.uniform(-0.35, 0.35))
    if lot < 0.4:
        return Thing(kind, share * width, depth / 2 - 0.004, height, 0.0, look)
    side = 1.0 if lot < 0.7 else -1.0
    return Thing(kind, side * (width / 2 - 0.004), share * depth, height, -90 * side, look)


def _on_the_floor(rng: Rng, size: tuple[float, float], units: list[Unit]) -> list[Thing]:
    things = []
    loose: list[ThingKind] = ["stain", "bucket", "crate", "crate", "sack", "mat"]
    kinds: list[ThingKind] = ["drain", "extinguisher", *loose, *loose, *loose]
    for kind in kinds:
        x, y = (rng.uniform(-0.47, 0.47, 2) * size).tolist()
        free = not any(unit.covers(x, y, 0.2) for unit in units)
        at_edge = max(abs(x) / size[0], abs(y) / size[1]) > 0.4
        if free and (at_edge or kind in FLAT) and rng.random() < 0.8:
            looks = ("wet", "grease") if kind == "stain" else PLASTICS
            turn = 0.0 if kind == "drain" else float(rng.uniform(0, 360))
            things.append(Thing(kind, x, y, 0.0, turn, str(rng.choice(looks))))
    return things
