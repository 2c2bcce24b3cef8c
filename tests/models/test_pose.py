"""Where a head looks, from the landmarks of its face."""

from math import radians, tan

import numpy as np
import pytest

from models.crops import UNSEEN, Crop
from models.drawn import Face
from models.judged import Answers
from models.measure import spec_of
from models.pose import by_pose, pose_of, turn_of
from vision.model import DEFAULT_MODEL, load_model

WORN, MISSING = 0, 2


def face(degrees: float, roll: float = 0.0) -> Face:
    """A face turned by so much, its nose 0.6 of the eyes' distance in front of them."""
    nose = 0.6 * tan(radians(degrees))
    points = np.array([[-0.5, 0], [0.5, 0], [nose, 0.6], [-0.4, 1], [0.4, 1]]) * 40
    c, s = np.cos(radians(roll)), np.sin(radians(roll))
    return Face(points @ np.array([[c, s], [-s, c]]) + 80, (60.0, 60.0, 40.0, 60.0))


def head(mask: int = MISSING) -> Crop:
    return Crop("chef-photos", "a", "g", True, np.zeros((168, 168, 3), np.uint8), 60.0, 1, mask)


@pytest.mark.parametrize(
    ("degrees", "pose"), [(0, "facing"), (-12, "facing"), (30, "half turned"), (55, "profile")]
)
def test_the_nose_tells_how_far_a_face_is_turned(degrees: float, pose: str) -> None:
    assert pose_of(head(), face(degrees)) == pose


@pytest.mark.parametrize("roll", [-30, 0, 45])
def test_a_tilted_head_is_not_a_turned_one(roll: float) -> None:
    assert turn_of(face(25, roll)) == pytest.approx(turn_of(face(25)))


def test_a_head_without_a_face_is_told_apart_from_one_labelled_so() -> None:
    assert pose_of(head(), None) == "no face found"
    assert pose_of(head(UNSEEN), face(0)) == "from behind"


def test_each_pose_has_the_figures_of_its_heads() -> None:
    manifest = load_model(DEFAULT_MODEL).manifest
    sure = np.array([[0.01, 0.01, 0.98, 0.0], [0.97, 0.01, 0.01, 0.01]], np.float32)
    heights, sharp = np.full(2, 60, np.float32), np.full(2, 100, np.float32)
    answers = Answers([head(), head()], sure, np.array([MISSING, MISSING]), heights, sharp)
    tables = by_pose(answers, ["facing", "profile"], "mask", spec_of(manifest, "mask"))
    assert tables["facing"]["missing"]["recall"]["value"] == 1
    assert tables["profile"]["missing"]["recall"]["value"] == 0
    assert set(tables) == {"facing", "profile"}
