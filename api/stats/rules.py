"""Proportions with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

Z_95: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Proportion:
    """A measured share and its interval, all 0-1."""

    value: float
    low: float
    high: float


def wilson(successes: int, trials: int, z: float = Z_95) -> Proportion | None:
    """Wilson's score interval (1927); None without a single trial."""
    if not 0 <= successes <= trials:
        raise ValueError("successes must lie between 0 and the number of trials")
    if trials == 0:
        return None
    share = successes / trials
    weight = 1 + z * z / trials
    centre = (share + z * z / (2 * trials)) / weight
    half = z / weight * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    # Rounding must not push a bound beyond the share it surrounds.
    return Proportion(
        share, max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))
    )
