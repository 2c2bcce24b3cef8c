"""A cat of our own making, for what must not be called a rat."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.synthesis.cockroach import ellipsoid
from models.synthesis.meshes import Mesh
from models.synthesis.parts import Part
from models.synthesis.skinning import (
    FloatArray,
    Rotations,
    Skeleton,
    Skin,
    bone_transforms,
    placed,
    rigid,
    rotation,
)
from models.synthesis.surfaces import Capsule, body_mesh, skin_of

CELL_M = 0.007
STRIDE_M = 0.38
SIDES = (("L", 1), ("R", -1))
# name: (parent, head); metres, nose towards +x, feet on z = 0
BONES: dict[str, tuple[str, tuple[float, float, float]]] = {
    "pelvis": ("", (-0.15, 0, 0.235)),
    "chest": ("pelvis", (0.0, 0, 0.235)),
    "neck": ("chest", (0.14, 0, 0.245)),
    "head": ("neck", (0.215, 0, 0.3)),
    "tail1": ("pelvis", (-0.205, 0, 0.25)),
    "tail2": ("tail1", (-0.28, 0, 0.245)),
    "tail3": ("tail2", (-0.36, 0, 0.25)),
    "tail4": ("tail3", (-0.43, 0, 0.285)),
}
LEG_BONES = {
    "shoulder": ("chest", (0.115, 0.042, 0.22)),
    "elbow": ("shoulder", (0.09, 0.05, 0.135)),
    "wrist": ("elbow", (0.115, 0.045, 0.045)),
    "hip": ("pelvis", (-0.15, 0.042, 0.225)),
    "knee": ("hip", (-0.105, 0.058, 0.135)),
    "hock": ("knee", (-0.19, 0.05, 0.075)),
}
FEET = {"wrist": (0.135, 0.045, 0.016), "hock": (-0.165, 0.05, 0.016)}
COATS = {
    "tabby": ((0.13, 0.1, 0.075), (0.035, 0.028, 0.022), (0.3, 0.27, 0.23)),
    "ginger": ((0.42, 0.2, 0.07), (0.24, 0.09, 0.025), (0.55, 0.45, 0.34)),
    "black": ((0.014, 0.013, 0.013), (0.01, 0.009, 0.009), (0.02, 0.019, 0.019)),
    "grey": ((0.15, 0.15, 0.155), (0.09, 0.09, 0.095), (0.42, 0.42, 0.41)),
}


@dataclass(frozen=True)
class Cat:
    """`pose` (metres travelled, moving 0-1, seconds, back's bend) gives (b, 4, 4)."""

    parts: tuple[Part, ...]
    outline: Skin
    pose: Callable[[float, float, float, float], FloatArray]


def cat(coat: str = "tabby") -> Cat:
    skeleton = cat_skeleton()
    capsules = flesh(skeleton)
    mesh = body_mesh(capsules, CELL_M)
    skin = skin_of(mesh.vertices, capsules, 0.012)
    head = skeleton.index("head")
    body = Part("cat", "coat", skin, mesh.faces, coloured(mesh.vertices, coat))
    eyes = [ellipsoid((0.279, side * 0.022, 0.322), (0.0055, 0.0075, 0.008)) for side in (1, -1)]
    parts = (body, *(_bead(eye, head) for eye in eyes), _bead(_nose(), head))
    return Cat(parts, skin, lambda m, moving, s, bend: walking(skeleton, m, moving, (s, bend)))


def _nose() -> Mesh:
    return ellipsoid((0.304, 0, 0.303), (0.004, 0.006, 0.004))


def _bead(mesh: Mesh, bone: int) -> Part:
    return Part("bead", "bead", rigid(mesh.vertices, bone), mesh.faces, np.zeros((0, 3)))


def cat_skeleton() -> Skeleton:
    bones = dict(BONES)
    for side, sign in SIDES:
        for name, (parent, (x, y, z)) in LEG_BONES.items():
            above = f"{parent}.{side}" if parent in LEG_BONES else parent
            bones[f"{name}.{side}"] = (above, (x, sign * y, z))
    names = tuple(bones)
    parents = tuple(names.index(p) if p else -1 for p, _ in bones.values())
    return Skeleton(names, parents, np.array([head for _, head in bones.values()]))


def flesh(skeleton: Skeleton) -> list[Capsule]:
    """The round pieces that a cat is blended from."""
    number = skeleton.index
    made = [
        Capsule(number("pelvis"), (-0.165, 0, 0.232), (-0.02, 0, 0.222), 0.058, 0.064),
        Capsule(number("chest"), (0.0, 0, 0.222), (0.125, 0, 0.228), 0.064, 0.062),
        Capsule(number("neck"), (0.14, 0, 0.25), (0.205, 0, 0.29), 0.05, 0.042),
        Capsule(number("head"), (0.232, 0, 0.315), (0.248, 0, 0.316), 0.045, 0.043),
        Capsule(number("head"), (0.262, 0, 0.302), (0.29, 0, 0.298), 0.026, 0.015),
        *_tail(skeleton),
    ]
    for side, sign in SIDES:
        ear = (0.236, sign * 0.03, 0.348), (0.226, sign * 0.04, 0.388)
        made.append(Capsule(number("head"), *ear, 0.019, 0.003))
        cheek = (0.25, sign * 0.02, 0.303)
        made.append(Capsule(number("head"), cheek, cheek, 0.028, 0.028))
        made += _leg(skeleton, side, ("shoulder", "elbow", "wrist"), (0.04, 0.025, 0.016))
        made += _leg(skeleton, side, ("hip", "knee", "hock"), (0.055, 0.033, 0.015))
    return made


def _tail(skeleton: Skeleton) -> list[Capsule]:
    joints = [skeleton.head(f"tail{k}") for k in (1, 2, 3, 4)] + [np.array([-0.475, 0, 0.335])]
    return [
        Capsule(
            skeleton.index(f"tail{k + 1}"),
            _point(joints[k]),
            _point(joints[k + 1]),
            0.02 - 0.002 * k,
            0.018 - 0.002 * k,
        )
        for k in range(4)
    ]


def _leg(
    skeleton: Skeleton, side: str, joints: tuple[str, ...], radii: tuple[float, ...]
) -> list[Capsule]:
    x, y, z = FEET[joints[-1]]
    sign = dict(SIDES)[side]
    ends = [skeleton.head(f"{name}.{side}") for name in joints] + [np.array([x, sign * y, z])]
    thick = (*radii, 0.014)
    made = [
        Capsule(
            skeleton.index(f"{name}.{side}"),
            _point(ends[k]),
            _point(ends[k + 1]),
            thick[k],
            thick[k + 1],
        )
        for k, name in enumerate(joints)
    ]
    toe = (x + 0.018, sign * y, 0.012)
    last = skeleton.index(f"{joints[-1]}.{side}")
    return [*made, Capsule(last, (x, sign * y, z), toe, 0.016, 0.013)]


def _point(row: FloatArray) -> tuple[float, float, float]:
    x, y, z = row.tolist()
    return x, y, z


def coloured(vertices: FloatArray, coat: str) -> FloatArray:
    """(n, 3) linear RGB: a back with stripes, a lighter belly, muzzle and paws."""
    back, stripe, belly = (np.array(colour) for colour in COATS[coat])
    x, y, z = vertices.T
    wave = np.sin(2 * np.pi * x / 0.045 + 2.5 * np.sin(9 * z) + 14 * np.abs(y))
    share = np.clip(0.8 * wave - 0.1, 0, 0.7)[:, None]
    colour = back * (1 - share) + stripe * share
    low = np.clip((0.185 - z) / 0.03, 0, 1) * (np.abs(x + 0.02) < 0.14) * (np.abs(y) < 0.05)
    paws = np.clip((0.035 - z) / 0.02, 0, 1)
    muzzle = np.clip((x - 0.272) / 0.012, 0, 1)
    light = np.clip(low + paws + muzzle, 0, 1)[:, None] * 0.8
    blend: FloatArray = colour * (1 - light) + belly * light
    return blend


def walking(
    skeleton: Skeleton, metres: float, moving: float, when: tuple[float, float]
) -> FloatArray:
    """(b, 4, 4): a lateral walk, the tail and the head alive; `when` is (seconds, back's bend)."""
    time_s, bend = when
    pose: Rotations = {
        "chest": rotation("z", np.degrees(bend) * 0.4),
        "neck": rotation("z", np.degrees(bend) * 0.3) @ rotation("y", 12 * moving),
        "head": rotation("z", (1 - moving) * 28 * np.sin(0.9 * time_s)) @ rotation("y", 4.0),
    }
    for k in (1, 2, 3, 4):
        lift = 10 + 6 * np.sin(0.7 * time_s + 0.5 * k)
        pose[f"tail{k}"] = rotation("y", lift) @ rotation("z", 9 * np.sin(1.1 * time_s - 0.7 * k))
    for offset, (side, _) in zip((0.0, 0.5), SIDES, strict=True):
        pose |= _stepping(side, metres / STRIDE_M + offset, moving)
    frames = bone_transforms(skeleton, pose, np.eye(4))
    lowest = _lowest_foot(skeleton, frames)
    grounded: FloatArray = placed(np.eye(3), np.array([0, 0, -lowest])) @ frames
    return grounded


def _stepping(side: str, step: float, moving: float) -> Rotations:
    def swing(share: float, degrees: float) -> float:
        return float(degrees * moving * np.sin(2 * np.pi * (step + share)))

    def fold(share: float, degrees: float) -> float:
        return float(degrees * moving * max(0.0, np.cos(2 * np.pi * (step + share))))

    # About y a positive turn takes what hangs down backwards.
    return {
        f"shoulder.{side}": rotation("y", -swing(0.25, 24)),
        f"elbow.{side}": rotation("y", fold(0.25, -34)),
        f"wrist.{side}": rotation("y", fold(0.25, 45)),
        f"hip.{side}": rotation("y", -swing(0.0, 22)),
        f"knee.{side}": rotation("y", fold(0.0, 26)),
        f"hock.{side}": rotation("y", fold(0.0, -26)),
    }


def _lowest_foot(skeleton: Skeleton, frames: FloatArray) -> float:
    feet = [
        (skeleton.index(f"{name}.{side}"), (x, sign * y, 0.0))
        for side, sign in SIDES
        for name, (x, y, _) in FEET.items()
    ]
    return min(float((frames[bone] @ np.array([*spot, 1.0]))[2]) for bone, spot in feet)
