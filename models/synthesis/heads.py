"""A head at rest, measured: how far its skin is from its axis, at every angle and height."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.synthesis.humans import Body
from models.synthesis.meshes import Mesh
from models.synthesis.skinning import FloatArray

ANGLES, HEIGHTS = 180, 120
BELOW_CHIN_M = 0.2
INSIDE_M = 0.02


@dataclass(frozen=True)
class Head:
    """Heights in metres at rest; `axis_y` is where the upright axis of the skull stands."""

    mesh: Mesh
    bone: int
    axis_y: float
    chin: float
    mouth: float
    eyes: float
    brow: float
    crown: float

    def radius(self, angle: FloatArray, height: FloatArray) -> FloatArray:
        """Metres from the axis to the outer skin; angle 0 looks ahead, pi / 2 to the left."""
        low, high = self.chin - BELOW_CHIN_M, self.crown
        row = np.clip((height - low) / (high - low) * (HEIGHTS - 1), 0, HEIGHTS - 1.001)
        column = (angle / (2 * np.pi) * ANGLES) % ANGLES
        r, c = row.astype(int), column.astype(int) % ANGLES
        fr, fc, beside = row - r, column - np.floor(column), (c + 1) % ANGLES
        table = self._table
        lower = table[r, c] * (1 - fc) + table[r, beside] * fc
        upper = table[r + 1, c] * (1 - fc) + table[r + 1, beside] * fc
        between: FloatArray = lower * (1 - fr) + upper * fr
        return between

    def points(self, angle: FloatArray, height: FloatArray, radius: FloatArray) -> FloatArray:
        return np.stack(
            [radius * np.sin(angle), self.axis_y - radius * np.cos(angle), height + 0 * angle],
            axis=-1,
        )

    @cached_property
    def _table(self) -> FloatArray:
        """(HEIGHTS, ANGLES) radii: the outermost of points spread over every face, holes filled."""
        points = _spread(self.mesh) - (0, self.axis_y, 0)
        low = self.chin - BELOW_CHIN_M
        row = np.rint((points[:, 2] - low) / (self.crown - low) * (HEIGHTS - 1)).astype(int)
        angle = np.arctan2(points[:, 0], -points[:, 1]) / (2 * np.pi) * ANGLES
        column = np.rint(angle).astype(int) % ANGLES
        held = (row >= 0) & (row < HEIGHTS)
        table = np.zeros((HEIGHTS, ANGLES))
        far = np.hypot(points[:, 0], points[:, 1])
        np.maximum.at(table, (row[held], column[held]), far[held])
        return _filled(table)


def _spread(mesh: Mesh, steps: int = 7) -> FloatArray:
    quad = mesh.vertices[mesh.faces]
    u, v = (grid.ravel()[:, None, None] for grid in np.meshgrid(*[np.linspace(0, 1, steps)] * 2))
    lower, upper = (
        quad[None, :, 0] * (1 - u) + quad[None, :, 1] * u,
        (quad[None, :, 3] * (1 - u) + quad[None, :, 2] * u),
    )
    points: FloatArray = (lower * (1 - v) + upper * v).reshape(-1, 3)
    return points


def _filled(table: FloatArray) -> FloatArray:
    """Empty cells take the mean of their neighbours, ring by ring."""
    for _ in range(ANGLES):
        empty = table == 0
        if not empty.any():
            break
        padded = np.pad(table, ((1, 1), (0, 0)), mode="edge")
        around = np.stack([padded[:-2], padded[2:], np.roll(table, 1, 1), np.roll(table, -1, 1)])
        count = (around > 0).sum(axis=0)
        mean = around.sum(axis=0) / np.maximum(count, 1)
        table = np.where(empty & (count > 0), mean, table)
    return np.maximum(table, INSIDE_M)


def measure(body: Body) -> Head:
    vertices, skeleton = body.skin.rest, body.skeleton
    faces = body.faces("body")
    above = vertices[:, 2] > skeleton.head("neck01")[2]
    faces = faces[(above & (np.abs(vertices[:, 0]) < 0.12))[faces].all(axis=1)]
    brow = float(skeleton.head("oculi01.L")[2])
    skull = vertices[np.unique(faces)]
    level = skull[np.abs(skull[:, 2] - brow) < 0.02]
    front = skull[(np.abs(skull[:, 0]) < 0.012) & (skull[:, 2] < skeleton.head("oris01")[2] - 0.01)]
    chin = front[front[:, 1] < level[:, 1].min() + 0.03, 2].min()
    return Head(
        mesh=Mesh(vertices, faces),
        bone=skeleton.index("head"),
        axis_y=float((level[:, 1].min() + level[:, 1].max()) / 2),
        chin=float(chin),
        mouth=float((skeleton.head("oris05")[2] + skeleton.head("oris01")[2]) / 2),
        eyes=float(skeleton.head("eye.L")[2]),
        brow=brow,
        crown=float(skull[:, 2].max()),
    )
