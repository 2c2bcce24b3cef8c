"""How good verdicts are: agreement, known items answered rightly, time, week by week. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt
from statistics import median, quantiles
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from vision.intervals import Z_95, Proportion, wilson

# Below this nobody is told a figure: it would be chance, and it might point at one person.
FEWEST: Final = 20
Pair = tuple[str, str]
Item = TypeVar("Item", "Answer", "Twice", "Took")


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa with its 95 % interval, and the plain share of agreement."""

    pairs: int
    agreement: Proportion
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict on a known item."""

    at: datetime
    truth: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Twice:
    """The first two decisions on one alert, when the second one was given."""

    at: datetime
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Took:
    """How long a verdict took, in s."""

    at: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds an item: the middle one, and what nine of ten stay below."""

    items: int
    median_s: float
    p90_s: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What is told about some verdicts; None where too few were counted."""

    known: int
    known_unsure: int
    known_right: Proportion | None
    pairs: int
    kappa: Kappa | None
    timed: int
    pace: Pace | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was counted."""

    answers: Sequence[Answer]
    twice: Sequence[Twice]
    took: Sequence[Took]


def cohen(pairs: Sequence[Pair]) -> Kappa | None:
    """Kappa (Cohen 1960) with the large-sample error of Fleiss, Cohen and Everitt (1969).

    None without a pair; ``value`` is None when chance alone would agree always. When all pairs
    agree that error is 0, so the lower bound then comes from Wilson's on the agreement.
    """
    agreement = wilson(sum(first == second for first, second in pairs), len(pairs))
    if agreement is None:
        return None
    rows, columns, cells = _table(pairs)
    by_chance = sum(rows[name] * columns[name] for name in rows)
    if by_chance > 1 - 1e-12:
        return Kappa(len(pairs), agreement, None, None, None)
    value = (agreement.value - by_chance) / (1 - by_chance)
    error = sqrt(max(0.0, _variance(cells, rows, columns, by_chance) / len(pairs)))
    low = value - Z_95 * error if error > 0 else (agreement.low - by_chance) / (1 - by_chance)
    return Kappa(
        len(pairs), agreement, value, max(-1.0, min(low, value)), min(1.0, value + Z_95 * error)
    )


def _table(
    pairs: Sequence[Pair],
) -> tuple[dict[str, float], dict[str, float], dict[Pair, float]]:
    """Shares of the first verdicts, of the second ones, and of both together."""
    names = sorted({name for pair in pairs for name in pair})
    share = 1 / len(pairs)
    rows, columns = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
    cells = {(first, second): 0.0 for first in names for second in names}
    for first, second in pairs:
        rows[first] += share
        columns[second] += share
        cells[first, second] += share
    return rows, columns, cells


def _variance(
    cells: Mapping[Pair, float],
    rows: Mapping[str, float],
    columns: Mapping[str, float],
    by_chance: float,
) -> float:
    """Formula 13 of the 1969 paper, without the division by the number of pairs."""
    agreed = sum(share for (first, second), share in cells.items() if first == second)
    total = -((agreed * by_chance - 2 * by_chance + agreed) ** 2)
    for (first, second), share in cells.items():
        if first == second:
            margin = rows[first] + columns[first]
            total += share * ((1 - by_chance) - margin * (1 - agreed)) ** 2
        else:
            total += (1 - agreed) ** 2 * share * (columns[first] + rows[second]) ** 2
    return total / (1 - by_chance) ** 4


def pace_of(took: Sequence[Took]) -> Pace | None:
    """None without a measured verdict."""
    seconds = [item.seconds for item in took]
    if not seconds:
        return None
    ninth = quantiles(seconds, n=10, method="inclusive")[8] if len(seconds) > 1 else seconds[0]
    return Pace(len(seconds), median(seconds), ninth)


def figures(evidence: Evidence, fewest: int = FEWEST) -> Figures:
    """The figures; each is None until ``fewest`` were counted for it."""
    decided = [item for item in evidence.answers if item.verdict != "unsure"]
    right = wilson(sum(item.verdict == item.truth for item in decided), len(decided))
    pairs = [(item.first, item.second) for item in evidence.twice]
    return Figures(
        known=len(evidence.answers),
        known_unsure=len(evidence.answers) - len(decided),
        known_right=right if len(decided) >= fewest else None,
        pairs=len(pairs),
        kappa=cohen(pairs) if len(pairs) >= fewest else None,
        timed=len(evidence.took),
        pace=pace_of(evidence.took) if len(evidence.took) >= fewest else None,
    )


def by_week(evidence: Evidence, zone: ZoneInfo) -> list[tuple[date, Evidence]]:
    """The same, week by week from Monday, without gaps, oldest first."""
    answers = _weekly(evidence.answers, zone)
    twice = _weekly(evidence.twice, zone)
    took = _weekly(evidence.took, zone)
    met = sorted({*answers, *twice, *took})
    if not met:
        return []
    weeks = [met[0] + timedelta(weeks=n) for n in range((met[-1] - met[0]).days // 7 + 1)]
    return [(w, Evidence(answers.get(w, []), twice.get(w, []), took.get(w, []))) for w in weeks]


def _weekly(items: Iterable[Item], zone: ZoneInfo) -> dict[date, list[Item]]:
    weeks: dict[date, list[Item]] = defaultdict(list)
    for item in items:
        day = item.at.astimezone(zone).date()
        weeks[day - timedelta(days=day.weekday())].append(item)
    return dict(weeks)
