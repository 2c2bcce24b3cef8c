"""What a person of a rendered kitchen wears and does at a time."""

from __future__ import annotations

import numpy as np
import pytest

from models.synthesis.acting import MANNERS, Act, at_time, transforms
from models.synthesis.people import Hat, MaskPlace, Person, Shape
from models.synthesis.scene import FloorZone, Unit
from models.synthesis.skinning import Skeleton

STANDING = Act([(0, 0, 0, 0)], [(0, 0, 0)], "chop")
WALKING = Act([(0, 0, 0, 90), (6, 4, 0, 90)], [(0, 0, 0)], "stand")


def person(**given: object) -> Person:
    return Person(Shape(0.5), "skin-light", STANDING, **given)  # type: ignore[arg-type]


def test_a_hat_in_the_hand_is_not_worn() -> None:
    cook = person(hat=Hat("toque"), hats=((0.0, "worn"), (4.0, "in-hand"), (8.0, "worn")))
    assert [cook.hat_state(t) for t in (0, 3.9, 4, 7.9, 8)] == [
        "worn",
        "worn",
        "missing",
        "missing",
        "worn",
    ]


def test_without_a_hat_it_is_missing_whatever_the_times_say() -> None:
    assert person(hats=((0.0, "worn"),)).hat_state(1) == "missing"


@pytest.mark.parametrize(
    ("place", "state"),
    [
        ("worn", "worn"),
        ("under-nose", "incorrect"),
        ("on-chin", "incorrect"),
        ("on-ear", "missing"),
        ("off", "missing"),
    ],
)
def test_a_mask_counts_by_what_it_covers(place: MaskPlace, state: str) -> None:
    assert person(mask="blue-mask", masks=((0.0, place),)).mask_state(0) == state


def test_a_face_shield_alone_is_no_mask() -> None:
    assert person(shield=True).mask_state(0) == "missing"


def test_before_the_first_step_the_first_value_holds() -> None:
    assert at_time(((2.0, "a"), (5.0, "b")), 0.0) == "a"
    assert at_time(((2.0, "a"), (5.0, "b")), 5.0) == "b"


def test_between_two_tasks_both_have_their_share() -> None:
    act = Act([(0, 0, 0, 0)], [(0, 0, 0)], ((0, "chop"), (4, "stand")))
    assert act.shares(1) == {"chop": 1.0}
    assert act.shares(4) == pytest.approx({"stand": 0.5, "chop": 0.5})
    assert act.shares(9) == {"stand": 1.0}


def test_a_zone_holds_what_lies_in_it() -> None:
    zone = FloorZone("left", "cooking", ((-2, -1), (0, -1), (0, 1), (-2, 1)))
    assert zone.holds(-1, 0)
    assert not zone.holds(1, 0)


def test_one_stands_before_the_front_of_a_unit_wherever_it_faces() -> None:
    assert Unit("table", 0, 2, 0, 1.0, 0.6).front(0.3) == pytest.approx((0, 1.4))
    assert Unit("table", -2, 0, 90, 1.0, 0.6).front(0.3) == pytest.approx((-1.4, 0))
    assert Unit("table", 2, 0, -90, 1.0, 0.6).front(0.3, 0.2) == pytest.approx((1.4, -0.2))


def _stick_figure() -> Skeleton:
    """Just the bones that acting moves, at the places of a grown person."""
    heads: dict[str, tuple[str | None, tuple[float, float, float]]] = {"root": (None, (0, 0, 0.85))}
    above = "root"
    for k, name in enumerate(("spine05", "spine04", "spine03", "spine02", "spine01")):
        heads[name] = (above, (0, 0, 0.9 + 0.1 * k))
        above = name
    for k, name in enumerate(("neck01", "neck02", "neck03", "head")):
        heads[name] = (above, (0, 0, 1.38 + 0.04 * k))
        above = name
    for side, sign in (("L", 1), ("R", -1)):
        arm = [("upperarm01", 0.18, 1.35), ("lowerarm01", 0.33, 1.15), ("wrist", 0.47, 0.95)]
        leg = [("upperleg01", 0.1, 0.84), ("lowerleg01", 0.11, 0.45), ("foot", 0.12, 0.07)]
        for chain, top in ((arm, "spine01"), (leg, "root")):
            for name, x, z in chain:
                heads[f"{name}.{side}"] = (top, (sign * x, 0.0, z))
                top = f"{name}.{side}"
        for finger in (2, 3, 4, 5):
            for joint in (1, 2, 3):
                spot = (sign * (0.5 + 0.02 * joint), 0.01 * finger, 0.9)
                heads[f"finger{finger}-{joint}.{side}"] = (f"wrist.{side}", spot)
        heads[f"eye.{side}"] = ("head", (sign * 0.03, -0.1, 1.56))
    names = tuple(heads)
    parents = tuple(-1 if p is None else names.index(p) for p, _ in heads.values())
    return Skeleton(names, parents, np.array([place for _, place in heads.values()]))


FIGURE = _stick_figure()


def _at(act: Act, bone: str, time_s: float) -> np.ndarray:
    bones = transforms(FIGURE, act, time_s)[FIGURE.index(bone)]
    place: np.ndarray = bones[:3, :3] @ FIGURE.head(bone) + bones[:3, 3]
    return place


@pytest.mark.parametrize("task", list(MANNERS))
def test_every_task_can_be_done_and_keeps_both_feet_on_the_floor(task: str) -> None:
    act = Act([(0, 0, 0, 0)], [(0, 0, 0)], task)  # type: ignore[arg-type]
    for time_s in (0.0, 1.3, 2.9):
        assert np.isfinite(transforms(FIGURE, act, time_s)).all()
        assert _at(act, "foot.L", time_s)[2] == pytest.approx(0.07, abs=0.05)
        assert _at(act, "foot.R", time_s)[2] == pytest.approx(0.07, abs=0.05)


def test_at_work_the_hands_are_over_the_table() -> None:
    for side in "LR":
        hand = _at(STANDING, f"wrist.{side}", 1.0)
        assert -0.6 < hand[1] < -0.25
        assert 0.9 < hand[2] < 1.2


def test_bending_brings_the_head_forward_and_down() -> None:
    bent = _at(Act([(0, 0, 0, 0)], [(0, 0, 0)], "bend"), "head", 1.0)
    upright = _at(STANDING, "head", 1.0)
    assert bent[2] < upright[2] - 0.2
    assert bent[1] < upright[1] - 0.1


def test_walking_one_foot_stands_while_the_other_swings() -> None:
    times = np.arange(2.5, 3.7, 0.05)
    ways = {
        side: np.array([_at(WALKING, f"foot.{side}", float(t))[0] for t in times]) for side in "LR"
    }
    speeds = {side: np.abs(np.diff(way)) / 0.05 for side, way in ways.items()}
    assert all(way[-1] - way[0] > 0.6 for way in ways.values())
    still = [min(left, right) for left, right in zip(*speeds.values(), strict=True)]
    assert np.median(still) < 0.12
    assert max(speeds["L"]) > 1.2
