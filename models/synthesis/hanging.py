"""Where the camera hangs, drawn at random among the places that show the people."""

import numpy as np

from models.synthesis.acting import Act, eased
from models.synthesis.projection import Camera, share_in_picture
from models.synthesis.scene import Room, Unit
from models.synthesis.skinning import FloatArray

Rng = np.random.Generator
HANGINGS = 8
HOOD_M = 1.95
SIZES = ((640, 360), (640, 360), (960, 540), (1280, 720), (1920, 1080))


def draw_camera(rng: Rng, room: Room, side: int, acts: list[Act]) -> Camera:
    """In a corner under the ceiling: of a few places, the one that shows most."""
    standing = [eased(act.places, 0.0).tolist() for act in acts]
    people = np.array(standing or [[0.0, 0.15 * room.depth, 0.0]])
    width, height = SIZES[rng.integers(len(SIZES))]
    barrel = float(rng.uniform(0.04, 0.2))
    hung = []
    for _ in range(HANGINGS):
        aim, wide = _aim(rng, people[:, :2].mean(axis=0))
        place = _corner(rng, room, side)
        hung.append(Camera(place, aim, wide, width, height, barrel))
    return max(hung, key=lambda camera: _shown(camera, room, people))


def _corner(rng: Rng, room: Room, side: int) -> tuple[float, float, float]:
    """Over the wall without furniture, or over the back row on either side."""
    x, y = np.array([room.width, room.depth]) / 2 - rng.uniform(0.12, 0.4, 2)
    z = float(rng.uniform(2.3, min(3.2, room.height - 0.1)))
    if rng.random() < 0.5:
        return side * float(x), -float(y), z
    return float(rng.choice([-1, 1]) * x), float(y), z


def _shown(camera: Camera, room: Room, people: FloatArray) -> float:
    """How many heads are in the picture with no hood before them; faces count more."""
    heads = np.c_[people[:, :2], np.full(len(people), 1.6)]
    hoods = [unit for unit in room.units if unit.hooded and unit.kind == "range"]
    worth = 0.0
    for head, (x, y, heading) in zip(heads, people, strict=True):
        behind = any(_passes(camera, head, hood) for hood in hoods)
        turn = np.radians(heading)
        ahead = np.array([np.sin(turn), -np.cos(turn)])
        towards = np.subtract(camera.position[:2], (x, y))
        faces = float(ahead @ towards / np.linalg.norm(towards))
        worth += share_in_picture(camera, head[None]) * (not behind) * (1 + 0.35 * faces)
    return worth


def _passes(camera: Camera, head: FloatArray, hood: Unit) -> bool:
    """Whether the line of sight to a head goes through a hood (its edge hangs at 1.95 m)."""
    line = np.linspace(camera.position, head, 40)
    high = line[line[:, 2] > HOOD_M]
    return any(hood.covers(float(x), float(y), 0.15) for x, y, _ in high)


def _aim(rng: Rng, middle: FloatArray) -> tuple[tuple[float, float, float], float]:
    """A point to look at, and how wide (degrees)."""
    x, y = middle * float(rng.uniform(0.5, 1.0))
    return (float(x), float(y), float(rng.uniform(0.85, 1.45))), float(rng.uniform(54, 88))
