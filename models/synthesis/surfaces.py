"""Soft bodies: round bones blended into one skin, and a mesh around it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.synthesis.meshes import Mesh
from models.synthesis.skinning import FloatArray, IntArray, Skin

Point = tuple[float, float, float]
Mask = npt.NDArray[np.bool_]
BLEND_M = 0.02
CARRIERS = 3
# The eight corners of a cell, and its twelve edges between them.
CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
EDGES = np.array(
    [(a, b) for a in range(8) for b in range(a, 8) if np.abs(CORNERS[a] - CORNERS[b]).sum() == 1]
)


@dataclass(frozen=True)
class Capsule:
    """A rounded cone from `start` to `end` (metres), carried by a bone."""

    bone: int
    start: Point
    end: Point
    radius: float
    end_radius: float

    def distance(self, points: FloatArray) -> FloatArray:
        """(n,) metres from (n, 3) points to its surface, negative inside."""
        start, along = np.array(self.start), np.subtract(self.end, self.start)
        length = max(float(along @ along), 1e-12)
        share = np.clip((points - start) @ along / length, 0, 1)
        nearest = start + share[:, None] * along
        apart: FloatArray = np.linalg.norm(points - nearest, axis=1)
        inside: FloatArray = self.radius * (1 - share) + self.end_radius * share
        return apart - inside


def blended(capsules: list[Capsule], points: FloatArray, blend_m: float) -> FloatArray:
    """(n,) distance to the smooth union (exponential smooth minimum, Quilez)."""
    near = np.stack([capsule.distance(points) for capsule in capsules])
    lowest = near.min(axis=0)
    smooth: FloatArray = lowest - blend_m * 0.3 * np.log(
        np.exp(-(near - lowest) / (blend_m * 0.3)).sum(axis=0)
    )
    return smooth


def body_mesh(capsules: list[Capsule], cell_m: float, blend_m: float = BLEND_M) -> Mesh:
    """The skin around blended capsules by surface nets (Gibson 1998), cells of `cell_m`."""
    ends = np.array([point for c in capsules for point in (c.start, c.end)])
    margin = max(max(c.radius, c.end_radius) for c in capsules) + 3 * cell_m
    low = ends.min(axis=0) - margin
    shape = np.ceil((ends.max(axis=0) + margin - low) / cell_m).astype(int) + 1
    grid = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    field = blended(capsules, low + grid.reshape(-1, 3) * cell_m, blend_m).reshape(shape)
    mesh = surface_net(field)
    return Mesh(low + mesh.vertices * cell_m, mesh.faces)


def surface_net(field: FloatArray) -> Mesh:
    """The zero surface of a (i, j, k) field in units of its cells; faces look outwards."""
    inside = field < 0
    cells = np.array(field.shape) - 1
    corner = np.stack([inside[_shifted(c, cells)] for c in CORNERS], axis=-1)
    mixed = corner.any(axis=-1) & ~corner.all(axis=-1)
    number = np.full(cells, -1, np.int64)
    number[mixed] = np.arange(int(mixed.sum()))
    value = np.stack([field[_shifted(c, cells)][mixed] for c in CORNERS], axis=-1)
    vertices = np.argwhere(mixed) + _crossings(value)
    return Mesh(vertices, np.concatenate([_quads(inside, number, axis) for axis in range(3)]))


def _shifted(corner: IntArray, cells: IntArray) -> tuple[slice, ...]:
    return tuple(slice(int(c), int(c + n)) for c, n in zip(corner, cells, strict=True))


def _crossings(value: FloatArray) -> FloatArray:
    """Where in its cell each vertex lies: the mean of where its edges cross zero."""
    first, second = value[:, EDGES[:, 0]], value[:, EDGES[:, 1]]
    crosses = (first < 0) != (second < 0)
    share = np.where(crosses, first / np.where(crosses, first - second, 1.0), 0.0)[..., None]
    place = CORNERS[EDGES[:, 0]] * (1 - share) + CORNERS[EDGES[:, 1]] * share
    total: FloatArray = (place * crosses[..., None]).sum(axis=1)
    mean: FloatArray = total / crosses.sum(axis=1, keepdims=True)
    return mean


def _quads(inside: Mask, number: IntArray, axis: int) -> IntArray:
    """One quad around each grid edge along an axis that the surface crosses."""
    second, third = (axis + 1) % 3, (axis + 2) % 3
    here = np.moveaxis(inside, (axis, second, third), (0, 1, 2))
    cell = np.moveaxis(number, (axis, second, third), (0, 1, 2))
    i, j, k = np.nonzero(here[:-1, 1:-1, 1:-1] != here[1:, 1:-1, 1:-1])
    j, k = j + 1, k + 1
    ring = np.stack([cell[i, j - 1, k - 1], cell[i, j, k - 1], cell[i, j, k], cell[i, j - 1, k]], 1)
    leaving = here[i, j, k]
    quads: IntArray = np.where(leaving[:, None], ring, ring[:, ::-1])
    return quads


def skin_of(vertices: FloatArray, capsules: list[Capsule], soft_m: float) -> Skin:
    """Each vertex carried by the bones of the nearest capsules, the nearer the more."""
    bones = np.array([capsule.bone for capsule in capsules])
    apart = np.stack([capsule.distance(vertices) for capsule in capsules], axis=1)
    nearest = np.argsort(apart, axis=1)[:, :CARRIERS]
    near = np.take_along_axis(apart, nearest, axis=1)
    weights = np.exp(-(near - near[:, :1]) / soft_m)
    return Skin(vertices, bones[nearest], weights / weights.sum(axis=1, keepdims=True))
