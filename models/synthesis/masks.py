"""Masks as people wear them, rightly and wrongly, and face shields; all fixed to the head."""

import numpy as np

from models.synthesis.heads import Head
from models.synthesis.meshes import Mesh, grid_faces, joined, tube
from models.synthesis.people import MaskPlace
from models.synthesis.skinning import FloatArray

ROWS, COLUMNS = 17, 31
WIDE = 1.12  # radians to either side
LOOP_M = 0.0016


def mask_meshes(head: Head, place: MaskPlace) -> tuple[Mesh, Mesh]:
    """The cloth and its loops."""
    if place == "on-ear":
        return _hanging(head)
    top, bottom = _span(head, place)
    cloth = _cloth(head, top, bottom)
    points = cloth.vertices.reshape(ROWS, COLUMNS, 3)
    loops = [_ear_loop(head, points[1, k], points[-2, k]) for k in (0, -1)]
    return cloth, joined(loops)


def _span(head: Head, place: MaskPlace) -> tuple[float, float]:
    """Heights of the upper and the lower edge in the middle of the face."""
    if place == "under-nose":
        return head.mouth + 0.014, head.chin - 0.014
    if place == "on-chin":
        return head.mouth - 0.017, head.chin - 0.02
    return head.eyes - 0.014, head.chin - 0.008


def _cloth(head: Head, top_m: float, bottom_m: float) -> Mesh:
    angle = np.linspace(-WIDE, WIDE, COLUMNS)[None, :].repeat(ROWS, axis=0)
    share = np.linspace(0, 1, ROWS)[:, None]
    aside = (angle / WIDE) ** 2
    top, bottom = top_m - 0.022 * aside, bottom_m + 0.045 * aside
    bottom = np.minimum(bottom, top - 0.03)
    height = top + share * (bottom - top)
    radius = _stretched(head.radius(angle, height)) + 0.005
    inside = np.sin(np.pi * share)
    radius = radius + 0.0022 * np.sin(share * 6 * np.pi) * inside * (1 - aside)
    points = head.points(angle, height, radius)
    return Mesh(points.reshape(-1, 3), grid_faces(ROWS, COLUMNS))


def _stretched(radius: FloatArray) -> FloatArray:
    """Cloth over hollows: no row dips below the straight line between its neighbours."""
    for _ in range(80):
        between = (radius[:-2] + radius[2:]) / 2
        radius = np.concatenate([radius[:1], np.maximum(radius[1:-1], between), radius[-1:]])
    for _ in range(8):
        between = (radius[:, :-2] + radius[:, 2:]) / 2
        middle = np.maximum(radius[:, 1:-1], between)
        radius = np.concatenate([radius[:, :1], middle, radius[:, -1:]], axis=1)
    return radius


def _ear(head: Head, side: float) -> FloatArray:
    return np.array([side * 0.083, head.axis_y + 0.055, head.eyes - 0.01])


def _ear_loop(head: Head, upper: FloatArray, lower: FloatArray) -> Mesh:
    side = float(np.sign(upper[0]))
    ear = _ear(head, side)
    around = np.array([0, 0, 0.02])
    over, under = ear + around, ear - around
    path = np.concatenate([np.linspace(upper, over, 6), np.linspace(under, lower, 6)])
    return tube(path + np.array([side * 0.004, 0, 0]), LOOP_M, sides=6)


def _hanging(head: Head) -> tuple[Mesh, Mesh]:
    """By one loop from the right ear, folded a little, along the cheek and the neck."""
    ear = _ear(head, -1.0)
    across, down = np.meshgrid(np.linspace(-1, 1, 9), np.linspace(0, 1, 17))
    x = ear[0] - 0.012 - 0.006 * np.cos(2 * across) - 0.004 * np.sin(12 * down)
    y = ear[1] - 0.03 + 0.042 * across * (1 - 0.25 * down)
    z = ear[2] - 0.03 - 0.15 * down
    cloth = Mesh(np.stack([x, y, z], axis=-1).reshape(-1, 3), grid_faces(17, 9))
    corners = cloth.vertices.reshape(17, 9, 3)[0, [0, -1]]
    loop = np.concatenate([np.linspace(corners[0], ear, 6), np.linspace(ear, corners[1], 6)[1:]])
    return cloth, tube(loop, LOOP_M, sides=6)


def shield_meshes(head: Head) -> tuple[Mesh, Mesh]:
    """The clear sheet before the face and the band that carries it."""
    angle = np.linspace(-1.5, 1.5, 33)
    band = head.brow + 0.032
    near = head.radius(angle, band + 0 * angle) + 0.014
    away = near.max() + 0.02 + 0.0 * near
    heights = np.linspace(band + 0.015, head.chin - 0.045, 9)
    sheet = [head.points(angle, h + 0 * angle, np.maximum(away, near)) for h in heights]
    clear = Mesh(np.concatenate(sheet), grid_faces(9, len(angle)))
    rows = [
        head.points(angle, band + z + 0 * angle, near + out)
        for z, out in ((0.014, 0.016), (-0.014, 0.016), (-0.014, 0))
    ]
    return clear, Mesh(np.concatenate(rows), grid_faces(3, len(angle)))
