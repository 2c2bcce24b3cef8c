"""What had happened by a moment, counted for n restaurants and 3 families of rules. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from api.policy.rules import FAMILIES, ScorePolicy
from api.scores.facts import Moment, number
from api.scores.panel import EFFECTIVE, SCHEDULED, Bools, Episodes, Floats, Ints, Panel

PESTS: Final = FAMILIES.index("pests")
ALL: Final = range(len(FAMILIES))


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours that count, (n, 3); ``days`` and ``seen`` (n,).

    ``decayed``, ``plain`` are the window's with and without decay, ``earlier`` those of the window
    before it; ``reviewed`` is which share of the window's counts because nothing waits for its
    verdict there; ``days`` how many had any; ``seen`` is effective / scheduled.
    """

    decayed: Floats
    plain: Floats
    earlier: Floats
    reviewed: Floats
    days: Ints
    seen: Floats


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that the points are made of.

    ``episodes`` (n, 3) are the window's, by weight and decayed, ``earlier`` those of the window
    before it without decay; (n,): orders that fell due, and what is open.
    """

    hours: Hours
    episodes: Floats
    earlier: Floats
    on_time: Ints
    due: Ints
    open_pest: Bools
    repeated_overdue: Bools


def evidence(panel: Panel, moment: Moment, policy: ScorePolicy) -> Evidence:
    """Count what had happened by then."""
    at_s, day, told = moment.at.timestamp(), number(moment.day), panel.episodes
    age = day - told.day
    past = (told.start <= at_s) & (age >= 0)
    upheld = past & (told.settled <= at_s)
    recent = upheld & (age < policy.window_days)
    earlier = upheld & ~recent & (age < policy.window_days + policy.previous_days)
    weight = told.weight * factors(told, at_s, policy)
    due, met = _orders(panel, at_s, day - policy.window_days)
    return Evidence(
        hours=_hours(panel, past & ~upheld, day, policy),
        episodes=_apart(panel, weight * recent * decay_of(told.family, age, policy)),
        earlier=_apart(panel, weight * earlier),
        on_time=met,
        due=due,
        open_pest=_any(panel, recent & (told.family == PESTS) & (told.passed > at_s)),
        repeated_overdue=_any(
            panel, recent & told.repeated & (told.due <= at_s) & (told.met > at_s)
        ),
    )


def _any(panel: Panel, which: Bools) -> Bools:
    return np.bincount(panel.episodes.restaurant[which], minlength=panel.count) > 0


def _orders(panel: Panel, at_s: float, after: int) -> tuple[Ints, Ints]:
    """How many orders fell due in the window, and how many of them were met in time."""
    orders = panel.orders
    due = (orders.due <= at_s) & (orders.day > after)
    met = due & (orders.met <= orders.due)
    all_, in_time = (np.bincount(orders.restaurant[x], minlength=panel.count) for x in (due, met))
    return all_, in_time


def factors(told: Episodes, at_s: float, policy: ScorePolicy) -> Floats:
    """What an episode weighs by what became of it until then."""
    states = policy.rectified
    late = (told.due <= at_s) & (told.met > told.due)
    factor = np.where(late, states.overdue, states.in_time)
    factor = np.where(told.repeated, states.repeated, factor)
    return np.where(told.passed <= at_s, factor * states.passed, factor)


def decay_of(family: Ints, age: Ints, policy: ScorePolicy) -> Floats:
    """1 for today, a half after a half-life; 1 for what is still to come, which does not count."""
    half_life = np.array([policy.family(name).half_life_days for name in FAMILIES])
    decay: Floats = np.exp2(-np.maximum(age, 0) / half_life[family])
    return decay


def _apart(panel: Panel, weight: Floats) -> Floats:
    """(n, 3) the greatest weight of episodes of one kind of which no two overlap.

    So an episode that several cameras saw counts once, and one more never makes it less (weighted
    interval scheduling; Kleinberg and Tardos 2005, 6.1).
    """
    told = panel.episodes
    best = best_of(told, weight)[told.last]
    place = told.restaurant[told.last] * len(FAMILIES) + told.family[told.last]
    size = panel.count * len(FAMILIES)
    total: Floats = np.bincount(place, weights=best, minlength=size).astype(np.float64)
    return total.reshape(-1, len(FAMILIES))


def best_of(told: Episodes, weight: Floats) -> Floats:
    """(m,) the same for each cluster's episodes up to this one."""
    best = weight.copy()
    for rank in range(1, int(told.rank.max(initial=0)) + 1):
        here = np.flatnonzero(told.rank == rank)
        before = told.before[here]
        joined = weight[here] + np.where(before >= 0, best[before], 0.0)
        best[here] = np.maximum(best[here - 1], joined)
    return best


def _hours(panel: Panel, waiting: Bools, day: int, policy: ScorePolicy) -> Hours:
    """Hours that count: those of days on which something waits for its verdict do not."""
    end = day - panel.first_day + 1
    start = max(0, end - policy.window_days)
    first = max(0, start - policy.previous_days)
    kept = [_kept(panel, family, waiting, slice(first, end)) for family in ALL]
    inside = [hours[:, start - first :] for hours in kept]
    plain = _sums(inside)
    ages = np.arange(end - start - 1, -1, -1)
    decays = [np.exp2(-ages / policy.family(name).half_life_days) for name in FAMILIES]
    effective = panel.hours[EFFECTIVE][:, start:end]
    return Hours(
        decayed=_sums([hours * decay for hours, decay in zip(inside, decays, strict=True)]),
        plain=plain,
        earlier=_sums([hours[:, : start - first] for hours in kept]),
        reviewed=ratio(plain, _sums([panel.hours[family][:, start:end] for family in ALL]), 1.0),
        days=(effective > 0).sum(1),
        seen=_seen(effective, panel.hours[SCHEDULED][:, start:end], ages, policy),
    )


def _sums(hours: list[Floats]) -> Floats:
    sums: Floats = np.stack([one.sum(1) for one in hours], 1)
    return sums


def _seen(effective: Floats, scheduled: Floats, ages: Ints, policy: ScorePolicy) -> Floats:
    decay = np.exp2(-ages / policy.observability.half_life_days)
    share = ratio((effective * decay).sum(1), (scheduled * decay).sum(1), 0.0)
    return np.minimum(1.0, share)


def _kept(panel: Panel, family: int, waiting: Bools, days: slice) -> Floats:
    """The family's own hours of these days, 0 where one of its alerts waits."""
    told = panel.episodes
    hours: Floats = panel.hours[family][:, days]
    column = told.day - panel.first_day
    hit = waiting & (told.family == family) & (column >= days.start) & (column < days.stop)
    if not hit.any():
        return hours
    changed = hours.copy()
    changed[told.restaurant[hit], column[hit] - days.start] = 0.0
    return changed


def ratio(part: Floats, whole: Floats, missing: float) -> Floats:
    """part / whole, ``missing`` where the whole is nothing."""
    made: Floats = np.divide(part, whole, out=np.full_like(part, missing), where=whole > 0)
    return made
