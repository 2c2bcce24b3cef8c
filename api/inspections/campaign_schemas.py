"""Campaigns as people give and read them."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from typing import Annotated, Final, Self

from pydantic import BaseModel, Field, model_validator

from api.inspections.checklists import DEFAULT
from api.inspections.rules import Outcome
from api.inspections.schemas import Given, Id, ItemId, Text, VisitOut
from api.text import PlainText

MAX_TARGETS: Final = 500


class CampaignIn(Given):
    """A campaign and its targets; each becomes a planned visit."""

    name: Annotated[PlainText, Field(min_length=1, max_length=100, pattern=r"\S")]
    purpose: Text = ""
    checklist: ItemId = DEFAULT
    starts_on: dt.date
    ends_on: dt.date
    restaurant_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MAX_TARGETS)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError("ends_on must not be before starts_on")
        return self


class TargetsIn(Given):
    """Further restaurants of a campaign."""

    restaurant_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MAX_TARGETS)]


class CampaignOut(BaseModel):
    """A campaign and how far it is; cancelled targets are not in ``targets``."""

    id: str
    name: str
    purpose: str
    checklist: str
    starts_on: dt.date
    ends_on: dt.date
    created_by: str
    created_at: datetime
    closed_at: datetime | None
    targets: int
    done: int
    under_way: int
    cancelled: int
    orders: int
    outcomes: dict[Outcome, int]


class ItemCount(BaseModel):
    """How one item was answered in a campaign; ``share`` is met of what applied."""

    item: str
    key: bool
    met: int
    not_met: int
    not_applicable: int
    share: float | None


class CampaignSummary(BaseModel):
    """A campaign in figures, with what each is made of."""

    definition: str = (
        "targets: planned, under way and done visits of the campaign that were not cancelled; "
        "orders: done visits on which a rectification order was issued; share: met answers of "
        "those that applied"
    )
    campaign: CampaignOut
    share: float | None
    items: list[ItemCount] = Field(description="the least often met first")
    visits: list[VisitOut]
