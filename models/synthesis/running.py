"""The way a rat takes: a smooth path over the floor, run and rested on by the clock."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.synthesis.acting import Keys, eased
from models.synthesis.skinning import FloatArray

POINTS_PER_LEG = 40
BACK_M = 0.12  # half a rat: over this length the back bends with the path


@dataclass(frozen=True)
class Run:
    """`waypoints` (x, y) metres, passed smoothly; `clock` (seconds, metres travelled)."""

    waypoints: tuple[tuple[float, float], ...]
    clock: Keys

    @cached_property
    def line(self) -> FloatArray:
        """The path as (n, 2) points: a Catmull-Rom curve through the waypoints."""
        points = np.array(self.waypoints)
        ends = np.concatenate([[2 * points[0] - points[1]], points, [2 * points[-1] - points[-2]]])
        share = np.linspace(0, 1, POINTS_PER_LEG, endpoint=False)[:, None]
        legs = [_curve(ends[k : k + 4], share) for k in range(len(points) - 1)]
        return np.concatenate([*legs, points[-1:]])

    @cached_property
    def _lengths(self) -> FloatArray:
        steps = np.linalg.norm(np.diff(self.line, axis=0), axis=1)
        return np.concatenate([[0.0], np.cumsum(steps)])

    def travelled(self, time_s: float) -> float:
        return float(eased(self.clock, time_s)[0])

    def speed(self, time_s: float) -> float:
        """Metres a second."""
        return (self.travelled(time_s + 0.02) - self.travelled(time_s - 0.02)) / 0.04

    def place(self, metres: float) -> FloatArray:
        """(x, y) after so many metres; the ends hold."""
        return np.array([np.interp(metres, self._lengths, self.line[:, k]) for k in (0, 1)])

    def heading(self, metres: float) -> float:
        """Degrees from +x, over the length of a back."""
        span = (max(metres - BACK_M, 0.0), min(metres + BACK_M, float(self._lengths[-1])))
        dx, dy = self.place(span[1]) - self.place(span[0])
        return float(np.degrees(np.arctan2(dy, dx)))

    def bend(self, metres: float) -> float:
        """Radians that the path turns within one body, positive to the left."""
        turned = self.heading(metres + BACK_M) - self.heading(metres - BACK_M)
        return float(np.radians((turned + 180) % 360 - 180))


def _curve(corner: FloatArray, share: FloatArray) -> FloatArray:
    a, b, c, d = corner
    curve: FloatArray = 0.5 * (
        2 * b
        + (c - a) * share
        + (2 * a - 5 * b + 4 * c - d) * share**2
        + (3 * b - a - 3 * c + d) * share**3
    )
    return curve
