"""A zone's outline must hold an area, and no side may cross another."""

from __future__ import annotations

from math import cos, pi, sin

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vision.polygons import MAX_CORNERS, Point, Problem, area, problem

SQUARE: tuple[Point, ...] = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
NOTCHED: tuple[Point, ...] = ((0.1, 0.1), (0.9, 0.1), (0.5, 0.5), (0.9, 0.9), (0.1, 0.9))


def round_polygon(corners: int, radius: float = 0.4) -> list[Point]:
    """Corners on a circle in the middle of the picture."""
    turns = [2 * pi * i / corners for i in range(corners)]
    return [(0.5 + radius * cos(turn), 0.5 + radius * sin(turn)) for turn in turns]


@pytest.mark.parametrize(
    ("polygon", "expected"),
    [
        (SQUARE[:2], "too_few"),
        (round_polygon(MAX_CORNERS + 1), "too_many"),
        ([*SQUARE[:3], (0.2, 1.01)], "outside"),
        ([*SQUARE, SQUARE[0]], "same_corner"),
        ([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]], "crossing"),
        ([(0.1, 0.1), (0.9, 0.1), (0.5, 0.1), (0.5, 0.9)], "crossing"),
        ([(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.5, 0.1), (0.1, 0.9)], "crossing"),
        ([(0.1, 0.1), (0.5, 0.5), (0.9, 0.9)], "crossing"),
        ([(0.1, 0.1), (0.12, 0.1), (0.12, 0.12)], "no_area"),
        (SQUARE, None),
        (NOTCHED, None),
        (round_polygon(MAX_CORNERS), None),
        ([(0, 0), (1, 0), (1, 1), (0, 1)], None),
    ],
)
def test_the_first_thing_wrong_is_named(polygon: list[Point], expected: Problem | None) -> None:
    assert problem(polygon) == expected


@given(st.integers(3, 60), st.integers(0, 59), st.booleans())
def test_where_one_begins_and_which_way_one_goes_does_not_matter(
    corners: int, first: int, backwards: bool
) -> None:
    polygon = round_polygon(corners)
    first %= corners
    turned = polygon[first:] + polygon[:first]
    same = turned[::-1] if backwards else turned
    assert problem(same) is None
    assert area(same) == pytest.approx(area(polygon))


@given(st.integers(4, 30), st.data())
def test_two_corners_exchanged_on_a_circle_make_sides_cross(
    corners: int, data: st.DataObject
) -> None:
    polygon = round_polygon(corners)
    i = data.draw(st.integers(0, corners - 1))
    j = data.draw(st.integers(0, corners - 1))
    assume(i != j and not (corners == 4 and abs(i - j) == 2))
    polygon[i], polygon[j] = polygon[j], polygon[i]
    assert problem(polygon) == "crossing"


def test_the_area_is_the_share_of_the_picture() -> None:
    assert area(SQUARE) == pytest.approx(0.36)
    assert area([(0, 0), (1, 0), (1, 1), (0, 1)]) == 1
