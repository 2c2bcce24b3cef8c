"""Analyses of recorded footage, as they come in and go out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.analyses.rules import State
from api.text import PlainText
from vision.names import ZoneType

Pack = Literal["gb31654", "hats-only", "strict"]
Source = Literal["folder", "upload"]
Label = Annotated[PlainText, Field(max_length=200)]


class AnalysisIn(BaseModel):
    """What to look at and by which rules; without a camera the whole picture is one zone."""

    model_config = ConfigDict(extra="forbid")

    label: Label = ""
    source: Source
    folder: Annotated[PlainText, Field(max_length=1000)] = ""
    camera_id: Annotated[PlainText | None, Field(max_length=64)] = None
    zone_type: ZoneType = "cooking"
    rules: Pack = "strict"
    fps: Annotated[float, Field(ge=0.1, le=60)] = 5.0
    into_review: bool = False

    @model_validator(mode="after")
    def _whose(self) -> Self:
        if self.into_review and self.camera_id is None:
            raise ValueError("camera_id is needed: only episodes of a known camera are reviewed")
        return self


class FailureOut(BaseModel):
    """A video that could not be analysed as a whole, and why."""

    video: str
    reason: str


class VideoOut(BaseModel):
    """An uploaded video."""

    name: str
    bytes: int


class AnalysisOut(BaseModel):
    """One job. Seconds of footage are those this run had to look at; ``detail`` is in English."""

    id: str
    label: str
    created_by: str
    created_at: datetime
    state: State
    source: Source
    folder: str | None
    camera_id: str | None
    camera_name: str | None
    restaurant_name: str | None
    rules: str
    zone_type: str | None
    fps: float
    into_review: bool
    began_at: datetime | None
    ended_at: datetime | None
    looked_s: float
    footage_s: float
    speed: float
    videos: int
    videos_done: int
    videos_failed: int
    episodes: int
    failures: list[FailureOut]
    problem: str
    detail: str
    alerts_posted: int
    alerts_left_out: int
    uploads: list[VideoOut]


class AnalysesOut(BaseModel):
    """Jobs, newest first."""

    items: list[AnalysisOut]


class FolderOut(BaseModel):
    """A folder of footage: its path below the footage folder, and what lies directly in it."""

    path: str
    folders: list[str]
    videos: int
