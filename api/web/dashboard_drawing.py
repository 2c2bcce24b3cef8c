"""Shapes of the office's charts, in per cent of their boxes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.stats.board_schemas import HourCount, Ranked
from api.stats.figure_schemas import ShareOut
from api.web.intervals import Bar, bar

# Shades of availability from the best; below the last one is said in words and in colour.
SHADES: Final = (0.97, 0.93, 0.88, 0.80)
SCORE_FROM: Final = 40.0


@dataclass(frozen=True, slots=True)
class Column:
    """An hour's two bars."""

    hour: int
    left: float
    came: float
    decided: float
    count: HourCount


def columns(hours: Sequence[HourCount]) -> list[Column]:
    """Bars from the left, as high as their share of the highest."""
    top = max((max(one.came, one.decided) for one in hours), default=0) or 1
    return [
        Column(
            one.hour,
            one.hour / 24 * 100,
            one.came / top * 100,
            one.decided / top * 100,
            one,
        )
        for one in hours
    ]


def shade(share: float | None) -> str:
    """The class of a day's cell."""
    if share is None:
        return "none"
    return next((f"s{place}" for place, least in enumerate(SHADES) if share >= least), "low")


def share_bar(share: ShareOut | None, goal: float = 0.0) -> Bar | None:
    """A share's interval."""
    return bar(share.value, share.low, share.high, goal) if share else None


def score_bar(one: Ranked) -> Bar:
    """A score's interval on a scale from 40 to 100."""

    def at(points: float) -> float:
        return round(max(0.0, (points - SCORE_FROM) / (100 - SCORE_FROM) * 100), 2)

    return Bar(at(one.low), at(one.high), at(one.value), "around")


def change(value: float | None, before: float | None) -> float | None:
    """By how much a figure differs from the one before; None when either is missing."""
    return None if value is None or before is None else value - before
