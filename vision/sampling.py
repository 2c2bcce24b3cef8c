"""Time from the stream, never index / fps: an advancing clock and evenly spaced ticks."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

# A step back this long is a clock that was set anew (joined recordings), not a stray frame.
RESET_S: Final = 1
# So is a step ahead this long: within one file it comes of a flipped bit.
AHEAD_S: Final = 3600
# Containers round times to their own unit; a millisecond early is still on the tick.
MAX_ROUNDING: Final = Fraction(1, 1000)


@dataclass(slots=True)
class Clock:
    """Presentation times counted from the first frame, each later than the one before.

    ``unit`` is the stream's time base in seconds; ``gap_s`` stands in for a missing time.
    """

    unit: Fraction
    gap_s: Fraction
    last_s: Fraction | None = None
    skipped: int = 0
    resets: list[float] = field(default_factory=list)
    _origin_s: Fraction | None = None

    def read(self, pts: int | None) -> Fraction | None:
        """Seconds of the frame stamped ``pts``, or None when it does not advance."""
        time_s = self._relative(pts)
        if self.last_s is not None and not 0 < time_s - self.last_s <= AHEAD_S:
            if -RESET_S < time_s - self.last_s <= 0:
                self.skipped += 1
                return None
            time_s = self._reset(time_s)
        self.last_s = time_s
        return time_s

    def stamp(self, time_s: float) -> int | None:
        """The pts shown at ``time_s``, None while no frame was stamped."""
        if self._origin_s is None:
            return None
        return int((Fraction(time_s) + self._origin_s) / self.unit)

    def jump(self) -> None:
        """The next frame may come from anywhere; times are still counted from the first."""
        self.last_s = None

    def _relative(self, pts: int | None) -> Fraction:
        if pts is None:
            return Fraction(0) if self.last_s is None else self.last_s + self.gap_s
        if self._origin_s is None:
            self._origin_s = pts * self.unit - (
                Fraction(0) if self.last_s is None else self.last_s + self.gap_s
            )
        return pts * self.unit - self._origin_s

    def _reset(self, time_s: Fraction) -> Fraction:
        """Go on one gap after the last frame, and count from there."""
        assert self.last_s is not None and self._origin_s is not None
        self.resets.append(float(self.last_s))
        resumed_s = self.last_s + self.gap_s
        self._origin_s -= resumed_s - time_s
        return resumed_s


def ticks_passed(time_s: Fraction, fps: Fraction, unit: Fraction) -> int:
    """How many ticks 1/fps, 2/fps, ... lie at or before ``time_s``.

    A frame is due when this exceeds that of the last frame taken, which makes it the
    first at or after its tick, however unevenly the frames come.
    """
    return int((time_s + min(unit, MAX_ROUNDING)) * fps)
