"""What a watch and the office tell each other about who watches which camera."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from api.text import PlainText

MOST_CAMERAS = 2_000
CameraIdIn = Annotated[PlainText, Field(min_length=1, max_length=64)]
WorkerId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class ShareIn(BaseModel):
    """A watch that is alive: the cameras it could watch, the keys it has for them.

    ``worker`` is its own secret, the same after a restart. ``groups`` are cameras that see one
    place. Without cameras it says good-bye.
    """

    worker: WorkerId
    host: Annotated[PlainText, Field(max_length=100)] = ""
    weight: Annotated[int, Field(ge=1, le=1_024)] = 1
    cameras: Annotated[list[CameraIdIn], Field(max_length=MOST_CAMERAS)]
    groups: Annotated[
        list[Annotated[list[CameraIdIn], Field(max_length=16)]], Field(max_length=MOST_CAMERAS)
    ] = []
    keys: Annotated[
        list[Annotated[str, Field(max_length=100)]], Field(max_length=MOST_CAMERAS)
    ] = []

    @model_validator(mode="after")
    def _once(self) -> Self:
        if len(set(self.cameras)) != len(self.cameras):
            raise ValueError("cameras names a camera twice")
        return self


class OpenAlertOut(BaseModel):
    """An alert that another watch has begun and that has not ended."""

    id: UUID
    rule: str
    zone: str
    started_at: datetime
    subjects: int


class HeldOut(BaseModel):
    """A camera that is the watch's own; ``generation`` grows with every change of hands."""

    camera_id: str
    generation: int
    taken_at: datetime
    open_alerts: list[OpenAlertOut]


class ShareOut(BaseModel):
    """What is the watch's own for ``lease_s`` from now; it asks again every ``renew_s``.

    ``refused`` are cameras that no key of it stands for, or that are out of use.
    """

    lease_s: float
    renew_s: float
    held: list[HeldOut]
    refused: list[str]
