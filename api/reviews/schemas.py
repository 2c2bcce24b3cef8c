"""Reviews as people give and read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from api.alerts.schemas import AlertOut, Status
from api.reviews.rules import Reason, Verdict
from api.text import PlainText
from vision.alert import Box, ordered
from vision.detections import Kind
from vision.names import RuleId, Severity

Origin = Literal["camera", "batch", "patrol"]
Comment = Annotated[PlainText, Field(max_length=2000)]
Id = Annotated[PlainText, Field(max_length=64)]


class CorrectedBox(BaseModel):
    """Where the thing really is on the alert's first frame, in fractions, and what it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    box: Annotated[Box, AfterValidator(ordered)]
    kind: Kind


class ReviewIn(BaseModel):
    """A verdict; a dismissal says why.

    ``round`` is the round the reviewer saw; when another one is open by now, the answer is 409.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    verdict: Verdict
    reason: Reason | None = None
    comment: Comment | None = None
    round: Annotated[int, Field(ge=1, le=1000)] | None = None
    box: CorrectedBox | None = None
    took_s: Annotated[float, Field(ge=0, le=86_400)] | None = Field(
        default=None, description="from shown to verdict, without pauses"
    )

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
    undone_reason: str | None
    box: CorrectedBox | None
    alert_status: Status


class QueueFilter(BaseModel):
    """What of the queue somebody wants to see."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: RuleId | None = None
    severity: Severity | None = None
    restaurant: Id | None = None
    station: Id | None = None
    district: Id | None = None
    camera: Id | None = None
    origin: Origin | None = None
    older_min: Annotated[int, Field(ge=0, le=1_000_000)] | None = Field(
        default=None, description="has waited so many minutes at least"
    )


FilterParams = Annotated[QueueFilter, Query()]


class QueueOut(BaseModel):
    """What this person could review next, and how much is open altogether."""

    items: list[AlertOut]
    waiting: int
    second_review: int
    mine: int
    late: int


class ClaimOut(BaseModel):
    """An alert that is this person's to review until then, unless it is renewed."""

    alert_id: UUID
    expires_at: datetime


class ReopenIn(BaseModel):
    """Why the verdicts on an alert are set aside."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[PlainText, Field(min_length=3, max_length=2000)]


class BurstIn(BaseModel):
    """Which of a burst are dismissed, all for one reason."""

    model_config = ConfigDict(extra="forbid")

    alert_ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]
    reason: Reason
    comment: Comment | None = None


class BurstOut(BaseModel):
    """Alerts of one camera, rule and zone close to each other in time, open to this person."""

    items: list[AlertOut]
    window_s: int


class BatchOut(BaseModel):
    """What a bulk dismissal did; ``skipped`` were decided or taken by others meanwhile."""

    batch: str
    dismissed: list[UUID]
    skipped: list[UUID]


class OwnReviewOut(BaseModel):
    """A verdict of one's own, and the alert it was given on."""

    review: ReviewOut
    alert: AlertOut
    batch: str | None


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """Open alerts; ``mine`` are those that this person may review, ``late`` those overdue."""

    waiting: int
    second_review: int
    mine: int
    late: int


@dataclass(frozen=True, slots=True)
class History:
    """How alerts of one rule from one camera were decided so far."""

    upheld: int
    dismissed: int
