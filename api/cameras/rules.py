"""When a camera is well, when its picture may be looked at, which order of posts is believed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from vision.names import RuleId

HealthState = Literal[
    "ok",
    "late",
    "offline",
    "frozen",
    "dark",
    "blurred",
    "covered",
    "moved",
    "overloaded",
    "silent",
    "inactive",
]
PictureState = Literal["fresh", "stale", "frozen", "none"]
HEALTH_STATES: Final[tuple[HealthState, ...]] = get_args(HealthState)
PREFIX: Final = "camera_"
# Of several problems the one that hides most is told.
WORST_FIRST: Final[tuple[HealthState, ...]] = (
    "covered",
    "moved",
    "frozen",
    "dark",
    "blurred",
    "overloaded",
)
# A live sensor has noise: the same file again and again for this long is a picture that stands
# still.
FROZEN_AFTER: Final = timedelta(seconds=30)
AHEAD: Final = timedelta(seconds=30)
MAX_AGE: Final = timedelta(days=1)
MIN_MINUTES: Final = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on a camera that is not heard of is late, and offline."""

    late_s: int
    offline_s: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of a camera; ``problems`` are its open ``camera_*`` alerts."""

    active: bool
    contact_at: datetime | None
    problems: tuple[RuleId, ...] = ()
    still: bool = False


def health_state(heard: Heard, now: datetime, limits: Limits) -> HealthState:
    """One word for a camera.

    Silence is worse than what was told before it, except that a camera which reported itself
    offline is offline whatever came last.
    """
    if not heard.active:
        return "inactive"
    if heard.contact_at is None and not heard.problems:
        return "silent"
    silent_s = 0.0 if heard.contact_at is None else (now - heard.contact_at).total_seconds()
    if silent_s >= limits.offline_s or "camera_offline" in heard.problems:
        return "offline"
    if heard.problems:
        return _told(heard.problems)
    if heard.still:
        return "frozen"
    return "late" if silent_s >= limits.late_s else "ok"


def _told(problems: Collection[RuleId]) -> HealthState:
    names = {problem.removeprefix(PREFIX) for problem in problems}
    return next(state for state in WORST_FIRST if state in names)


def picture_state(
    taken_at: datetime | None, still_since: datetime | None, now: datetime, stale_s: int
) -> PictureState:
    """Whether a person who looks at this picture sees what happens now."""
    if taken_at is None or still_since is None:
        return "none"
    if (now - taken_at).total_seconds() > stale_s:
        return "stale"
    return "frozen" if is_still(taken_at, still_since) else "fresh"


def is_still(taken_at: datetime, still_since: datetime) -> bool:
    """Whether the same file came for too long to be a live picture."""
    return taken_at - still_since >= FROZEN_AFTER


def believable(taken_at: datetime, now: datetime) -> bool:
    """Whether a camera can have taken a picture then: not in the future, not long ago."""
    return now - MAX_AGE <= taken_at <= now + AHEAD


def availability(minutes: int, created_at: datetime, now: datetime) -> float | None:
    """Share of the last 24 hours' minutes with contact, 0-1; None in a camera's first minutes."""
    lived = min(timedelta(hours=24), now - created_at)
    whole = int(lived.total_seconds() // 60)
    return None if whole < MIN_MINUTES else min(1.0, minutes / whole)
