"""Hidden known items: which one, when, and as what it is shown. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final, Literal
from uuid import UUID

Truth = Literal["upheld", "dismissed"]
# Shown at its own time of day, so that light and work in the picture fit the time that is told;
# older than this it would stand out in a queue.
OLDEST: Final = timedelta(hours=4)
# An alert comes some seconds after its episode began, whatever it was then.
LONGEST_WAY: Final = timedelta(minutes=10)
# After how many others it comes: nobody can tell from its place.
PLACES: Final = 6


@dataclass(frozen=True, slots=True)
class Known:
    """A known item and its alert's own times."""

    alert_id: UUID
    severity: str
    started_at: datetime
    ended_at: datetime | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Times:
    """The times under which it is shown."""

    started_at: datetime
    received_at: datetime


def chance(share: float) -> float:
    """Of showing a known item after an ordinary verdict, so that ``share`` of all are known."""
    return 1.0 if share >= 0.5 else share / (1.0 - share)


def times_for(item: Known, now: datetime) -> Times:
    """Its own times, moved by whole days to the last ones that lie in the past."""
    way = max(timedelta(0), min(item.received_at - item.started_at, LONGEST_WAY))
    ended = item.ended_at or item.started_at
    latest = max(item.started_at + way, ended)
    days = timedelta(days=ceil((latest - now) / timedelta(days=1)) * -1)
    started = item.started_at + days
    return Times(started, started + way)


def suitable(items: Sequence[Known], now: datetime) -> list[Known]:
    """Those that would look as fresh as any other alert."""
    return [item for item in items if now - times_for(item, now).received_at <= OLDEST]
