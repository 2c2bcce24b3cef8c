"""How a generated case goes from its first alert to its end. Pure but for the dice it is given."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from api.history.places import Kitchen, new_id

PESTS: Final = ("pest_rodent", "pest_cockroach")
ORDERED: Final[dict[bool, float]] = {True: 0.35, False: 0.015}
LATE: Final = 0.1
ESCALATED_AFTER: Final = timedelta(days=1)
# Hours after the opening: who does what, and where it leads.
START: Final = (
    (0.0, "open", "opened", "system"),
    (0.02, "notify", "notified", "system"),
    (1.2, "acknowledge", "acknowledged", "system"),
    (3.5, "answer", "answered", "system"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One action of a case."""

    at: datetime
    action: str
    target: str
    actor: str


@dataclass
class Story:
    """A case with everything that will happen to it, if nothing cuts it short."""

    id: str
    kitchen: Kitchen
    rule: str
    zone_type: str
    severity: str
    steps: list[Step]
    signers: tuple[str, str]
    order_due_at: datetime | None
    alerts: list[tuple[UUID, datetime]] = field(default_factory=list)

    @property
    def opened_at(self) -> datetime:
        """When it began."""
        return self.steps[0].at

    @property
    def ends_at(self) -> datetime:
        """When two people closed it."""
        return self.steps[-1].at

    @property
    def pest(self) -> bool:
        """Whether video alone may not clear it."""
        return self.rule in PESTS

    def step(self, action: str) -> Step | None:
        """The first step of that kind."""
        return next((step for step in self.steps if step.action == action), None)

    def until(self, now: datetime) -> list[Step]:
        """What has happened by then."""
        return [step for step in self.steps if step.at <= now]


def tell(
    chance: random.Random,
    kitchen: Kitchen,
    alert: tuple[str, str, str],
    at: datetime,
    inspectors: list[str],
) -> Story:
    """A case of that rule, zone and severity, which opens then."""
    rule, zone_type, severity = alert
    pest = rule in PESTS
    first, second = chance.sample(inspectors, 2)
    steps = [Step(at + timedelta(hours=h), what, to, who) for h, what, to, who in START]
    due_at, ready = None, at + timedelta(hours=chance.uniform(8, 60))
    if chance.random() < ORDERED[pest]:
        ordered_at = at + timedelta(hours=chance.uniform(5, 30))
        due_at = ordered_at + timedelta(days=chance.choice((2, 3, 3, 5)))
        late = chance.random() < LATE
        ready = due_at + timedelta(hours=chance.uniform(2, 96) if late else -chance.uniform(1, 40))
        steps.append(Step(ordered_at, "order", "ordered", first))
    steps.append(Step(ready, "rectify", "rectified", "system"))
    looked_at = ready + timedelta(days=chance.uniform(3, 9))
    look = "check_passed", "checked", first
    if not pest:
        look = "video_passed", "looked_back", "system"
    steps.append(Step(looked_at, *look))
    signed_at = looked_at + timedelta(hours=chance.uniform(1, 50))
    steps.append(Step(signed_at, "sign", "closing", first))
    closed_at = signed_at + timedelta(hours=chance.uniform(1, 60))
    steps.append(Step(closed_at, "close", "closed", second))
    return Story(new_id(chance), kitchen, rule, zone_type, severity, steps, (first, second), due_at)
