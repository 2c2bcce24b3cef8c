"""What an inspector takes along in the morning."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from api.inspections.checklists import Checklist
from api.inspections.schemas import VisitOut
from api.restaurants.schemas import Risk
from vision.names import RuleId


class WhyOut(BaseModel):
    """The terms of the expected loss: ``loss = harm * (chance * doubt + cases)``."""

    loss: float
    harm: float
    chance: float
    doubt: float
    cases: float
    score: float | None
    days: float | None = Field(description="since the last visit; null: there was none")
    open_cases: int
    overdue_cases: int


class LinkedOut(BaseModel):
    """An upheld alert that a finding may be linked to."""

    id: UUID
    rule: RuleId
    zone: str
    started_at: datetime


class LinkedCaseOut(BaseModel):
    """The case a visit is about, as far as the phone shows it."""

    id: str
    number: str
    rule: str
    state: str
    due_at: datetime | None
    requirements: str


class StopOut(BaseModel):
    """One visit of today, or a restaurant that is worth one; ``visit`` is null for those."""

    restaurant_id: str
    restaurant_name: str
    address: str
    phone: str
    risk: Risk
    why: WhyOut
    way: int | None = Field(description="its place on the short way, from 1; null: no coordinates")
    away_km: float | None = Field(description="from the stop before it on that way")
    visit: VisitOut | None
    alerts: list[LinkedOut]
    case: LinkedCaseOut | None


class TodayOut(BaseModel):
    """What an inspector takes along: stops by expected loss, and every checklist."""

    definition: str = (
        "expected loss = harm by static risk x (chance that something is wrong, from the score or "
        "the static risk, x doubt since the last visit + open cases); the highest first"
    )
    day: dt.date
    person_id: str
    person_name: str
    station_name: str | None
    done_today: int
    stops: list[StopOut]
    suggested: list[StopOut]
    checklists: list[Checklist]
