import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_detections
from vision.detections import Detections
from vision.tracker import MEMORY_S, NearestTracker


def box_at(x: float, y: float = 100.0, size: float = 40.0) -> tuple[float, float, float, float]:
    return (x, y, x + size, y + size)


def ids(detections: Detections) -> list[int]:
    return [int(track_id) for track_id in detections.track_id]


@given(st.floats(0.04, 0.5), st.floats(-60, 60))
def test_a_walking_head_keeps_its_number_at_any_frame_rate(step_s: float, speed: float) -> None:
    tracker = NearestTracker()
    seen = {
        ids(tracker.update(make_detections(box_at(500 + speed * k * step_s)), k * step_s))[0]
        for k in range(20)
    }
    assert seen == {0}


def test_two_heads_side_by_side_do_not_swap() -> None:
    tracker = NearestTracker()
    for k in range(20):
        heads = make_detections(box_at(100 + k), box_at(160 - k / 2))
        assert ids(tracker.update(heads, k * 0.2)) == [0, 1]


def test_a_head_hidden_for_a_second_is_the_same_head() -> None:
    tracker = NearestTracker()
    tracker.update(make_detections(box_at(100)), 0.0)
    tracker.update(make_detections(), 0.5)
    assert ids(tracker.update(make_detections(box_at(104)), 1.0)) == [0]


def test_what_was_not_seen_for_long_is_forgotten() -> None:
    tracker = NearestTracker()
    tracker.update(make_detections(box_at(100)), 0.0)
    assert ids(tracker.update(make_detections(box_at(100)), MEMORY_S + 0.1)) == [1]


def test_a_rat_is_never_the_head_that_was_there() -> None:
    tracker = NearestTracker()
    tracker.update(make_detections(box_at(100)), 0.0)
    assert ids(tracker.update(make_detections(box_at(100), kind="rodent"), 0.2)) == [1]


@pytest.mark.parametrize("frames", [1, 3])
def test_empty_frames_flow_through(frames: int) -> None:
    tracker = NearestTracker()
    for k in range(frames):
        assert ids(tracker.update(make_detections(), k * 0.2)) == []
