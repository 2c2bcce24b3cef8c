"""Which minutes are drawn, and what they say about what was missed. Pure.

The frame of a day is every hour of every camera of a district. Its strata are kinds of zone by
parts of the day; how many minutes each stratum gets is Neyman's allocation (1934): in proportion
to its size and to how much minutes of it differ. Within a stratum the draw is systematic (one
random start, equal steps over cameras and hours), so that it spreads over all of them.

A drawn minute in which an alert fell is void; the others are looked at. Misses are counted where
they begin, so that a long one does not count in every minute it lasts.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from typing import Final

from vision.intervals import gamma_quantile
from vision.names import ZoneType

SLOT_MINUTES: Final = 60
PARTS: Final = (("night", 6), ("morning", 10), ("midday", 14), ("afternoon", 17), ("evening", 24))
CLEAN: Final = frozenset[ZoneType]({"specialised_room", "specialised_area"})
FOOD: Final = frozenset[ZoneType]({"cooking", "rough_processing", "service"})


@dataclass(frozen=True, slots=True)
class Slot:
    """One hour of one camera."""

    camera_id: str
    restaurant_id: str
    hour_at: datetime
    stratum: str


@dataclass(frozen=True, slots=True)
class Draw:
    """A minute to be looked at."""

    slot: Slot
    minute_at: datetime


@dataclass(frozen=True, slots=True)
class Drawn:
    """A stratum after the draw: minutes in the frame, minutes drawn."""

    frame: int
    drawn: int


def exposure(zone_types: Iterable[ZoneType]) -> str:
    """What a camera's zones ask: the strictest of its zones decides."""
    seen = set(zone_types)
    if seen & CLEAN:
        return "clean"
    if seen & FOOD:
        return "food"
    return "other" if seen else "unknown"


def part_of_day(hour: int) -> str:
    """The part in which a local hour, 0-23, lies."""
    return next(name for name, end in PARTS if hour < end)


def allocate(sizes: Mapping[str, int], spreads: Mapping[str, float], budget: int) -> dict[str, int]:
    """How many minutes each stratum gets; together ``budget``, or all there are.

    ``spreads`` is the standard deviation of misses a minute (1 where it is not told, which makes
    the allocation proportional). Every stratum gets one minute as long as there are enough.
    """
    wanted = {name: size * spreads.get(name, 1.0) for name, size in sizes.items() if size > 0}
    got = dict.fromkeys(sizes, 0)
    for name in sorted(wanted, key=lambda one: (-wanted[one], one))[:budget]:
        got[name] = 1
    for _ in range(min(budget, sum(sizes.values())) - sum(got.values())):
        # Highest-averages: whoever is furthest below their due share is next.
        open_ = [name for name in wanted if got[name] < sizes[name]]
        got[max(open_, key=lambda one: (wanted[one] / (got[one] + 0.5), one))] += 1
    return got


def spread(misses: int, minutes: int) -> float:
    """The standard deviation of misses a minute (Poisson), from few of them, never 0."""
    return sqrt((misses + 0.5) / (minutes + 1))


def draw(
    frame: Sequence[Slot], budget: int, spreads: Mapping[str, float], seed: str
) -> tuple[list[Draw], dict[str, Drawn]]:
    """The minutes to look at, and each stratum; the same seed and frame give the same draw."""
    chance = random.Random(seed)  # noqa: S311 - must be repeatable, guards nothing
    by_stratum: dict[str, list[Slot]] = {}
    for slot in sorted(frame, key=lambda one: (one.stratum, one.camera_id, one.hour_at)):
        by_stratum.setdefault(slot.stratum, []).append(slot)
    sizes = {name: len(slots) * SLOT_MINUTES for name, slots in by_stratum.items()}
    shares = allocate(sizes, spreads, budget)
    draws = [
        item
        for name, slots in by_stratum.items()
        for item in _systematic(slots, shares[name], chance)
    ]
    strata = {name: Drawn(size, shares[name]) for name, size in sizes.items()}
    return sorted(draws, key=lambda one: (one.minute_at, one.slot.camera_id)), strata


def _systematic(slots: Sequence[Slot], count: int, chance: random.Random) -> list[Draw]:
    """``count`` different minutes at equal steps from a random start."""
    if count == 0:
        return []
    minutes = len(slots) * SLOT_MINUTES
    start, step = chance.random() * minutes / count, minutes / count
    places = [int(start + index * step) for index in range(count)]
    return [
        Draw(slots[place // SLOT_MINUTES],
             slots[place // SLOT_MINUTES].hour_at + timedelta(minutes=place % SLOT_MINUTES))
        for place in places
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Looked:
    """What a stratum's draws came to, within the part of the city that is asked about.

    ``free`` minutes of the frame without an alert; ``reviewed`` of them; ``missed`` began there.
    """

    free: float
    reviewed: int
    missed: int


@dataclass(frozen=True, slots=True)
class Missed:
    """Episodes missed in the whole frame: estimate, 95 % interval, and 95 % upper bound alone."""

    estimate: float
    low: float
    high: float
    at_most: float


@dataclass(frozen=True, slots=True)
class Recall:
    """found / (found + missed), with what the interval of missed makes of it."""

    value: float
    low: float
    high: float
    at_least: float


def merged(strata: Iterable[Looked]) -> list[Looked]:
    """Minutes of strata nobody looked into weigh on the one that was looked into least."""
    told = list(strata)
    seen = sorted(
        (one for one in told if one.reviewed), key=lambda one: one.reviewed / max(one.free, 1)
    )
    unseen = sum(one.free for one in told if not one.reviewed)
    if not seen:
        return []
    first = Looked(seen[0].free + unseen, seen[0].reviewed, seen[0].missed)
    return [first, *seen[1:]]


def missed(strata: Iterable[Looked]) -> Missed | None:
    """A weighted sum of Poisson counts with the gamma interval of Fay and Feuer (1997).

    It keeps its promise for few counts and for none; None while nothing was looked at.
    """
    looked = merged(strata)
    if not looked:
        return None
    weights = [one.free / one.reviewed for one in looked]
    total = sum(w * one.missed for w, one in zip(weights, looked, strict=True))
    variance = sum(w * w * one.missed for w, one in zip(weights, looked, strict=True))
    widest = max(weights)
    low = variance / (2 * total) * 2 * gamma_quantile(0.025, total**2 / variance) if total else 0.0
    return Missed(
        total, low, _upper(total, variance, widest, 0.975), _upper(total, variance, widest, 0.95)
    )


def _upper(total: float, variance: float, widest: float, share: float) -> float:
    if widest == 0:
        return total
    scale = (variance + widest**2) / (total + widest)
    return scale * gamma_quantile(share, (total + widest) ** 2 / (variance + widest**2))


def recall(found: int, unseen: Missed | None) -> Recall | None:
    """None while nothing was found or nothing was looked at: then there is no share to tell."""
    if unseen is None or found == 0:
        return None
    return Recall(
        value=found / (found + unseen.estimate),
        low=found / (found + unseen.high),
        high=found / (found + unseen.low),
        at_least=found / (found + unseen.at_most),
    )
