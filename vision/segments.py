"""Long recordings in pieces that are looked at apart and judged in one go.

Where the pieces lie depends on the recording alone, never on how many machines there are: so
one process and a hundred look at the same pieces and come to the same bytes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

# Long enough that the lead costs little, short enough that a lost one is soon done again.
SEGMENT_S: Final = 1800.0
# What was seen before a piece begins: motion has settled and the lost trails of animals are gone.
LEAD_S: Final = 60.0
# A rest shorter than this share of a piece goes with the one before it.
SHORT: Final = 0.5


@dataclass(frozen=True, slots=True)
class Segment:
    """From ``start_s`` up to ``end_s``; ``lead_s`` before it is looked at but not counted."""

    index: int
    start_s: float
    end_s: float
    lead_s: float = LEAD_S

    @property
    def whole(self) -> bool:
        """Whether it is the whole recording."""
        return self.index == 0 and self.end_s == math.inf


WHOLE: Final = Segment(0, 0.0, math.inf)


def plan(duration_s: float | None, segment_s: float = SEGMENT_S) -> tuple[Segment, ...]:
    """The pieces of a recording; one where its length is not known beforehand."""
    if duration_s is None or not math.isfinite(duration_s):
        return (WHOLE,)
    count = max(1, math.floor(duration_s / segment_s + 1 - SHORT))
    edges = [index * segment_s for index in range(count)]
    ends = [*edges[1:], math.inf]
    return tuple(Segment(index, *span) for index, span in enumerate(zip(edges, ends, strict=True)))
