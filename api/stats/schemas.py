"""Figures as people ask for them and read them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal, get_args

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator

from api.alerts.rules import in_range
from api.text import PlainText
from vision.names import RuleId

Dimension = Literal["rule", "camera", "restaurant", "model", "pack", "zone_type", "hour", "week"]
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)
Verdict = Literal["upheld", "dismissed", "open"]
IntervalKind = Literal["wilson", "beta"]
Id = Annotated[PlainText, Field(max_length=64)]

PRECISION: Final = (
    "precision = upheld / (upheld + dismissed). One alert counts once, by the verdict that stands; "
    "open alerts and alerts raised by people on patrol are left out. Interval: 95 %, "
)
WHICH: Final[dict[IntervalKind, str]] = {
    "wilson": "Wilson score.",
    "beta": "central Beta(upheld + 1/2, dismissed + 1/2), value is its mean (Jeffreys prior).",
}


class Period(BaseModel):
    """From ``since`` on, before ``until``; an alert belongs to the moment it began."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        for field in ("since", "until"):
            moment: datetime | None = getattr(self, field)
            if moment is not None:
                in_range(field, moment)
        if self.since and self.until and self.since >= self.until:
            raise ValueError("since must lie before until")
        return self


class AlertFilter(Period):
    """Which alerts are counted."""

    rule: RuleId | None = None
    camera: Id | None = None
    restaurant: Id | None = None
    model: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    below: Annotated[float, Field(ge=0, le=1, description="confidence is lower")] | None = None


class PrecisionQuery(AlertFilter):
    """``by`` names the dimensions, with commas; each combination that occurs is one item."""

    by: Annotated[str, Field(max_length=80, description="of " + ", ".join(DIMENSIONS))] = "rule"
    interval: IntervalKind = "wilson"

    @field_validator("by")
    @classmethod
    def _known(cls, by: str) -> str:
        names = by.split(",")
        unknown = [name for name in names if name not in DIMENSIONS]
        if unknown or len(set(names)) != len(names):
            raise ValueError(f"by must list some of {', '.join(DIMENSIONS)}, each once")
        return by

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """What to group by, in the order asked for."""
        return tuple(name for part in self.by.split(",") for name in DIMENSIONS if name == part)


PrecisionParams = Annotated[PrecisionQuery, Query()]


class PrecisionItem(BaseModel):
    """Of the decided alerts of one group, the share that was upheld, with its 95 % interval."""

    group: dict[Dimension, str] = Field(description="value of each dimension asked for")
    names: dict[Dimension, str] = Field(description="what people call it, where it has a name")
    upheld: int
    dismissed: int
    decided: int
    open: int = Field(description="not decided yet, so in no figure here")
    precision: float | None = Field(description="null while nothing is decided")
    low: float | None
    high: float | None


class PrecisionOut(BaseModel):
    """Measured precision, group by group."""

    definition: str
    by: list[Dimension]
    time_zone: str = Field(description="of hours and weeks")
    items: list[PrecisionItem]
