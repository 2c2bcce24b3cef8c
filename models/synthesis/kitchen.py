"""Furniture and the clutter on it, gathered by material."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from models.synthesis.meshes import Mesh, box, joined, lathe, tube
from models.synthesis.skinning import placed, rotation

Point = tuple[float, float, float]
Span = tuple[float, float]
STEEL_TOP_M = 0.9
JAR_COLOURS = ("red-plastic", "yellow-plastic", "white-plastic", "green-plastic", "blue-plastic")


class Kitchen:
    """What stands still: `by_look` joins everything of one material into one mesh."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self._meshes: dict[str, list[Mesh]] = defaultdict(list)
        self._at = np.eye(4)

    @contextmanager
    def standing(self, x: float, y: float, facing: float) -> Iterator[None]:
        """What is added within stands there, its front (-y) turned by so many degrees."""
        before = self._at
        self._at = before @ placed(rotation("z", facing), np.array([x, y, 0.0]))
        yield
        self._at = before

    def by_look(self) -> dict[str, Mesh]:
        return {look: joined(meshes) for look, meshes in self._meshes.items()}

    def add(self, look: str, mesh: Mesh) -> None:
        points = mesh.vertices @ self._at[:3, :3].T + self._at[:3, 3]
        self._meshes[look].append(Mesh(points, mesh.faces))

    def box(self, look: str, centre: Point, size: Point) -> None:
        self.add(look, box(centre, size))

    def lathe(self, look: str, base: Point, profile: list[Span]) -> None:
        self.add(look, lathe(base, profile))


def room(kitchen: Kitchen, x: Span, y: Span, height: float, floor: str, wall: str = "wall") -> None:
    width, depth = x[1] - x[0], y[1] - y[0]
    middle_x, middle_y = sum(x) / 2, sum(y) / 2
    kitchen.box(floor, (middle_x, middle_y, -0.05), (width, depth, 0.1))
    kitchen.box("ceiling", (middle_x, middle_y, height + 0.05), (width, depth, 0.1))
    for side in y:
        kitchen.box(
            f"{wall}-xz", (middle_x, side + np.sign(side) * 0.05, height / 2), (width, 0.1, height)
        )
    for side in x:
        kitchen.box(
            f"{wall}-yz", (side + np.sign(side) * 0.05, middle_y, height / 2), (0.1, depth, height)
        )
    for side in y:
        kitchen.box(
            "worn-steel", (middle_x, side - np.sign(side) * 0.006, 0.05), (width, 0.012, 0.1)
        )


def lamps(kitchen: Kitchen, places: list[Span], height: float) -> None:
    for x, y in places:
        kitchen.box("lamp", (x, y, height - 0.01), (1.2, 0.3, 0.02))
        kitchen.box("white-plastic", (x, y, height - 0.005), (1.28, 0.38, 0.02))


def table(kitchen: Kitchen, centre: Span, size: Span, closed: bool = False) -> None:
    """A steel work table with an under-shelf, or a closed cupboard with doors towards -y."""
    (x, y), (width, depth) = centre, size
    kitchen.box("steel", (x, y, STEEL_TOP_M - 0.02), (width, depth, 0.04))
    if closed:
        kitchen.box("worn-steel", (x, y, 0.47), (width - 0.04, depth - 0.05, 0.8))
        for k in range(round(width / 0.6)):
            left = x - width / 2 + 0.3 + 0.6 * k
            kitchen.box("steel", (left, y - depth / 2 + 0.015, 0.47), (0.56, 0.02, 0.72))
            kitchen.box("iron", (left + 0.2, y - depth / 2 - 0.005, 0.62), (0.02, 0.03, 0.18))
        return
    kitchen.box("worn-steel", (x, y, 0.25), (width - 0.08, depth - 0.08, 0.03))
    for dx in (-1, 1):
        for dy in (-1, 1):
            leg = (x + dx * (width / 2 - 0.05), y + dy * (depth / 2 - 0.05), 0.0)
            kitchen.lathe("steel", leg, [(0.02, 0.03), (0.02, 0.88)])
            kitchen.lathe("iron", leg, [(0.001, 0.0), (0.024, 0.0), (0.024, 0.03), (0.001, 0.03)])


def cooker(kitchen: Kitchen, centre: Span, width: float) -> None:
    """A range with two woks on lit burners and a stock pot between them."""
    x, y = centre
    kitchen.box("worn-steel", (x, y, 0.42), (width, 0.8, 0.84))
    kitchen.box("steel", (x, y, 0.86), (width, 0.8, 0.05))
    kitchen.box("steel", (x, y + 0.39, 1.0), (width, 0.03, 0.3))
    for k, dx in enumerate((-width / 3.2, width / 3.2)):
        rim = (x + dx, y - 0.02, 0.885)
        kitchen.lathe("iron", rim, [(0.19, 0.0), (0.21, 0.05), (0.17, 0.05), (0.16, 0.0)])
        kitchen.lathe("flame", rim, [(0.12, 0.0), (0.14, 0.03), (0.1, 0.03)])
        wok(kitchen, (x + dx, y - 0.02, 0.93), "soup" if k else "leaf")
    for k in range(5):
        knob = (x - width / 2 + 0.25 + k * (width - 0.5) / 4, y - 0.42, 0.72)
        kitchen.box("iron", knob, (0.05, 0.05, 0.05))
    stock_pot(kitchen, (x, y + 0.05, 0.885), 0.16, 0.3)


def wok(kitchen: Kitchen, base: Point, food: str) -> None:
    bowl = [
        (0.02, 0.0),
        (0.12, 0.03),
        (0.19, 0.08),
        (0.225, 0.13),
        (0.22, 0.13),
        (0.18, 0.085),
        (0.1, 0.04),
        (0.001, 0.02),
    ]
    kitchen.lathe("iron", base, bowl)
    kitchen.lathe(food, base, [(0.001, 0.085), (0.1, 0.08), (0.165, 0.07)])
    way = np.array([[0.22, 0, 0.12], [0.3, 0, 0.14], [0.42, 0.0, 0.17]]) + base
    kitchen.add("board", tube(way, 0.014))


def stock_pot(kitchen: Kitchen, base: Point, radius: float, height: float) -> None:
    profile = [
        (0.001, 0.0),
        (radius, 0.0),
        (radius, height),
        (radius + 0.008, height),
        (radius - 0.005, height),
        (radius - 0.005, height * 0.8),
        (0.001, height * 0.8),
    ]
    kitchen.lathe("steel", base, profile)
    if kitchen.rng.random() < 0.6:
        lid = [
            (radius + 0.006, height),
            (radius * 0.7, height + 0.03),
            (0.02, height + 0.04),
            (0.02, height + 0.07),
            (0.001, height + 0.07),
        ]
        kitchen.lathe("worn-steel", base, lid)
    for side in (-1, 1):
        kitchen.box(
            "steel",
            (base[0] + side * (radius + 0.02), base[1], base[2] + height * 0.8),
            (0.04, 0.1, 0.012),
        )


def hood(kitchen: Kitchen, centre: Span, size: Span, height: float) -> None:
    (x, y), (width, depth) = centre, size
    kitchen.box("steel", (x, y, 2.02), (width, depth, 0.12))
    kitchen.box(
        "worn-steel", (x, y + 0.1, (2.08 + height) / 2), (width * 0.9, depth * 0.6, height - 2.08)
    )
    kitchen.box("iron", (x, y, 1.955), (width - 0.1, depth - 0.1, 0.01))


def wall_shelf(kitchen: Kitchen, x: Span, y: float, z: float, depth: float = 0.32) -> None:
    """A shelf along a wall that faces -y, loaded from end to end."""
    kitchen.box("steel", (sum(x) / 2, y, z), (x[1] - x[0], depth, 0.025))
    place = x[0] + 0.14
    while place < x[1] - 0.14:
        place += load(kitchen, (place, y + kitchen.rng.uniform(-0.05, 0.03), z + 0.013))


def load(kitchen: Kitchen, base: Point) -> float:
    """One thing of the kind that stands on kitchen shelves; the width it takes."""
    rng = kitchen.rng
    kind = rng.choice(["jar", "jar", "tub", "pot", "plates", "carton", "bottle", "gap"])
    if kind == "jar":
        radius, height = rng.uniform(0.05, 0.075), rng.uniform(0.12, 0.22)
        kitchen.lathe(
            "glass" if rng.random() < 0.3 else "white-plastic",
            base,
            [(0.001, 0), (radius, 0), (radius, height), (0.001, height)],
        )
        kitchen.lathe(
            str(rng.choice(JAR_COLOURS)),
            (base[0], base[1], base[2] + height),
            [(radius * 1.03, -0.01), (radius * 1.03, 0.025), (0.001, 0.026)],
        )
        return float(2 * radius + rng.uniform(0.02, 0.08))
    if kind == "bottle":
        look = str(rng.choice(["red-plastic", "soup", "yellow-plastic", "green-plastic"]))
        kitchen.lathe(
            look,
            base,
            [(0.001, 0), (0.04, 0), (0.04, 0.17), (0.015, 0.22), (0.015, 0.27), (0.001, 0.27)],
        )
        return float(0.1 + rng.uniform(0, 0.04))
    if kind == "plates":
        for k in range(int(rng.integers(5, 12))):
            kitchen.lathe(
                "white-plastic",
                (base[0], base[1], base[2] + 0.017 * k),
                [(0.06, 0), (0.12, 0.018), (0.125, 0.02), (0.06, 0.006), (0.001, 0.006)],
            )
        return 0.29
    if kind == "pot":
        radius = rng.uniform(0.1, 0.14)
        stock_pot(kitchen, base, radius, rng.uniform(0.14, 0.26))
        return float(2 * radius + 0.12)
    return _boxes(kitchen, base, str(kind))


def _boxes(kitchen: Kitchen, base: Point, kind: str) -> float:
    rng = kitchen.rng
    if kind == "gap":
        return float(rng.uniform(0.08, 0.2))
    width, height = rng.uniform(0.18, 0.3), rng.uniform(0.12, 0.26)
    look = "carton" if kind == "carton" else str(rng.choice(JAR_COLOURS))
    kitchen.box(look, (base[0], base[1], base[2] + height / 2), (width, 0.22, height))
    if kind == "carton":
        kitchen.box(
            "paper", (base[0] - 0.02, base[1] - 0.111, base[2] + height / 2), (0.09, 0.002, 0.07)
        )
    else:
        kitchen.box(
            "white-plastic", (base[0], base[1], base[2] + height), (width + 0.02, 0.24, 0.015)
        )
    return float(width + rng.uniform(0.04, 0.1))


def chopping_place(kitchen: Kitchen, centre: Span, food: str) -> None:
    """A board with something on it, a bowl and a gastronorm tray beside."""
    x, y = centre
    rng, top = kitchen.rng, STEEL_TOP_M
    kitchen.box("board", (x, y, top + 0.015), (0.46, 0.3, 0.03))
    for _ in range(16):
        dx, dy = rng.uniform(-0.15, 0.12), rng.uniform(-0.09, 0.09)
        side = rng.uniform(0.015, 0.035)
        kitchen.box(food, (x + dx, y + dy, top + 0.03 + side / 2), (side * 1.6, side, side))
    kitchen.lathe(
        "steel",
        (x + 0.38, y + 0.02, top),
        [(0.001, 0.0), (0.07, 0.0), (0.13, 0.09), (0.125, 0.09), (0.1, 0.05), (0.001, 0.05)],
    )
    kitchen.lathe(food, (x + 0.38, y + 0.02, top), [(0.001, 0.085), (0.07, 0.075), (0.11, 0.06)])
    kitchen.box("steel", (x - 0.42, y, top + 0.03), (0.3, 0.24, 0.06))
    kitchen.box("carrot", (x - 0.42, y, top + 0.055), (0.27, 0.21, 0.02))


def utensil_rail(kitchen: Kitchen, x: Span, y: float, z: float) -> None:
    kitchen.box("steel", (sum(x) / 2, y, z), (x[1] - x[0], 0.02, 0.02))
    for place in np.arange(x[0] + 0.08, x[1] - 0.05, 0.13):
        length = kitchen.rng.uniform(0.22, 0.34)
        way = np.array([[place, y - 0.02, z], [place, y - 0.02, z - length]])
        kitchen.add("steel", tube(way, 0.006))
        kitchen.lathe(
            "steel",
            (place, y - 0.03, z - length - 0.04),
            [(0.001, 0), (0.03, 0.012), (0.042, 0.04), (0.038, 0.04), (0.001, 0.012)],
        )


def fridge(kitchen: Kitchen, centre: Span) -> None:
    """Two tall doors towards -y."""
    x, y = centre
    kitchen.box("worn-steel", (x, y, 0.98), (1.2, 0.7, 1.9))
    for dx in (-0.3, 0.3):
        for z, height in ((0.55, 0.85), (1.45, 0.85)):
            kitchen.box("steel", (x + dx, y - 0.36, z), (0.57, 0.03, height))
            kitchen.box("iron", (x + dx * 0.25, y - 0.385, z), (0.025, 0.03, 0.3))
    kitchen.box("iron", (x, y - 0.36, 1.91), (1.15, 0.02, 0.05))


def extinguisher(kitchen: Kitchen, base: Point) -> None:
    kitchen.lathe(
        "red-plastic", base, [(0.001, 0), (0.075, 0), (0.075, 0.36), (0.03, 0.42), (0.03, 0.44)]
    )
    kitchen.lathe(
        "iron", (base[0], base[1], base[2] + 0.44), [(0.02, 0), (0.02, 0.06), (0.001, 0.06)]
    )


def lying_sack(kitchen: Kitchen, base: Point) -> None:
    """A full sack of rice on its side."""
    side = [(0.02, 0.0), (0.31, 0.01), (0.37, 0.06), (0.37, 0.1), (0.3, 0.15), (0.02, 0.17)]
    mesh = lathe((0, 0, 0), side, 24)
    x, y, z = mesh.vertices.T
    # Squarer than an ellipse: the corners of the cloth stand out.
    corner = 1 + 0.22 * np.sin(2 * np.arctan2(y, x)) ** 2
    lumps = 1 + 0.03 * np.sin(31 * x + 7 * y) * np.sin(23 * y)
    cloth = np.stack([x * 0.62 * corner, y * corner, z * lumps], axis=1)
    kitchen.add("sack", Mesh(cloth + base, mesh.faces))


def notices(kitchen: Kitchen, x: float, y: float, z: float) -> None:
    """Sheets pinned to a wall that faces -y."""
    for k, look in enumerate(("paper", "white-plastic", "paper")):
        kitchen.box(
            look, (x + 0.26 * k, y, z + kitchen.rng.uniform(-0.03, 0.03)), (0.21, 0.004, 0.3)
        )
        kitchen.box("blue-plastic", (x + 0.26 * k, y - 0.003, z + 0.11), (0.17, 0.004, 0.03))
