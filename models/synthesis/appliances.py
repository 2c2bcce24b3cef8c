"""Larger pieces of a kitchen; each stands at the origin with its front towards -y."""

import numpy as np

from models.synthesis.kitchen import (
    STEEL_TOP_M,
    Kitchen,
    chopping_place,
    cooker,
    fridge,
    hood,
    load,
    lying_sack,
    stock_pot,
    table,
    utensil_rail,
    wall_shelf,
)
from models.synthesis.meshes import tube
from models.synthesis.scene import Unit

FOODS = ("meat", "leaf", "carrot", "soup")
PLATE = [(0.06, 0), (0.12, 0.018), (0.125, 0.02), (0.06, 0.006), (0.001, 0.006)]


def range_unit(kitchen: Kitchen, unit: Unit, ceiling: float) -> None:
    cooker(kitchen, (0, 0), unit.width)
    if unit.hooded:
        hood(kitchen, (0, -0.05), (unit.width + 0.2, 0.95), ceiling)
        utensil_rail(kitchen, (-unit.width / 3, unit.width / 3), unit.depth / 2 - 0.05, 1.6)


def oven(kitchen: Kitchen, unit: Unit, _: float) -> None:
    """A combi oven on a stand: a glass door with a handle, a control panel above it."""
    width, front = unit.width, -unit.depth / 2
    kitchen.box("worn-steel", (0, 0, 0.3), (width, unit.depth - 0.06, 0.56))
    kitchen.box("steel", (0, 0, 1.05), (width, unit.depth - 0.02, 0.94))
    kitchen.box("oven-glass", (-0.06, front - 0.005, 0.98), (width * 0.72, 0.02, 0.62))
    kitchen.box("iron", (width / 2 - 0.16, front - 0.04, 0.98), (0.03, 0.03, 0.5))
    kitchen.box("iron", (0, front - 0.002, 1.43), (width * 0.9, 0.012, 0.1))
    for k in range(3):
        kitchen.box("red-plastic", (-0.2 + 0.1 * k, front - 0.01, 1.43), (0.02, 0.01, 0.02))
    kitchen.box("steel", (0, 0.05, 1.6), (0.14, 0.14, 0.16))


def steamer(kitchen: Kitchen, unit: Unit, _: float) -> None:
    """A tall cabinet for steaming rice, with wheels to turn on its doors."""
    width, front = unit.width, -unit.depth / 2
    kitchen.box("worn-steel", (0, 0, 0.85), (width, unit.depth - 0.04, 1.62))
    for z in (0.55, 1.25):
        kitchen.box("steel", (0, front + 0.0, z), (width * 0.92, 0.04, 0.62))
        wheel = np.linspace(0, 2 * np.pi, 17)
        ring = np.stack(
            [0.07 * np.cos(wheel), 0 * wheel + front - 0.07, z + 0.07 * np.sin(wheel)], 1
        )
        kitchen.add("iron", tube(ring, 0.01))
        kitchen.box("iron", (0, front - 0.04, z), (0.03, 0.06, 0.03))


def open_table(kitchen: Kitchen, unit: Unit, _: float) -> None:
    rng = kitchen.rng
    table(kitchen, (0, 0), (unit.width, unit.depth))
    _work_top(kitchen, unit.width)
    for x in np.arange(-unit.width / 2 + 0.3, unit.width / 2 - 0.2, 0.5):
        kind = rng.choice(["pot", "tub", "box", "none"])
        if kind == "pot":
            stock_pot(kitchen, (float(x), 0, 0.265), 0.15, rng.uniform(0.2, 0.34))
        elif kind != "none":
            look = "carton" if kind == "box" else str(rng.choice(["blue-plastic", "white-plastic"]))
            kitchen.box(look, (float(x), 0, 0.4), (0.4, 0.34, 0.26))


def _work_top(kitchen: Kitchen, width: float) -> None:
    """Boards where people work, and what gathers between them."""
    rng = kitchen.rng
    places = max(1, int(width / 1.25))
    for k in range(places):
        x = (k + 0.5) / places * width - width / 2
        if rng.random() < 0.75:
            chopping_place(kitchen, (x, -0.08), str(rng.choice(FOODS)))
        else:
            kitchen.box("steel", (x, 0, STEEL_TOP_M + 0.03), (0.5, 0.32, 0.06))
            kitchen.box(str(rng.choice(FOODS)), (x, 0, STEEL_TOP_M + 0.055), (0.46, 0.28, 0.02))
    for _ in range(int(rng.integers(1, 4))):
        load(kitchen, (rng.uniform(-0.42, 0.42) * width, rng.uniform(0.18, 0.24), STEEL_TOP_M))


def cupboard(kitchen: Kitchen, unit: Unit, ceiling: float) -> None:
    table(kitchen, (0, 0), (unit.width, unit.depth), closed=True)
    place = -unit.width / 2 + 0.2
    while place < unit.width / 2 - 0.2:
        spot = (place, kitchen.rng.uniform(-0.05, 0.12), STEEL_TOP_M)
        place += load(kitchen, spot) + kitchen.rng.uniform(0, 0.35)
    shelves(kitchen, unit, ceiling)


def shelves(kitchen: Kitchen, unit: Unit, _: float) -> None:
    """One or two over a unit, on the wall behind it."""
    reach = (-unit.width / 2 + 0.05, unit.width / 2 - 0.05)
    for z in (1.45, 1.85)[: int(kitchen.rng.integers(0, 3))]:
        wall_shelf(kitchen, reach, unit.depth / 2 - 0.17, z)


def two_doors(kitchen: Kitchen, _unit: Unit, _: float) -> None:
    fridge(kitchen, (0, 0))
    if kitchen.rng.random() < 0.5:
        kitchen.box("carton", (0.2, 0.05, 2.06), (0.45, 0.4, 0.25))


def sink(kitchen: Kitchen, unit: Unit, ceiling: float) -> None:
    """Basins in a steel top, taps over them, wet dishes beside."""
    width, depth, top = unit.width, unit.depth, STEEL_TOP_M
    basins = max(1, int(width / 0.8))
    span = width / basins
    kitchen.box("steel", (0, depth / 2 - 0.06, top - 0.02), (width, 0.12, 0.05))
    kitchen.box("steel", (0, -depth / 2 + 0.04, top - 0.02), (width, 0.08, 0.05))
    kitchen.box("worn-steel", (0, -depth / 2 + 0.02, top - 0.17), (width, 0.02, 0.3))
    for k in range(basins + 1):
        kitchen.box("steel", (k * span - width / 2, 0, top - 0.02), (0.09, depth, 0.05))
        kitchen.box("worn-steel", (k * span - width / 2, 0, top - 0.18), (0.02, depth, 0.3))
    kitchen.box("worn-steel", (0, 0, top - 0.33), (width, depth, 0.02))
    kitchen.box("worn-steel", (0, depth / 2 - 0.01, top + 0.1), (width, 0.02, 0.24))
    for k in range(basins):
        x = (k + 0.5) * span - width / 2
        if kitchen.rng.random() < 0.6:
            kitchen.box("water", (x, 0, top - 0.14), (span - 0.06, depth - 0.14, 0.01))
        _tap(kitchen, x, depth / 2 - 0.07)
    for side in (-1, 1):
        for y in (-1, 1):
            leg = (side * (width / 2 - 0.05), y * (depth / 2 - 0.05), 0.0)
            kitchen.lathe("steel", leg, [(0.02, 0.0), (0.02, 0.6)])
    shelves(kitchen, unit, ceiling)


def _tap(kitchen: Kitchen, x: float, y: float) -> None:
    top = STEEL_TOP_M
    rise = np.linspace(0, np.pi, 9)
    arch = np.stack(
        [x + 0 * rise, y - 0.09 + 0.09 * np.cos(rise), top + 0.2 + 0.09 * np.sin(rise)], 1
    )
    kitchen.add("steel", tube(np.concatenate([[[x, y, top]], arch]), 0.012))
    kitchen.box("steel", (x + 0.05, y, top + 0.03), (0.08, 0.02, 0.02))


def dishwasher(kitchen: Kitchen, unit: Unit, _: float) -> None:
    """A hood machine, its hood up or down, a tray of plates beside it."""
    machine = -unit.width / 2 + 0.36
    lifted = 0.35 if kitchen.rng.random() < 0.5 else 0.0
    kitchen.box("worn-steel", (machine, 0, 0.42), (0.64, unit.depth, 0.84))
    kitchen.box("steel", (machine, 0, 1.15 + lifted), (0.66, unit.depth - 0.05, 0.5))
    kitchen.box("iron", (machine, -unit.depth / 2 - 0.02, 1.0 + lifted), (0.5, 0.03, 0.03))
    kitchen.box("iron", (machine, -unit.depth / 2 - 0.004, 0.72), (0.4, 0.01, 0.12))
    for dx in (-0.3, 0.3):
        kitchen.box("steel", (machine + dx, unit.depth / 2 - 0.05, 1.1), (0.04, 0.06, 0.9))
    rest = unit.width - 0.72
    if rest > 0.4:
        table(kitchen, (0.36, 0), (rest, unit.depth))
        kitchen.box("blue-plastic", (0.36, 0, STEEL_TOP_M + 0.05), (0.5, 0.5, 0.1))
        for k in range(8):
            kitchen.box(
                "white-plastic", (0.16 + 0.055 * k, 0, STEEL_TOP_M + 0.15), (0.012, 0.24, 0.22)
            )


def rack(kitchen: Kitchen, unit: Unit, _: float) -> None:
    """Four open shelves between posts, full of goods."""
    width, depth = unit.width, unit.depth
    for dx in (-1, 1):
        for dy in (-1, 1):
            foot = (dx * (width / 2 - 0.02), dy * (depth / 2 - 0.02), 0.0)
            kitchen.lathe(
                "steel",
                foot,
                [(0.015, 0.0), (0.015, 1.85), (0.001, 1.85)],
            )
    for z in (0.2, 0.7, 1.2, 1.7):
        kitchen.box("worn-steel", (0, 0, z), (width, depth, 0.025))
        place = -width / 2 + 0.18
        while place < width / 2 - 0.15:
            place += load(kitchen, (place, kitchen.rng.uniform(-0.08, 0.05), z + 0.013))


def pass_counter(kitchen: Kitchen, unit: Unit, _: float) -> None:
    """Where plates leave the kitchen: a counter, a shelf over it, lamps that keep food warm."""
    table(kitchen, (0, 0), (unit.width, unit.depth), closed=True)
    half = unit.width / 2 - 0.06
    for x in (-half, half):
        kitchen.box("steel", (x, 0.1, 1.17), (0.04, 0.04, 0.54))
    kitchen.box("steel", (0, 0.1, 1.45), (unit.width, 0.36, 0.03))
    for x in np.arange(-half + 0.3, half, 0.55):
        kitchen.lathe(
            "iron", (float(x), 0.1, 1.2), [(0.09, 0), (0.04, 0.1), (0.012, 0.12), (0.012, 0.24)]
        )
        for _ in range(int(kitchen.rng.integers(1, 4))):
            spot = (float(x) + kitchen.rng.uniform(-0.2, 0.2), kitchen.rng.uniform(-0.2, 0.05))
            kitchen.lathe("white-plastic", (*spot, STEEL_TOP_M), PLATE)
            kitchen.lathe(
                str(kitchen.rng.choice(FOODS)),
                (*spot, STEEL_TOP_M + 0.005),
                [(0.07, 0), (0.04, 0.03), (0.001, 0.04)],
            )
        load(kitchen, (float(x), 0.1, 1.465))


def sacks(kitchen: Kitchen, unit: Unit, _: float) -> None:
    """Rice and flour on a pallet."""
    kitchen.box("board", (0, 0, 0.06), (unit.width, unit.depth, 0.12))
    for row in range(int(kitchen.rng.integers(1, 4))):
        for x in np.arange(-unit.width / 2 + 0.26, unit.width / 2 - 0.1, 0.5):
            wobble = kitchen.rng.uniform(-0.03, 0.03)
            lying_sack(kitchen, (float(x) + wobble, wobble, 0.12 + 0.15 * row))


def bin_unit(kitchen: Kitchen, unit: Unit, _: float) -> None:
    look = str(kitchen.rng.choice(["green-plastic", "blue-plastic", "iron", "worn-steel"]))
    radius = unit.width / 2
    body = [
        (0.001, 0),
        (radius * 0.8, 0),
        (radius, 0.62),
        (radius * 1.05, 0.64),
        (radius * 0.95, 0.66),
    ]
    kitchen.lathe(look, (0, 0, 0), [*body, (0.3 * radius, 0.72), (0.001, 0.72)])
