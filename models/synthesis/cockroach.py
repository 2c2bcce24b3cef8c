"""Insects of our own making: a cockroach that runs, and a fly."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.synthesis.meshes import Mesh, joined, lathe, tube
from models.synthesis.parts import Part
from models.synthesis.skinning import FloatArray, Skin, placed, rigid, rotation

# A grown American cockroach; the German one is a third as long.
LENGTH_M = 0.04
STRIDE_M = 0.018
NO_TINT = np.zeros((0, 3))
# (hip x, y; knee x, y, z; foot x, y) of the left legs, metres, front to back
LEGS = (
    ((0.009, 0.004), (0.013, 0.0095, 0.0045), (0.0185, 0.0135)),
    ((0.004, 0.0045), (0.004, 0.0125, 0.005), (0.0015, 0.0185)),
    ((-0.001, 0.0045), (-0.006, 0.0135, 0.0055), (-0.0165, 0.0195)),
)
HIP_M, FOOT_M = 0.0028, 0.0004


@dataclass(frozen=True)
class Insect:
    """`pose` (metres travelled, moving 0-1, seconds) gives (b, 4, 4), feet on z = 0, nose +x."""

    parts: tuple[Part, ...]
    outline: Skin
    pose: Callable[[float, float, float], FloatArray]


def ellipsoid(centre: tuple[float, float, float], half: tuple[float, float, float]) -> Mesh:
    """A ball drawn out to half axes in metres."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, 13)
    ball = lathe((0, 0, 0), [(max(np.cos(a), 1e-3), np.sin(a)) for a in angle.tolist()], 24)
    return Mesh(ball.vertices * half + centre, ball.faces)


def cockroach(length_m: float = LENGTH_M) -> Insect:
    scale = length_m / LENGTH_M
    shell = joined(
        [
            ellipsoid((0.0115, 0, 0.0047), (0.0065, 0.0067, 0.0022)),
            *(_wing(side) for side in (-1, 1)),
        ]
    )
    under = joined(
        [
            ellipsoid((-0.003, 0, 0.0032), (0.0155, 0.0058, 0.0022)),
            ellipsoid((0.0172, 0, 0.0036), (0.0028, 0.0028, 0.0022)),
        ]
    )
    legs = [_leg(k, side) for side in (1, -1) for k in range(3)]
    feelers = [_feeler(side) for side in (1, -1)]
    parts = (
        _rigid("shell", "cockroach", shell, 0, scale),
        _rigid("belly", "cockroach-leg", under, 0, scale),
        *(_rigid("leg", "cockroach-leg", leg, 1 + k, scale) for k, leg in enumerate(legs)),
        *(_rigid("feeler", "cockroach-leg", f, 7 + k, scale) for k, f in enumerate(feelers)),
    )
    points = np.concatenate([part.skin.rest for part in parts[:8]])
    bones = np.concatenate([part.skin.bones for part in parts[:8]])
    outline = Skin(points, bones, np.ones((len(points), 1)))
    return Insect(
        parts, outline, lambda metres, moving, s: _crawl(metres / scale, moving, s, scale)
    )


def _wing(side: int) -> Mesh:
    """One of two wing covers that meet along the back."""
    wing = ellipsoid((-0.0045, 0, 0.0045), (0.0165, 0.0062, 0.0021))
    x, y, z = wing.vertices.T
    keep = np.stack([x, side * np.abs(y) * 0.94 + side * 0.0003, z + 0.0003 * side], axis=1)
    return Mesh(keep, wing.faces)


def _leg(k: int, side: int) -> Mesh:
    (hip_x, hip_y), knee, (foot_x, foot_y) = LEGS[k]
    points = [
        (hip_x, side * hip_y, HIP_M),
        (knee[0], side * knee[1], knee[2]),
        (foot_x, side * foot_y, FOOT_M),
        (foot_x + 0.003 * np.sign(foot_x - hip_x), side * (foot_y + 0.0015), FOOT_M),
    ]
    upper = tube(np.array([points[0], np.mean(points[:2], axis=0), points[1]]), 0.0009, 6)
    lower = tube(np.array(points[1:]), 0.00045, 6)
    return joined([upper, lower])


def _feeler(side: int) -> Mesh:
    share = np.linspace(0, 1, 14)
    path = np.stack(
        [
            0.019 + 0.034 * share,
            side * (0.0015 + 0.012 * np.sin(1.4 * share)),
            0.004 + 0.006 * np.sin(2.2 * share),
        ],
        axis=1,
    )
    return tube(path, 0.00028, 5)


def _rigid(name: str, look: str, mesh: Mesh, bone: int, scale: float) -> Part:
    return Part(name, look, rigid(mesh.vertices * scale, bone), mesh.faces, NO_TINT)


def _crawl(metres: float, moving: float, time_s: float, scale: float) -> FloatArray:
    """Three legs step while three stand; the feelers search."""
    frames = np.tile(np.eye(4), (9, 1, 1))
    for index in range(6):
        side, k = (1, -1)[index // 3], index % 3
        step = 2 * np.pi * (metres / STRIDE_M + (0.5 if (k + (side < 0)) % 2 else 0.0))
        turn = rotation("z", -side * 20 * moving * np.sin(step))
        lift = 0.0012 * moving * max(0.0, np.cos(step))
        hip = np.array([LEGS[k][0][0], side * LEGS[k][0][1], 0.0]) * scale
        frames[1 + index] = placed(turn, hip - turn @ hip + (0, 0, lift * scale))
    for index, side in enumerate((1, -1)):
        sweep = side * 14 * np.sin(2 * np.pi * (0.9 + 0.13 * index) * time_s + index)
        turn = rotation("z", sweep) @ rotation("y", -8 + 7 * np.sin(5.1 * time_s + 2 * index))
        base = np.array([0.019, side * 0.0015, 0.004]) * scale
        frames[7 + index] = placed(turn, base - turn @ base)
    return frames


def fly() -> Insect:
    """A house fly, seven millimetres."""
    body = joined(
        [
            ellipsoid((0.0012, 0, 0.0022), (0.0017, 0.0014, 0.0013)),
            ellipsoid((-0.0016, 0, 0.002), (0.002, 0.0013, 0.0012)),
            ellipsoid((0.0031, 0, 0.0021), (0.0008, 0.0013, 0.0011)),
        ]
    )
    wings = joined(
        [ellipsoid((-0.0022, s * 0.0016, 0.0033), (0.003, 0.0012, 0.0001)) for s in (-1, 1)]
    )
    parts = (
        Part("body", "fly", rigid(body.vertices, 0), body.faces, NO_TINT),
        Part("wings", "wing", rigid(wings.vertices, 0), wings.faces, NO_TINT),
    )
    outline = rigid(np.concatenate([body.vertices, wings.vertices]), 0)
    return Insect(parts, outline, lambda _metres, _moving, _s: np.eye(4)[None])
