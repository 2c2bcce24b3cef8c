"""The supervision office's board: the period's figures, and how things stand now."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, get_args

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from api.policy.rules import Grade
from api.stats.figure_schemas import FigureItem, Figures
from api.stats.schemas import Id

Span = Literal["week", "month", "quarter", "year"]
SPANS: tuple[Span, ...] = get_args(Span)


class BoardQuery(BaseModel):
    """The calendar's present week, month, quarter or year so far, of all places or of one."""

    model_config = ConfigDict(extra="forbid")

    span: Span = "month"
    station: Id | None = None
    district: Id | None = None


BoardParams = Annotated[BoardQuery, Query()]


class Backlog(BaseModel):
    """Alerts that nobody decided yet, now."""

    open: int
    late: int = Field(description="of these, past the time set for their review")
    oldest_at: datetime | None
    by_age: list[int] = Field(description="younger than 10 min, 30 min, 2 h, 1 day, older")


class HourCount(BaseModel):
    """One local hour of today."""

    hour: int
    came: int
    decided: int


class CaseCount(BaseModel):
    """Open cases in one state."""

    state: str
    cases: int
    overdue: int
    escalated: int


class CamerasNow(BaseModel):
    """Cameras in use, and those not heard of for too long."""

    cameras: int
    silent: int


class DayShare(BaseModel):
    """The share of the planned hours that were really judged in one local day."""

    day: date
    value: float | None


class PlaceDays(BaseModel):
    """Availability of one station, day by day and over the period."""

    key: str
    days: list[DayShare]


class Ranked(BaseModel):
    """A restaurant in the ranking; whose intervals overlap share their places."""

    restaurant_id: str
    name: str
    station_id: str | None
    value: float
    low: float
    high: float
    grade: Grade | None
    first: int = Field(description="the best place it may have")
    last: int = Field(description="the worst place it may have")


class Ranking(BaseModel):
    """Restaurants by score, and how many still collect evidence."""

    day: date | None
    scored: int
    collecting: int
    items: list[Ranked]


class Board(BaseModel):
    """Everything that the office's first page shows; figures that it does not show are null."""

    span: Span
    first_day: date
    last_day: date
    before_first_day: date
    before_last_day: date
    time_zone: str
    as_of: datetime
    generated: bool
    total: Figures
    before: Figures
    available: float | None
    by_rule: list[FigureItem]
    by_station: list[FigureItem]
    by_month: list[FigureItem]
    backlog: Backlog
    today: list[HourCount]
    cases: list[CaseCount]
    cameras: CamerasNow
    availability: list[PlaceDays]
    best: Ranking
    worst: Ranking
