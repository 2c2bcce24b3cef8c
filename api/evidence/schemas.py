"""Custody as people ask for it and read it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from api.alerts.rules import in_range
from api.text import PlainText


def told(text: str) -> str:
    """The reason without blanks around it; ValueError when nothing is left."""
    if not text.strip():
        raise ValueError("a reason is needed")
    return text.strip()


def storable(moment: datetime) -> datetime:
    """The moment, or ValueError when no database can count so far."""
    in_range("until", moment)
    return moment


Reason = Annotated[PlainText, Field(min_length=1, max_length=500), AfterValidator(told)]
Moment = Annotated[AwareDatetime, AfterValidator(storable)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HoldIn(_In):
    """Why evidence must be kept, and until when; without an end until somebody releases it."""

    reason: Reason
    until: Moment | None = None


class ReasonIn(_In):
    """Why."""

    reason: Reason


class HoldOut(BaseModel):
    """A hold; all but ``placed`` are those that an alert has by itself.

    ``open`` without a verdict, ``upheld`` and not released, in an open ``case`` (its number is the
    reason), with an ``appeal`` that waits for its decision.
    """

    id: str
    kind: Literal["open", "upheld", "case", "appeal", "placed"]
    reason: str | None
    placed_by: str | None = None
    placed_at: datetime
    until: datetime | None = None
    released_by: str | None = None
    released_at: datetime | None = None
    release_reason: str | None = None
    standing: bool


class UnblurOut(BaseModel):
    """Until when originals are shown."""

    id: str
    reason: str
    until: datetime


class EntryOut(BaseModel):
    """A link of the restaurant's chain of custody."""

    seq: int
    at: datetime
    action: Literal["stored", "deleted"]
    sha256: str
    bytes: int
    kind: str
    media_type: str
    policy: str | None
    hash: str


class StepOut(BaseModel):
    """Something that was done with an alert or its evidence, and by whom."""

    at: datetime
    actor: str
    action: str
    sha256: str | None = None
    sent: str | None = None
    reason: str | None = None


class CustodyOut(BaseModel):
    """Where an alert's evidence is, what holds it, who did what with it."""

    alert_id: UUID
    due_at: datetime | None = Field(description="when retention may take it; null while held")
    holds: list[HoldOut]
    entries: list[EntryOut]
    log: list[StepOut]
    unblurred_until: datetime | None


class DayOut(BaseModel):
    """A finished day of a restaurant's chain: publish the root, and nothing of it can change."""

    restaurant: str
    restaurant_name: str
    day: str
    first: int
    last: int
    root: str
    previous: str
    hash: str
    key: str | None
    signature: str | None


class DueOut(BaseModel):
    """Evidence that retention takes next."""

    alert_id: UUID
    status: str
    settled_at: datetime
    due_at: datetime
    files: int
    bytes: int
