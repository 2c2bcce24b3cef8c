"""Whether corners make an area: at least three, no side across another, not too thin to hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

Point = tuple[float, float]
Problem = Literal["too_few", "too_many", "outside", "same_corner", "crossing", "no_area"]

MIN_CORNERS: Final = 3
MAX_CORNERS: Final = 100
# A thousandth of the picture: 46 x 46 px at 1080p. Less is a slip of the hand.
MIN_AREA: Final = 0.001
SENTENCES: Final[dict[Problem, str]] = {
    "too_few": "needs at least three corners",
    "too_many": f"may have {MAX_CORNERS} corners at most",
    "outside": "has a corner outside the picture",
    "same_corner": "has two corners in one place",
    "crossing": "has sides that cross or touch each other",
    "no_area": "is too small to hold anything",
}


def area(polygon: Sequence[Point]) -> float:
    """Share of the picture that a simple polygon covers (the shoelace formula)."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in _sides(polygon))) / 2


def problem(polygon: Sequence[Point]) -> Problem | None:
    """The first thing that is wrong with a polygon in shares of the picture; None when sound."""
    if len(polygon) < MIN_CORNERS:
        return "too_few"
    if len(polygon) > MAX_CORNERS:
        return "too_many"
    if not all(0 <= x <= 1 and 0 <= y <= 1 for x, y in polygon):
        return "outside"
    if len(set(polygon)) < len(polygon):
        return "same_corner"
    if _crosses(polygon):
        return "crossing"
    return "no_area" if area(polygon) < MIN_AREA else None


def _sides(polygon: Sequence[Point]) -> list[tuple[Point, Point]]:
    return list(zip(polygon, [*polygon[1:], *polygon[:1]], strict=True))


def _crosses(polygon: Sequence[Point]) -> bool:
    sides = _sides(polygon)
    return any(
        _meet(*sides[i], *sides[j], neighbours=j == i + 1 or (i == 0 and j == len(sides) - 1))
        for i in range(len(sides))
        for j in range(i + 1, len(sides))
    )


def _meet(a: Point, b: Point, c: Point, d: Point, *, neighbours: bool) -> bool:
    """Whether two sides have a point in common, other than the corner that neighbours share."""
    if neighbours:
        return _folded(a, b, c, d)
    turns = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    on = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(turn == 0 and _between(*ends) for turn, ends in zip(turns, on, strict=True))


def _folded(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the second of two neighbours runs back over the first."""
    corner, first, second = (b, a, d) if b == c else (a, b, c)
    forward = (first[0] - corner[0]) * (second[0] - corner[0])
    forward += (first[1] - corner[1]) * (second[1] - corner[1])
    return _turn(first, corner, second) == 0 and forward > 0


def _turn(a: Point, b: Point, c: Point) -> int:
    """1 when a to b to c turns one way, -1 the other, 0 when they lie in a line."""
    turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    # Corners are kept to about six digits: what is less than that is a line.
    return 0 if abs(turn) < 1e-12 else (1 if turn > 0 else -1)


def _between(a: Point, b: Point, c: Point) -> bool:
    """Whether c, in a line with a and b, lies on the side between them."""
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])
