"""How long an alert's evidence is kept, and what holds it: decided here, without a database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from api.settings import Settings

# What keeps evidence by itself: a verdict is still to come, an upheld one is not released, its
# case is open, the restaurant's appeal is not decided.
AutomaticHold = Literal["open", "upheld", "case", "appeal"]


@dataclass(frozen=True, slots=True)
class Policy:
    """Days that evidence is kept after the verdict, by what the verdict was."""

    dismissed_days: int
    upheld_days: int

    def days(self, status: str) -> int:
        """For a settled alert."""
        return self.upheld_days if status == "upheld" else self.dismissed_days


def policy_of(settings: Settings) -> Policy:
    """What the operator set."""
    return Policy(settings.retention_dismissed_days, settings.retention_upheld_days)


@dataclass(frozen=True, slots=True)
class Facts:
    """What counts of one alert; ``released_at`` is when its automatic hold last ended by hand.

    ``placed`` by a person, ``in_case`` that is open, ``appealed`` and not decided.
    """

    status: str
    settled_at: datetime | None
    released_at: datetime | None = None
    placed: bool = False
    in_case: bool = False
    appealed: bool = False


def automatic_holds(facts: Facts) -> tuple[AutomaticHold, ...]:
    """Everything that holds the evidence though nobody asked."""
    verdict = verdict_hold(facts)
    others: dict[AutomaticHold, bool] = {"case": facts.in_case, "appeal": facts.appealed}
    found = tuple(name for name, holds in others.items() if holds)
    return found if verdict is None else (verdict, *found)


def verdict_hold(facts: Facts) -> Literal["open", "upheld"] | None:
    """Which hold the verdict brings, or its absence; a later verdict brings it back."""
    if facts.status not in ("upheld", "dismissed") or facts.settled_at is None:
        return "open"
    if facts.status == "dismissed":
        return None
    released = facts.released_at is not None and facts.released_at >= facts.settled_at
    return None if released else "upheld"


def due_at(facts: Facts, policy: Policy) -> datetime | None:
    """When retention may take the evidence; None while anything holds it."""
    if facts.placed or automatic_holds(facts) or facts.settled_at is None:
        return None
    due = facts.settled_at + timedelta(days=policy.days(facts.status))
    return max(due, facts.released_at) if facts.released_at and facts.status == "upheld" else due
