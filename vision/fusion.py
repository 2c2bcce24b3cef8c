"""What a head's states are over time: evidence summed in seconds, and forgotten in seconds.

Each clear sighting adds to its state the logarithm of how much likelier that state makes it
than the others (naive Bayes), for as long as it stood for; what is old counts less by half
every ``HALF_LIFE_S``. An unclear sighting adds nothing. Frames in quick order are nearly the
same picture, so ten of them in a second say no more than two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from vision.detections import HEAD, UNTRACKED, Detections, FloatArray, HatState, MaskState

HALF_LIFE_S: Final = 1.5
MAX_GAP_S: Final = 1.0
# A first sighting stands for so long.
FIRST_S: Final = 0.2
# Nats a second of a sighting that is as sure as can be.
SUREST: Final = 0.98
WEIGHT_PER_S: Final = 2.0
# A head that was gone for so long begins anew.
FORGOTTEN_S: Final = 10.0
EVEN: Final = 0.5
UNCLEAR: Final = int(HatState.UNCLEAR)
WORN: Final = int(HatState.WORN)
HATS, MASKS = len(HatState) - 1, len(MaskState) - 1
COLUMNS: Final = tuple(f"{part}{end}" for part in ("hat", "mask") for end in ("", "_confidence"))


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """For each state but UNCLEAR, (k,) nats, as of ``time_s``; None before anything was seen."""

    nats: FloatArray
    time_s: float | None = None

    @classmethod
    def none(cls, states: int) -> Evidence:
        """Nothing known of so many states."""
        return cls(np.zeros(states, np.float32))

    def see(self, state: int, confidence: float, time_s: float) -> Evidence:
        """After one more sighting; states count from 1, 0 is UNCLEAR and only lets time pass."""
        gap_s = FIRST_S if self.time_s is None else max(time_s - self.time_s, 0.0)
        faded = self.nats * np.float32(0.5 ** (gap_s / HALF_LIFE_S))
        if state != UNCLEAR:
            faded[state - 1] += self._worth(confidence) * min(gap_s, MAX_GAP_S)
        return Evidence(faded, time_s)

    def _worth(self, confidence: float) -> float:
        """Nats a second; none for what is no surer than a guess."""
        sure = min(confidence, SUREST)
        odds = sure * (len(self.nats) - 1) / (1 - sure)
        return WEIGHT_PER_S * max(float(np.log(max(odds, 1e-9))), 0.0)

    @property
    def chances(self) -> FloatArray:
        """Probability of each state, (k,); all alike before anything was seen."""
        raised = np.exp(self.nats - self.nats.max())
        chances: FloatArray = raised / raised.sum()
        return chances

    def told(self, own: int, confidence: float) -> tuple[int, float]:
        """State and confidence to go by, for a sighting of this moment that is already in it.

        Worn against not worn is weighed over time; which of the wrong states it is, a beard
        or a mask on the chin, is left to the moment as long as the moment agrees.
        """
        if own == UNCLEAR:
            return own, confidence
        worn = float(self.chances[WORN - 1])
        if (own == WORN) == (worn >= EVEN):
            return own, confidence
        if own != WORN:
            return WORN, worn
        return int(self.nats[WORN:].argmax()) + WORN + 1, 1 - worn


@dataclass(slots=True)
class HeadFusion:
    """Goes by what each tracked head has shown over time instead of by one frame.

    A state that is unclear stays unclear: only what was really seen is counted as observed.
    """

    _heads: dict[int, tuple[Evidence, Evidence]] = field(default_factory=dict)

    def update(self, tracked: Detections, time_s: float) -> Detections:
        """The same rows, their hat and mask states weighed over time."""
        self._heads = {
            track_id: known
            for track_id, known in self._heads.items()
            if known[0].time_s is not None and time_s - known[0].time_s <= FORGOTTEN_S
        }
        rows = np.flatnonzero((tracked.class_id == HEAD) & (tracked.track_id != UNTRACKED))
        columns = {name: getattr(tracked, name).copy() for name in COLUMNS}
        for row in rows.tolist():
            track_id = int(tracked.track_id[row])
            known = self._heads.get(track_id, (Evidence.none(HATS), Evidence.none(MASKS)))
            hat = weigh(known[0], columns, "hat", row, time_s)
            self._heads[track_id] = hat, weigh(known[1], columns, "mask", row, time_s)
        return tracked.with_columns(**columns)


def weigh(
    evidence: Evidence, columns: dict[str, Any], part: str, row: int, time_s: float
) -> Evidence:
    """Take one row's hat or mask into the evidence, and put what to go by in its place."""
    own, confidence = int(columns[part][row]), float(columns[f"{part}_confidence"][row])
    seen = evidence.see(own, confidence, time_s)
    columns[part][row], columns[f"{part}_confidence"][row] = seen.told(own, confidence)
    return seen
