"""From verdicts to a threshold: which confidence an alert must have for a target precision. Pure.

Verdicts of one rule and one model, at three levels: the camera's own, its restaurant's, all.
At each level the chance of being upheld is fitted as a function that never falls with confidence
(isotonic regression, pool adjacent violators; Ayer et al. 1955), so that the precision above a
threshold never falls either. A camera's figure is drawn towards its restaurant's, and that one
towards the whole, as if the wider level had been seen ``STRENGTH`` times: a camera with three
verdicts says little, one with three hundred speaks for itself.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Literal

from vision.intervals import JEFFREYS, Prior, Proportion, beta_interval, shrunk

Outcome = Literal["raise", "keep", "unreachable", "few"]

STRENGTH: Final = 10.0
ENOUGH: Final = 20
GRID: Final = tuple(step / 100 for step in range(100))


@dataclass(frozen=True, slots=True)
class Judged:
    """A settled alert as calibration sees it."""

    confidence: float
    upheld: bool


@dataclass(frozen=True, slots=True)
class Tail:
    """The alerts at or above a threshold: how many, and how many of them are upheld as fitted."""

    alerts: int
    upheld: float

    @property
    def share(self) -> float | None:
        """Their precision, None without any."""
        return self.upheld / self.alerts if self.alerts else None


class Level:
    """The verdicts of one level, fitted."""

    def __init__(self, judged: Iterable[Judged]) -> None:
        ordered = sorted(judged, key=lambda item: item.confidence)
        self._confidences = [item.confidence for item in ordered]
        fitted = isotonic(ordered)
        self._above = [*reversed(list(accumulate(reversed(fitted)))), 0.0]
        self._upheld = [*accumulate((item.upheld for item in ordered), initial=0)]

    def __len__(self) -> int:
        return len(self._confidences)

    def tail(self, threshold: float) -> Tail:
        """What lies at or above the threshold."""
        first = bisect_left(self._confidences, threshold)
        return Tail(len(self) - first, self._above[first])

    def below(self, threshold: float) -> tuple[int, int]:
        """How many upheld and how many dismissed alerts the threshold would have dropped."""
        first = bisect_left(self._confidences, threshold)
        return self._upheld[first], first - self._upheld[first]


def isotonic(ordered: Sequence[Judged]) -> list[float]:
    """For each verdict, lowest confidence first, the fitted chance of being upheld."""
    blocks: list[tuple[int, int]] = []
    for index, item in enumerate(ordered):
        new = (int(item.upheld), 1)
        # Equal confidences cannot be told apart, so they share one block.
        tied = index and ordered[index - 1].confidence == item.confidence
        while blocks and (tied or blocks[-1][0] * new[1] >= new[0] * blocks[-1][1]):
            upheld, size = blocks.pop()
            new, tied = (new[0] + upheld, new[1] + size), 0
        blocks.append(new)
    return [upheld / size for upheld, size in blocks for _ in range(size)]


def precision_at(levels: Sequence[Level], threshold: float) -> Proportion:
    """The precision at or above a threshold, from the widest level in; with its interval."""
    tail = levels[0].tail(threshold)
    prior = _believed(levels[1:], threshold)
    return beta_interval(tail.upheld, tail.alerts - tail.upheld, prior)


def mean_at(levels: Sequence[Level], threshold: float) -> float:
    """The same without the interval: quick enough to be asked at every step."""
    return _mean(levels[0].tail(threshold), _believed(levels[1:], threshold))


def _believed(wider: Sequence[Level], threshold: float) -> Prior:
    """What the wider levels say before the nearer one is looked at."""
    prior = JEFFREYS
    for level in reversed(wider):
        prior = shrunk(_mean(level.tail(threshold), prior), STRENGTH)
    return prior


def _mean(tail: Tail, prior: Prior) -> float:
    return (tail.upheld + prior.alpha) / (tail.alerts + prior.alpha + prior.beta)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What verdicts say about one camera and rule; levels are the camera's own first.

    ``threshold`` is the one proposed, the one in force where nothing better was found.
    """

    outcome: Outcome
    threshold: float
    now: Proportion
    then: Proportion
    dropped_upheld: int
    dropped_dismissed: int
    verdicts: tuple[int, ...]


def propose(levels: Sequence[Level], target: float, current: float = 0.0) -> Proposal:
    """The lowest threshold, not below the one in force, whose precision reaches the target.

    Below the one in force nothing was raised, so nothing is known there.
    """
    outcome, threshold = _choose(levels, target, current)
    upheld, dismissed = levels[0].below(threshold)
    return Proposal(
        outcome=outcome,
        threshold=threshold,
        now=precision_at(levels, current),
        then=precision_at(levels, threshold),
        dropped_upheld=upheld,
        dropped_dismissed=dismissed,
        verdicts=tuple(len(level) for level in levels),
    )


def _choose(levels: Sequence[Level], target: float, current: float) -> tuple[Outcome, float]:
    if levels[-1].tail(current).alerts < ENOUGH:
        return "few", current
    if mean_at(levels, current) >= target:
        return "keep", current
    for step in GRID:
        # What rests on too few verdicts, or would silence this camera, is no proposal.
        kept = levels[-1].tail(step).alerts >= ENOUGH and (
            len(levels[0]) < STRENGTH or levels[0].tail(step).alerts > 0
        )
        if step > current and kept and mean_at(levels, step) >= target:
            return "raise", step
    return "unreachable", current
