"""One piece of a person or an animal: skin on bones with a look, or strands of hair."""

from dataclasses import dataclass, replace

import numpy as np

from models.synthesis.meshes import Mesh, used_vertices
from models.synthesis.skinning import FloatArray, IntArray, Skin, rigid

NO_FACES: IntArray = np.zeros((0, 4), np.int64)


@dataclass(frozen=True)
class Part:
    """`faces` (m, 4), or with `strand` > 0 hair of that many points each; `tint` (n, 3) or (0, 3).

    `look` names a material of `looks.py`; a tint is linear RGB per point and multiplies it.
    """

    name: str
    look: str
    skin: Skin
    faces: IntArray
    tint: FloatArray
    strand: int = 0

    def named(self, name: str) -> "Part":
        return replace(self, name=name)


def part_of(name: str, look: str, skin: Skin, faces: IntArray) -> Part:
    """The part that these faces of a larger skin make, without the points they do not use."""
    used, renumbered = used_vertices(faces)
    return Part(name, look, skin[used], renumbered, np.zeros((0, 3)))


def rigid_part(name: str, look: str, mesh: Mesh, bone: int) -> Part:
    return Part(name, look, rigid(mesh.vertices, bone), mesh.faces, np.zeros((0, 3)))


def strands_part(name: str, look: str, strands: FloatArray, skin: Skin) -> Part:
    """Strands (s, p, 3), each carried whole by the point of `skin` (s points) it grows from."""
    count, points, _ = strands.shape
    carrier = np.repeat(np.arange(count), points)
    carried = skin[carrier].moved(strands.reshape(-1, 3))
    return Part(name, look, carried, NO_FACES, np.zeros((0, 3)), points)
