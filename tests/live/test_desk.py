"""The newest picture wins, and whoever has waited longest is served first."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from vision.live.desk import Desk
from vision.live.picture import Picture


def picture(time_s: float) -> Picture:
    nothing: Any = None
    return Picture(nothing, time_s)


def test_a_newer_picture_takes_the_place_of_one_that_waits_and_the_drop_is_counted() -> None:
    lost: list[tuple[str, float]] = []
    desk = Desk(lambda camera_id, time_s: lost.append((camera_id, time_s)))
    desk.offer("a", picture(1.0))
    desk.offer("a", picture(2.0))
    taken = desk.take(0)
    assert taken is not None and taken[1].time_s == 2.0
    assert lost == [("a", 2.0)]


def test_no_camera_is_looked_at_by_two_at_once() -> None:
    desk = Desk()
    desk.offer("a", picture(1.0))
    assert desk.take(0) is not None
    desk.offer("a", picture(2.0))
    assert desk.take(0) is None
    desk.done("a")
    assert desk.take(0) is not None


def test_a_camera_that_sends_much_does_not_keep_the_others_waiting() -> None:
    desk = Desk()
    for name in ("busy", "calm"):
        desk.offer(name, picture(0.0))
    served = []
    for k in range(1, 5):
        taken = desk.take(0)
        assert taken is not None
        served.append(taken[0])
        desk.done(taken[0])
        desk.offer("busy", picture(float(k)))
    assert served[:2] == ["busy", "calm"]


@given(st.lists(st.sampled_from("abc"), max_size=60))
def test_every_picture_is_either_looked_at_or_counted_as_dropped(offers: list[str]) -> None:
    lost: list[str] = []
    desk = Desk(lambda camera_id, _time_s: lost.append(camera_id))
    looked = 0
    for k, name in enumerate(offers):
        desk.offer(name, picture(float(k)))
        if k % 3 == 2:
            taken = desk.take(0)
            looked += taken is not None
            desk.done(taken[0] if taken else "")
    assert looked + len(lost) + desk.waiting() == len(offers)


def test_a_camera_that_was_removed_leaves_nothing_behind() -> None:
    desk = Desk()
    desk.offer("a", picture(1.0))
    desk.remove("a")
    assert desk.take(0) is None and desk.waiting() == 0
