"""Camera keys, as the office looks after them."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.accounts.schemas import SignedIn
from api.cameras import keys_admin
from api.cameras.keys import KeyScope
from api.cameras.keys_schemas import MAX_OVERLAP_H, KeyIn, KeyQuery, KeyState
from api.cameras.store import list_cameras
from api.database import Database
from api.deps import DatabaseDep
from api.restaurants.places import get_restaurant, list_restaurants
from api.restaurants.schemas import RestaurantQuery
from api.web.office import KEY_SCOPE, KEY_STATE, Empty, OfficeDep, address, see, tabs_for
from api.web.rendering import render
from api.web.troubles import notice
from vision.errors import ConflictError, InvalidError

router = APIRouter(include_in_schema=False)
KEYS: Final = "/admin/keys"
DAYS: Final = (30, 90, 365, 0)
OVERLAPS_H: Final = (0, 1, 24, 72, 168)


class ListQuery(KeyQuery):
    """The filter form of the list."""

    model_config = ConfigDict(extra="ignore")

    state: Annotated[KeyState | None, Empty] = None
    restaurant: Annotated[str | None, Empty] = None
    camera: Annotated[str | None, Empty] = None


class KeyForm(BaseModel):
    """A new key as the form sends it; ``camera_id`` is empty for the whole restaurant."""

    model_config = ConfigDict(extra="ignore")

    restaurant_id: Annotated[str, Field(min_length=1, max_length=32)]
    camera_id: Annotated[str, Field(max_length=64)] = ""
    name: Annotated[str, Field(max_length=100)] = ""
    scopes: Annotated[list[KeyScope], Field(max_length=2)] = []
    days: Annotated[int, Field(ge=0, le=3650)] = 365

    @property
    def wanted(self) -> KeyIn:
        """The same, as the store takes it; InvalidError when nothing is ticked."""
        if not self.scopes:
            raise InvalidError("a key must be made for something", "scopes")
        camera = self.camera_id or None
        return KeyIn(
            name=self.name.strip(),
            camera_id=camera,
            restaurant_id=None if camera else self.restaurant_id,
            scopes=self.scopes,
            days=self.days or None,
        )


@router.get(KEYS)
def list_page(
    request: Request, found: OfficeDep, database: DatabaseDep, query: Annotated[ListQuery, Query()]
) -> Response:
    """Keys in one's scope, the newest first."""
    return _list(request, found, database, query)


@router.get(f"{KEYS}/new")
def new_page(
    request: Request,
    found: OfficeDep,
    database: DatabaseDep,
    restaurant: Annotated[str, Query(max_length=32)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """First the restaurant, then what the key is for."""
    return _new(request, found, database, restaurant, q)


def _new(
    request: Request,
    found: SignedIn,
    database: Database,
    restaurant: str,
    q: str = "",
    trouble: dict[str, str] | None = None,
) -> Response:
    with database.reading() as session:
        chosen = get_restaurant(session, found.person, restaurant) if restaurant else None
        asked = RestaurantQuery(q=q, limit=20)
        choice = [] if chosen else list_restaurants(session, found.person, asked).items
        every = list_cameras(session, found.person) if chosen else []
    cameras = [camera for camera in every if camera.restaurant_id == restaurant]
    context: dict[str, Any] = {"restaurant": chosen, "choice": choice, "cameras": cameras, "q": q}
    status = 422 if trouble else 200
    return _render(
        request, "admin_key_new.html", found, status, days=DAYS, notice=trouble, **context
    )


@router.post(KEYS)
def create(
    request: Request, found: OfficeDep, database: DatabaseDep, filled: Annotated[KeyForm, Form()]
) -> Response:
    """Make a key and show it once."""
    try:
        wanted = filled.wanted
    except InvalidError as error:
        return _new(request, found, database, filled.restaurant_id, trouble=notice(request, error))
    with database.writing() as session:
        prefix, key = keys_admin.make_key(session, found.person, wanted)
        about = keys_admin.get_key(session, found.person, prefix)
    return _render(request, "admin_key.html", found, status=201, key=key, about=about, old=None)


@router.post(f"{KEYS}/{{prefix}}/rotate")
def rotate(
    request: Request,
    prefix: str,
    found: OfficeDep,
    database: DatabaseDep,
    overlap_h: Annotated[int, Form(ge=0, le=MAX_OVERLAP_H)] = 24,
) -> Response:
    """Make the successor and show it once."""
    try:
        with database.writing() as session:
            new, key = keys_admin.rotate(session, found.person, prefix, overlap_h)
            about = keys_admin.get_key(session, found.person, new)
            old = keys_admin.get_key(session, found.person, prefix)
    except ConflictError as error:
        return _list(request, found, database, ListQuery(), notice(request, error))
    return _render(request, "admin_key.html", found, status=201, key=key, about=about, old=old)


@router.post(f"{KEYS}/{{prefix}}/revoke")
def revoke(prefix: str, found: OfficeDep, database: DatabaseDep) -> Response:
    """Stop the key at once."""
    with database.writing() as session:
        keys_admin.revoke(session, found.person, prefix)
    return see(KEYS)


def _list(
    request: Request,
    found: SignedIn,
    database: Database,
    query: KeyQuery,
    trouble: dict[str, str] | None = None,
) -> Response:
    with database.reading() as session:
        page = keys_admin.list_keys(session, found.person, query)
    asked = query.model_dump(exclude_none=True, include={"q", "state", "restaurant", "camera"})
    context = {
        "page": page,
        "query": query,
        "overlaps": OVERLAPS_H,
        "more": address(KEYS, **asked, cursor=page.next_cursor),
        "filtered": any(asked.values()),
        "notice": trouble,
    }
    return _render(request, "admin_keys.html", found, status=409 if trouble else 200, **context)


def _render(
    request: Request, template: str, found: SignedIn, status: int = 200, **context: Any
) -> Response:
    words = {"KEY_STATE": KEY_STATE, "KEY_SCOPE": KEY_SCOPE, "tabs": tabs_for(found.person)}
    return render(request, template, found, status, **(words | context))
