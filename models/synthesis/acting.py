"""What a cook does from moment to moment: where the feet, hands and eyes are at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.synthesis.skinning import (
    FloatArray,
    Limb,
    Rotations,
    Skeleton,
    bone_transforms,
    placed,
    reach,
    rotation,
)

Task = Literal["stir", "chop", "hold"]
# (seconds, values...): held before the first and after the last, eased between
Keys = Sequence[tuple[float, ...]]
SPINE = ("spine05", "spine04", "spine03", "spine02", "spine01")
NECK = ("neck01", "neck02", "neck03", "head")
STEP_LIFT_M = 0.05


@dataclass(frozen=True)
class Act:
    """`places` (s, x m, y m, heading deg; 0 faces -y) and `looks` (s, yaw deg, pitch deg).

    Hands are (left, forward, up) metres from the floor under the cook.
    """

    places: Keys
    looks: Keys
    task: Task
    left_hand: tuple[float, float, float] = (0.15, 0.47, 0.99)
    right_hand: tuple[float, float, float] = (-0.13, 0.44, 1.05)
    lean: float = 10.0
    seed: int = 0


def transforms(skeleton: Skeleton, act: Act, time_s: float) -> FloatArray:
    """(b, 4, 4) bone transforms of the cook at a time."""
    x, y, heading = eased(act.places, time_s)
    ground = placed(rotation("z", heading), np.array([x, y, 0.0]))
    sway = drift(act.seed, time_s, 0.45) * (0.025, 0.015, 0.004)
    root = ground @ placed(rotation("z", 3 * drift(act.seed + 1, time_s, 0.4)[0]), sway)
    root = root @ placed(np.eye(3), np.array([0, 0, -0.02]))
    pose = _upper_body(act, time_s) | _fingers(skeleton, "L", 24) | _fingers(skeleton, "R", 42)
    for side, hand in (("L", act.left_hand), ("R", act.right_hand)):
        pose = _arm(skeleton, pose, root, ground, side, _moving(act, hand, side, time_s))
    for side in ("L", "R"):
        pose = _leg(skeleton, pose, root, act, side, time_s)
    return bone_transforms(skeleton, pose, root)


def eased(keys: Keys, time_s: float) -> FloatArray:
    """Values between keys, starting and stopping softly."""
    times = np.array([key[0] for key in keys])
    values = np.array([key[1:] for key in keys], np.float64)
    after = int(np.searchsorted(times, time_s, side="right"))
    if after in (0, len(keys)):
        row: FloatArray = values[min(after, len(keys) - 1)]
        return row
    share = (time_s - times[after - 1]) / (times[after] - times[after - 1])
    share = share * share * (3 - 2 * share)
    between: FloatArray = values[after - 1] * (1 - share) + values[after] * share
    return between


def drift(seed: int, time_s: float, per_s: float) -> FloatArray:
    """Three slow waverings in about -1..1, always the same for a seed and a time."""
    phase, stretch = np.random.default_rng(seed).uniform((0, 0.7), (6.3, 1.4), (9, 2)).T
    waves = np.sin(2 * np.pi * per_s * stretch * time_s * np.tile([0.5, 1, 1.7], 3) + phase)
    weighed: FloatArray = (waves.reshape(3, 3) * (0.6, 0.3, 0.15)).sum(axis=1)
    return weighed


def _upper_body(act: Act, time_s: float) -> Rotations:
    yaw, pitch = eased(act.looks, time_s)
    wander = drift(act.seed + 2, time_s, 0.5) * (7, 4, 2)
    bend = rotation("x", (act.lean + wander[2]) / len(SPINE))
    look = rotation("z", (yaw + wander[0]) / len(NECK)) @ rotation(
        "x", (pitch + wander[1] - 0.5 * act.lean) / len(NECK)
    )
    return dict.fromkeys(SPINE, bend) | dict.fromkeys(NECK, look)


def _moving(act: Act, hand: tuple[float, float, float], side: str, time_s: float) -> FloatArray:
    turn = 2 * np.pi * time_s
    rest: FloatArray = np.array(hand) + drift(act.seed + ord(side), time_s, 0.6) * 0.018
    if act.task == "stir" and side == "R":
        rest += np.array([0.07 * np.cos(0.9 * turn), 0.07 * np.sin(0.9 * turn), 0.01])
    if act.task == "chop" and side == "R":
        rest += np.array([0, 0.02 * np.sin(0.3 * turn), 0.035 * abs(np.sin(1.3 * turn))])
    return rest


def _arm(
    skeleton: Skeleton,
    pose: Rotations,
    root: FloatArray,
    ground: FloatArray,
    side: str,
    hand: FloatArray,
) -> Rotations:
    limb = Limb(f"upperarm01.{side}", f"lowerarm01.{side}", f"wrist.{side}")
    aim = ground[:3, :3] @ (hand * (1, -1, 1)) + ground[:3, 3]
    outward = 0.55 if side == "L" else -0.55
    elbow = ground[:3, :3] @ np.array([outward, 0.5, -0.8])
    return reach(skeleton, pose, root, limb, (aim, elbow))


def _leg(
    skeleton: Skeleton, pose: Rotations, root: FloatArray, act: Act, side: str, time_s: float
) -> Rotations:
    # One foot leaves early and the other arrives late: a step.
    lead = 0.2 if side == "L" else -0.2
    x, y, heading = eased(act.places, time_s + lead)
    before, after = (eased(act.places, time_s + lead + d) for d in (-0.1, 0.1))
    speed = float(np.linalg.norm((after - before)[:2])) / 0.2
    limb = Limb(f"upperleg01.{side}", f"lowerleg01.{side}", f"foot.{side}")
    turn = rotation("z", heading)
    ankle = skeleton.head(limb.end) * (0.68, 1, 1) + (0, 0, min(STEP_LIFT_M, 0.12 * speed))
    aim = turn @ ankle + (x, y, 0)
    posed = reach(skeleton, pose, root, limb, (aim, turn @ np.array([0.0, -1.0, 0.1])))
    above = bone_transforms(skeleton, posed, root)[skeleton.index(limb.end)][:3, :3]
    return {**posed, limb.end: above.T @ turn}


def _fingers(skeleton: Skeleton, side: str, degrees: float) -> Rotations:
    """A hand closed by so much at every joint, as around a handle."""
    knuckles = skeleton.head(f"finger2-1.{side}") - skeleton.head(f"finger5-1.{side}")
    curl = about(knuckles, -degrees if side == "L" else degrees)
    return {f"finger{f}-{j}.{side}": curl for f in (2, 3, 4, 5) for j in (1, 2, 3)}


def about(axis: FloatArray, degrees: float) -> FloatArray:
    """A (3, 3) turn about any axis (Rodrigues)."""
    x, y, z = axis / np.linalg.norm(axis)
    skew = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.radians(degrees)
    turn: FloatArray = np.eye(3) + np.sin(angle) * skew + (1 - np.cos(angle)) * skew @ skew
    return turn
