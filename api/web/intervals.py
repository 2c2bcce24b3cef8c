"""Dots with interval bars on a scale of shares, as the template draws them; all in per cent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlencode

# Fewer verdicts name no rate.
ENOUGH: Final = 10
TICKS: Final = (0, 25, 50, 75, 100)
Side = Literal["below", "above", "around"]


@dataclass(frozen=True, slots=True)
class Bar:
    """One interval; ``side`` says where all of it lies from the goal."""

    low: float
    high: float
    dot: float | None
    side: Side

    @property
    def wide(self) -> float:
        """Its length, never so short that it cannot be seen."""
        return max(self.high - self.low, 0.6)


def bar(
    value: float | None, low: float | None, high: float | None, goal: float = 0.0
) -> Bar | None:
    """The drawing of a share with its interval; None when there is none."""
    if low is None or high is None:
        return None
    side: Side = "below" if high < goal else "above" if low >= goal else "around"
    dot = None if value is None else round(value * 100, 2)
    return Bar(round(low * 100, 2), round(high * 100, 2), dot, side)


def address(path: str, given: Mapping[str, object]) -> str:
    """An address with these parameters, without the empty ones."""
    asked = urlencode({name: value for name, value in given.items() if value not in (None, "")})
    return f"{path}?{asked}" if asked else path
