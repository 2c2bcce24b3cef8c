"""Zones as people draw them and cameras read them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Body
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.text import PlainText
from api.thresholds.schemas import ThresholdsOut
from vision.alert import RulesRef
from vision.config import MAX_ZONES, ZoneConfig, named_once


def _storable(zones: tuple[ZoneConfig, ...]) -> tuple[ZoneConfig, ...]:
    if any("\x00" in zone.name for zone in zones):
        raise ValueError("zones must not have the character NUL in a name")
    return named_once(zones)


Zones = Annotated[tuple[ZoneConfig, ...], Field(max_length=MAX_ZONES), AfterValidator(_storable)]
Note = Annotated[PlainText, Field(max_length=200)]
BaseVersion = Annotated[int, Field(ge=0, le=1_000_000, description="the version that was open")]


class ZonesIn(BaseModel):
    """All zones of a camera, the first one on top; none at all means the whole picture."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_version: BaseVersion
    zones: Zones
    note: Note = ""


class ZoneFileIn(BaseModel):
    """A file as ``analyze --camera`` reads it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_version: BaseVersion
    file: Annotated[PlainText, Field(max_length=200_000)]
    note: Note = ""


class RestoreIn(BaseModel):
    """Bring an earlier version back, as a new one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_version: BaseVersion


ZonesBody = Annotated[ZonesIn, Body()]


class ZonesOut(BaseModel):
    """A camera's zones at one version; version 0 is the whole picture, drawn by nobody."""

    version: int
    sha256: str
    zones: tuple[ZoneConfig, ...]
    note: str
    made_at: datetime | None
    made_by: str | None = Field(description="a person's name")
    restored_from: int | None


class VersionsOut(BaseModel):
    """Every version, newest first."""

    items: list[ZonesOut]


class CameraSettingsOut(BaseModel):
    """What a camera's computer has to know; ``sha256`` changes when anything of it does."""

    camera_id: str
    name: str
    active: bool
    time_zone: str
    rules: RulesRef
    zones_version: int
    zones: tuple[ZoneConfig, ...]
    thresholds: ThresholdsOut
    sha256: str
