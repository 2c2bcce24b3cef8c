"""A short way through places: nearest next, then straightened by 2-opt. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from typing import Final

Place = tuple[float, float]
EARTH_KM: Final = 6371.0


def distance_km(one: Place, other: Place) -> float:
    """As the crow flies between (latitude, longitude) in degrees: the haversine formula."""
    (lat1, lon1), (lat2, lon2) = ((radians(a), radians(b)) for a, b in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def length_km(places: Sequence[Place]) -> float:
    """From the first to the last."""
    return sum(distance_km(one, other) for one, other in pairwise(places))


def shortest_order(places: Sequence[Place]) -> list[int]:
    """Indices in an order that begins with the first place; short, not proven shortest."""
    if not places:
        return []
    order, left = [0], set(range(1, len(places)))
    while left:
        here = places[order[-1]]
        nearest = min(left, key=lambda index: (distance_km(here, places[index]), index))
        order.append(nearest)
        left.remove(nearest)
    return _straightened(order, places)


def _straightened(order: list[int], places: Sequence[Place]) -> list[int]:
    """Turn parts round while that makes the way shorter; the first place stays the first."""
    better = True
    while better:
        better = False
        for start in range(1, len(order) - 1):
            for end in range(start + 1, len(order)):
                turned = order[:start] + order[start : end + 1][::-1] + order[end + 1 :]
                gain = _length(order, places) - _length(turned, places)
                if gain > 1e-9:
                    order, better = turned, True
    return order


def _length(order: Sequence[int], places: Sequence[Place]) -> float:
    return length_km([places[index] for index in order])
