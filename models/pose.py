"""How verdicts depend on where a head looks, as far as landmarks tell; numpy only.

A face finder (YuNet) gives eyes and nose of most faces. The nose leaves the middle of the eyes
by about 0.6 tan(yaw) of their distance; a head whose face it does not find is turned further,
covered or blurred, and people labelled some heads as seen from behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from models.crops import UNSEEN, Crop
from models.drawn import Face
from models.faces import FaceFinder
from models.figures import one_state
from models.judged import Answers, Part
from vision.model import HatSpec, MaskSpec

# Of the distance of the eyes: about 18 and 40 degrees.
FACING: Final = 0.2
HALF_TURNED: Final = 0.5
POSES: Final = ("facing", "half turned", "profile", "no face found", "from behind")


def pose_of(crop: Crop, face: Face | None) -> str:
    """One of POSES."""
    if crop.mask == UNSEEN:
        return "from behind"
    if face is None:
        return "no face found"
    turned = turn_of(face)
    return "facing" if turned < FACING else "half turned" if turned < HALF_TURNED else "profile"


def turn_of(face: Face) -> float:
    """How far the nose has left the middle of the eyes, along them, in distances of the eyes."""
    right, left, nose = face.points[:3]
    across = left - right
    apart = float(np.hypot(*across))
    return abs(float((nose - (right + left) / 2) @ across)) / max(apart, 1e-6) ** 2


def poses_of(crops: Sequence[Crop], finder: FaceFinder) -> list[str]:
    """The pose of each head."""
    return [pose_of(crop, finder.find(crop.image)) for crop in crops]


def by_pose(
    answers: Answers, poses: Sequence[str], part: Part, spec: HatSpec | MaskSpec
) -> dict[str, Any]:
    """The figures of a part by pose, over heads tall enough for a verdict."""
    tall = answers.heights_px >= spec.min_head_px
    told = np.array(poses)
    rows = {pose: answers.of(tall & (told == pose)) for pose in POSES}
    return {pose: one_state(of, part, spec) for pose, of in rows.items() if len(of.crops)}
