"""Reviews as people give and read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.alerts.schemas import AlertOut, Status
from api.reviews.rules import Reason, Verdict
from api.text import PlainText


class ReviewIn(BaseModel):
    """A verdict; a dismissal says why.

    ``round`` is the round the reviewer saw; when another one is open by now, the answer is 409.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    verdict: Verdict
    reason: Reason | None = None
    comment: Annotated[PlainText, Field(max_length=2000)] | None = None
    round: Annotated[int, Field(ge=1, le=1000)] | None = None

    @model_validator(mode="after")
    def _reasoned(self) -> ReviewIn:
        if (self.verdict == "dismissed") != (self.reason is not None):
            raise ValueError("reason is needed for a dismissal, and for nothing else")
        return self


class ReviewOut(BaseModel):
    """A verdict, its author, and where the alert stands now."""

    id: str
    alert_id: UUID
    round: int
    verdict: Verdict
    reason: Reason | None
    comment: str | None
    reviewer_id: str
    reviewer_name: str
    created_at: datetime
    undone_at: datetime | None
    alert_status: Status


class QueueOut(BaseModel):
    """What this person could review next, and how much is open altogether."""

    items: list[AlertOut]
    waiting: int
    second_review: int
    mine: int


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """Open alerts; ``mine`` are those that this person may review."""

    waiting: int
    second_review: int
    mine: int


@dataclass(frozen=True, slots=True)
class History:
    """How alerts of one rule from one camera were decided so far."""

    upheld: int
    dismissed: int
