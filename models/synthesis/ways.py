"""The way an animal takes over floors, walls and shelves: a smooth path run by the clock."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.synthesis.acting import Keys, eased
from models.synthesis.skinning import FloatArray, placed

POINTS_PER_LEG = 40
UP = (0.0, 0.0, 1.0)
Point = tuple[float, float, float]


@dataclass(frozen=True)
class Way:
    """`points` (metres) are passed smoothly; `clock` (seconds, metres travelled).

    `ups` is the normal of what the animal stands on at each point: (0, 0, 1) on a floor.
    `back_m` is half the animal: over this length its back follows the bends.
    """

    points: tuple[Point, ...]
    clock: Keys
    ups: tuple[Point, ...] = ()
    back_m: float = 0.12

    @cached_property
    def line(self) -> FloatArray:
        """(n, 3) a Catmull-Rom curve through the points."""
        points = np.array(self.points, np.float64)
        ends = np.concatenate([[2 * points[0] - points[1]], points, [2 * points[-1] - points[-2]]])
        share = np.linspace(0, 1, POINTS_PER_LEG, endpoint=False)[:, None]
        legs = [_curve(ends[k : k + 4], share) for k in range(len(points) - 1)]
        return np.concatenate([*legs, points[-1:]])

    @cached_property
    def _normals(self) -> FloatArray:
        given = np.array(self.ups or [UP] * len(self.points), np.float64)
        at = np.arange(len(self.line)) / POINTS_PER_LEG
        return np.stack([np.interp(at, np.arange(len(given)), row) for row in given.T], axis=1)

    @cached_property
    def _lengths(self) -> FloatArray:
        steps = np.linalg.norm(np.diff(self.line, axis=0), axis=1)
        return np.concatenate([[0.0], np.cumsum(steps)])

    @property
    def length_m(self) -> float:
        return float(self._lengths[-1])

    def travelled(self, time_s: float) -> float:
        return float(eased(self.clock, time_s)[0])

    def speed(self, time_s: float) -> float:
        """Metres a second."""
        return (self.travelled(time_s + 0.02) - self.travelled(time_s - 0.02)) / 0.04

    def place(self, metres: float) -> FloatArray:
        """(3,) after so many metres; the ends hold."""
        return _along(metres, self._lengths, self.line)

    def frame(self, metres: float) -> FloatArray:
        """(4, 4): x forward, z away from what is stood on, at the place after so many metres."""
        metres = min(max(metres, 0.0), self.length_m)
        ahead = min(metres + self.back_m, self.length_m)
        forward = self.place(ahead) - self.place(max(ahead - 2 * self.back_m, 0.0))
        up = _along(metres, self._lengths, self._normals)
        x = forward / np.linalg.norm(forward)
        z = up - (up @ x) * x
        z = z / np.linalg.norm(z)
        return placed(np.stack([x, np.cross(z, x), z], axis=1), self.place(metres))

    def bend(self, metres: float) -> float:
        """Radians that the way turns within one body, positive to the left."""
        before, after = (self.frame(metres + d)[:3, :3] for d in (-self.back_m, self.back_m))
        x, y, _ = before.T @ after[:, 0]
        return float(np.arctan2(y, x))


def _along(metres: float, lengths: FloatArray, rows: FloatArray) -> FloatArray:
    return np.array([np.interp(metres, lengths, column) for column in rows.T])


def _curve(corner: FloatArray, share: FloatArray) -> FloatArray:
    a, b, c, d = corner
    curve: FloatArray = 0.5 * (
        2 * b
        + (c - a) * share
        + (2 * a - 5 * b + 4 * c - d) * share**2
        + (3 * b - a - 3 * c + d) * share**3
    )
    return curve
