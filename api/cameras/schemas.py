"""Cameras as people see them and change them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Body
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.cameras.rules import HealthState, PictureState
from api.text import PlainText
from vision.names import RuleId, ZoneType
from vision.rulepacks import pack_names

MAX_POSITION = 1_000_000


class CameraOut(BaseModel):
    """A camera and the restaurant it hangs in."""

    id: str
    name: str
    restaurant_id: str
    restaurant_name: str


class CamerasOut(BaseModel):
    """The cameras in somebody's scope."""

    items: list[CameraOut]


def _shipped(name: str) -> str:
    if name not in pack_names():
        raise ValueError(f"no such rule pack; give one of {', '.join(pack_names())}")
    return name


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text.strip()


Name = Annotated[PlainText, Field(min_length=1, max_length=200), AfterValidator(_said)]
Place = Annotated[PlainText, Field(max_length=200)]
Notes = Annotated[PlainText, Field(max_length=2000)]
Pack = Annotated[str, Field(max_length=40), AfterValidator(_shipped)]
Position = Annotated[int, Field(ge=0, le=MAX_POSITION)]
StreamUrl = Annotated[str, Field(min_length=8, max_length=2000)]


class CameraIn(BaseModel):
    """A new camera; ``stream_url`` is kept without user name and password, which stay on site."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    restaurant_id: Annotated[PlainText, Field(max_length=32)]
    name: Name
    place: Place = ""
    notes: Notes = ""
    zone_type: ZoneType = "cooking"
    rules: Pack = "strict"
    position: Position = 0
    stream_url: StreamUrl | None = None


class CameraChange(BaseModel):
    """What is to be different; what is not named stays. ``stream_url`` null takes it away."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name | None = None
    place: Place | None = None
    notes: Notes | None = None
    zone_type: ZoneType | None = None
    rules: Pack | None = None
    position: Position | None = None
    active: bool | None = None
    stream_url: StreamUrl | None = None


CameraChangeIn = Annotated[CameraChange, Body()]


class NewCameraOut(BaseModel):
    """A camera's id, and its key, which is shown this once."""

    id: str
    key: str


class HealthOut(BaseModel):
    """How a camera is; ``availability`` is the share of the last 24 h's minutes with contact."""

    state: HealthState
    since: datetime | None = Field(description="last sign of life, or when the problem began")
    contact_at: datetime | None
    picture_at: datetime | None
    problems: list[RuleId] = Field(description="open camera_* alerts")
    availability: float | None


class PictureOut(BaseModel):
    """A camera's last picture; it is shown while ``fresh`` and never later."""

    sha256: str
    media_type: Literal["image/jpeg", "image/png"]
    width: int
    height: int
    bytes: int
    taken_at: datetime
    received_at: datetime
    heads_known: bool
    state: PictureState


class CameraDetails(CameraOut):
    """Everything about a camera but its key; of the stream address only where it leads."""

    place: str
    notes: str
    zone_type: ZoneType
    zone_types: list[ZoneType] = Field(description="of the zones in force")
    rules: str
    active: bool
    position: int
    stream: str | None = Field(description="scheme, host and port of the stream address")
    risk: Literal["A", "B", "C", "D"] = Field(description="the restaurant's static class")
    looked_at: datetime | None
    health: HealthOut
    picture: PictureOut | None


class DetailedOut(BaseModel):
    """Cameras with everything about them."""

    items: list[CameraDetails]
