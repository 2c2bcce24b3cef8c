"""How long to wait before a camera is called again."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Final

FIRST_DELAY_S: Final = 0.5
LONGEST_DELAY_S: Final = 30.0
# A connection that held this long was a good one: the next failure begins anew.
GOOD_AFTER_S: Final = 10.0


@dataclass(slots=True)
class Redial:
    """Doubling delays, half of each by chance: cameras of one switch do not come at once."""

    chance: random.Random = field(default_factory=random.SystemRandom)
    failures: int = 0

    def delay_s(self, lasted_s: float) -> float:
        """Seconds to wait after a connection that lasted so long."""
        self.failures = 1 if lasted_s >= GOOD_AFTER_S else self.failures + 1
        longest = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(self.failures - 1, 20))
        return longest * (0.5 + self.chance.random() / 2)
