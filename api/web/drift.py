"""Small plots over the weeks: a dot with its interval, nothing where too few were counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from api.reviews.agreement import Figures
from api.web.words import N_

LEFT, RIGHT, TOP, FLOOR = 34.0, 336.0, 10.0, 96.0  # of the drawing, in its own units
Told = tuple[float, float, float]


@dataclass(frozen=True)
class Dot:
    """One week's value and interval, in drawing units."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True)
class Plot:
    """Ready to draw; ``ticks`` are heights with their words."""

    title: str
    dots: tuple[Dot, ...]
    ticks: tuple[tuple[float, str], ...]
    weeks: tuple[tuple[float, date], ...]


def drift_charts(weeks: Sequence[tuple[date, Figures]]) -> list[Plot]:
    """Known items, agreement and pace, week by week."""
    paces = [figure.pace.p90_s for _, figure in weeks if figure.pace]
    most = max(10.0, *paces) if paces else 10.0
    shares = ((0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %"))
    kappas = ((0.0, "0"), (0.5, "0.5"), (1.0, "1"))
    seconds = ((0.0, "0 s"), (most / 2, f"{most / 2:.0f} s"), (most, f"{most:.0f} s"))
    return [
        _plot(N_("Known items judged rightly"), weeks, _known, 1.0, shares),
        _plot(N_("Agreement beyond chance"), weeks, _kappa, 1.0, kappas),
        _plot(N_("Seconds an item"), weeks, _pace, most, seconds),
    ]


def _known(figure: Figures) -> Told | None:
    right = figure.known_right
    return None if right is None else (right.value, right.low, right.high)


def _kappa(figure: Figures) -> Told | None:
    kappa = figure.kappa
    if kappa is None or kappa.value is None or kappa.low is None or kappa.high is None:
        return None
    return kappa.value, kappa.low, kappa.high


def _pace(figure: Figures) -> Told | None:
    pace = figure.pace
    return None if pace is None else (pace.median_s, pace.median_s, pace.p90_s)


def _plot(
    title: str,
    weeks: Sequence[tuple[date, Figures]],
    told: Callable[[Figures], Told | None],
    most: float,
    ticks: Sequence[tuple[float, str]],
) -> Plot:
    def height(value: float) -> float:
        return round(FLOOR - (FLOOR - TOP) * min(1.0, max(0.0, value / most)), 1)

    step = (RIGHT - LEFT) / max(1, len(weeks))
    xs = [round(LEFT + step * (index + 0.5), 1) for index in range(len(weeks))]
    values = [(x, told(figure)) for x, (_, figure) in zip(xs, weeks, strict=True)]
    return Plot(
        title,
        tuple(Dot(x, *(height(value) for value in three)) for x, three in values if three),
        tuple((height(value), words) for value, words in ticks),
        tuple((x, week) for x, (week, _) in zip(xs, weeks, strict=True)),
    )
