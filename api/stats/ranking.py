"""Restaurants by score: a place is a range, since overlapping intervals decide nothing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.restaurants.models import RestaurantRow
from api.scores.models import ScoreDayRow
from api.stats.asking import Asked
from api.stats.board_schemas import Ranked, Ranking

# A score that was not made for so long says nothing about now.
FRESH: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Scored:
    """One restaurant's newest score."""

    restaurant_id: str
    name: str
    station_id: str | None
    value: float
    low: float
    high: float
    grade: str | None


def places(intervals: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """Best and worst place of each: only who lies wholly above or below is before or behind."""
    lows = sorted(low for low, _ in intervals)
    highs = sorted(high for _, high in intervals)
    count = len(intervals)
    return [
        (count - bisect_right(lows, high) + 1, count - bisect_left(highs, low))
        for low, high in intervals
    ]


def newest_scores(session: Session, asked: Asked) -> tuple[date | None, list[Scored], int]:
    """The day, everyone with a score by value, and how many have none yet."""
    last = asked.days.last
    day = session.scalar(
        select(func.max(ScoreDayRow.day)).where(ScoreDayRow.day.between(last - FRESH, last))
    )
    if day is None:
        return None, [], 0
    columns = ScoreDayRow.value, ScoreDayRow.low, ScoreDayRow.high, ScoreDayRow.grade
    rows = session.execute(
        select(RestaurantRow.id, RestaurantRow.name, RestaurantRow.station_id, *columns)
        .join(ScoreDayRow, ScoreDayRow.restaurant_id == RestaurantRow.id)
        .where(ScoreDayRow.day == day, asked.places())
        .order_by(ScoreDayRow.value.desc(), RestaurantRow.id)
    ).all()
    scored = [
        Scored(row.id, row.name, row.station_id, row.value, row.low, row.high, row.grade)
        for row in rows
        if row.value is not None and row.low is not None and row.high is not None
    ]
    return day, scored, len(rows) - len(scored)


def rankings(session: Session, asked: Asked, most: int) -> tuple[Ranking, Ranking]:
    """The first and the last ``most``."""
    day, scored, collecting = newest_scores(session, asked)
    ranges = places([(one.low, one.high) for one in scored])
    items = [_ranked(one, place) for one, place in zip(scored, ranges, strict=True)]

    def ranking(some: list[Ranked]) -> Ranking:
        return Ranking(day=day, scored=len(items), collecting=collecting, items=some)

    return ranking(items[:most]), ranking(items[::-1][:most])


def whole_ranking(session: Session, asked: Asked, start: int, most: int) -> Ranking:
    """``most`` of them from the place ``start`` on."""
    day, scored, collecting = newest_scores(session, asked)
    ranges = places([(one.low, one.high) for one in scored])
    some = list(zip(scored, ranges, strict=True))[start : start + most]
    return Ranking(
        day=day,
        scored=len(scored),
        collecting=collecting,
        items=[_ranked(one, place) for one, place in some],
    )


def _ranked(one: Scored, place: tuple[int, int]) -> Ranked:
    return Ranked(
        restaurant_id=one.restaurant_id,
        name=one.name,
        station_id=one.station_id,
        value=one.value,
        low=one.low,
        high=one.high,
        grade=one.grade,  # type: ignore[arg-type]  # checked when it is read
        first=place[0],
        last=place[1],
    )
