"""Every hat that counts, fitted to a head."""

from collections.abc import Callable

import numpy as np

from models.synthesis.heads import Head
from models.synthesis.meshes import Mesh, grid_faces, joined, lathe, tube
from models.synthesis.people import HatKind
from models.synthesis.skinning import FloatArray

Profile = list[tuple[float, float]]
Rng = np.random.Generator
COLUMNS = 72
HAIR_DEPTH_M = 0.009
# (height over the band's lower edge, width against it), in metres and shares
TOQUE: Profile = [
    (0, 1),
    (0.03, 1.01),
    (0.065, 1.02),
    (0.07, 1.05),
    (0.11, 1.13),
    (0.15, 1.2),
    (0.175, 1.19),
    (0.19, 1.05),
    (0.197, 0.7),
    (0.2, 0.3),
    (0.2, 0.01),
]
SKULL_CAP: Profile = [
    (0, 1),
    (0.03, 1.02),
    (0.06, 1.03),
    (0.075, 1.06),
    (0.095, 1.04),
    (0.112, 0.85),
    (0.122, 0.5),
    (0.125, 0.2),
    (0.125, 0.01),
]


def hat_edge(head: Head, angle: FloatArray) -> FloatArray:
    """Height of a hat's lower edge: across the forehead, down towards the nape."""
    forward = (np.cos(angle) + 1) / 2
    return head.eyes + 0.002 + forward * (head.brow + 0.03 - head.eyes - 0.002)


def hat_mesh(head: Head, kind: HatKind, rng: Rng) -> Mesh:
    return CUTS[kind](head, rng)


def _angles() -> FloatArray:
    return np.linspace(0, 2 * np.pi, COLUMNS, endpoint=False)


def _toque(head: Head, rng: Rng) -> Mesh:
    tall, wide = rng.uniform(0.85, 1.45), rng.uniform(0.9, 1.02)
    profile = [(rise * tall, 1 + (width - 1) * wide) for rise, width in TOQUE]
    return _turned(head, profile, pleats=0.045)


def _skull_cap(head: Head, rng: Rng) -> Mesh:
    tall = rng.uniform(0.85, 1.1)
    return _turned(head, [(rise * tall, width) for rise, width in SKULL_CAP], pleats=0.02)


def _turned(head: Head, profile: Profile, pleats: float) -> Mesh:
    """A stiff band around the head with a crown of `profile` on it."""
    angle = _angles()
    edge = hat_edge(head, angle)
    heights = [edge + rise for rise in (0.0, 0.015, 0.03, 0.045)]
    radius = np.max([head.radius(angle, height) for height in heights], axis=0) + HAIR_DEPTH_M
    ring = head.points(angle, edge, _bridged(radius))
    centre, top = ring.mean(axis=0), profile[-1][0]
    rows = []
    for rise, width in profile:
        pleat = 1 + pleats * np.sin(18 * angle) * min(1.0, max(0.0, (rise - 0.068) / 0.06))
        level = (1, 1, 1 - 0.75 * rise / top)
        row = centre + (ring - centre) * width * pleat[:, None] * level
        rows.append(row + np.array([0, 0.012 * (rise / 0.2) ** 2, rise]))
    return Mesh(np.concatenate(rows), grid_faces(len(rows), COLUMNS, closed=True))


def _bridged(radius: FloatArray) -> FloatArray:
    """Cloth bridges the ears and the temples."""
    for _ in range(6):
        radius = np.maximum(radius, (np.roll(radius, 1) + np.roll(radius, -1)) / 2)
    return radius


def _dome(
    head: Head, edge: FloatArray, gap: Callable[[FloatArray, float], FloatArray], top: float
) -> Mesh:
    """Soft cloth from an edge over the skull; `gap` (angle, share of the way up) is its distance.

    `top` is metres over the crown.
    """
    angle = _angles()
    rows = []
    for share in np.linspace(0, 1, 19):
        rise = np.sin(share * np.pi / 2)
        height = edge + rise * (head.crown - 0.004 - edge)
        skin = _bridged(head.radius(angle, height)) if share < 0.5 else head.radius(angle, height)
        radius = skin + gap(angle, float(share))
        rows.append(head.points(angle, height + top * rise**4, radius))
    peak = rows[-1].mean(axis=0) + np.array([0, 0, 0.003])
    rows += [peak + (rows[-1] - peak) * shrink for shrink in (0.6, 0.25, 0.01)]
    return Mesh(np.concatenate(rows), grid_faces(len(rows), COLUMNS, closed=True))


def _baseball_cap(head: Head, rng: Rng) -> Mesh:
    angle = _angles()
    edge = hat_edge(head, angle) + 0.012 * np.cos(angle)
    crown = _dome(head, edge, lambda a, s: 0.013 + 0.012 * np.sin(np.pi * s) + 0 * a, 0.02)
    return joined([crown, _brim(head, rng.uniform(0.062, 0.078))])


def _brim(head: Head, length: float) -> Mesh:
    angle = np.linspace(-1.05, 1.05, 25)
    edge = hat_edge(head, angle) + 0.012 * np.cos(angle) + 0.006
    radius = head.radius(angle, edge) + 0.013
    reach = np.cos(angle / 1.05 * np.pi / 2) ** 0.6 * length
    rows = []
    for share, thick in ((0, 0.002), (0.5, 0.002), (1, 0.002), (1, -0.002), (0.5, -0.002), (0, 0)):
        drop = 0.012 * share + 0.018 * (angle / 1.05) ** 2
        points = head.points(angle, edge - drop + thick, radius)
        points[:, 1] -= share * reach
        rows.append(points)
    return Mesh(np.concatenate(rows), grid_faces(len(rows), len(angle)))


def _beanie(head: Head, rng: Rng) -> Mesh:
    edge = hat_edge(head, _angles()) - 0.004
    slouch = rng.uniform(0.005, 0.03)

    def gap(angle: FloatArray, share: float) -> FloatArray:
        fold = 0.008 if share < 0.3 else 0.0
        ribs: FloatArray = 0.0012 * np.sin(36 * angle)
        lifted = 0.009 + fold + slouch * 0.5 * float(np.sin(np.pi * share))
        return np.add(ribs, lifted)

    return _dome(head, edge, gap, slouch)


def _hair_net(head: Head, rng: Rng) -> Mesh:
    """A bouffant cap: an elastic gathers it, the cloth stands off all around."""
    angle = _angles()
    edge = hat_edge(head, angle) - 0.012 * (1 - np.cos(angle)) / 2
    puff = rng.uniform(0.025, 0.045)
    phase = rng.uniform(0, 6.3, 3)

    def gap(angle: FloatArray, share: float) -> FloatArray:
        ruffle = np.sin(26 * angle + phase[0]) + 0.7 * np.sin(41 * angle + phase[1])
        crease = np.sin(5 * angle + 9 * share + phase[2])
        swell = np.sin(np.pi * min(1.0, share * 1.15 + 0.02)) ** 0.7 if share < 0.9 else 0.3
        folds: FloatArray = 0.0025 * ruffle * (1 - share) + 0.004 * crease * swell
        return np.add(folds, 0.008 + puff * swell)

    return _dome(head, edge, gap, puff * 0.9)


def _bandana(head: Head, rng: Rng) -> Mesh:
    angle = _angles()
    edge = hat_edge(head, angle) + 0.006 * np.cos(angle)
    phase = rng.uniform(0, 6.3)

    def gap(angle: FloatArray, share: float) -> FloatArray:
        crease: FloatArray = 0.0018 * np.sin(7 * angle + 20 * share + phase)
        return np.add(crease, 0.008)

    knot_z = head.eyes + 0.012
    behind = np.array(0.0)
    back = head.axis_y + float(head.radius(behind + np.pi, behind + knot_z)) + 0.012
    knot = lathe(
        (0, back, knot_z - 0.012), [(0.001, 0), (0.018, 0.006), (0.018, 0.018), (0.001, 0.024)], 12
    )
    tails = [
        tube(
            np.array(
                [
                    [0, back, knot_z],
                    [0.03 * s, back + 0.02, knot_z - 0.05],
                    [0.05 * s, back + 0.015, knot_z - 0.12],
                ]
            ),
            0.009,
            6,
        )
        for s in (-1, 1)
    ]
    return joined([_dome(head, edge, gap, 0.004), knot, *tails])


CUTS: dict[HatKind, Callable[[Head, Rng], Mesh]] = {
    "toque": _toque,
    "skull-cap": _skull_cap,
    "baseball-cap": _baseball_cap,
    "beanie": _beanie,
    "hair-net": _hair_net,
    "bandana": _bandana,
}
