"""What a head carries: hair, hats and masks, fitted to it by rays from its axis."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.synthesis.humans import Body
from models.synthesis.meshes import (
    Mesh,
    grid_faces,
    joined,
    normals,
    outermost,
    scattered,
    tube,
    used_vertices,
)
from models.synthesis.parts import Part, rigid_part, strands_part
from models.synthesis.skinning import FloatArray, rigid

HatStyle = Literal["toque", "cap"]
# (height over the band's lower edge, width against it), in metres and shares
HAT_PROFILES: dict[HatStyle, list[tuple[float, float]]] = {
    "toque": [
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
    ],
    "cap": [
        (0, 1),
        (0.03, 1.02),
        (0.06, 1.03),
        (0.075, 1.06),
        (0.095, 1.04),
        (0.112, 0.85),
        (0.122, 0.5),
        (0.125, 0.2),
        (0.125, 0.01),
    ],
}
HAIR_DEPTH_M = 0.009
STRAND_POINTS = 5


@dataclass(frozen=True)
class Head:
    """Heights in metres at rest; `axis_y` is where the upright axis of the skull stands."""

    mesh: Mesh
    bone: int
    axis_y: float
    chin: float
    eyes: float
    brow: float
    crown: float

    def radius(self, angle: FloatArray, height: FloatArray) -> FloatArray:
        """Metres from the axis to the outer skin; angle 0 looks ahead, pi / 2 to the left."""
        origins = np.stack([0 * angle, 0 * angle + self.axis_y, height], axis=-1)
        directions = np.stack([np.sin(angle), -np.cos(angle), 0 * angle], axis=-1)
        hits = outermost(self.mesh, origins.reshape(-1, 3), directions.reshape(-1, 3))
        return np.nan_to_num(hits, nan=0.02).reshape(angle.shape)

    def points(self, angle: FloatArray, height: FloatArray, radius: FloatArray) -> FloatArray:
        return np.stack(
            [radius * np.sin(angle), self.axis_y - radius * np.cos(angle), height], axis=-1
        )


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
        eyes=float(skeleton.head("eye.L")[2]),
        brow=brow,
        crown=float(skull[:, 2].max()),
    )


def hat_edge(head: Head, angle: FloatArray) -> FloatArray:
    """Height of the hat's lower edge: across the forehead, down towards the nape."""
    forward = (np.cos(angle) + 1) / 2
    return head.eyes + 0.002 + forward * (head.brow + 0.03 - head.eyes - 0.002)


def hat(head: Head, style: HatStyle, look: str) -> Part:
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    edge = hat_edge(head, angle)
    heights = [edge + rise for rise in (0.0, 0.015, 0.03, 0.045)]
    radius = np.max([head.radius(angle, height) for height in heights], axis=0) + HAIR_DEPTH_M
    for _ in range(6):  # cloth bridges the ears and the temples
        radius = np.maximum(radius, (np.roll(radius, 1) + np.roll(radius, -1)) / 2)
    ring = head.points(angle, edge, radius)
    centre = ring.mean(axis=0)
    rows = []
    for rise, width in HAT_PROFILES[style]:
        pleat = 1 + 0.04 * np.sin(18 * angle) * min(1.0, max(0.0, (rise - 0.068) / 0.06))
        level = (1, 1, 1 - 0.75 * rise / HAT_PROFILES[style][-1][0])
        row = centre + (ring - centre) * width * pleat[:, None] * level
        rows.append(row + np.array([0, 0.012 * (rise / 0.2) ** 2, rise]))
    mesh = Mesh(np.concatenate(rows), grid_faces(len(rows), len(angle), closed=True))
    return rigid_part("hat", look, mesh, head.bone)


def mask(head: Head, look: str) -> list[Part]:
    """A pleated mask from the bridge of the nose to under the chin, and its ear loops."""
    rows, columns = 17, 31
    angle = np.linspace(-1.12, 1.12, columns)[None, :].repeat(rows, axis=0)
    share = np.linspace(0, 1, rows)[:, None]
    aside = (angle / 1.12) ** 2
    top = head.eyes - 0.014 - 0.022 * aside
    bottom = head.chin - 0.008 + 0.045 * aside
    height = top + share * (bottom - top)
    radius = _stretched(head.radius(angle, height)) + 0.005
    inside = np.sin(np.pi * share)
    radius = radius + 0.0022 * np.sin(share * 6 * np.pi) * inside * (1 - aside)
    points = head.points(angle, height, radius)
    cloth = Mesh(points.reshape(-1, 3), grid_faces(rows, columns))
    loops = [_ear_loop(head, points[1, k], points[-2, k]) for k in (0, -1)]
    return [
        rigid_part("mask", look, cloth, head.bone),
        rigid_part("loops", "loop", joined(loops), head.bone),
    ]


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


def _ear_loop(head: Head, upper: FloatArray, lower: FloatArray) -> Mesh:
    side = np.sign(upper[0])
    ear = np.array([side * 0.083, head.axis_y + 0.055, head.eyes - 0.01])
    over, under = ear + np.array([0, 0, 0.02]), ear - np.array([0, 0, 0.02])
    path = np.concatenate([np.linspace(upper, over, 6), np.linspace(under, lower, 6)])
    return tube(path + np.array([side * 0.004, 0, 0]), 0.0014, sides=6)


def hair(head: Head, rng: np.random.Generator, under_hat: bool) -> list[Part]:
    """Short hair: a cap over the scalp and strands that grow from it, combed to one side."""
    scalp = _scalp(head, under_hat)
    outward = normals(head.mesh.vertices, scalp)
    used, faces = used_vertices(scalp)
    shell = Mesh((head.mesh.vertices + outward * 0.005)[used], faces)
    roots, grown, _ = scattered(Mesh(head.mesh.vertices, scalp), 2500 if under_hat else 7000, rng)
    length = (0.012 if under_hat else 0.034) * rng.uniform(0.6, 1.25, (len(roots), 1))
    lifted = np.clip((roots[:, 2:] - head.brow) / (head.crown - head.brow), 0, 1)
    length = length * (0.45 + 0.55 * lifted)
    combed = np.array([0.55, -0.35, 0.0]) * lifted + np.array([0, 0.25, -0.9]) * (1 - lifted)
    combed = combed + rng.normal(0, 0.22, roots.shape)
    step = np.linspace(0, 1, STRAND_POINTS)[None, :, None]
    bent = grown[:, None] * step * (1.1 - 0.6 * step) + combed[:, None] * step * (0.25 + 0.6 * step)
    strands = roots[:, None] + bent * length[:, None]
    return [
        rigid_part("scalp", "hair", shell, head.bone),
        strands_part("hair", "hair", strands, rigid(roots, head.bone)),
    ]


def _scalp(head: Head, under_hat: bool) -> np.ndarray:
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
    faces: np.ndarray = head.mesh.faces[grows[head.mesh.faces].all(axis=1)]
    return faces
