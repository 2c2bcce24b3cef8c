"""Logs of many restaurants as columns, so that they are scored at once. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from api.policy.rules import FAMILIES, ScorePolicy
from api.scores.facts import NEVER, Episode, Handling, Log, Order, Rate, number, seconds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# Rows of ``Panel.hours``; a family's own hours stand at its place in FAMILIES: pests are looked
# for by cameras, hats and masks on people.
EFFECTIVE, HAT, MASK, SCHEDULED = range(4)
# Two cameras' clocks and views differ by so much when they see one thing.
TOGETHER_S: Final = 60.0
DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Episodes:
    """Columns of m episodes, those of one restaurant, rule and kind of zone together, by end.

    ``weight`` is extent / review probability. Episodes that overlap, directly or through others,
    make a cluster; ``rank`` counts within it and ``before`` is the last row of it that ended
    before this one began, -1 without one. ``last`` are the last rows of the clusters.
    """

    restaurant: Ints
    family: Ints
    day: Ints
    start: Floats
    settled: Floats
    weight: Floats
    due: Floats
    met: Floats
    passed: Floats
    repeated: Bools
    rank: Ints
    before: Ints
    last: Ints
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Orders:
    """Columns of orders."""

    restaurant: Ints
    day: Ints
    due: Floats
    met: Floats


@dataclass(frozen=True, slots=True)
class Panel:
    """n restaurants and the days from ``first_day`` on.

    ``hours`` is (4, n, days); ``required`` (n, 3); ``rates`` (n, 3), the district's episodes an
    hour in each family.
    """

    first_day: int
    hours: Floats
    required: Bools
    rates: Floats
    episodes: Episodes
    orders: Orders

    @property
    def count(self) -> int:
        """How many restaurants."""
        return int(self.hours.shape[1])


def panel_of(
    logs: Sequence[Log],
    policy: ScorePolicy,
    first: date,
    last: date,
    hours: Floats | None = None,
) -> Panel:
    """The columns of these logs; scores are asked for on days up to ``last``.

    ``first`` is the first day that the earliest of them looks at. Who has the days of many
    restaurants as columns already gives them as ``hours``.
    """
    return Panel(
        first_day=number(first),
        hours=hours_of(logs, first, last) if hours is None else hours,
        required=np.array(
            [[name in log.required for name in FAMILIES] for log in logs], np.bool_
        ).reshape(-1, 3),
        rates=rates_of(logs, policy),
        episodes=_episodes(logs, policy),
        orders=_orders(logs),
    )


def hours_of(logs: Sequence[Log], first: date, last: date) -> Floats:
    """Hours of these days, (4, n, days)."""
    length = (last - first).days + 1
    hours: Floats = np.zeros((4, len(logs), length))
    for index, log in enumerate(logs):
        for day in log.days:
            column = (day.day - first).days
            if 0 <= column < length:
                hours[:, index, column] += (
                    day.effective_s, day.hat_person_s, day.mask_person_s, day.scheduled_s,
                )  # fmt: skip
    return hours / 3600.0


def rates_of(logs: Sequence[Log], policy: ScorePolicy) -> Floats:
    """Districts' rates: half an episode and the prior's hours are added, so that none is 0."""
    prior_h = [policy.family(name).prior_h for name in FAMILIES]
    nothing = Rate(0.0, 0.0)
    told = [[log.rates.get(name, nothing) for name in FAMILIES] for log in logs]
    rates = [
        [
            (rate.episodes + 0.5) / (rate.hours + hours)
            for rate, hours in zip(one, prior_h, strict=True)
        ]
        for one in told
    ]
    return np.array(rates, np.float64).reshape(-1, 3)


def _orders(logs: Sequence[Log]) -> Orders:
    rows = [(index, order) for index, log in enumerate(logs) for order in _in_order(log)]
    return Orders(
        restaurant=np.array([index for index, _ in rows], np.int64),
        day=np.array([number(order.due_day) for _, order in rows], np.int64),
        due=np.array([seconds(order.due_at) for _, order in rows], np.float64),
        met=np.array([seconds(order.met_at) for _, order in rows], np.float64),
    )


def _in_order(log: Log) -> list[Order]:
    return sorted(log.orders, key=lambda one: (one.due_at, one.id))


Row = tuple[int, int, Episode]


def _episodes(logs: Sequence[Log], policy: ScorePolicy) -> Episodes:
    rows, again, places = _rows(logs, policy)
    told = [episode for _, _, episode in rows]
    handled = [episode.handling or Handling("") for episode in told]
    return Episodes(
        restaurant=np.array([index for index, _, _ in rows], np.int64),
        family=np.array([family for _, family, _ in rows], np.int64),
        day=np.array([number(one.day) for one in told], np.int64),
        start=np.array([seconds(one.started_at) for one in told], np.float64),
        settled=np.array([seconds(one.settled_at) for one in told], np.float64),
        weight=np.array([weight_of(one, policy) for one in told], np.float64),
        due=np.array([seconds(one.due_at) for one in handled], np.float64),
        met=np.array([seconds(one.met_at) for one in handled], np.float64),
        passed=np.array([seconds(one.passed_at) for one in handled], np.float64),
        repeated=np.array(again, np.bool_),
        rank=np.array([place.rank for place in places], np.int64),
        before=np.array([place.before for place in places], np.int64),
        last=np.array([index for index, place in enumerate(places) if place.last], np.int64),
        ids=tuple(one.id for one in told),
    )


@dataclass(slots=True)
class _Place:
    rank: int
    before: int
    last: bool


def _rows(logs: Sequence[Log], policy: ScorePolicy) -> tuple[list[Row], list[bool], list[_Place]]:
    rows: list[Row] = []
    again: list[bool] = []
    places: list[_Place] = []
    for index, log in enumerate(logs):
        for group in _groups(log, policy):
            family = policy.family_of(group[0].rule)
            assert family is not None
            places += _places(group, len(rows))
            again += _repeated(group, policy)
            rows += [(index, FAMILIES.index(family), episode) for episode in group]
    return rows, again, places


def _groups(log: Log, policy: ScorePolicy) -> Iterator[list[Episode]]:
    """Episodes of one rule in one kind of zone, by their end; those that count at all."""
    groups: dict[tuple[str, str], list[Episode]] = {}
    for episode in log.episodes:
        if policy.family_of(episode.rule):
            groups.setdefault((episode.rule, episode.zone_type), []).append(episode)
    for key in sorted(groups):
        yield sorted(groups[key], key=lambda one: (end_of(one), seconds(one.started_at), one.id))


def end_of(episode: Episode) -> float:
    """Until when another camera may still see the same, in seconds since 1970."""
    started, ended = seconds(episode.started_at), seconds(episode.ended_at, 0.0)
    return max(started, ended) + TOGETHER_S


def _places(group: Sequence[Episode], offset: int) -> list[_Place]:
    """Where each episode stands in its cluster; the group is sorted by end."""
    starts = [seconds(one.started_at) for one in group]
    ends = [end_of(one) for one in group]
    # From the back: the earliest start of all that end later closes the clusters before it.
    earliest, cuts = NEVER, [False] * len(group)
    for index in range(len(group) - 1, -1, -1):
        cuts[index] = ends[index] <= earliest
        earliest = min(earliest, starts[index])
    places: list[_Place] = []
    first = 0
    for index in range(len(group)):
        before = next((j for j in range(index - 1, first - 1, -1) if ends[j] <= starts[index]), -1)
        place = _Place(index - first, before + offset if before >= 0 else -1, cuts[index])
        places.append(place)
        first = index + 1 if cuts[index] else first
    return places


def _repeated(group: Sequence[Episode], policy: ScorePolicy) -> list[bool]:
    """Whether the same had been rectified not long before it began."""
    within_s = policy.rectified.repeated_days * DAY_S
    told = (one.handling.met_at for one in group if one.handling)
    met = sorted(seconds(at) for at in told if at is not None)
    starts = [seconds(one.started_at) for one in group]
    return [bisect_left(met, at) > bisect_left(met, at - within_s) for at in starts]


def weight_of(episode: Episode, policy: ScorePolicy) -> float:
    """Extent, 1 to 3 by length and people, over the chance of having been looked at."""
    length_s = max(0.0, seconds(episode.ended_at, 0.0) - seconds(episode.started_at))
    longer = min(1.0, length_s / policy.extent.long_s)
    more = min(1.0, (episode.subjects - 1) / (policy.extent.many_subjects - 1))
    return (1.0 + longer + more) / episode.review_probability
