"""Which pictures of a camera are worth decoding and looking at; everything in seconds.

Decoding is most of what a camera costs. While nothing moves its key pictures are enough; what
moves, who is there, and evidence that grows ask for more, for as long as they last.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from vision.names import ZoneType

CALM_S: Final = 1.0
BURST_HOLDS_S: Final = 3.0
CALM_HOLDS_S: Final = 10.0
# Key pictures so far apart still serve while nothing moves, or while all is as it should be.
KEYS_SERVE_S: Final = 2.5
FLOOR_S: Final[Mapping[ZoneType, float]] = {
    "specialised_room": 2.0,
    "specialised_area": 2.0,
    "cooking": 2.0,
    "rough_processing": 2.0,
    "service": 2.0,
    "dishwashing": 4.0,
    "storage": 4.0,
    "passage": 4.0,
    "ignore": 60.0,
}
# A coded picture so much larger than usual shows that something moves, without decoding it.
LARGE_TIMES: Final = 4.0
LARGE_BYTES: Final = 400
USUAL_OVER: Final = 100


class Tempo(IntEnum):
    """How closely a camera is watched."""

    QUIET = 0
    CALM = 1
    BURST = 2


@dataclass(frozen=True, slots=True)
class Rates:
    """Seconds between looks in each tempo; ``steady`` cameras know one only."""

    burst_s: float
    floor_s: float = 2.0
    steady: bool = False

    @classmethod
    def of(cls, fps: float, zones: Iterable[ZoneType], steady: bool = False) -> Rates:
        """For a camera whose zones are of these types."""
        floor_s = min((FLOOR_S[kind] for kind in zones), default=2.0)
        return cls(1 / fps, max(floor_s, 1 / fps), steady)

    def gap_s(self, tempo: Tempo) -> float:
        """Seconds from one look to the next."""
        if self.steady or tempo == Tempo.BURST:
            return self.burst_s
        return max(CALM_S, self.burst_s) if tempo == Tempo.CALM else self.floor_s


@dataclass(slots=True)
class Sampler:
    """Decides for one camera; times rise from call to call."""

    rates: Rates
    key_gap_s: float = 0.0
    _key_s: float = -math.inf
    _ideal_s: float = -math.inf
    _burst_until_s: float = -math.inf
    _calm_until_s: float = -math.inf
    _people_s: float = -math.inf
    _usual_bytes: float = 0.0
    _large: int = 0

    def tempo(self, time_s: float) -> Tempo:
        """How closely the camera is watched now."""
        if self.rates.steady or time_s < self._burst_until_s:
            return Tempo.BURST
        return Tempo.CALM if time_s < self._calm_until_s else Tempo.QUIET

    def sent(self, size: int, key: bool, time_s: float) -> None:
        """A coded picture came in; what is suddenly large has something new in it."""
        if key:
            self.key_gap_s = 0.0 if math.isinf(self._key_s) else time_s - self._key_s
            self._key_s = time_s
            return
        usual = self._usual_bytes
        self._large = self._large + 1 if usual and size > LARGE_TIMES * usual + LARGE_BYTES else 0
        if self._large >= 2:
            self.moved(time_s)
        weight = max(1 / USUAL_OVER, 0.2 if usual == 0 else 0)
        self._usual_bytes = usual + (size - usual) * (1 if usual == 0 else weight)

    def moved(self, time_s: float) -> None:
        """Something moves: worth a burst where nobody was, to be expected where people work."""
        if time_s - self._people_s <= CALM_HOLDS_S:
            self._calm_until_s = time_s + CALM_HOLDS_S
        else:
            self._burst_until_s = time_s + BURST_HOLDS_S

    def looked(self, time_s: float, people: bool, asking: bool) -> None:
        """What a look has shown; ``asking``: evidence grows, or an animal is there."""
        if people:
            self._people_s = time_s
            self._calm_until_s = time_s + CALM_HOLDS_S
        if asking:
            self._burst_until_s = time_s + BURST_HOLDS_S

    def wants_all(self, time_s: float) -> bool:
        """Whether every picture must be decoded, or the keys are enough."""
        gap_s = self.rates.gap_s(self.tempo(time_s))
        keys_s = max(self.key_gap_s, time_s - self._key_s)
        serves_s = gap_s if self.tempo(time_s) == Tempo.BURST else max(gap_s, KEYS_SERVE_S)
        return keys_s > 1.25 * serves_s

    def due(self, time_s: float) -> bool:
        """Whether to look at a picture of that time; taken as done when it says yes."""
        gap_s = self.rates.gap_s(self.tempo(time_s))
        if time_s < self._ideal_s + 0.75 * gap_s:
            return False
        self._ideal_s = max(self._ideal_s + gap_s, time_s - 0.5 * gap_s)
        return True


@dataclass(slots=True)
class Pace:
    """Whether looking keeps up: what was due and what was looked at in the last minute."""

    over_s: float = 60.0
    _due: list[float] = field(default_factory=list)
    _lost: list[float] = field(default_factory=list)

    def due(self, time_s: float) -> None:
        """A picture was due."""
        self._due = [*(t for t in self._due if t > time_s - self.over_s), time_s]

    def lost(self, time_s: float) -> None:
        """One that was due gave way to a newer one."""
        self._lost = [*(t for t in self._lost if t > time_s - self.over_s), time_s]

    def share_lost(self, time_s: float) -> float:
        """Share of the due pictures that nobody looked at; 0 while few were due."""
        due = sum(t > time_s - self.over_s for t in self._due)
        lost = sum(t > time_s - self.over_s for t in self._lost)
        return lost / due if due >= 10 else 0.0
