"""Thresholds as people decide about them and cameras read them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.text import PlainText
from api.thresholds.rules import Outcome
from vision.names import RuleId

Decision = Literal["accepted", "edited", "refused"]
CameraId = Annotated[PlainText, Field(min_length=1, max_length=64)]
Target = Annotated[float, Field(ge=0.5, le=0.99)]
Share = Annotated[float, Field(ge=0, le=1)]


class ThresholdsOut(BaseModel):
    """One camera's set; ``vision.thresholds.Thresholds`` reads it."""

    version: int = Field(description="0 while nothing was decided")
    sha256: str
    by_rule: dict[RuleId, float]


class FigureOut(BaseModel):
    """A precision with its 95 % interval."""

    value: float
    low: float
    high: float


class ProposalOut(BaseModel):
    """What verdicts say about one camera and rule."""

    camera_id: str
    camera_name: str
    restaurant_id: str
    restaurant_name: str
    rule: RuleId
    model_sha256: str
    target: float
    outcome: Outcome = Field(
        description="raise: the threshold reaches the target; keep: it is reached; unreachable: "
        "no threshold reaches it; few: too few verdicts to say"
    )
    current: float
    version: int = Field(description="of the camera's set in force")
    threshold: float
    now: FigureOut
    then: FigureOut
    dropped_upheld: int
    dropped_dismissed: int
    verdicts: dict[str, int] = Field(description="of the camera, its restaurant, all")
    refused_at: datetime | None = Field(description="when this very proposal was last refused")


class ProposalsOut(BaseModel):
    """Proposals of one rule, the most false alerts saved first."""

    definition: str
    items: list[ProposalOut]


class DecisionIn(BaseModel):
    """What a supervisor decides about a proposal they saw."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    camera: CameraId
    rule: RuleId
    target: Target
    proposed: Share
    version: Annotated[int, Field(ge=0)]
    decision: Decision
    threshold: Share | None = None
    reason: Annotated[PlainText, Field(min_length=1, max_length=2000)]

    @model_validator(mode="after")
    def _edited(self) -> DecisionIn:
        if (self.decision == "edited") != (self.threshold is not None):
            raise ValueError("threshold is needed for edited, and for nothing else")
        if not self.reason.strip():
            raise ValueError("reason must say something")
        return self


class DecisionOut(BaseModel):
    """One decision of the past."""

    id: str
    camera_id: str
    rule: RuleId
    decision: Decision
    version: int | None
    threshold: float | None
    proposed: float | None
    target: float
    reason: str
    decided_by: str
    decided_at: datetime
