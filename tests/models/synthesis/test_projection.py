import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.synthesis.projection import Camera, bend, box_around, project, share_in_picture, unbend


def make_camera(barrel: float = 0.1) -> Camera:
    return Camera((2.0, -1.7, 2.4), (0.0, 0.4, 1.2), 70, 960, 540, barrel)


barrels = st.floats(0, 0.25)
in_picture = st.tuples(st.floats(0, 960), st.floats(0, 540))
in_room = st.tuples(st.floats(-1, 0.5), st.floats(0, 1.5), st.floats(0.5, 1.8))


@given(barrels, in_picture)
def test_bending_undoes_unbending(barrel: float, pixel: tuple[float, float]) -> None:
    camera = make_camera(barrel)
    there = unbend(camera, np.array([pixel]))
    assert bend(camera, there)[0] == pytest.approx(pixel, abs=0.01)


@given(barrels)
def test_the_lens_leaves_the_middle_and_the_corners_in_place(barrel: float) -> None:
    fixed = np.array([[480.0, 270.0], [0.0, 0.0], [960.0, 540.0], [0.0, 540.0]])
    assert unbend(make_camera(barrel), fixed) == pytest.approx(fixed)


def test_the_target_falls_on_the_middle_of_the_picture() -> None:
    camera = make_camera()
    assert project(camera, np.array([camera.target]))[0] == pytest.approx((480, 270))


@given(in_room)
def test_what_is_higher_in_the_room_is_higher_in_the_picture(point: tuple[float, ...]) -> None:
    camera = make_camera(barrel=0)
    low, high = project(camera, np.array([point, np.add(point, (0, 0, 0.1))]))
    assert high[1] < low[1]


def test_a_point_behind_the_camera_is_nowhere() -> None:
    behind = np.array([[4.0, -3.8, 3.6]])
    assert np.isnan(project(make_camera(), behind)).all()
    assert box_around(make_camera(), behind).tolist() == [0, 0, 0, 0]
    assert share_in_picture(make_camera(), behind) == 0


def test_a_share_counts_the_points_in_the_picture() -> None:
    points = np.array([[0.0, 0.4, 1.2], [0.1, 0.4, 1.2], [9.0, 0.4, 1.2], [2.0, -1.7, 5.0]])
    assert share_in_picture(make_camera(), points) == pytest.approx(0.5)


@given(st.lists(in_room, min_size=2, max_size=20))
def test_a_box_holds_every_point_that_is_in_the_picture(points: list[tuple[float, ...]]) -> None:
    camera = make_camera()
    x1, y1, x2, y2 = box_around(camera, np.array(points))
    assert 0 <= x1 <= x2 <= 960 and 0 <= y1 <= y2 <= 540
    for x, y in project(camera, np.array(points)):
        if 0 <= x <= 960 and 0 <= y <= 540:
            assert x1 <= x <= x2 and y1 <= y <= y2
