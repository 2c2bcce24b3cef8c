"""Seconds of an hour, of a day: what several sources tell becomes one figure. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from vision.exposure_hours import HOUR, HOUR_S

HAT_RULES: Final = frozenset({"missing_hat"})
MASK_RULES: Final = frozenset({"missing_mask", "mask_worn_wrong"})


@dataclass(frozen=True, slots=True)
class Seconds:
    """Scheduled and effective camera-seconds, assessable person-seconds."""

    scheduled: float = 0.0
    effective: float = 0.0
    hat: float = 0.0
    mask: float = 0.0

    def __add__(self, other: Seconds) -> Seconds:
        return Seconds(
            self.scheduled + other.scheduled,
            self.effective + other.effective,
            self.hat + other.hat,
            self.mask + other.mask,
        )

    def of_rule(self, rule: str) -> float:
        """Those in which the rule could be judged: of people for hats and masks."""
        return (
            self.hat if rule in HAT_RULES else self.mask if rule in MASK_RULES else self.effective
        )


def of_hour(by_origin: Mapping[str, Seconds]) -> Seconds:
    """One camera's hour: what sources of one origin saw adds up, never beyond the hour.

    A live watch and a recording saw the same hour, so the one that saw more of it counts.
    """
    seen = max(
        (_within(told) for _, told in sorted(by_origin.items())), key=lambda one: one.effective
    )
    scheduled = min(max(told.scheduled for told in by_origin.values()), HOUR_S)
    return Seconds(max(scheduled, seen.effective), seen.effective, seen.hat, seen.mask)


def _within(told: Seconds) -> Seconds:
    if told.effective <= HOUR_S:
        return told
    share = HOUR_S / told.effective
    return Seconds(told.scheduled, HOUR_S, told.hat * share, told.mask * share)


def overlap(hour_at: datetime, since: datetime, until: datetime) -> float:
    """Which share of the hour lies between two moments, 0-1."""
    inside = min(until, hour_at + HOUR) - max(since, hour_at)
    return max(0.0, inside / HOUR)


def total(parts: Iterable[Seconds]) -> Seconds:
    """All of them together."""
    return sum(parts, Seconds())


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When a local day begins and ends, in UTC."""
    begins = datetime.combine(day, time.min, zone).astimezone(UTC)
    return begins, datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """The local day of a moment."""
    return at.astimezone(zone).date()
