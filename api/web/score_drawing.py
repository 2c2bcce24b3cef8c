"""Drawings of a score: the bar with its grades, and its way over the last days. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from api.scores.schemas import DayOut

FROM, TO = 40.0, 100.0  # below 40 the bar would be nearly empty
GRADES: Final = ("D", "C", "B", "A")
LOWEST_SHOWN: Final = 70.0


@dataclass(frozen=True, slots=True)
class Band:
    """A grade's stretch of a drawing."""

    grade: str
    at: float
    long: float


@dataclass(frozen=True, slots=True)
class ScaleBar:
    """Ready to draw, 300 wide; ``bounds`` are points and where they lie."""

    bands: tuple[Band, ...]
    bounds: tuple[tuple[float, float], ...]
    low: float | None
    high: float | None
    dot: float | None


def scale_bar(
    bounds: Mapping[str, float], value: float | None, low: float | None, high: float | None
) -> ScaleBar:
    """The score on a line from 40 to 100."""

    def x(points: float | None) -> float | None:
        if points is None:
            return None
        return round(300 * (min(max(points, FROM), TO) - FROM) / (TO - FROM), 1)

    edges = [FROM, bounds["C"], bounds["B"], bounds["A"], TO]
    places = [x(edge) or 0.0 for edge in edges]
    bands = tuple(
        Band(grade, places[n], round(places[n + 1] - places[n] - 2, 1))
        for n, grade in enumerate(GRADES)
    )
    marks = tuple((edges[n], places[n]) for n in (1, 2, 3))
    return ScaleBar(bands, marks, x(low), x(high), x(value))


@dataclass(frozen=True, slots=True)
class Chart:
    """Ready to draw: a band for the interval, a line for the score, marks for episodes.

    ``gaps`` are stretches without a score.
    """

    width: int
    height: int
    left: int
    right: int
    floor: int
    bands: tuple[Band, ...]
    ticks: tuple[tuple[int, float], ...]
    areas: tuple[str, ...]
    lines: tuple[str, ...]
    gaps: tuple[Band, ...]
    marks: tuple[float, ...]
    last: tuple[float, float, int] | None


@dataclass(frozen=True, slots=True)
class Space:
    """Where days and points lie in a drawing."""

    width: int
    height: int
    first: date
    days: int
    lowest: float
    left: int = 34
    right_margin: int = 26
    top: int = 10

    @property
    def right(self) -> int:
        """The end of the plot."""
        return self.width - self.right_margin

    @property
    def floor(self) -> int:
        """Its lower edge."""
        return self.height - 46

    def x(self, day: date) -> float:
        """Where a day lies."""
        share = (day - self.first).days / max(self.days - 1, 1)
        return round(self.left + (self.right - self.left) * share, 1)

    def y(self, points: float) -> float:
        """Where so many points lie."""
        share = (100 - max(points, self.lowest)) / (100 - self.lowest)
        return round(self.top + (self.floor - self.top) * share, 1)


def chart(
    days: Sequence[DayOut], episodes: Sequence[date], bounds: Mapping[str, float], width: int
) -> Chart | None:
    """The drawing; None while fewer than two days have a score."""
    told = [day for day in days if day.value is not None]
    if len(told) < 2:
        return None
    lows = [day.low if day.low is not None else day.value or 0.0 for day in told]
    lowest = max(0.0, min(LOWEST_SHOWN, *(low // 10 * 10 - 2 for low in lows)))
    length = (days[-1].day - days[0].day).days + 1
    space = Space(width, 240, days[0].day, length, lowest)
    runs = list(_runs(days))
    last = told[-1]
    return Chart(
        width=width,
        height=240,
        left=space.left,
        right=space.right,
        floor=space.floor,
        bands=tuple(_bands(space, bounds)),
        ticks=tuple((round(edge), space.y(edge)) for edge in (*bounds.values(), 100.0)
                    if edge > lowest),
        areas=tuple(_area(space, run) for run in runs),
        lines=tuple(_line(space, run) for run in runs),
        gaps=tuple(_gaps(space, runs, days)),
        marks=tuple(space.x(day) for day in episodes if space.first <= day <= days[-1].day),
        last=(space.x(last.day), space.y(last.value or 0.0), round(last.value or 0.0)),
    )  # fmt: skip


def _bands(space: Space, bounds: Mapping[str, float]) -> Iterator[Band]:
    edges = [space.lowest, bounds["C"], bounds["B"], bounds["A"], 100.0]
    for n, grade in enumerate(GRADES):
        bottom, top = max(edges[n], space.lowest), edges[n + 1]
        if top > bottom:
            yield Band(grade, space.y(top), round(space.y(bottom) - space.y(top), 1))


def _runs(days: Sequence[DayOut]) -> Iterator[list[DayOut]]:
    """Unbroken rows of days with a score."""
    run: list[DayOut] = []
    for day in days:
        if day.value is None:
            if run:
                yield run
            run = []
        else:
            run.append(day)
    if run:
        yield run


def _line(space: Space, run: Sequence[DayOut]) -> str:
    return "M" + " L".join(f"{space.x(day.day)} {space.y(day.value or 0.0)}" for day in run)


def _area(space: Space, run: Sequence[DayOut]) -> str:
    high = [(space.x(d.day), space.y(d.high if d.high is not None else d.value or 0)) for d in run]
    low = [(space.x(d.day), space.y(d.low if d.low is not None else d.value or 0)) for d in run]
    return "M" + " L".join(f"{x} {y}" for x, y in [*high, *reversed(low)]) + "z"


def _gaps(space: Space, runs: Sequence[Sequence[DayOut]], days: Sequence[DayOut]) -> Iterator[Band]:
    edges = [days[0].day, *(day for run in runs for day in (run[0].day, run[-1].day)), days[-1].day]
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if (end - start).days > 0:
            yield Band("", space.x(start), round(space.x(end) - space.x(start), 1))
