"""The ledger as it is asked for and told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self, get_args
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.cases.transitions import State
from api.pages import PageQuery
from api.text import PlainText

Id = Annotated[PlainText, Field(max_length=40)]
Dated = Literal["opened", "order", "due", "closed"]
DATED: tuple[Dated, ...] = get_args(Dated)
Met = Literal["on_time", "late"]
Outcome = Literal["on_time", "late", "failed", "running", "none"]
Source = Literal["alert", "visit", "hand"]


class LedgerQuery(PageQuery):
    """Which cases; days are local, both included, and belong to what ``by`` names.

    ``by`` order and due list orders: a case with two of them stands there twice.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_: Annotated[date | None, Field(alias="from")] = None
    until: date | None = None
    by: Dated = "opened"
    station: Id | None = None
    district: Id | None = None
    restaurant: Id | None = None
    rule: Id | None = None
    state: State | None = None
    source: Source | None = None
    met: Met | None = None
    open: bool = False
    overdue: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ and self.until and self.from_ > self.until:
            raise ValueError("until must not lie before from")
        return self


LedgerParams = Annotated[LedgerQuery, Query()]


class LedgerRow(BaseModel):
    """One line: a case, and its order when it has one."""

    case_id: str
    number: str
    restaurant_id: str
    restaurant_name: str
    station_name: str | None
    district_name: str | None
    rule: str
    zone_type: str
    severity: str
    source: Source
    state: State
    opened_at: datetime
    due_at: datetime | None = Field(description="the case's next clock; null when it ended")
    overdue: bool
    escalated: bool
    repeats: int
    alerts: int = Field(description="upheld alerts that stand in it")
    order_number: str | None
    ordered_at: datetime | None
    order_due_at: datetime | None
    met_at: datetime | None
    outcome: Outcome
    closed_at: datetime | None
    signers: list[str]
    alert_id: UUID | None = Field(description="the first alert in it, whose picture stands for it")
    generated: bool


class VisitLine(BaseModel):
    """A finished visit."""

    visit_id: str
    restaurant_id: str
    restaurant_name: str
    station_name: str | None
    kind: str
    finished_at: datetime
    by: str
    met: int
    not_met: int
    outcome: str
    case_id: str | None
    generated: bool
