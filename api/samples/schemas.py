"""Sampled minutes as cameras bring them and people judge them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final, Literal

from fastapi import Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from api.stats.schemas import Id, Period
from api.text import PlainText
from vision.alert import Box, EvidenceRef, ordered
from vision.names import RuleId

Verdict = Literal["clear", "missed", "not_assessable"]
SampleStatus = Literal["wanted", "announced", "supplied", "reviewed"]
MINUTE_S: Final = 60.0
MOST_FILES: Final = 12

RECALL: Final = (
    "recall = found / (found + missed). found: upheld alerts of the sampled days. missed: episodes "
    "that began in reviewed alert-free minutes, each weighed by how many minutes of the "
    "day's frame it stands for (strata of zones and parts of the day, drawn at random). Interval "
    "95 % (Fay-Feuer); at_least holds with 95 % confidence. Episodes shorter than a glance, "
    "and what the picture does not show, are in neither number."
)


class WantedOut(BaseModel):
    """A minute that the server asks this camera for, unless an alert falls into it."""

    id: str
    minute_at: datetime = Field(description="its beginning; it lasts 60 seconds")


class WantedListOut(BaseModel):
    """The minutes asked for, soonest first."""

    items: list[WantedOut]


class SampleIn(BaseModel):
    """What a camera announces for a minute: one clip, or frames in their order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: Annotated[tuple[EvidenceRef, ...], Field(min_length=1, max_length=MOST_FILES)]

    @model_validator(mode="after")
    def _pictures(self) -> SampleIn:
        kinds = [item.kind for item in self.files]
        if "data" in kinds or kinds.count("clip") > 1:
            raise ValueError("files may hold one clip, and frames")
        if len({item.sha256 for item in self.files}) != len(self.files):
            raise ValueError("files lists the same sha256 twice")
        return self


class FileOut(BaseModel):
    """A file of a sample."""

    sha256: str
    kind: Literal["frame", "clip"]
    media_type: str
    bytes: int
    stored: bool


class MarkIn(BaseModel):
    """A violation that raised no alert; ``box`` in shares of the picture, at ``at_s``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: RuleId
    box: Annotated[Box, AfterValidator(ordered)]
    at_s: Annotated[float, Field(ge=0, le=MINUTE_S)]
    ongoing: bool = Field(default=False, description="it had begun before the minute did")


class SampleReviewIn(BaseModel):
    """Nothing wrong, what was missed, or a picture that shows too little."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    verdict: Verdict
    marks: Annotated[tuple[MarkIn, ...], Field(max_length=20)] = ()
    comment: Annotated[PlainText, Field(max_length=2000)] | None = None

    @model_validator(mode="after")
    def _marked(self) -> SampleReviewIn:
        if (self.verdict == "missed") != bool(self.marks):
            raise ValueError("marks are needed for missed, and for nothing else")
        return self


class SampleReviewOut(BaseModel):
    """A verdict that was given."""

    id: str
    sample_id: str
    verdict: Verdict
    marks: list[MarkIn]
    comment: str | None
    reviewer_id: str
    created_at: datetime
    undone_at: datetime | None


class SampleOut(BaseModel):
    """A minute to be judged."""

    id: str
    camera_id: str
    camera_name: str
    restaurant_id: str
    restaurant_name: str
    minute_at: datetime
    stratum: str
    status: SampleStatus
    files: list[FileOut]


class SamplesOut(BaseModel):
    """What this person could judge now, oldest first."""

    items: list[SampleOut]
    open: int


class PlanIn(BaseModel):
    """The day to draw minutes for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    day: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))]


class PlanOut(BaseModel):
    """A draw: with seed and strata it can be repeated."""

    id: str
    day: date
    district: str = Field(description="id; empty for cameras without one")
    seed: str
    strata: dict[str, tuple[int, int]] = Field(description="minutes in the frame, minutes drawn")


class RecallQuery(Period):
    """Of which time and place."""

    camera: Id | None = None
    restaurant: Id | None = None


RecallParams = Annotated[RecallQuery, Query()]


class RecallItem(BaseModel):
    """One rule's recall; ``recall`` is null while too little was looked at to name a figure."""

    rule: RuleId
    found: int
    missed_seen: int = Field(description="misses that began in a reviewed minute")
    ongoing_seen: int = Field(description="misses that had begun before; not in the figure")
    missed: float | None = Field(description="estimate for the whole frame")
    recall: float | None
    low: float | None
    high: float | None
    at_least: float | None = Field(description="with 95 % confidence")


class RecallOut(BaseModel):
    """Measured recall, and how far the sampling has come."""

    definition: str = RECALL
    drawn: int
    void: int = Field(description="an alert fell into the minute")
    supplied: int
    reviewed: int
    not_assessable: int
    free_minutes: float = Field(description="alert-free minutes in the frame")
    items: list[RecallItem]
