"""People and sign-ins as they cross the border."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from api.text import PlainText

Role = Literal["patrol", "inspector", "restaurant", "supervisor", "admin"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
MIN_PASSWORD: Final = 10
MAX_PASSWORD: Final = 256


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks; decides what may be seen and done.

    What lies in their scope is for ``api.restaurants.store.in_care`` alone to say.
    """

    id: str
    name: str
    role: Role
    restaurant_id: str | None = None
    station_id: str | None = None
    district_id: str | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person and the session they came with."""

    person: Person
    session_id: str
    csrf_token: str


@dataclass(frozen=True, slots=True)
class Visit:
    """From where somebody signs in, and which tokens their browser brought along."""

    address: str = ""
    browser: str = ""
    device: str = ""
    old_token: str = ""


NOWHERE: Final = Visit()


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A new session; the tokens go into cookies and are stored nowhere."""

    token: str
    signed_in: SignedIn
    device: str


@dataclass(frozen=True, slots=True)
class Trip:
    """The secrets of one way to an OpenID provider and back."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class NewUser:
    """What an administrator gives to make an account."""

    name: str
    role: str
    password: str
    restaurant_id: str | None = None
    station: str | None = None
    district: str | None = None


class SignInIn(BaseModel):
    """Name and password."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[PlainText, Field(min_length=1, max_length=100)]
    password: Annotated[SecretStr, Field(min_length=1, max_length=MAX_PASSWORD)]


class PersonOut(BaseModel):
    """A person, as they may see themselves."""

    id: str
    name: str
    role: Role
    restaurant_id: str | None
    station_id: str | None
    district_id: str | None


class SessionOut(BaseModel):
    """Who is signed in, and the token that unsafe requests must repeat."""

    person: PersonOut
    csrf_token: str


class PasswordIn(BaseModel):
    """The present password, and the one to use from now on."""

    model_config = ConfigDict(extra="forbid")

    current: Annotated[SecretStr, Field(min_length=1, max_length=MAX_PASSWORD)]
    new: Annotated[SecretStr, Field(min_length=MIN_PASSWORD, max_length=MAX_PASSWORD)]
