"""A whole scene drawn from a seed; without Blender, the same everywhere."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from models.synthesis.acting import Act, Keys, Task, eased
from models.synthesis.crowd import draw_house, draw_person
from models.synthesis.hanging import draw_camera
from models.synthesis.plans import draw_room
from models.synthesis.projection import Camera
from models.synthesis.scene import Light, Room, Scene, Unit, UnitKind
from models.synthesis.sensor import Sensor

Rng = np.random.Generator
TASKS: Final[dict[UnitKind, tuple[Task, ...]]] = {
    "range": ("stir", "stir", "hold"),
    "oven": ("bend", "hold"),
    "steamer": ("hold", "bend"),
    "table": ("chop", "chop", "wipe", "hold"),
    "island": ("chop", "chop", "wipe", "hold"),
    "cupboard": ("chop", "hold", "wipe"),
    "sink": ("wash",),
    "dishwasher": ("wash", "hold"),
    "pass": ("hold", "wipe"),
    "rack": ("hold", "hold", "bend"),
    "fridge": ("hold", "hold", "bend"),
    "sacks": ("bend", "hold"),
}
BEFORE_M = 0.28  # a cook's feet from the edge of what they work at
# Further off what has doors, or is bent down to.
FURTHER_M: Final[dict[UnitKind, float]] = {
    "oven": 0.6,
    "fridge": 0.6,
    "steamer": 0.55,
    "sacks": 0.4,
}
APART_M = 0.75
WALK_M_S = 1.0
TRIES = 40
WARM, NEUTRAL, COOL = (1.0, 0.91, 0.79), (1.0, 0.97, 0.93), (0.88, 0.95, 1.0)


@dataclass(frozen=True)
class Spot:
    """Where somebody can stand and work."""

    x: float
    y: float
    heading: float
    tasks: tuple[Task, ...]


def draw_scene(
    seed: int,
    *,
    people: int | None = None,
    obeying: bool = False,
    night: bool | None = None,
    duration_s: float = 10.0,
) -> Scene:
    """The same scene for the same arguments; `obeying` has every hat and mask properly worn."""
    rng = np.random.default_rng(seed)
    side = int(rng.choice([-1, 1]))
    room = draw_room(rng, side)
    dark = bool(rng.random() < 0.12)
    dark = dark if night is None else night
    count = int(rng.choice([1, 2, 2, 3, 3, 4, 5])) if people is None else people
    house = draw_house(rng)
    acts = _acts(rng, room, count, duration_s)
    crew = tuple(draw_person(rng, house, act, obeying, duration_s) for act in acts)
    camera = draw_camera(rng, room, side, acts)
    return Scene(
        seed=seed,
        room=replace(room, lamps=()) if dark else room,
        people=crew,
        camera=camera,
        sensor=_sensor(rng, camera, dark),
        lights=_night_lights(camera) if dark else _day_lights(rng, room),
        ambient=0.05 if dark else float(rng.uniform(0.15, 0.35)),
        exposure=1.1 if dark else float(rng.uniform(0.2, 0.6)),
        starts_at=_moment(rng, dark),
        duration_s=duration_s,
    )


def spots(room: Room) -> list[Spot]:
    """Every place at a piece of furniture where a person fits."""
    found = []
    for unit in room.units:
        sides = [unit]
        if unit.kind == "island":
            sides.append(replace(unit, facing=unit.facing + 180))
        for face in sides:
            found += [spot for spot in _before(face) if _free(room, spot.x, spot.y)]
    return found


def _before(unit: Unit) -> list[Spot]:
    tasks = TASKS.get(unit.kind, ())
    if not tasks:
        return []
    places = max(1, int(unit.width / 0.95))
    asides = (np.arange(places) + 0.5) / places * unit.width - unit.width / 2
    off = FURTHER_M.get(unit.kind, BEFORE_M)
    at = [unit.front(off, float(aside)) for aside in asides]
    return [Spot(x, y, (unit.facing + 180) % 360, tasks) for x, y in at]


def _free(room: Room, x: float, y: float, margin: float = 0.2) -> bool:
    inside = abs(x) < room.width / 2 - 0.3 and abs(y) < room.depth / 2 - 0.3
    return inside and not any(unit.covers(x, y, margin) for unit in room.units)


def _acts(rng: Rng, room: Room, count: int, duration_s: float) -> list[Act]:
    """People who do not stand in each other, nor walk through each other or the furniture."""
    places, acts = spots(room), list[Act]()
    for _ in range(TRIES * count):
        if len(acts) == count or not places:
            break
        act = _act(rng, room, places, duration_s)
        if all(_apart(act, other, duration_s) for other in acts):
            acts.append(act)
    return acts


def _act(rng: Rng, room: Room, places: list[Spot], duration_s: float) -> Act:
    spot = places[rng.integers(len(places))]
    kind = rng.random()
    if kind < 0.25:
        goal = places[rng.integers(len(places))]
        if goal is not spot and _way_free(room, spot, goal):
            return _walk(rng, spot, goal, duration_s)
    if kind < 0.35:
        return _idle(rng, spot, duration_s)
    return _work(rng, spot, duration_s)


def _work(rng: Rng, spot: Spot, duration_s: float) -> Act:
    """At a spot; a little to the side now and then, resting between two tasks."""
    first, second = (spot.tasks[rng.integers(len(spot.tasks))] for _ in range(2))
    turn = float(rng.normal(0, 9))
    start, stop = np.sort(rng.uniform(0.15, 0.85, 2) * duration_s).tolist()
    shift = rng.uniform(-0.12, 0.12, 2)
    places = [
        (0.0, spot.x, spot.y, spot.heading + turn),
        (start, spot.x, spot.y, spot.heading + turn),
        (start + 1.2, spot.x + shift[0], spot.y + 0.3 * shift[1], spot.heading - turn),
    ]
    tasks: tuple[tuple[float, Task], ...] = ((0.0, first), (start, "stand"), (stop, second))
    steady = rng.random() < 0.6
    return Act(places, _looks(rng, duration_s, 12), first if steady else tasks, _seed(rng))


def _walk(rng: Rng, spot: Spot, goal: Spot, duration_s: float) -> Act:
    way = np.array([goal.x - spot.x, goal.y - spot.y])
    ahead = float(np.degrees(np.arctan2(way[0], -way[1])))
    takes = float(np.linalg.norm(way)) / WALK_M_S * 1.4 + 0.3
    leaves = float(rng.uniform(0, max(0.1, 0.7 * duration_s - takes)))
    turned, arrives = _nearest(ahead, spot.heading), leaves + 0.7 + takes
    settled = _nearest(goal.heading, turned)
    places: Keys = [
        (leaves, spot.x, spot.y, spot.heading),
        (leaves + 0.7, spot.x + 0.1 * way[0], spot.y + 0.1 * way[1], turned),
        (arrives, goal.x, goal.y, turned),
        (arrives + 0.8, goal.x, goal.y, settled),
    ]
    on_the_way: Task = (("carry", "stand", "stand", "phone"))[rng.integers(4)]
    tasks: tuple[tuple[float, Task], ...] = (
        (0.0, spot.tasks[rng.integers(len(spot.tasks))]),
        (max(0.01, leaves - 0.2), on_the_way),
        (arrives + 0.8, goal.tasks[rng.integers(len(goal.tasks))]),
    )
    return Act(places, _looks(rng, duration_s, 4), tasks, _seed(rng))


def _idle(rng: Rng, spot: Spot, duration_s: float) -> Act:
    """Turned away from the work: looking around, or at the telephone."""
    task: Task = "phone" if rng.random() < 0.45 else "stand"
    heading = spot.heading + float(rng.uniform(90, 270))
    back = np.radians(spot.heading)
    x, y = spot.x - 0.12 * float(np.sin(back)), spot.y + 0.12 * float(np.cos(back))
    return Act([(0.0, x, y, heading)], _looks(rng, duration_s, 0), task, _seed(rng))


def _looks(rng: Rng, duration_s: float, down: float) -> Keys:
    """Eyes mostly on the work, lifted and turned at moments."""
    looks: list[tuple[float, ...]] = [(0.0, float(rng.normal(0, 8)), down)]
    time_s = float(rng.uniform(0.5, 3))
    while time_s < duration_s:
        up = len(looks) % 2 == 1
        yaw, pitch = rng.normal(0, 28 if up else 8), rng.normal(-6 if up else down, 5)
        looks += [(time_s, *looks[-1][1:]), (time_s + 0.7, float(yaw), float(pitch))]
        time_s += float(rng.uniform(1.5, 4))
    return looks


def _seed(rng: Rng) -> int:
    return int(rng.integers(1 << 30))


def _nearest(degrees: float, to: float) -> float:
    """The same heading, at most half a turn from another."""
    return to + (degrees - to + 180) % 360 - 180


def _way_free(room: Room, spot: Spot, goal: Spot) -> bool:
    way = np.linspace((spot.x, spot.y), (goal.x, goal.y), 30)
    return all(_free(room, float(x), float(y)) for x, y in way)


def _apart(act: Act, other: Act, duration_s: float) -> bool:
    times = np.arange(0, duration_s + 0.3, 0.3)
    gaps = [np.linalg.norm((eased(act.places, t) - eased(other.places, t))[:2]) for t in times]
    return bool(min(gaps) > APART_M)


def _sensor(rng: Rng, camera: Camera, dark: bool) -> Sensor:
    return Sensor(
        noise=float(rng.uniform(3.0, 5.0) if dark else rng.uniform(1.5, 3.5)),
        blur_px=float(rng.uniform(0.35, 0.65) * max(1.0, camera.width / 960)),
        vignette=float(rng.uniform(0.35, 0.55) if dark else rng.uniform(0.05, 0.3)),
        label=f"CAM {rng.integers(1, 17):02}",
        infrared=dark,
        gain=1.35 if dark else 1.0,
    )


def _day_lights(rng: Rng, room: Room) -> tuple[Light, ...]:
    colour = (WARM, NEUTRAL, NEUTRAL, COOL)[rng.integers(4)]
    watts = 4.8 * room.width * room.depth / len(room.lamps) * float(rng.uniform(0.7, 1.4))
    lights = [
        Light((x, y, room.height - 0.03), (1.2, 0.3), watts, colour=colour) for x, y in room.lamps
    ]
    for unit in room.units:
        if unit.hooded and unit.kind == "range":
            lights.append(Light((unit.x, unit.y, 1.93), (1.4, 0.2), 12))
    for thing in room.things:
        if thing.kind == "window":
            inwards = (0.0, thing.y, 0.9)
            place = (thing.x - np.sign(thing.x) * 0.08, thing.y, thing.z)
            lights.append(Light(place, (1.2, 0.8), float(rng.uniform(30, 110)), inwards, COOL))
    return tuple(lights)


def _night_lights(camera: Camera) -> tuple[Light, ...]:
    """The camera's own infrared lamp."""
    x, y, z = camera.position
    return (Light((x, y, z + 0.06), (0.12, 0.12), 60, camera.target, (1.0, 1.0, 1.0)),)


def _moment(rng: Rng, dark: bool) -> datetime:
    hour = rng.integers(0, 5) if dark else rng.integers(8, 21)
    first = datetime(2026, 11, 1)  # noqa: DTZ001 - the camera's own clock
    return first + timedelta(
        days=int(rng.integers(28)), hours=int(hour), seconds=int(rng.integers(3600))
    )
