"""Appeals as restaurants file them and as the office decides them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.alerts.schemas import Status
from api.appeals.rules import Outcome, State
from api.pages import PageQuery
from api.reviews.order import Lateness
from api.reviews.rules import Reason
from api.text import PlainText
from vision.names import RuleId, Severity, ZoneType

Words = Annotated[PlainText, Field(min_length=3, max_length=2000, pattern=r"\S")]
AppealId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]


class AppealIn(BaseModel):
    """Against which alert, and why the restaurant thinks that it is wrong."""

    model_config = ConfigDict(extra="forbid")

    alert_id: UUID
    statement: Words


class DecisionIn(BaseModel):
    """The office's decision with its reason; ``ground`` is needed to grant, for nothing else."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome
    ground: Reason | None = None
    reason: Words

    @model_validator(mode="after")
    def _grounded(self) -> DecisionIn:
        if (self.outcome == "granted") != (self.ground is not None):
            raise ValueError("ground is needed to grant an appeal, and for nothing else")
        return self


class AppealFileOut(BaseModel):
    """A photograph of the restaurant's."""

    sha256: str
    media_type: str
    bytes: int
    added_at: datetime
    deleted: bool = Field(description="whether retention took it")


class AppealOut(BaseModel):
    """An appeal with what it is about; names of the office's people are for the office alone."""

    id: str
    alert_id: UUID
    restaurant_id: str
    restaurant_name: str
    camera_name: str
    rule: RuleId
    severity: Severity
    zone: str
    zone_type: ZoneType
    started_at: datetime
    ended_at: datetime | None
    subjects: int
    state: State
    statement: str
    verdict_at: datetime
    filed_by: str
    filed_at: datetime
    due_at: datetime
    clock: Lateness | None = Field(description="how the office stands; null once it is over")
    decided_by: str | None
    closed_at: datetime | None
    ground: Reason | None
    decision: str
    alert_status: Status = Field(
        description="the alert's now: one that was granted is dismissed, unless it was reopened"
    )
    files: list[AppealFileOut]
    may_decide: bool
    may_withdraw: bool


class AppealQuery(PageQuery):
    """Which appeals to list."""

    model_config = ConfigDict(extra="forbid")

    state: State | None = None
    restaurant: Annotated[PlainText | None, Field(max_length=32)] = None


AppealParams = Annotated[AppealQuery, Query()]
