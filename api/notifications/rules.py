"""When a message may go, when it is tried again, and how a webhook is signed. Pure."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from vision.names import SEVERITIES, Severity

Trigger = Literal[
    "alert_upheld",
    "alert_withdrawn",
    "alert_late",
    "camera_offline",
    "case_opened",
    "case_answered",
    "case_ordered",
    "case_due",
    "case_overdue",
    "case_looked_back",
    "case_closed",
    "report_made",
    "digest",
    "test",
]
Chosen = Literal[
    "alert_upheld",
    "alert_late",
    "camera_offline",
    "case_opened",
    "case_answered",
    "case_ordered",
    "case_due",
    "case_overdue",
    "case_looked_back",
    "case_closed",
    "report_made",
]
Digest = Literal["none", "daily", "weekly"]
Bypass = Literal["none", "minor", "major", "critical"]
Channel = Literal["webhook", "email"]

# Whoever upheld by mistake has this long to undo before anybody is told.
SETTLE: Final = timedelta(seconds=60)
FIRST_DELAY: Final = timedelta(seconds=30)
LONGEST_DELAY: Final = timedelta(hours=6)
MOST_ATTEMPTS: Final = 10
DAY_MINUTES: Final = 24 * 60
SIGNATURE: Final = "v1"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Minutes of the local day, from one up to the other; over midnight when they are turned."""

    start: int
    end: int

    def holds(self, minute: int) -> bool:
        """Whether that minute of the day is quiet."""
        if self.start <= self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


def due_at(at: datetime, quiet: Quiet | None, zone: ZoneInfo) -> datetime:
    """The moment itself, or the end of the quiet hours in which it falls."""
    there = at.astimezone(zone)
    if quiet is None or not quiet.holds(there.hour * 60 + there.minute):
        return at
    later = there.hour * 60 + there.minute >= quiet.end
    return local(there.date() + timedelta(days=int(later)), quiet.end, zone)


def local(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """That minute of that local day, in UTC."""
    whole = divmod(minute % DAY_MINUTES, 60)
    return datetime.combine(day, time(*whole), zone).astimezone(UTC)


def bypasses(severity: Severity, bypass: Bypass) -> bool:
    """Whether something so severe waits neither for the morning nor for the digest."""
    return bypass != "none" and SEVERITIES.index(severity) >= SEVERITIES.index(bypass)


@dataclass(frozen=True, slots=True)
class Span:
    """What a digest tells of: from ``since`` on, before ``until``, which is when it is due."""

    since: datetime
    until: datetime


def latest_digest(at: datetime, digest: Digest, minute: int, zone: ZoneInfo) -> Span | None:
    """The digest that was due last; weekly ones on Mondays."""
    if digest == "none":
        return None
    day = at.astimezone(zone).date()
    if digest == "weekly":
        day -= timedelta(days=day.weekday())
    step = timedelta(days=7 if digest == "weekly" else 1)
    if local(day, minute, zone) > at:
        day -= step
    return Span(local(day - step, minute, zone), local(day, minute, zone))


def delay(attempts: int, chance: float) -> timedelta | None:
    """How long to wait after the n-th failure, ``chance`` 0-1 spreading it; None: give up."""
    if attempts >= MOST_ATTEMPTS:
        return None
    whole_s = min(
        LONGEST_DELAY.total_seconds(), FIRST_DELAY.total_seconds() * 3.0 ** (attempts - 1)
    )
    return timedelta(seconds=whole_s * (0.5 + chance / 2))


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """What the header ``X-BrightKitchen-Signature`` says: HMAC-SHA256 of time, dot and body."""
    signed = f"{timestamp}.".encode() + body
    return f"{SIGNATURE}={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def verified(secret: str, timestamp: int, body: bytes, given: str, now_s: int) -> bool:
    """How a receiver checks it: right signature, at most five minutes old."""
    fresh = abs(now_s - timestamp) <= 300
    return fresh and hmac.compare_digest(signature(secret, timestamp, body), given)
