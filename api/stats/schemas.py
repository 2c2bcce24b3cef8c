"""Figures as people read them."""

from __future__ import annotations

from pydantic import BaseModel, Field

from vision.names import RuleId


class RulePrecision(BaseModel):
    """Of the decided alerts of a rule, the share that was upheld, with its 95 % interval."""

    rule: RuleId
    upheld: int
    dismissed: int
    decided: int
    precision: float | None = Field(description="upheld / decided; null while nothing is decided")
    low: float | None
    high: float | None


class PrecisionOut(BaseModel):
    """Measured precision, rule by rule."""

    definition: str = "upheld / (upheld + dismissed), Wilson score interval at 95 %"
    items: list[RulePrecision]
