"""Alerts as the API takes and shows them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Body, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.alerts.rules import in_range, storable
from api.pages import PageQuery
from api.text import PlainText
from vision.alert import Alert, AlertUpdate, Box, ModelRef, RulesRef
from vision.names import RuleId, Severity, ZoneType

Status = Literal["waiting", "second_review", "upheld", "dismissed"]


def storable_update(update: AlertUpdate) -> AlertUpdate:
    """The update, or ValueError when its time is out of range."""
    if update.ended_at is not None:
        in_range("ended_at", update.ended_at)
    return update


AlertIn = Annotated[Alert, AfterValidator(storable), Body()]
AlertUpdateIn = Annotated[AlertUpdate, AfterValidator(storable_update), Body()]


class EvidenceOut(BaseModel):
    """An announced file; ``stored`` once its bytes have come."""

    sha256: str
    kind: Literal["frame", "clip", "data"]
    media_type: str
    bytes: int
    stored: bool


class AlertOut(BaseModel):
    """An alert as it stands now."""

    id: UUID
    origin: Literal["camera", "batch", "patrol"]
    camera_id: str
    camera_name: str
    restaurant_id: str
    restaurant_name: str
    rule: RuleId
    severity: Severity
    zone: str
    zone_type: ZoneType
    started_at: datetime
    ended_at: datetime | None
    confidence: float
    subjects: int
    box: Box
    model: ModelRef
    rules: RulesRef
    evidence: list[EvidenceOut]
    received_at: datetime
    due_at: datetime = Field(description="by when the open round is to be decided")
    settled_at: datetime | None = Field(description="since when the status is the verdict")
    clock_ahead_s: int = Field(description="by how much the sender's clock was ahead; 0: not")
    status: Status
    round: int = Field(description="the review round that is open, or that decided")


class AlertQuery(PageQuery):
    """Which alerts to list, newest first."""

    model_config = ConfigDict(extra="forbid")

    status: Status | None = None
    rule: RuleId | None = None
    camera: Annotated[PlainText, Field(max_length=64)] | None = None
    restaurant: Annotated[PlainText, Field(max_length=64)] | None = None
    since: date | None = Field(default=None, description="begun on this day or later, in UTC")
    until: date | None = Field(default=None, description="begun on this day or earlier, in UTC")


AlertParams = Annotated[AlertQuery, Query()]
