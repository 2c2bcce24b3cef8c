"""What a cook does from moment to moment: where the feet, hands and eyes are at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

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

Task = Literal["stir", "chop", "hold", "wash", "wipe", "bend", "carry", "phone", "stand"]
Place = tuple[float, float, float]
T = TypeVar("T")
# (seconds, values...): held before the first and after the last, eased between
Keys = Sequence[tuple[float, ...]]
SPINE = ("spine05", "spine04", "spine03", "spine02", "spine01")
NECK = ("neck01", "neck02", "neck03", "head")
FREE: tuple[Task, ...] = ("carry", "phone", "stand")
EYES_M = 1.56  # of whom the manners are written for
STEP_LIFT_M = 0.09
STEPS_S = 1.05  # left and right together
STANCE = 0.55  # the share of it that a foot stands
CHANGE_S = 0.9  # from one task to the next


@dataclass(frozen=True)
class Manner:
    """Hands as (left, forward, up) metres from the floor under the cook; degrees of lean and nod.

    `sink` metres of bent knees; `curl` how far the fingers of left and right are closed.
    """

    left: Place
    right: Place
    lean: float = 10.0
    nod: float = 0.0
    sink: float = 0.0
    curl: tuple[float, float] = (24.0, 42.0)


MANNERS: dict[Task, Manner] = {
    "stir": Manner((0.17, 0.44, 1.0), (-0.15, 0.44, 1.08)),
    "chop": Manner((0.13, 0.45, 0.99), (-0.11, 0.43, 1.05), nod=6),
    "hold": Manner((0.15, 0.47, 0.99), (-0.13, 0.44, 1.05)),
    "wash": Manner((0.11, 0.47, 0.93), (-0.09, 0.5, 0.95), lean=20, nod=6),
    "wipe": Manner((0.26, 0.4, 0.97), (-0.1, 0.52, 0.95), lean=18, nod=4, curl=(8, 12)),
    "bend": Manner((0.2, 0.58, 0.66), (-0.2, 0.58, 0.64), lean=46, nod=-20, sink=0.12),
    "carry": Manner((0.2, 0.36, 1.08), (-0.2, 0.36, 1.08), lean=-3, curl=(60, 60)),
    "phone": Manner((0.27, 0.02, 0.86), (-0.17, 0.02, 1.5), lean=2, curl=(16, 40)),
    "stand": Manner((0.27, 0.05, 0.84), (-0.27, 0.05, 0.84), lean=2, curl=(18, 18)),
}


@dataclass(frozen=True)
class Act:
    """`places` (s, x m, y m, heading deg; 0 faces -y) and `looks` (s, yaw deg, pitch deg).

    `task` is one for the whole time or what is done from a second on: ((0, "chop"), (4, "stand")).
    """

    places: Keys
    looks: Keys
    task: Task | tuple[tuple[float, Task], ...]
    seed: int = 0

    def tasks(self) -> tuple[tuple[float, Task], ...]:
        return ((0.0, self.task),) if isinstance(self.task, str) else self.task

    def doing(self, time_s: float) -> Task:
        return at_time(self.tasks(), time_s)

    def shares(self, time_s: float) -> dict[Task, float]:
        """How far each task is taken up at a time; together 1."""
        shares: dict[Task, float] = {}
        left = 1.0
        for since, task in reversed(self.tasks()):
            share = float(np.clip((time_s - since) / CHANGE_S + 0.5, 0, 1)) if since > 0 else 1.0
            share = left * share * share * (3 - 2 * share)
            shares[task] = shares.get(task, 0.0) + share
            left -= share
        return {task: share for task, share in shares.items() if share > 0}


def at_time(steps: Sequence[tuple[float, T]], time_s: float) -> T:
    """The value in force: the last one that began, or the first."""
    begun = [value for since, value in steps if since <= time_s]
    return begun[-1] if begun else steps[0][1]


def transforms(skeleton: Skeleton, act: Act, time_s: float) -> FloatArray:
    """(b, 4, 4) bone transforms of the cook at a time."""
    manner = _manner(act, time_s, float(skeleton.head("eye.L")[2]) / EYES_M)
    speed = _speed(act, time_s)
    x, y, heading = eased(act.places, time_s)
    ground = placed(rotation("z", heading), np.array([x, y, 0.0]))
    root = ground @ _hips(act, manner, time_s, min(1.0, speed))
    pose = _upper_body(act, manner, time_s)
    pose |= _fingers(skeleton, "L", manner.curl[0]) | _fingers(skeleton, "R", manner.curl[1])
    for side, hand in (("L", manner.left), ("R", manner.right)):
        aim = _moving(act, hand, side, time_s) + _swing(act, side, time_s, min(1.0, speed))
        pose = _arm(skeleton, pose, root, ground, side, aim)
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


def _manner(act: Act, time_s: float, stature: float) -> Manner:
    """Between tasks the hands go from one place to the other."""
    shares = act.shares(time_s)
    rows = [_numbers(task, stature) for task in shares]
    mean = np.average(np.array(rows), axis=0, weights=list(shares.values())).tolist()
    (a, b, c), (d, e, f), (lean, nod, sink) = mean[:3], mean[3:6], mean[6:9]
    return Manner((a, b, c), (d, e, f), lean, nod, sink, (mean[9], mean[10]))


def _numbers(task: Task, stature: float) -> list[float]:
    """A manner as a row; what is not done at a work top is as high as the cook is tall."""
    m = MANNERS[task]
    tall = stature if task in FREE else 1.0
    left, right = (*m.left[:2], m.left[2] * tall), (*m.right[:2], m.right[2] * tall)
    return [*left, *right, m.lean, m.nod, m.sink, *m.curl]


def _speed(act: Act, time_s: float) -> float:
    """Metres a second over the floor."""
    before, after = (eased(act.places, time_s + d)[:2] for d in (-0.1, 0.1))
    return float(np.linalg.norm(after - before)) / 0.2


def _hips(act: Act, manner: Manner, time_s: float, walking: float) -> FloatArray:
    """The root over the ground: weight shifted from leg to leg, hips tilted when bending."""
    turn = 2 * np.pi * time_s / STEPS_S
    sway = drift(act.seed, time_s, 0.45) * (0.025, 0.015, 0.004) * (1 - 0.7 * walking)
    step = walking * np.array([0.02 * np.sin(turn), 0, 0.014 * np.cos(2 * turn) - 0.025])
    tilt = max(0.0, manner.lean - 14) * 0.55
    back = np.array([0, 0.24 * np.sin(np.radians(tilt)), -0.02 - manner.sink])
    twist = 3 * drift(act.seed + 1, time_s, 0.4)[0] + 5 * walking * np.sin(turn)
    return placed(rotation("z", twist), sway + step + back) @ _about_hips(tilt)


def _about_hips(degrees: float) -> FloatArray:
    height = np.array([0, 0, 0.95])
    turn = rotation("x", degrees)
    return placed(turn, height - turn @ height)


def _upper_body(act: Act, manner: Manner, time_s: float) -> Rotations:
    yaw, pitch = eased(act.looks, time_s)
    wander = drift(act.seed + 2, time_s, 0.5) * (7, 4, 2)
    # A deep bend is shared between hips and back.
    lean = manner.lean if manner.lean < 14 else 14 + 0.45 * (manner.lean - 14)
    bend = rotation("x", (lean + wander[2]) / len(SPINE))
    tilt = pitch + manner.nod + wander[1] - 0.5 * manner.lean
    look = rotation("z", (yaw + wander[0]) / len(NECK)) @ rotation("x", tilt / len(NECK))
    return dict.fromkeys(SPINE, bend) | dict.fromkeys(NECK, look)


def _moving(act: Act, hand: Place, side: str, time_s: float) -> FloatArray:
    turn = 2 * np.pi * time_s
    shares = act.shares(time_s)
    rest: FloatArray = np.array(hand) + drift(act.seed + ord(side), time_s, 0.6) * 0.018
    circle = np.array([0.07 * np.cos(0.9 * turn), 0.07 * np.sin(0.9 * turn), 0.01])
    toss = np.array([0, 0.05 * np.sin(0.8 * turn), 0.04 * np.cos(0.8 * turn)])
    rub = np.array([0.05 * np.sin(1.1 * turn), 0.04 * np.cos(1.1 * turn), 0.0])
    knife = np.array([0, 0.02 * np.sin(0.3 * turn), 0.035 * abs(np.sin(1.3 * turn))])
    right = side == "R"
    rest += shares.get("stir", 0.0) * (circle if right else toss)
    rest += shares.get("chop", 0.0) * (knife if right else 0.3 * rub)
    rest += shares.get("wash", 0.0) * (rub if right else -0.5 * rub)
    rest += shares.get("wipe", 0.0) * (2.6 * rub if right else 0.2 * rub)
    return rest


def _swing(act: Act, side: str, time_s: float, walking: float) -> FloatArray:
    """Hanging arms swing against the legs."""
    free = act.shares(time_s).get("stand", 0.0) * walking
    if side == "L":
        free += act.shares(time_s).get("phone", 0.0) * walking
    ahead = np.cos(2 * np.pi * time_s / STEPS_S) * (-1 if side == "L" else 1)
    return np.array([0, 0.2 * ahead * free, 0.04 * abs(ahead) * free])


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
    planted, lift = _foot_time(time_s, side)
    before, after = (eased(act.places, t) for t in planted)
    x, y, heading = before + (after - before) * lift
    stride = float(np.linalg.norm((after - before)[:2])) + abs(after[2] - before[2]) / 200
    rise = min(STEP_LIFT_M, 0.18 * stride) * np.sin(np.pi * lift)
    limb = Limb(f"upperleg01.{side}", f"lowerleg01.{side}", f"foot.{side}")
    turn = rotation("z", heading)
    ankle = skeleton.head(limb.end) * (0.68, 1, 1) + (0, 0, rise)
    aim = turn @ ankle + (x, y, 0)
    posed = reach(skeleton, pose, root, limb, (aim, turn @ np.array([0.0, -1.0, 0.1])))
    above = bone_transforms(skeleton, posed, root)[skeleton.index(limb.end)][:3, :3]
    tip = rotation("x", 28 * np.sin(np.pi * lift) * min(1.0, stride))
    return {**posed, limb.end: above.T @ turn @ tip}


def _foot_time(time_s: float, side: str) -> tuple[tuple[float, float], float]:
    """Where a foot stands is where the body is at the middle of the stance: those of the last and
    the next stance, and how far (0-1) the foot is between them."""
    phase = time_s / STEPS_S + (0.0 if side == "L" else 0.5)
    step = float(np.floor(phase))
    middle = (step + STANCE / 2 - (0.0 if side == "L" else 0.5)) * STEPS_S
    share = max(0.0, (phase - step - STANCE) / (1 - STANCE))
    return (middle, middle + STEPS_S), share * share * (3 - 2 * share)


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
