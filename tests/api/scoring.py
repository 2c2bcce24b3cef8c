"""Builders of event logs: the smallest, with what a test cares about changed."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from api.policy.rules import FAMILIES, Family, Policy, shipped
from api.scores.explain import score_log
from api.scores.facts import Day, Episode, Log, Moment, Rate
from api.scores.schemas import Score

ZONE: Final = ZoneInfo("Asia/Shanghai")
TODAY: Final = date(2026, 11, 24)
NOW: Final = Moment.end_of(TODAY, ZONE)
HOUR_S: Final = 3600.0
ALL: Final = frozenset(FAMILIES)
DISTRICT: Final[dict[Family, Rate]] = {
    "pests": Rate(40.0, 400_000.0),
    "hat": Rate(900.0, 100_000.0),
    "mask": Rate(700.0, 90_000.0),
}


def at(days_ago: int, hour: float = 12.0) -> datetime:
    """A moment of a local day before the one that is scored."""
    midnight = datetime.combine(TODAY - timedelta(days=days_ago), time.min, ZONE)
    return (midnight + timedelta(hours=hour)).astimezone(UTC)


def episode(days_ago: int = 5, hour: float = 12.0, **changes: Any) -> Episode:
    """A hat was missing for a minute; a verdict came two hours later."""
    began = at(days_ago, hour)
    facts: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "rule": "missing_hat",
        "zone_type": "cooking",
        "camera_id": "1",
        "day": began.astimezone(ZONE).date(),
        "started_at": began,
        "ended_at": began + timedelta(seconds=60),
        "settled_at": began + timedelta(hours=2),
    }
    return Episode(**facts | changes)


def days(count: int = 60, **changes: float) -> tuple[Day, ...]:
    """So many days up to today, each with 20 camera-hours and 12 person-hours."""
    told = {
        "scheduled_s": 20 * HOUR_S,
        "effective_s": 20 * HOUR_S,
        "hat_person_s": 12 * HOUR_S,
        "mask_person_s": 12 * HOUR_S,
    } | changes
    return tuple(Day(TODAY - timedelta(days=ago), **told) for ago in range(count))


def log(*episodes: Episode, **changes: Any) -> Log:
    """A kitchen in which everything is asked for, observed for 60 days."""
    facts: dict[str, Any] = {"required": ALL, "days": days(), "rates": DISTRICT}
    return Log(**facts | {"episodes": tuple(episodes)} | changes)


def score(told: Log, moment: Moment = NOW, policy: Policy | None = None, **more: Any) -> Score:
    """Its score at the end of today."""
    return score_log("r", told, moment, policy or shipped(), **more)
