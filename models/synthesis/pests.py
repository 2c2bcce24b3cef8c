"""What crawls, runs and walks through the kitchen, as actors on their ways."""

import numpy as np

from models.synthesis.cat import cat
from models.synthesis.cockroach import LENGTH_M, Insect, cockroach, fly
from models.synthesis.rodent import SIZE, Gait, rat
from models.synthesis.skinning import FloatArray
from models.synthesis.stage import Actor
from models.synthesis.ways import Way

# A house mouse against the laboratory rat of the model.
MOUSE_SIZE = 0.48
RUNS_M_S, CRAWLS_M_S, WALKS_M_S = 0.25, 0.06, 0.2


def rodent_runs(way: Way, seed: int, infrared: bool, size: float = SIZE) -> Actor:
    """A rat, or with `size` MOUSE_SIZE a mouse; it sniffs where it stops."""
    animal = rat(np.random.default_rng(seed), infrared)

    def pose(time_s: float) -> FloatArray:
        metres, moving = way.travelled(time_s), paced(way, time_s, RUNS_M_S)
        sniff = (1 - moving) * (0.25 + 0.2 * np.sin(2 * np.pi * 1.3 * time_s))
        gait = Gait(metres * SIZE / size, way.bend(metres), float(sniff), moving, time_s)
        return placed_on(way, metres, animal.pose(gait), size)

    return Actor(animal.parts, pose, animal.outline, "rodent")


def cockroach_runs(way: Way, length_m: float = LENGTH_M) -> Actor:
    return _insect(way, cockroach(length_m), "cockroach", CRAWLS_M_S)


def fly_flies(way: Way) -> Actor:
    return _insect(way, fly(), "fly", CRAWLS_M_S)


def _insect(way: Way, insect: Insect, kind: str, pace_m_s: float) -> Actor:
    def pose(time_s: float) -> FloatArray:
        metres = way.travelled(time_s)
        return placed_on(way, metres, insect.pose(metres, paced(way, time_s, pace_m_s), time_s))

    return Actor(insect.parts, pose, insect.outline, kind)


def cat_walks(way: Way, coat: str = "tabby") -> Actor:
    animal = cat(coat)

    def pose(time_s: float) -> FloatArray:
        metres, moving = way.travelled(time_s), paced(way, time_s, WALKS_M_S)
        return placed_on(way, metres, animal.pose(metres, moving, time_s, way.bend(metres)))

    return Actor(animal.parts, pose, animal.outline, "cat")


def paced(way: Way, time_s: float, full_m_s: float) -> float:
    """How much of its gait an animal shows: 0 at rest, 1 from a speed on."""
    return min(1.0, way.speed(time_s) / full_m_s)


def placed_on(way: Way, metres: float, transforms: FloatArray, size: float = 1.0) -> FloatArray:
    """A pose (b, 4, 4) at the origin, put on its way at `size` times its own size."""
    scaled = np.diag([size, size, size, 1.0])
    there: FloatArray = way.frame(metres) @ scaled @ transforms
    return there
