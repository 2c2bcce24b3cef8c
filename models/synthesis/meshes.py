"""Triangles and quads in plain arrays: what the wardrobe and the kitchen are cut from."""

from dataclasses import dataclass

import numpy as np

from models.synthesis.skinning import FloatArray, IntArray


@dataclass(frozen=True)
class Mesh:
    """`vertices` (n, 3) metres; `faces` (m, 4) indices, a triangle repeating its last corner."""

    vertices: FloatArray
    faces: IntArray


def joined(meshes: list[Mesh]) -> Mesh:
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes)])
    return Mesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate([mesh.faces + s for mesh, s in zip(meshes, starts, strict=False)]),
    )


def used_vertices(faces: IntArray) -> tuple[IntArray, IntArray]:
    """The vertices that faces use, and the faces renumbered to them."""
    used, renumbered = np.unique(faces, return_inverse=True)
    return used.astype(np.int64), renumbered.reshape(faces.shape).astype(np.int64)


def normals(vertices: FloatArray, faces: IntArray) -> FloatArray:
    """(n, 3) unit vertex normals, each face weighing by its area."""
    corner = vertices[faces]
    of_face = np.cross(corner[:, 2] - corner[:, 0], corner[:, 3] - corner[:, 1])
    total = np.zeros_like(vertices)
    for k in range(faces.shape[1]):
        np.add.at(total, faces[:, k], of_face)
    unit: FloatArray = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)
    return unit


def smoothed(vertices: FloatArray, faces: IntArray, rounds: int) -> FloatArray:
    """Vertices drawn half-way to the mean of their neighbours, `rounds` times."""
    a = np.concatenate([faces, np.roll(faces, 1, axis=1)]).ravel()
    b = np.concatenate([np.roll(faces, 1, axis=1), faces]).ravel()
    count = np.bincount(a, minlength=len(vertices))[:, None]
    for _ in range(rounds):
        total = np.zeros_like(vertices)
        np.add.at(total, a, vertices[b])
        mean = np.where(count > 0, total / np.maximum(count, 1), vertices)
        vertices = (vertices + mean) / 2
    return vertices


def grid_faces(rows: int, columns: int, closed: bool = False) -> IntArray:
    """Quads of a grid of points, row by row; `closed` joins the last column to the first."""
    across = columns if closed else columns - 1
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(across), indexing="ij")
    here, beside = row * columns + column, row * columns + (column + 1) % columns
    quads = np.stack([here, beside, beside + columns, here + columns], axis=-1)
    return quads.reshape(-1, 4).astype(np.int64)


def box(centre: tuple[float, float, float], size: tuple[float, float, float]) -> Mesh:
    signs = np.array([[x, y, z] for z in (-1, 1) for y in (-1, 1) for x in (-1, 1)])
    quads = [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]]
    return Mesh(np.asarray(centre) + signs * np.asarray(size) / 2, np.array(quads, np.int64))


def lathe(
    base: tuple[float, float, float], profile: list[tuple[float, float]], sides: int = 32
) -> Mesh:
    """A body of revolution about z: `profile` lists (radius, height over the base)."""
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle), np.zeros(sides)], axis=1)
    rows = [ring * radius + (0, 0, height) for radius, height in profile]
    return Mesh(np.concatenate(rows) + base, grid_faces(len(profile), sides, closed=True))


def tube(path: FloatArray, radius: float, sides: int = 8) -> Mesh:
    """A round bar along an (n, 3) path."""
    along = np.gradient(path, axis=0)
    along = along / np.linalg.norm(along, axis=1, keepdims=True)
    side = np.cross(along, (0.31, 0.54, 0.78))
    side = side / np.linalg.norm(side, axis=1, keepdims=True)
    up = np.cross(along, side)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)[:, None]
    rings = [
        p + radius * (np.cos(angle) * s + np.sin(angle) * u)
        for p, s, u in zip(path, side, up, strict=True)
    ]
    return Mesh(np.concatenate(rings), grid_faces(len(path), sides, closed=True))


def scattered(
    mesh: Mesh, count: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, IntArray]:
    """`count` points spread evenly over a mesh, their normals, and the vertex nearest to each."""
    quad = mesh.vertices[mesh.faces]
    area = np.linalg.norm(np.cross(quad[:, 2] - quad[:, 0], quad[:, 3] - quad[:, 1]), axis=1)
    face = rng.choice(len(area), size=count, p=area / area.sum())
    u, v = rng.random((2, count, 1))
    corner = quad[face]
    point = (corner[:, 0] * (1 - u) + corner[:, 1] * u) * (1 - v) + v * (
        corner[:, 3] * (1 - u) + corner[:, 2] * u
    )
    nearest = np.where(v > 0.5, np.where(u > 0.5, 2, 3), np.where(u > 0.5, 1, 0))[:, 0]
    vertex = mesh.faces[face, nearest]
    return point, normals(mesh.vertices, mesh.faces)[vertex], vertex
