"""Bones and the skin on them: forward kinematics, a reaching limb, linear blend skinning."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Rotations = dict[str, FloatArray]
LONGEST_REACH = 0.998


@dataclass(frozen=True)
class Skeleton:
    """Bones in an order where every parent stands before its children; `heads` (b, 3) metres."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    heads: FloatArray

    def index(self, name: str) -> int:
        return self.names.index(name)

    def head(self, name: str) -> FloatArray:
        head: FloatArray = self.heads[self.index(name)]
        return head


@dataclass(frozen=True)
class Skin:
    """Points at rest (n, 3) and the bones (n, k) that move each, with their weights (n, k)."""

    rest: FloatArray
    bones: IntArray
    weights: FloatArray

    def __getitem__(self, chosen: IntArray) -> "Skin":
        return Skin(self.rest[chosen], self.bones[chosen], self.weights[chosen])

    def moved(self, rest: FloatArray) -> "Skin":
        return replace(self, rest=rest)

    def posed(self, transforms: FloatArray) -> FloatArray:
        """(n, 3) points after (b, 4, 4) bone transforms."""
        blended = np.einsum("nk,nkij->nij", self.weights, transforms[self.bones])
        turned = np.einsum("nij,nj->ni", blended[:, :3, :3], self.rest)
        moved: FloatArray = turned + blended[:, :3, 3]
        return moved


@dataclass(frozen=True)
class Limb:
    """Two bones and the joint at their end, by name."""

    upper: str
    lower: str
    end: str


def rigid(points: FloatArray, bone: int) -> Skin:
    """Points that follow one bone alone."""
    count = len(points)
    return Skin(points, np.full((count, 1), bone, np.int64), np.ones((count, 1)))


def rotation(axis: str, degrees: float) -> FloatArray:
    """A (3, 3) turn about x, y or z, counter-clockwise seen from its tip."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    turn = np.eye(3)
    turn[i, i] = turn[j, j] = cosine
    turn[i, j], turn[j, i] = -sine, sine
    return turn


def placed(turn: FloatArray, position: FloatArray) -> FloatArray:
    """A (4, 4) transform: turn first, then move."""
    transform = np.eye(4)
    transform[:3, :3], transform[:3, 3] = turn, position
    return transform


def turn_between(a: FloatArray, b: FloatArray) -> FloatArray:
    """The shortest turn (3, 3) that takes direction a to direction b."""
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    cross, cosine = np.cross(a, b), float(a @ b)
    if cosine < -1 + 1e-9:
        raise ValueError("opposite directions have no shortest turn; bend the limb first")
    skew = np.array([[0, -cross[2], cross[1]], [cross[2], 0, -cross[0]], [-cross[1], cross[0], 0]])
    turn: FloatArray = np.eye(3) + skew + skew @ skew / (1 + cosine)
    return turn


def bone_transforms(
    skeleton: Skeleton, rotations: Mapping[str, FloatArray], root: FloatArray
) -> FloatArray:
    """(b, 4, 4) transforms from rest; each rotation turns its bone in the frame of its parent."""
    transforms = np.empty((len(skeleton.names), 4, 4))
    for i, (name, parent) in enumerate(zip(skeleton.names, skeleton.parents, strict=True)):
        head = skeleton.heads[i]
        turn = rotations.get(name, np.eye(3))
        own = placed(turn, head - turn @ head)
        transforms[i] = (root if parent < 0 else transforms[parent]) @ own
    return transforms


def reach(
    skeleton: Skeleton,
    rotations: Rotations,
    root: FloatArray,
    limb: Limb,
    aim: tuple[FloatArray, FloatArray],
) -> Rotations:
    """The rotations with a limb's end at `aim[0]` (world, metres), its middle towards `aim[1]`.

    A point out of reach is reached for, not reached.
    """
    parent = skeleton.parents[skeleton.index(limb.upper)]
    frame = bone_transforms(skeleton, rotations, root)[parent]
    start = frame[:3, :3] @ skeleton.head(limb.upper) + frame[:3, 3]
    first = skeleton.head(limb.lower) - skeleton.head(limb.upper)
    second = skeleton.head(limb.end) - skeleton.head(limb.lower)
    middle, end = _joints(start, aim, float(np.linalg.norm(first)), float(np.linalg.norm(second)))
    upper = turn_between(frame[:3, :3] @ first, middle - start) @ frame[:3, :3]
    lower = turn_between(upper @ second, end - middle) @ upper
    return {**rotations, limb.upper: frame[:3, :3].T @ upper, limb.lower: upper.T @ lower}


def _joints(
    start: FloatArray, aim: tuple[FloatArray, FloatArray], first: float, second: float
) -> tuple[FloatArray, FloatArray]:
    wanted, pole = aim[0] - start, aim[1]
    shortest = abs(first - second) + 1e-3
    distance = float(np.clip(np.linalg.norm(wanted), shortest, LONGEST_REACH * (first + second)))
    along = wanted / np.linalg.norm(wanted)
    aside = pole - (pole @ along) * along
    aside = aside / np.linalg.norm(aside)
    cosine = (first**2 + distance**2 - second**2) / (2 * first * distance)
    sine = np.sqrt(max(0.0, 1 - cosine**2))
    return start + first * (cosine * along + sine * aside), start + distance * along
