"""The office: its tabs, and what its pages share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse
from pydantic import BeforeValidator
from starlette.responses import Response

from api.accounts.schemas import Person, SignedIn
from api.deps import require
from api.restaurants.store import sees_everything
from api.web.words import N_

AdminDep = Annotated[SignedIn, Depends(require("admin"))]
OfficeDep = Annotated[SignedIn, Depends(require("supervisor", "admin"))]
# A form's "all" arrives as an empty text.
Empty = BeforeValidator(lambda value: None if value == "" else value)
router = APIRouter(include_in_schema=False)

RISK: Final[dict[str, str]] = {
    "A": N_("A, low"),
    "B": N_("B, fairly low"),
    "C": N_("C, fairly high"),
    "D": N_("D, high"),
}
KEY_STATE: Final[dict[str, str]] = {
    "working": N_("works"),
    "expired": N_("too old"),
    "revoked": N_("stopped"),
}
KEY_SCOPE: Final[dict[str, str]] = {
    "alerts:post": N_("report alerts"),
    "settings:read": N_("read settings"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of the office."""

    address: str
    label: str


USERS: Final = Tab("/admin/users", N_("Users"))
RESTAURANTS: Final = Tab("/admin/restaurants", N_("Restaurants"))
PLACES: Final = Tab("/admin/places", N_("Districts and stations"))
IMPORT: Final = Tab("/admin/import", N_("Import"))
KEYS: Final = Tab("/admin/keys", N_("Camera keys"))
AUDIT: Final = Tab("/admin/audit", N_("Audit log"))


def tabs_for(person: Person) -> tuple[Tab, ...]:
    """The tabs of this person, in reading order."""
    if person.role == "admin":
        return USERS, RESTAURANTS, PLACES, IMPORT, KEYS, AUDIT
    return (RESTAURANTS, KEYS, AUDIT) if sees_everything(person) else (RESTAURANTS, KEYS)


@router.get("/admin")
def office(found: OfficeDep) -> Response:
    """The first tab that is open to this person."""
    return see(tabs_for(found.person)[0].address)


def see(path: str) -> RedirectResponse:
    """Go on there with a GET, so that loading it again sends no form twice."""
    return RedirectResponse(path, 303)


def address(path: str, **asked: Any) -> str:
    """The path with what is asked of it; what is empty stays away."""
    given = {name: value for name, value in asked.items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path
