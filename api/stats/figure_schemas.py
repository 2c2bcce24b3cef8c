"""The office's figures as they are asked for and told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final, Literal, Self, get_args

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.stats.schemas import Id
from vision.names import RuleId

By = Literal["station", "district", "rule", "month", "restaurant"]
BYS: Final[tuple[By, ...]] = get_args(By)
Count = Literal[
    "visits",
    "restaurants_visited",
    "visits_not_met",
    "orders",
    "orders_due",
    "orders_on_time",
    "cases_opened",
    "cases_closed",
    "alerts",
    "upheld",
    "dismissed",
    "open",
    "reported",
    "restaurants",
    "cameras",
]
COUNTS: Final[tuple[Count, ...]] = get_args(Count)
# What is counted together, and what it gives.
Table = Literal["alerts", "issued", "due", "opened", "closed", "visits", "visited", "stock"]
GIVES: Final[dict[Table, tuple[str, ...]]] = {
    "alerts": ("alerts", "upheld", "dismissed", "open", "precision", "reported"),
    "issued": ("orders",),
    "due": ("orders_due", "orders_on_time", "on_time"),
    "opened": ("cases_opened",),
    "closed": ("cases_closed",),
    "visits": ("visits", "visits_not_met"),
    "visited": ("restaurants_visited",),
    "stock": ("restaurants", "cameras"),
}
TABLES: Final = frozenset(GIVES)
MOST_DAYS: Final = 3 * 366


class FigureQuery(BaseModel):
    """Local days, the first and the last included; without them: this month so far."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_: Annotated[date | None, Field(alias="from")] = None
    until: date | None = None
    by: By | None = None
    station: Id | None = None
    district: Id | None = None
    restaurant: Id | None = None
    rule: RuleId | None = None
    lang: Literal["zh", "en"] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ and self.until and self.from_ > self.until:
            raise ValueError("until must not lie before from")
        if self.from_ and self.until and (self.until - self.from_).days >= MOST_DAYS:
            raise ValueError(f"until must lie within {MOST_DAYS} days of from")
        return self


FigureParams = Annotated[FigureQuery, Query()]


class ShareOut(BaseModel):
    """A share of 0 to 1 with its 95 % Wilson interval, and what it is made of."""

    value: float
    low: float
    high: float
    of: int = Field(description="how many it is a share of")


class Figures(BaseModel):
    """Figures of one group; null where one cannot be parted so, or is not told there."""

    visits: int | None
    restaurants_visited: int | None
    visits_not_met: int | None
    orders: int | None
    orders_due: int | None
    orders_on_time: int | None
    on_time: ShareOut | None
    cases_opened: int | None
    cases_closed: int | None
    alerts: int | None
    upheld: int | None
    dismissed: int | None
    open: int | None
    precision: ShareOut | None
    reported: int | None
    restaurants: int | None
    cameras: int | None


class FigureItem(BaseModel):
    """One group: an id, a rule or a month like ``2026-11``, and what people call it."""

    key: str
    name: str
    figures: Figures


class DefinitionOut(BaseModel):
    """What a figure is called and what exactly it counts."""

    label: str
    definition: str


class StatsOut(BaseModel):
    """Figures of a period, each with its definition."""

    model_config = ConfigDict(populate_by_name=True)

    from_: Annotated[date, Field(alias="from")]
    until: date
    time_zone: str
    as_of: datetime
    language: Literal["zh", "en"]
    by: By | None
    generated: bool = Field(description="whether generated, not real, records are counted in it")
    total: Figures
    items: list[FigureItem]
    definitions: dict[str, DefinitionOut]
