"""Whether a verdict can be appealed against, and who may decide. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from api.reviews.order import Lateness, lateness

State = Literal["filed", "granted", "refused", "withdrawn"]
Outcome = Literal["granted", "refused"]
WhyNot = Literal["not_upheld", "open", "decided", "too_late"]
# Working days that the office has for its decision.
DECISION_DAYS: Final = 10
MOST_FILES: Final = 8
DECIDERS: Final = ("supervisor", "admin")


@dataclass(frozen=True, slots=True)
class Earlier:
    """An appeal that was made before on the same alert."""

    state: State
    filed_at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an appeal would be against; ``settled_at`` is when the verdict was given."""

    status: str
    settled_at: datetime | None
    earlier: Sequence[Earlier] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """How long a verdict can be appealed against, counted in local days there."""

    days: int
    zone: ZoneInfo

    def ends_at(self, settled_at: datetime) -> datetime:
        """The last second of the term: its last day counts wholly."""
        day = settled_at.astimezone(self.zone).date() + timedelta(days=self.days)
        return datetime.combine(day, time(23, 59, 59), self.zone)

    def days_left(self, settled_at: datetime, now: datetime) -> int:
        """Days up to the last one; 0 on that day itself and after it."""
        last = self.ends_at(settled_at).date()
        return max(0, (last - now.astimezone(self.zone).date()).days)


def clock_state(filed_at: datetime, due_at: datetime, now: datetime) -> Lateness:
    """How the office stands with an open appeal."""
    return lateness(due_at, due_at - filed_at, now)


def why_not(verdict: Verdict, now: datetime, term: Term) -> WhyNot | None:
    """Why no appeal can be made now; None when one can.

    A decision closes the matter until the alert gets another verdict; what was withdrawn may be
    filed again within the term.
    """
    if verdict.status != "upheld" or verdict.settled_at is None:
        return "not_upheld"
    about_this = [one for one in verdict.earlier if one.filed_at >= verdict.settled_at]
    if any(one.state == "filed" for one in verdict.earlier):
        return "open"
    if any(one.state in ("granted", "refused") for one in about_this):
        return "decided"
    return "too_late" if now > term.ends_at(verdict.settled_at) else None


def may_decide(person_id: str, role: str, involved: Collection[str]) -> bool:
    """Whoever judged or reported the alert does not decide about the appeal against it."""
    return role in DECIDERS and person_id not in involved
