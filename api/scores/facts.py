"""The event log that a score is made of: what was observed, upheld, ordered. Pure values.

Nothing in it depends on when it is read: verdicts, orders and their ends carry their times, and
the score at a time looks at what had happened by then. What was dismissed or overturned is not
in it at all, so that it is as if it had never happened.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from api.policy.rules import Family

EPOCH: Final = date(1970, 1, 1)
HOUR_S: Final = 3600.0
NEVER: Final = float("inf")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as the score counts it: seconds since 1970 UTC, and the local day it lies in."""

    at: datetime
    day: date

    @classmethod
    def of(cls, at: datetime, zone: ZoneInfo) -> Moment:
        """The moment and its day there."""
        return cls(at, at.astimezone(zone).date())

    @classmethod
    def end_of(cls, day: date, zone: ZoneInfo) -> Moment:
        """The last moment of a local day."""
        ends = datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)
        return cls(ends - timedelta(microseconds=1), day)


@dataclass(frozen=True, slots=True)
class Day:
    """Seconds of all cameras on one local day."""

    day: date
    scheduled_s: float
    effective_s: float
    hat_person_s: float = 0.0
    mask_person_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Handling:
    """What became of an episode: its order's deadline, when that was met, when a check passed."""

    case_id: str
    due_at: datetime | None = None
    met_at: datetime | None = None
    passed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """An upheld alert, or one that waits for its verdict (``settled_at`` is None).

    ``day`` is the local day it began; ``review_probability`` the chance with which such an alert
    was looked at at all, below 1 where only a sample is.
    """

    id: str
    rule: str
    zone_type: str
    camera_id: str
    day: date
    started_at: datetime
    ended_at: datetime | None
    subjects: int = 1
    settled_at: datetime | None = None
    review_probability: float = 1.0
    handling: Handling | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """An order that stands; ``met_at`` is None while it is not met, or when it failed a check.

    ``episode_ids`` are those it was issued for; none means it came from a visit.
    """

    id: str
    due_at: datetime
    due_day: date
    met_at: datetime | None
    episode_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rate:
    """Episodes and hours of a district in one family of rules."""

    episodes: float
    hours: float


@dataclass(frozen=True, slots=True)
class Log:
    """Everything about one restaurant; ``required`` are the families its zones and rules ask."""

    required: frozenset[Family]
    days: tuple[Day, ...] = ()
    episodes: tuple[Episode, ...] = ()
    orders: tuple[Order, ...] = ()
    rates: Mapping[Family, Rate] = field(default_factory=dict)

    def without(self, ids: Collection[str]) -> Log:
        """As if these episodes had never happened; an order for them alone goes with them."""
        gone = frozenset(ids)
        return replace(
            self,
            episodes=tuple(one for one in self.episodes if one.id not in gone),
            orders=tuple(
                one for one in self.orders if not one.episode_ids or one.episode_ids - gone
            ),
        )

    def passed(self, ids: Collection[str], at: datetime) -> Log:
        """As if these episodes were rectified and their look-back passed now."""
        return replace(
            self,
            episodes=tuple(_passed(one, at) if one.id in ids else one for one in self.episodes),
        )


def _passed(episode: Episode, at: datetime) -> Episode:
    known = episode.handling or Handling("")
    if known.passed_at is not None:
        return episode
    return replace(episode, handling=replace(known, met_at=known.met_at or at, passed_at=at))


def seconds(at: datetime | None, missing: float = NEVER) -> float:
    """Seconds since 1970, or ``missing``."""
    return missing if at is None else at.timestamp()


def number(day: date) -> int:
    """Days since 1970."""
    return (day - EPOCH).days
