import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.synthesis.skinning import (
    FloatArray,
    Limb,
    Skeleton,
    Skin,
    bone_transforms,
    placed,
    reach,
    rigid,
    rotation,
)

ARM = Limb("upper", "lower", "end")
angles = st.floats(-180, 180)
near = st.tuples(st.floats(-0.2, 0.2), st.floats(-0.4, -0.1), st.floats(-0.2, 0.2))


def make_arm() -> Skeleton:
    heads = np.array([[0, 0, 0], [0.1, 0, 0], [0.4, 0, -0.02], [0.65, 0, 0]], np.float64)
    return Skeleton(("chest", "upper", "lower", "end"), (-1, 0, 1, 2), heads)


def end_of(skeleton: Skeleton, transforms: FloatArray) -> FloatArray:
    end: FloatArray = rigid(skeleton.heads[3:], 3).posed(transforms)[0]
    return end


def test_a_pose_without_rotations_leaves_the_skin_at_rest() -> None:
    arm = make_arm()
    transforms = bone_transforms(arm, {}, np.eye(4))
    assert rigid(arm.heads, 2).posed(transforms) == pytest.approx(arm.heads)


@given(near, angles)
def test_a_hand_arrives_where_it_reaches(target: tuple[float, ...], heading: float) -> None:
    arm = make_arm()
    root = placed(rotation("z", heading), np.array([0.3, -0.2, 1.0]))
    aim = root[:3, :3] @ np.add(target, (0.1, 0, 0)) + root[:3, 3]
    pose = reach(arm, {}, root, ARM, (aim, np.array([0.1, 0.2, -1.0])))
    assert end_of(arm, bone_transforms(arm, pose, root)) == pytest.approx(aim, abs=1e-6)


def test_a_hand_stretches_towards_what_is_too_far() -> None:
    arm = make_arm()
    aim = np.array([0.1, -5.0, 0.0])
    pose = reach(arm, {}, np.eye(4), ARM, (aim, np.array([0.0, 0.0, -1.0])))
    end = end_of(arm, bone_transforms(arm, pose, np.eye(4)))
    assert end[1] == pytest.approx(-0.55, abs=0.01)


@given(angles, angles)
def test_bones_keep_their_length(first: float, second: float) -> None:
    arm = make_arm()
    pose = {"upper": rotation("y", first), "lower": rotation("z", second)}
    transforms = bone_transforms(arm, pose, np.eye(4))
    elbow = rigid(arm.heads[2:3], 2).posed(transforms)[0]
    assert np.linalg.norm(end_of(arm, transforms) - elbow) == pytest.approx(
        np.linalg.norm(arm.heads[3] - arm.heads[2])
    )


def test_a_point_between_two_bones_moves_half_with_each() -> None:
    arm = make_arm()
    skin = Skin(np.array([[0.5, 0.0, 0.0]]), np.array([[0, 2]]), np.array([[0.5, 0.5]]))
    moved = bone_transforms(arm, {}, np.eye(4))
    moved[2] = placed(np.eye(3), np.array([0, 0, 1.0]))
    assert skin.posed(moved)[0] == pytest.approx((0.5, 0, 0.5))
