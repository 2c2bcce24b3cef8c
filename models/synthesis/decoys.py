"""What moves or lies in a kitchen and must not be taken for an animal."""

from collections.abc import Callable

import numpy as np

from models.synthesis.meshes import Mesh, box, grid_faces, joined, lathe, smoothed, tube
from models.synthesis.parts import Part, rigid_part
from models.synthesis.skinning import FloatArray, Skin, placed, rotation
from models.synthesis.stage import Actor
from models.synthesis.ways import Way

FALL_M_S2 = 9.8
SHEET_POINTS = 40
WHEEL_M = 0.05


def decoy(parts: tuple[Part, ...], pose: Callable[[float], FloatArray]) -> Actor:
    """An actor that no rule asks for; its box tells where a false alarm came from."""
    points = np.concatenate([part.skin.rest for part in parts])
    bones = np.concatenate([part.skin.bones for part in parts])
    outline = Skin(points, bones, np.ones((len(points), 1)))
    return Actor(parts, pose, outline, "decoy")


def dropped_cloth(x: float, y: float, from_m: float, at_s: float, seed: int) -> Actor:
    """A black cloth that falls from a height at a time, and lies."""
    part = rigid_part("cloth", "black-cloth", crumpled(np.random.default_rng(seed)), 0)

    def pose(time_s: float) -> FloatArray:
        fallen = from_m - FALL_M_S2 / 2 * max(0.0, time_s - at_s) ** 2
        height = max(0.0, fallen)
        return placed(rotation("z", 40 * height), np.array([x, y, height]))[None]

    return decoy((part,), pose)


def crumpled(rng: np.random.Generator, width: float = 0.34, depth: float = 0.24) -> Mesh:
    """A cloth as it lies, with folds of a few centimetres."""
    faces = grid_faces(SHEET_POINTS, SHEET_POINTS)
    u, v = np.meshgrid(*[np.linspace(-0.5, 0.5, SHEET_POINTS)] * 2, indexing="ij")
    flat = np.stack([u * width, v * depth, np.zeros_like(u)], axis=-1).reshape(-1, 3)
    folds = smoothed(flat + rng.normal(0, 0.4, flat.shape) * (0.06, 0.06, 1.0), faces, 30)
    height = np.abs(folds[:, 2]) * 2.2 * (1.1 - 3.6 * (flat[:, 0] ** 2 / width**2))
    return Mesh(
        np.stack([*(flat + folds)[:, :2].T / 2, 0.004 + np.clip(height, 0, 0.07)], 1), faces
    )


def trolley_rolls(way: Way) -> Actor:
    """A service trolley on four black wheels."""
    frame = [box((0, 0, z), (0.75, 0.45, 0.02)) for z in (0.18, 0.5, 0.82)]
    posts = [
        tube(np.array([[x, y, 0.1], [x, y, 0.5], [x, y, 0.95]]), 0.012)
        for x in (-0.36, 0.36)
        for y in (-0.21, 0.21)
    ]
    hubs = [(x, y) for x in (-0.34, 0.34) for y in (-0.2, 0.2)]
    wheels = [rigid_part("wheel", "iron", _wheel(), 1 + k) for k in range(len(hubs))]
    parts = (rigid_part("trolley", "steel", joined([*frame, *posts]), 0), *wheels)

    def pose(time_s: float) -> FloatArray:
        metres = way.travelled(time_s)
        here, turn = way.frame(metres), rotation("y", np.degrees(metres / WHEEL_M))
        rolled = [here @ placed(turn, np.array([x, y, WHEEL_M])) for x, y in hubs]
        return np.stack([here, *rolled])

    return decoy(parts, pose)


def _wheel() -> Mesh:
    rim = [(0.001, -0.014), (0.046, -0.014), (WHEEL_M, -0.008), (WHEEL_M, 0.008), (0.046, 0.014)]
    flat = lathe((0, 0, 0), [*rim, (0.001, 0.014)], 20)
    return Mesh(flat.vertices @ rotation("x", 90).T, flat.faces)


def mop_wipes(x: float, y: float, reach_m: float, turns_per_s: float = 0.4) -> Actor:
    """A wet mop that somebody outside the picture moves to and fro."""
    rng = np.random.default_rng(3)
    ways = rng.normal(0, 1, (26, 2))
    strands = [
        tube(np.array([[0, 0, 0.06], [0.05 * a, 0.05 * b, 0.03], [0.1 * a, 0.1 * b, 0.012]]), 0.011)
        for a, b in (ways / np.linalg.norm(ways, axis=1, keepdims=True)).tolist()
    ]
    handle = tube(np.array([[0, 0, 0.05], [0.25, -0.2, 0.65], [0.5, -0.4, 1.25]]), 0.014)
    parts = (
        rigid_part("mop", "grey-cloth", joined(strands), 0),
        rigid_part("handle", "board", handle, 0),
    )

    def pose(time_s: float) -> FloatArray:
        swing = np.sin(2 * np.pi * turns_per_s * time_s)
        return placed(rotation("z", 12 * swing), np.array([x + reach_m * swing, y, 0.0]))[None]

    return decoy(parts, pose)
