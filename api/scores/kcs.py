"""The Kitchen Compliance Score: the points that evidence makes, for n restaurants. Pure.

docs/score.md explains every term.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from api.policy.rules import FAMILIES, Grades, ScorePolicy
from api.scores.evidence import Evidence, ratio
from api.scores.gamma import quantiles
from api.scores.panel import Bools, Floats, Ints, Panel

# Points at the rate that is just tolerated.
TOLERATED: Final = 0.6
NO_GRADE: Final = -1
GRADES: Final = ("D", "C", "B", "A")


@dataclass(frozen=True, slots=True)
class Families:
    """(n, 3). Episodes an hour are distributed as Gamma(``shape``, ``rate``).

    ``prior`` is what of the shape was believed before; ``points`` are those of the mean, between
    ``low`` and ``high``; ``share`` is how much of the least evidence there is, at most 1.
    """

    prior: Floats
    shape: Floats
    rate: Floats
    points: Floats
    low: Floats
    high: Floats
    share: Floats


@dataclass(frozen=True, slots=True)
class Figures:
    """Points and what they are made of, (n,); ``value``, ``low``, ``high`` are NaN without.

    ``weights`` (n, 5) are those of the families, rectification and observability; together 1.
    """

    families: Families
    rectification: Floats
    observability: Floats
    weights: Floats
    share: Floats
    uncapped: Floats
    cap: Floats
    value: Floats
    low: Floats
    high: Floats


def figures(panel: Panel, told: Evidence, policy: ScorePolicy) -> Figures:
    """The points that the evidence makes."""
    families = _families(panel.rates, told, policy)
    rectification, observability = _rectification(told, policy), _observability(told, policy)
    weights = _weights(panel.required, policy)
    parts = np.column_stack([families.points, rectification, observability])
    uncapped = (weights * parts).sum(1)
    below, above = _around(families, weights[:, : len(FAMILIES)])
    cap = _cap(told, policy)
    share = np.where(panel.required, families.share, 1.0).min(1) * panel.required.any(1)
    value, low, high = (
        np.where(share >= 1, np.clip(points, 0.0, cap), np.nan)
        for points in (uncapped, uncapped - below, uncapped + above)
    )
    return Figures(
        families, rectification, observability, weights, share, uncapped, cap, value, low, high
    )


def _families(rates: Floats, told: Evidence, policy: ScorePolicy) -> Families:
    beta = np.array([policy.family(name).prior_h for name in FAMILIES])
    rate_60 = np.array([policy.family(name).rate_60 for name in FAMILIES])
    # Drawn towards the district's, so that few hours say little; more hours never say worse.
    own = (beta * rates + told.earlier) / (beta + told.hours.earlier)
    prior = beta * np.maximum(rates, own)
    shape, rate = prior + told.episodes, beta + told.hours.decayed
    tail = (1 - policy.interval.share) / 2
    points, low, high = (
        100 * TOLERATED ** (episodes / rate / rate_60)
        for episodes in (shape, quantiles(shape, 1 - tail), quantiles(shape, tail))
    )
    return Families(prior, shape, rate, points, low, high, _share(told, policy))


def _rectification(told: Evidence, policy: ScorePolicy) -> Floats:
    """Orders met in time of those that fell due, as if some had been met before."""
    made = policy.rectification
    kept = told.on_time + made.prior_orders * made.prior_share
    return 100 * kept / (told.due + made.prior_orders)


def _observability(told: Evidence, policy: ScorePolicy) -> Floats:
    return 100 * np.minimum(1.0, told.hours.seen / policy.observability.enough)


def _weights(required: Bools, policy: ScorePolicy) -> Floats:
    told = policy.weights
    families = np.array([getattr(told, name) for name in FAMILIES]) * required
    rest = np.broadcast_to([told.rectification, told.observability], (len(required), 2))
    weights = np.column_stack([families, rest])
    return ratio(weights, np.broadcast_to(weights.sum(1, keepdims=True), weights.shape), 0.0)


def _around(families: Families, weights: Floats) -> tuple[Floats, Floats]:
    """How far the sum lies above its lower and below its upper bound, from those of its parts.

    The method of variance estimates recovery (Zou and Donner 2008): parts are independent.
    """
    below = np.maximum(0.0, families.points - families.low)
    above = np.maximum(0.0, families.high - families.points)
    return np.sqrt(((weights * below) ** 2).sum(1)), np.sqrt(((weights * above) ** 2).sum(1))


def _cap(told: Evidence, policy: ScorePolicy) -> Floats:
    cap = np.where(told.repeated_overdue, policy.caps.repeated_overdue, 100.0)
    return np.where(told.open_pest, policy.caps.open_pest, cap)


def _share(told: Evidence, policy: ScorePolicy) -> Floats:
    least, hours = policy.evidence, told.hours
    needed_h = [least.camera_h if name == "pests" else least.person_h for name in FAMILIES]
    of_days = np.broadcast_to(hours.days[:, None] / least.days, hours.plain.shape)
    of_reviews = hours.reviewed / max(least.reviewed, 1e-9)
    shares = np.stack([hours.plain / np.array(needed_h), of_days, of_reviews])
    least_of_all: Floats = np.minimum(1.0, shares.min(0))
    return least_of_all


def graded(made: Figures, seen: Floats, before: Ints, policy: ScorePolicy, grades: Grades) -> Ints:
    """Places in ``GRADES``, -1 without one; it changes only when the interval leaves the old band.

    ``before`` is each restaurant's last grade, -1 where there was none.
    """
    bounds = np.array([grades.C, grades.B, grades.A])
    lower, upper = np.array([-np.inf, *bounds]), np.array([*bounds, np.inf])
    scored = ~np.isnan(made.value)
    value, low, high = (np.where(scored, x, 0.0) for x in (made.value, made.low, made.high))
    fresh = np.searchsorted(bounds, value, "right")
    stays = (before != NO_GRADE) & (high >= lower[before]) & (low < upper[before])
    there = scored & (seen >= policy.caps.graded_from)
    return np.where(there, np.where(stays, before, fresh), NO_GRADE)
