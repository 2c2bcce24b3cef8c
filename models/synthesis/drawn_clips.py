"""A clip from a seed, with people, pests and what is like them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from models.synthesis.actors import Actor
from models.synthesis.cat import COATS
from models.synthesis.decoys import dropped_cloth, mop_wipes
from models.synthesis.drawing import draw_scene
from models.synthesis.pest_clips import TOP_M, cockroach_counter
from models.synthesis.pests import MOUSE_SIZE, cat_walks, cockroach_runs, rodent_runs
from models.synthesis.projection import Camera
from models.synthesis.rodent import SIZE
from models.synthesis.scene import Scene
from models.synthesis.stage import Clip, clip_of
from models.synthesis.ways import Way

Rng = np.random.Generator
Draw = Callable[[Rng, Scene], Actor]
DURATION_S = 10.0
CLOSE_SHARE = 0.12
# How often a scene has one of each; independent of each other.
SHARES: dict[str, float] = {"rodent": 0.3, "cat": 0.12, "cloth": 0.15, "mop": 0.08}


def draw_clip(seed: int, width: int) -> Clip:
    """The same clip for the same seed and width, in 16:9."""
    rng = np.random.default_rng([seed, 1])
    if rng.random() < CLOSE_SHARE:
        return sized(close_clip(seed, rng), width)
    scene = draw_scene(seed, duration_s=DURATION_S)
    wanted = [name for name, share in SHARES.items() if rng.random() < share]
    seeds = rng.integers(1 << 30, size=len(wanted)).tolist()

    def extra() -> tuple[Actor, ...]:
        pairs = zip(wanted, seeds, strict=True)
        return tuple(DRAWS[name](np.random.default_rng(one), scene) for name, one in pairs)

    return sized(clip_of(scene, f"drawn-{seed}", "A drawn kitchen.", extra), width)


def sized(clip: Clip, width: int) -> Clip:
    """The clip as a camera of another size takes it; its softness stays in its own pixels."""
    camera = replace(clip.camera, width=width, height=round(width * 9 / 16))
    blur_px = min(clip.sensor.blur_px, max(0.35, 0.65 * width / 960))
    return replace(clip, camera=camera, sensor=replace(clip.sensor, blur_px=blur_px))


def close_clip(seed: int, rng: Rng) -> Clip:
    """A small camera close over a counter, with up to three cockroaches."""
    x, y = rng.uniform(-0.15, 0.25), rng.uniform(-0.85, -0.55)
    camera = Camera(
        (x, y, float(rng.uniform(1.4, 1.9))),
        (float(rng.uniform(-0.15, 0.15)), 0.08, 0.93),
        float(rng.uniform(44, 66)),
        640,
        360,
        barrel=float(rng.uniform(0.02, 0.15)),
    )
    ways = [_over_the_counter(rng) for _ in range(int(rng.integers(0, 4)))]
    lengths = rng.uniform(0.026, 0.044, len(ways)).tolist()
    pairs = list(zip(ways, lengths, strict=True))
    return replace(
        cockroach_counter(),
        name=f"drawn-{seed}",
        seed=seed,
        camera=camera,
        cast=lambda: tuple(cockroach_runs(way, length) for way, length in pairs),
        exposure=float(rng.uniform(0.1, 0.6)),
    )


def _over_the_counter(rng: Rng) -> Way:
    points = tuple(
        (float(x), float(y), TOP_M) for x, y in rng.uniform((-0.5, -0.3), (0.5, 0.0), (4, 2))
    )
    way = Way(points, [(0, 0)], back_m=0.02)
    return replace(way, clock=[(0, 0), (DURATION_S, way.length_m)])


def over_the_floor(rng: Rng, scene: Scene, pace_m_s: float, back_m: float) -> Way:
    """From one free place of the floor to the next, at about a pace."""
    points: list[tuple[float, float, float]] = []
    room = scene.room
    for _ in range(200):
        x, y = rng.uniform(-0.45, 0.45, 2) * (room.width, room.depth)
        if len(points) < 4 and not any(unit.covers(x, y, 0.06) for unit in room.units):
            points.append((float(x), float(y), 0.0))
    spare = [(0.1 * k, 0.0, 0.0) for k in range(4)]
    way = Way(tuple(points if len(points) == 4 else spare), [(0, 0)], back_m=back_m)
    takes_s = way.length_m / pace_m_s
    start_s = float(rng.uniform(-0.5, 0.3)) * takes_s
    return replace(way, clock=[(start_s, 0), (start_s + takes_s, way.length_m)])


def _rodent(rng: Rng, scene: Scene) -> Actor:
    size = MOUSE_SIZE if rng.random() < 0.25 else SIZE * float(rng.uniform(0.8, 1.15))
    way = over_the_floor(rng, scene, 0.5, 0.1)
    return rodent_runs(way, int(rng.integers(1 << 30)), scene.sensor.infrared, size)


def _cat(rng: Rng, scene: Scene) -> Actor:
    return cat_walks(over_the_floor(rng, scene, 0.5, 0.2), str(rng.choice(list(COATS))))


def _cloth(rng: Rng, scene: Scene) -> Actor:
    x, y, _ = over_the_floor(rng, scene, 1.0, 0.1).points[0]
    return dropped_cloth(x, y, 0.9, -1.0, int(rng.integers(1 << 30)))


def _mop(rng: Rng, scene: Scene) -> Actor:
    x, y, _ = over_the_floor(rng, scene, 1.0, 0.1).points[0]
    return mop_wipes(x, y, 0.15)


DRAWS: dict[str, Draw] = {"rodent": _rodent, "cat": _cat, "cloth": _cloth, "mop": _mop}
