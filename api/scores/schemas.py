"""A score as it is told, term by term."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.policy.rules import Family, Grade

PartName = Literal["pests", "hat", "mask", "rectification", "observability"]
CapName = Literal["open_pest", "repeated_overdue"]
NeedName = Literal["days", "hours", "reviewed"]
EpisodeState = Literal["open", "overdue", "repeated", "passed", "same"]
Points = Annotated[float, Field(ge=0, le=100)]


class Told(BaseModel):
    """Never changed once made."""

    model_config = ConfigDict(frozen=True)


class PolicyRef(Told):
    """By what somebody is measured."""

    version: int
    name: str
    sha256: str


class IntervalOut(Told):
    """Where the value lies with the share of probability that the policy says."""

    low: Points
    high: Points
    share: float


class Need(Told):
    """How much evidence there is, and how much is needed."""

    what: NeedName
    have: float
    need: float


class FamilyTerms(Told):
    """What the points of one family of rules are made of.

    ``hours`` are camera-hours for pests, person-hours else, decayed; ``plain_hours`` not decayed.
    Points are 100 * 0.6 ^ (rate / rate_60), rate is (prior_episodes + episodes) / (prior_hours +
    hours), an hour.
    """

    episodes: float
    hours: float
    plain_hours: float
    prior_episodes: float
    prior_hours: float
    rate: float
    rate_60: float
    district_rate: float
    low: Points
    high: Points
    evidence: float = Field(description="0-1; the part counts from 1 on")
    needs: tuple[Need, ...]


class Part(Told):
    """One part of the score; ``lost`` is what it takes from a hundred."""

    name: PartName
    weight: float = Field(description="its share in this restaurant's score, 0-1")
    points: Points
    lost: float
    terms: FamilyTerms | None = None
    on_time: int | None = None
    due: int | None = None
    seen: float | None = Field(default=None, description="effective / scheduled hours, 0-1")


class Cap(Told):
    """Why the score does not exceed ``limit`` for now, and which episodes say so."""

    name: CapName
    limit: Points
    episode_ids: tuple[UUID, ...]


class EpisodeCost(Told):
    """What one upheld episode takes, and how that is won back.

    ``points`` is how much higher the score (before caps) would be had it not happened,
    ``points_if_passed`` how much it would cost with its look-back passed. It halves every
    ``half_life_days`` and is gone on ``gone_on``. ``same_as`` names the episode with which it
    counts once (state ``same``).
    """

    alert_id: UUID
    rule: str
    family: Family
    day: date
    weight: float
    extent: float
    factor: float
    decay: float
    state: EpisodeState
    same_as: UUID | None = None
    case_id: str | None = None
    due_at: datetime | None = None
    points: float
    points_if_passed: float
    half_life_days: float
    gone_on: date


class Score(Told):
    """A restaurant's score at a moment; ``value`` is None while evidence is collected.

    A working figure, not a legal grade.
    """

    restaurant_id: str
    at: datetime
    day: date
    policy: PolicyRef
    value: Points | None
    interval: IntervalOut | None
    grade: Grade | None
    grade_before: Grade | None
    evidence: float = Field(description="which share of the least evidence there is, 0-1")
    seen: float = Field(description="availability: effective / scheduled hours, 0-1")
    uncapped: Points | None
    parts: tuple[Part, ...]
    required: tuple[Family, ...]
    caps: tuple[Cap, ...]
    waiting: int = Field(description="alerts that wait for a verdict; they do not count against it")
    episodes: tuple[EpisodeCost, ...] | None = Field(
        default=None, description="what each episode costs; where it was asked for"
    )


class DayOut(Told):
    """A day of the history."""

    day: date
    value: Points | None
    low: Points | None
    high: Points | None
    grade: Grade | None
    evidence: float
    policy_version: int
    policy_sha256: str
    sha256: str = Field(description="of the whole score, as it was given")
    made_at: datetime = Field(description="later than the night after it: the day was made anew")
    generated: bool


class HistoryOut(BaseModel):
    """Days in order of time."""

    items: list[DayOut]


class WhatIfOut(BaseModel):
    """The score now, and what it would be."""

    now: Score
    then: Score
    difference: float | None = Field(description="in points; null where one of them has no value")
