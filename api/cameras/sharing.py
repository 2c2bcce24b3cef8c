"""Which watch takes which camera: fairly, and without moving more than that needs. Pure.

Cameras that see one place go together, as a unit. What nobody holds goes to whoever would be least
loaded with it; what is held moves only if the one who gets it ends up with less than the one who
gives had: so the loads come closer with every move, and then nothing moves any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

Unit = frozenset[str]


@dataclass(frozen=True, slots=True)
class Watch:
    """One that is alive: what it could watch, how much it can carry, how many cameras it has."""

    id: str
    wants: frozenset[str]
    weight: int = 1
    load: int = 0

    def with_more(self, count: int) -> Fraction:
        """Its load for what it can carry, with so many cameras more."""
        return Fraction(self.load + count, self.weight)

    def carrying(self, count: int) -> Watch:
        """The same with so many cameras more."""
        return Watch(self.id, self.wants, self.weight, self.load + count)


@dataclass(frozen=True, slots=True)
class Share:
    """What one watch has from now on, and what it gives away of what it had."""

    holds: frozenset[str]
    gives: frozenset[str]


def units_of(cameras: Collection[str], groups: Iterable[Collection[str]]) -> list[Unit]:
    """Each camera in one unit; a camera in no group is a unit by itself, in a settled order."""
    units: list[Unit] = []
    for group in groups:
        unit = frozenset(group) & frozenset(cameras)
        touched = [one for one in units if one & unit]
        units = [one for one in units if not one & unit] + [unit.union(*touched)] * bool(unit)
    grouped = frozenset[str]().union(*units)
    units += [frozenset({camera}) for camera in cameras if camera not in grouped]
    return sorted(units, key=min)


def holder_of(unit: Unit, holders: Mapping[str, str]) -> str | None:
    """Who has a unit: of several, the holder of its first camera that is held."""
    return next((holders[camera] for camera in sorted(unit) if camera in holders), None)


def share_of(
    me: str, watches: Iterable[Watch], units: Collection[Unit], holders: Mapping[str, str]
) -> Share:
    """What ``me`` has from now on; ``holders`` names for each camera the watch that is alive."""
    alive = {watch.id: watch for watch in watches}
    free = [unit for unit in units if holder_of(unit, holders) is None]
    taken = set[str]()
    for unit in free:
        best = _least_loaded(unit, alive.values())
        if best is not None:
            alive[best.id] = best.carrying(len(unit))
            taken |= unit if best.id == me else set()
    mine = [unit for unit in units if holder_of(unit, holders) == me]
    gives = _too_much(alive[me], mine, [one for one in alive.values() if one.id != me])
    had = frozenset(camera for camera, holder in holders.items() if holder == me)
    # A group that was only now declared may still lie in several hands.
    theirs = frozenset(holders) - had
    holds = frozenset(taken).union(*mine) - gives - theirs
    return Share(holds, had - holds)


def _least_loaded(unit: Unit, watches: Iterable[Watch]) -> Watch | None:
    fit = [watch for watch in watches if unit <= watch.wants]
    return min(fit, key=lambda one: (one.with_more(len(unit)), one.id), default=None)


def _too_much(me: Watch, mine: Iterable[Unit], others: Iterable[Watch]) -> frozenset[str]:
    """What another should have instead."""
    rest, gives = {watch.id: watch for watch in others}, frozenset[str]()
    for unit in mine:
        best = _least_loaded(unit, rest.values())
        if best is None or best.with_more(len(unit)) >= me.with_more(0):
            continue
        rest[best.id], me = best.carrying(len(unit)), me.carrying(-len(unit))
        gives |= unit
    return gives
