"""Camera keys as people see them; the key itself is shown once."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.cameras.keys import KEY_SCOPES, KeyScope
from api.text import PlainText

KeyState = Literal["working", "expired", "revoked"]
PlaceId = Annotated[PlainText, Field(min_length=1, max_length=64)]
MAX_DAYS = 3_650
MAX_OVERLAP_H = 24 * 31


class KeyOut(BaseModel):
    """A key; ``camera_id`` is None when it is for every camera of the restaurant."""

    prefix: str
    name: str
    camera_id: str | None
    camera_name: str | None
    restaurant_id: str
    restaurant_name: str
    scopes: list[KeyScope]
    state: KeyState
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewKeyOut(BaseModel):
    """A new key: ``key`` is shown this once and stored nowhere."""

    key: str
    about: KeyOut


class KeyIn(BaseModel):
    """For one camera, or for every camera of a restaurant."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[PlainText, Field(max_length=100)] = ""
    camera_id: PlaceId | None = None
    restaurant_id: PlaceId | None = None
    scopes: Annotated[list[KeyScope], Field(min_length=1, max_length=len(KEY_SCOPES))] = [
        *KEY_SCOPES
    ]
    days: Annotated[int | None, Field(ge=1, le=MAX_DAYS)] = None

    @model_validator(mode="after")
    def _one_place(self) -> KeyIn:
        if (self.camera_id is None) == (self.restaurant_id is None):
            raise ValueError("camera_id or restaurant_id must be given, and not both")
        return self


class RotationIn(BaseModel):
    """How long the old key works beside the new one."""

    model_config = ConfigDict(extra="forbid")

    overlap_h: Annotated[int, Field(ge=0, le=MAX_OVERLAP_H)] = 24


class KeyQuery(BaseModel):
    """Which keys to list."""

    q: Annotated[PlainText, Field(max_length=100)] = ""
    restaurant: Annotated[PlainText | None, Field(max_length=32)] = None
    camera: Annotated[PlainText | None, Field(max_length=64)] = None
    state: KeyState | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[PlainText | None, Field(max_length=16)] = None


KeyParam = Annotated[KeyQuery, Query()]
