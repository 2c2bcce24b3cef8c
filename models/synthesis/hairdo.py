"""Hair and beards on a head: shells with strands that grow from them."""

from collections.abc import Callable

import numpy as np

from models.synthesis.hats import hat_edge
from models.synthesis.heads import Head
from models.synthesis.meshes import (
    Mesh,
    box,
    grid_faces,
    normals,
    scattered,
    tube,
    used_vertices,
)
from models.synthesis.parts import Part, rigid_part, strands_part
from models.synthesis.people import Hair
from models.synthesis.skinning import FloatArray, IntArray, rigid

Rng = np.random.Generator
STRAND_POINTS = 5
STRANDS, UNDER_HAT, BEARD = 5000, 1500, 2200


def hair_parts(head: Head, hair: Hair, rng: Rng, under_hat: bool) -> list[Part]:
    """What is seen of the hair, bare or below a hat's edge."""
    parts = [] if hair.beard is None else _beard(head, hair.beard, rng)
    if hair.style == "bald":
        return parts
    parts += _scalp_parts(head, hair, rng, under_hat)
    if hair.style != "short":
        parts += [
            rigid_part("lock", hair.look, mesh, head.bone) for mesh in LOCKS[hair.style](head)
        ]
    if hair.clip and not under_hat:
        clip = box((0.062, head.axis_y - 0.02, head.crown - 0.035), (0.022, 0.075, 0.02))
        parts.append(rigid_part("clip", "red-plastic", clip, head.bone))
    return parts


def _scalp_parts(head: Head, hair: Hair, rng: Rng, under_hat: bool) -> list[Part]:
    """A cap over the scalp and strands that grow from it, combed to one side."""
    scalp = _scalp(head, under_hat)
    outward = normals(head.mesh.vertices, scalp)
    used, faces = used_vertices(scalp)
    thick = 0.005 if hair.style == "short" else 0.01
    shell = Mesh((head.mesh.vertices + outward * thick)[used], faces)
    count = UNDER_HAT if under_hat else STRANDS
    roots, grown, _ = scattered(Mesh(head.mesh.vertices, scalp), count, rng)
    length = (0.012 if under_hat else 0.034) * rng.uniform(0.6, 1.25, (len(roots), 1))
    lifted = np.clip((roots[:, 2:] - head.brow) / (head.crown - head.brow), 0, 1)
    combed = np.array([0.55, -0.35, 0.0]) * lifted + np.array([0, 0.25, -0.9]) * (1 - lifted)
    if hair.style != "short":  # drawn back
        combed, grown = np.array([0, 0.9, 0.1]) + 0 * combed, grown * 0.55
    strands = _strands((roots, grown), length * (0.45 + 0.55 * lifted), combed, rng)
    return [
        rigid_part("scalp", hair.look, shell, head.bone),
        strands_part("hair", hair.look, strands, rigid(roots, head.bone)),
    ]


def _strands(
    grown: tuple[FloatArray, FloatArray], length: FloatArray, combed: FloatArray, rng: Rng
) -> FloatArray:
    """(s, p, 3) strands from roots along their normals, bending to where they are combed."""
    roots, outward = grown
    combed = combed + rng.normal(0, 0.22, roots.shape)
    step = np.linspace(0, 1, STRAND_POINTS)[None, :, None]
    bent = outward[:, None] * step * (1.1 - 0.6 * step)
    bent = bent + combed[:, None] * step * (0.25 + 0.6 * step)
    strands: FloatArray = roots[:, None] + bent * length[:, None]
    return strands


def _scalp(head: Head, under_hat: bool) -> IntArray:
    vertices = head.mesh.vertices
    angle = np.abs(np.arctan2(vertices[:, 0], -(vertices[:, 1] - head.axis_y)))
    forehead, temple, nape = head.brow + 0.045, head.eyes - 0.005, head.chin + 0.045
    line = np.interp(
        angle,
        [0, 0.75, 1.15, 1.4, 1.9, 2.4, np.pi],
        [forehead, forehead - 0.01, head.brow, temple, head.eyes, nape, nape],
    )
    x, y, z = (vertices * 190).T
    # A hairline is not drawn with a ruler.
    line = line + 0.005 * np.sin(x + 2 * np.sin(y)) + 0.003 * np.sin(2.3 * x + z)
    grows = vertices[:, 2] > line
    ear = (np.abs(vertices[:, 0]) > 0.072) & (np.abs(vertices[:, 2] - head.eyes + 0.01) < 0.045)
    grows &= ~(ear & (angle > 1.2) & (angle < 2.2))
    if under_hat:
        grows &= vertices[:, 2] < hat_edge(head, angle) + 0.02
    faces: IntArray = head.mesh.faces[grows[head.mesh.faces].all(axis=1)]
    return faces


def _beard(head: Head, look: str, rng: Rng) -> list[Part]:
    """A full beard along the jaw and around the mouth."""
    vertices = head.mesh.vertices
    angle = np.abs(np.arctan2(vertices[:, 0], -(vertices[:, 1] - head.axis_y)))
    x, z = np.abs(vertices[:, 0]), vertices[:, 2]
    line = np.interp(angle, [0, 0.35, 0.8, 1.3, 1.5], [0.016, 0.014, 0.0, 0.02, 0.05]) + head.mouth
    lips = (x < 0.026) & (np.abs(z - head.mouth) < 0.009)
    grows = (z < line) & (z > head.chin - 0.025) & (angle < 1.5) & ~lips
    faces = head.mesh.faces[grows[head.mesh.faces].all(axis=1)]
    outward = normals(vertices, faces)
    used, renumbered = used_vertices(faces)
    shell = Mesh((vertices + outward * 0.006)[used], renumbered)
    roots, grown, _ = scattered(Mesh(vertices, faces), BEARD, rng)
    length = rng.uniform(0.014, 0.03, (len(roots), 1))
    strands = _strands((roots, grown), length, np.array([0, -0.1, -0.8]) + 0 * roots, rng)
    return [
        rigid_part("beard-shell", look, shell, head.bone),
        strands_part("beard", look, strands, rigid(roots, head.bone)),
    ]


def _hanging(head: Head) -> list[Mesh]:
    """Long hair: from the temples down over neck and shoulders, as straight as it falls."""
    angle = np.linspace(1.25, 2 * np.pi - 1.25, 90)
    fullest = np.zeros_like(angle)
    rows = []
    for height in np.linspace(head.crown - 0.03, head.chin - 0.11, 26):
        own = head.radius(angle, height + 0 * angle) if height > head.chin - 0.02 else 0.0
        fullest = np.maximum(fullest * 0.995, own)
        lock = 0.0022 * np.sin(31 * angle + 14 * height) + 0.0016 * np.sin(57 * angle)
        rows.append(head.points(angle, height + 0 * angle, fullest + 0.013 + lock))
    return [Mesh(np.concatenate(rows), grid_faces(len(rows), len(angle)))]


def _bun(head: Head) -> list[Mesh]:
    centre = np.array([0, head.axis_y + 0.1, head.brow - 0.005])
    return [_ball(centre, np.array([0.042, 0.036, 0.04]))]


def _ponytail(head: Head) -> list[Mesh]:
    start = np.array([0, head.axis_y + 0.095, head.brow + 0.01])
    way = start + np.array(
        [[0, -0.01, 0.01], [0, 0.03, 0.0], [0, 0.055, -0.06], [0, 0.05, -0.14], [0, 0.04, -0.22]]
    )
    tail = tube(way, 0.02, 10)
    ring = np.arange(len(tail.vertices)) // 10
    thin = np.interp(ring, range(5), [0.6, 0.9, 1.1, 0.9, 0.3])[:, None]
    return [Mesh(way[ring] + (tail.vertices - way[ring]) * thin, tail.faces)]


def _ball(centre: FloatArray, size: FloatArray) -> Mesh:
    across, down = np.meshgrid(
        np.linspace(0, 2 * np.pi, 24, endpoint=False), np.linspace(0.02, np.pi - 0.02, 12)
    )
    wound = 1 + 0.05 * np.sin(5 * across + 4 * down)
    ball = np.stack(
        [np.sin(down) * np.cos(across), np.sin(down) * np.sin(across), np.cos(down)], -1
    )
    points = centre + (ball * wound[..., None]).reshape(-1, 3) * size
    return Mesh(points, grid_faces(12, 24, closed=True))


LOCKS: dict[str, Callable[[Head], list[Mesh]]] = {
    "long": _hanging,
    "bun": _bun,
    "ponytail": _ponytail,
}
