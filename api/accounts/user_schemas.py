"""People as an administrator meets them over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from api.accounts.people import Wanted
from api.accounts.rules import Scope
from api.accounts.schemas import Role
from api.text import PlainText

Name = Annotated[PlainText, Field(min_length=1, max_length=100, pattern=r"\S")]
PlaceId = Annotated[PlainText, Field(min_length=1, max_length=32)]
MAX_RESTAURANTS = 200


class PlaceOut(BaseModel):
    """A restaurant, a station or a district by its name."""

    id: str
    name: str


class UserOut(BaseModel):
    """An account: who, what for, whether it works, and when it was last used."""

    id: str
    name: str
    role: Role
    active: bool
    restaurants: list[PlaceOut]
    station: PlaceOut | None
    district: PlaceOut | None
    has_password: bool
    created_at: datetime
    seen_at: datetime | None


class UserIn(BaseModel):
    """What an account is to be: its scope must fit its role."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    role: Role
    restaurant_ids: Annotated[list[PlaceId], Field(max_length=MAX_RESTAURANTS)] = []
    station_id: PlaceId | None = None
    district_id: PlaceId | None = None

    @property
    def wanted(self) -> Wanted:
        """The same, as the store takes it."""
        once = tuple(dict.fromkeys(self.restaurant_ids))
        scope = Scope(once, self.station_id, self.district_id)
        return Wanted(self.name.strip(), self.role, scope)


class ActiveIn(BaseModel):
    """Whether an account may be used."""

    model_config = ConfigDict(extra="forbid")

    active: bool


class LinkOut(BaseModel):
    """A link that works once; it is shown this once, to be handed to the person."""

    path: str
    expires_at: datetime


class NewUserOut(BaseModel):
    """The new account, and the link with which its person sets a password."""

    user: UserOut
    link: LinkOut


class UserQuery(BaseModel):
    """Which accounts to list; ``q`` is part of a name."""

    q: Annotated[PlainText, Field(max_length=100)] = ""
    role: Role | None = None
    active: bool | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[PlainText | None, Field(max_length=32)] = None


UserParam = Annotated[UserQuery, Query()]


class SignInOut(BaseModel):
    """A session that has not ended; ``current`` is the one that asks."""

    id: str
    address: str
    browser: str
    created_at: datetime
    seen_at: datetime
    current: bool


class SignInsOut(BaseModel):
    """Where somebody is signed in, the latest used first."""

    items: list[SignInOut]
