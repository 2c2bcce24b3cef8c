"""A room as described, filled: walls, floor, furniture and what lies about."""

from collections.abc import Callable

import numpy as np

from models.synthesis import appliances
from models.synthesis.kitchen import (
    Kitchen,
    extinguisher,
    lamps,
    lying_sack,
    notices,
    room,
    wall_shelf,
)
from models.synthesis.meshes import Mesh, lathe, tube
from models.synthesis.scene import Room, Thing, Unit, UnitKind

UNITS: dict[UnitKind, Callable[[Kitchen, Unit, float], None]] = {
    "range": appliances.range_unit,
    "oven": appliances.oven,
    "steamer": appliances.steamer,
    "table": appliances.open_table,
    "island": appliances.open_table,
    "cupboard": appliances.cupboard,
    "fridge": appliances.two_doors,
    "sink": appliances.sink,
    "dishwasher": appliances.dishwasher,
    "rack": appliances.rack,
    "pass": appliances.pass_counter,
    "sacks": appliances.sacks,
    "bin": appliances.bin_unit,
}
TOQUE = [
    (0.09, 0),
    (0.092, 0.06),
    (0.1, 0.1),
    (0.115, 0.16),
    (0.11, 0.19),
    (0.05, 0.2),
    (0.001, 0.2),
]
BUCKET = [(0.001, 0.0), (0.12, 0.0), (0.155, 0.29), (0.165, 0.29), (0.15, 0.28), (0.12, 0.02)]


def furnish(kitchen: Kitchen, plan: Room) -> None:
    x, y = (-plan.width / 2, plan.width / 2), (-plan.depth / 2, plan.depth / 2)
    room(kitchen, x, y, plan.height, plan.floor, plan.wall)
    lamps(kitchen, list(plan.lamps), plan.height)
    for unit in plan.units:
        with kitchen.standing(unit.x, unit.y, unit.facing):
            UNITS[unit.kind](kitchen, unit, plan.height)
    for thing in plan.things:
        with kitchen.standing(thing.x, thing.y, thing.facing):
            THINGS[thing.kind](kitchen, thing)


def _hat_on_hook(kitchen: Kitchen, thing: Thing) -> None:
    kitchen.box("iron", (0, -0.02, thing.z + 0.02), (0.02, 0.06, 0.02))
    hung = lathe((0, 0, 0), TOQUE, 24)
    points = hung.vertices[:, [0, 2, 1]] * (1, -1, 1) + (0, -0.02, thing.z - 0.09)
    kitchen.add(thing.look, Mesh(points, hung.faces))


def _hat_on_table(kitchen: Kitchen, thing: Thing) -> None:
    kitchen.lathe(thing.look, (0, 0, thing.z), TOQUE)


def _notices(kitchen: Kitchen, thing: Thing) -> None:
    notices(kitchen, 0.0, -0.008, thing.z)


def _extinguisher(kitchen: Kitchen, _: Thing) -> None:
    extinguisher(kitchen, (0, 0, 0))


def _drain(kitchen: Kitchen, _: Thing) -> None:
    kitchen.box("iron", (0, 0, 0.002), (0.3, 0.3, 0.008))
    for k in range(6):
        kitchen.box("worn-steel", (-0.11 + 0.045 * k, 0, 0.008), (0.02, 0.26, 0.006))


def _stain(kitchen: Kitchen, thing: Thing) -> None:
    """A puddle or a greasy spot: a thin disc with a wandering edge."""
    flat = lathe((0, 0, 0), [(1.0, 0.0005), (0.85, 0.0016), (0.001, 0.002)], 40)
    angle = np.arctan2(flat.vertices[:, 1], flat.vertices[:, 0])
    phase = kitchen.rng.uniform(0, 6.3, 3)
    edge = 1 + 0.25 * np.sin(2 * angle + phase[0]) + 0.15 * np.sin(5 * angle + phase[1])
    size = kitchen.rng.uniform(0.1, 0.38)
    kitchen.add(
        thing.look,
        Mesh(
            flat.vertices * np.stack([size * edge, 0.7 * size * edge, 1 + 0 * angle], 1), flat.faces
        ),
    )


def _bucket(kitchen: Kitchen, thing: Thing) -> None:
    kitchen.lathe(thing.look, (0, 0, 0), BUCKET)


def _crate(kitchen: Kitchen, thing: Thing) -> None:
    """Open stacking boxes with something in the uppermost."""
    for k in range(int(kitchen.rng.integers(1, 4))):
        z = thing.z + 0.26 * k
        for dx, dy, w, d in (
            (0, -0.19, 0.56, 0.02),
            (0, 0.19, 0.56, 0.02),
            (-0.27, 0, 0.02, 0.38),
            (0.27, 0, 0.02, 0.38),
        ):
            kitchen.box(thing.look, (dx, dy, z + 0.125), (w, d, 0.25))
        kitchen.box("leaf", (0, 0, z + 0.1), (0.52, 0.36, 0.18))


def _window(kitchen: Kitchen, thing: Thing) -> None:
    kitchen.box("daylight", (0, 0.0, thing.z), (1.2, 0.02, 0.8))
    for dx in (-0.62, 0.0, 0.62):
        kitchen.box("white-plastic", (dx, -0.012, thing.z), (0.05, 0.05, 0.9))
    for dz in (-0.42, 0.42):
        kitchen.box("white-plastic", (0, -0.012, thing.z + dz), (1.29, 0.05, 0.05))


def _sack(kitchen: Kitchen, _: Thing) -> None:
    lying_sack(kitchen, (0, 0, 0))


def _mat(kitchen: Kitchen, _: Thing) -> None:
    kitchen.box("rubber", (0, 0, 0.006), (1.1, 0.6, 0.012))


def _sign(kitchen: Kitchen, thing: Thing) -> None:
    """A coloured head over lines of print."""
    width, height = kitchen.rng.uniform(0.25, 0.7), kitchen.rng.uniform(0.3, 0.5)
    kitchen.box("paper", (0, -0.004, thing.z), (width, 0.008, height))
    kitchen.box(
        thing.look, (0, -0.009, thing.z + 0.36 * height), (width * 0.96, 0.004, 0.2 * height)
    )
    for k in range(5):
        long = width * kitchen.rng.uniform(0.5, 0.85)
        z = thing.z + height * (0.17 - 0.13 * k)
        kitchen.box("iron", (0.42 * (long - width), -0.009, z), (long, 0.003, 0.03 * height))


def _pipe(kitchen: Kitchen, thing: Thing) -> None:
    z = thing.z
    way = np.array([[-1.5, -0.06, z], [1.2, -0.06, z], [1.24, -0.06, z - 0.04], [1.24, -0.06, 1.0]])
    kitchen.add("white-plastic", tube(way, 0.022))
    for x in (-1.2, -0.2, 0.8):
        kitchen.box("iron", (x, -0.035, z), (0.02, 0.07, 0.06))
    kitchen.box("white-plastic", (1.24, -0.03, 1.3), (0.09, 0.05, 0.13))


def _shelf(kitchen: Kitchen, thing: Thing) -> None:
    wall_shelf(kitchen, (-0.6, 0.6), -0.17, thing.z)


def _board(kitchen: Kitchen, thing: Thing) -> None:
    """A notice board full of sheets."""
    kitchen.box("board", (0, -0.01, thing.z), (0.9, 0.02, 0.6))
    for k in range(6):
        at = (-0.3 + 0.3 * (k % 3), -0.022, thing.z - 0.14 + 0.28 * (k // 3))
        kitchen.box(str(kitchen.rng.choice(["paper", "white-plastic"])), at, (0.2, 0.003, 0.24))


def _clock(kitchen: Kitchen, thing: Thing) -> None:
    kitchen.box("iron", (0, -0.015, thing.z), (0.28, 0.03, 0.28))
    kitchen.box("paper", (0, -0.031, thing.z), (0.24, 0.003, 0.24))
    kitchen.box("iron", (0, -0.034, thing.z + 0.04), (0.012, 0.003, 0.1))
    kitchen.box("iron", (0.03, -0.034, thing.z), (0.07, 0.003, 0.012))


THINGS: dict[str, Callable[[Kitchen, Thing], None]] = {
    "hat-on-hook": _hat_on_hook,
    "hat-on-table": _hat_on_table,
    "notices": _notices,
    "extinguisher": _extinguisher,
    "drain": _drain,
    "stain": _stain,
    "bucket": _bucket,
    "crate": _crate,
    "window": _window,
    "sack": _sack,
    "mat": _mat,
    "sign": _sign,
    "pipe": _pipe,
    "shelf": _shelf,
    "board": _board,
    "clock": _clock,
}
