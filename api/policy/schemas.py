"""Policies as people decide and read them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.text import PlainText

PolicyText = Annotated[PlainText, Field(min_length=1, max_length=65_536)]


class PolicyIn(BaseModel):
    """A policy that is to hold from a time on; without a time at once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: PolicyText
    in_force_from: AwareDatetime | None = None
    reason: Annotated[PlainText, Field(min_length=1, max_length=2000)]


class PolicyOut(BaseModel):
    """One version, and who decided it."""

    version: int = Field(description="0: the shipped one, nothing was decided yet")
    name: str
    sha256: str
    text: str
    in_force: bool = Field(description="it holds now")
    in_force_from: datetime | None
    decided_by: str | None = Field(description="a person's name")
    decided_at: datetime | None
    reason: str


class PoliciesOut(BaseModel):
    """Every version, the newest first."""

    items: list[PolicyOut]
