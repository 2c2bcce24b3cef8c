"""Rounds, looks and findings as people give and read them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.cameras.rules import HealthState
from api.cameras.schemas import PictureOut
from api.patrols.rules import REPORTABLE, NotSeen, Outcome, Risk, Said
from api.text import PlainText
from vision.alert import Box, Sha256, ordered
from vision.names import RuleId, ZoneType

Id = Annotated[PlainText, Field(min_length=1, max_length=64)]
MAX_TARGET = 500


class RoundScope(BaseModel):
    """Which cameras a round goes over; what is not named does not narrow it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    district: Id | None = None
    station: Id | None = None
    risks: Annotated[tuple[Risk, ...], Field(max_length=4)] = ()
    zone_type: ZoneType | None = None


class RoundIn(BaseModel):
    """A new round; ``campaign`` is what it is for, when it is not an ordinary one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    campaign: Annotated[PlainText, Field(max_length=100)] = ""
    scope: RoundScope = RoundScope()
    target: Annotated[int, Field(ge=1, le=MAX_TARGET)] = 36


class RoundOut(BaseModel):
    """A round, and what came of it so far."""

    id: str
    person_id: str
    person_name: str
    campaign: str
    scope: RoundScope
    target: int
    started_at: datetime
    paused_at: datetime | None
    paused_s: float
    ended_at: datetime | None
    given: int = Field(description="cameras that were on the wall")
    clear: int = Field(description="seen, nothing wrong")
    not_seen: int = Field(description="could not be seen")
    reported: int
    seconds_each: float | None = Field(description="time without pauses / cameras looked at")

    @property
    def looked(self) -> int:
        """Cameras looked at, seen or not."""
        return self.clear + self.not_seen + self.reported


class RoundsOut(BaseModel):
    """Rounds, newest first."""

    items: list[RoundOut]
    next_cursor: str | None


class LookOut(BaseModel):
    """A look at one camera, and the very picture that was seen."""

    id: str
    round_id: str
    camera_id: str
    camera_name: str
    restaurant_name: str
    outcome: Outcome
    reason: NotSeen | None
    sha256: str | None
    taken_at: datetime | None
    at: datetime
    alert_id: UUID | None
    undone_at: datetime | None


class LookIn(BaseModel):
    """What a person says of a camera, and the hash of the picture they had before their eyes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    camera_id: Id
    said: Said = "clear"
    sha256: Sha256 | None = None


def _reportable(rule: RuleId) -> RuleId:
    if rule not in REPORTABLE:
        raise ValueError(f"give one of {', '.join(REPORTABLE)}")
    return rule


class FindingIn(BaseModel):
    """A drawn box; ``id`` becomes the alert's, so that sending it twice is harmless."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: UUID
    camera_id: Id
    sha256: Sha256
    rule: Annotated[RuleId, AfterValidator(_reportable)]
    box: Annotated[Box, AfterValidator(ordered)]


class NextIn(BaseModel):
    """How many cameras are wanted on the wall, and which of those on it are to stay."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    count: Annotated[int, Field(ge=1, le=9)] = 9
    keep: Annotated[tuple[Id, ...], Field(max_length=9)] = ()


class WhyOut(BaseModel):
    """Why it was a camera's turn when it was given."""

    risk: Risk
    unseen_s: float
    never_seen: bool
    open_alerts: int
    urgency: float = Field(description="1.0 is due; see api.patrols.rules.Standing")


class PlaceOut(BaseModel):
    """A zone in force now, and what may be reported in it."""

    name: str
    type: ZoneType
    polygon: tuple[tuple[float, float], ...]
    rules: list[RuleId]


class TileOut(BaseModel):
    """One camera on the wall."""

    camera_id: str
    camera_name: str
    place: str
    restaurant_name: str
    position: int
    why: WhyOut
    health: HealthState
    picture: PictureOut | None
    heads: list[Box] | None = Field(description="in the picture; null: not told")
    zones: list[PlaceOut]
    beside: PlaceOut = Field(description="what lies outside every zone; its polygon is empty")
    look: LookOut | None


class WallOut(BaseModel):
    """The cameras before one's eyes; empty when no further one fits the round."""

    round: RoundOut
    items: list[TileOut]


class ReportOut(BaseModel):
    """A round with every camera it was given and every look."""

    round: RoundOut
    looks: list[LookOut]
    unlooked: list[TileOut]


class ClassCoverage(BaseModel):
    """How much of one static class was looked at; shares with the counts they are made of."""

    risk: Risk
    cameras: int
    within_day: int
    within_week: int
    never: int
    median_unseen_s: float | None = Field(description="since the last look, of those ever seen")
    looks: int = Field(description="seen or reported in the period, undone ones left out")
    not_seen: int
    findings: int
    upheld: int
    dismissed: int
    per_hundred: float | None
    low: float | None
    high: float | None


class CoverageOut(BaseModel):
    """Coverage by static class."""

    definition: str = (
        "share of active cameras with a standing look (seen or reported) within 24 hours or 7 days;"
        " findings per 100 looks with a Wilson score interval at 95 %"
    )
    period_days: int
    items: list[ClassCoverage]
