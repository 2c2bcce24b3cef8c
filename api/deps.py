"""What endpoints ask for: who is there, and where things are kept."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from api.accounts import store as accounts
from api.accounts.schemas import Role, SignedIn
from api.accounts.sessions import COOKIE
from api.cameras import keys
from api.cameras.keys import Camera
from api.database import Database
from api.errors import CameraKeyError, NotSignedInError
from api.reviews.order import ReviewPolicy, policy_of
from api.settings import Settings
from api.storage import EvidenceStorage
from vision.errors import ForbiddenError

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
CSRF_HEADER: Final = "x-csrf-token"
CSRF_FIELD: Final = "csrf_token"

bearer = HTTPBearer(auto_error=False, scheme_name="camera key")
cookie = APIKeyCookie(name=COOKIE, auto_error=False, scheme_name="session")


def get_database(request: Request) -> Database:
    """The application's database."""
    database: Database = request.app.state.database
    return database


def get_storage(request: Request) -> EvidenceStorage:
    """The application's evidence folder."""
    storage: EvidenceStorage = request.app.state.storage
    return storage


def get_settings(request: Request) -> Settings:
    """The application's settings."""
    settings: Settings = request.app.state.settings
    return settings


# Coroutines, so that looking into the application's state costs no hop to another thread.
async def _database(request: Request) -> Database:
    return get_database(request)


async def _storage(request: Request) -> EvidenceStorage:
    return get_storage(request)


async def _settings(request: Request) -> Settings:
    return get_settings(request)


DatabaseDep = Annotated[Database, Depends(_database)]
StorageDep = Annotated[EvidenceStorage, Depends(_storage)]
SettingsDep = Annotated[Settings, Depends(_settings)]


async def get_policy(settings: SettingsDep) -> ReviewPolicy:
    """What the settings say about reviews."""
    return policy_of(settings)


PolicyDep = Annotated[ReviewPolicy, Depends(get_policy)]


async def csrf_given(request: Request) -> str:
    """The CSRF token of the request's header or form, or nothing."""
    header = request.headers.get(CSRF_HEADER, "")
    if header or not request.headers.get("content-type", "").startswith(FORMS):
        return header
    field = (await request.form()).get(CSRF_FIELD)
    return field if isinstance(field, str) else ""


def maybe_signed_in(
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    csrf: Annotated[str, Depends(csrf_given)],
    token: Annotated[str | None, Depends(cookie)],
) -> SignedIn | None:
    """Who is signed in, if anybody; an unsafe request must prove that a page of ours sent it."""
    if not token:
        return None
    with database.reading() as session:
        found = accounts.find_session(session, token, settings.session_idle_s)
    if found is None:
        return None
    signed_in, due = found
    if request.method not in SAFE and not _same(csrf, signed_in.csrf_token):
        raise ForbiddenError("the CSRF token is missing or old; load the page again")
    if due:
        with database.writing() as session:
            accounts.touch_session(session, signed_in.session_id)
    return signed_in


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


MaybeSignedInDep = Annotated[SignedIn | None, Depends(maybe_signed_in)]


def signed_in(found: MaybeSignedInDep) -> SignedIn:
    """Who is signed in, or NotSignedInError."""
    if found is None:
        raise NotSignedInError("sign in first; the session may have ended")
    return found


SignedInDep = Annotated[SignedIn, Depends(signed_in)]


def require(*roles: Role) -> Callable[[SignedIn], SignedIn]:
    """A dependency that lets these roles in and refuses the others."""

    def check(found: SignedInDep) -> SignedIn:
        if found.person.role not in roles:
            raise ForbiddenError(f"this is for the roles {', '.join(roles)}")
        return found

    return check


ReviewerDep = Annotated[SignedIn, Depends(require("patrol", "supervisor", "admin"))]
StaffDep = Annotated[SignedIn, Depends(require("patrol", "inspector", "supervisor", "admin"))]


async def camera_in_body(request: Request) -> str | None:
    """The camera that a posted alert names; only a restaurant's key needs to ask."""
    is_json = "application/json" in request.headers.get("content-type", "")
    if request.method != "POST" or not is_json:
        return None
    try:
        body = await request.json()
    except ValueError:
        return None
    named = body.get("camera_id") if isinstance(body, dict) else None
    return named if isinstance(named, str) else None


def camera_of_request(
    request: Request,
    scope: keys.KeyScope,
    given: HTTPAuthorizationCredentials | None,
    in_body: str | None = None,
) -> Camera:
    """The camera whose key came with the request.

    CameraKeyError without a key that works, ForbiddenError when it was not made for ``scope``,
    NotFoundError when the address names a camera or an alert that is not the key's.
    """
    if given is None:
        raise CameraKeyError("send the camera's key as Authorization: Bearer KEY")
    database = get_database(request)
    with database.reading() as session:
        key = keys.find_key(session, given.credentials)
        keys.require_scope(key, scope)
        camera = keys.camera_at(session, key, request.path_params, in_body)
    if key.use_is_news:
        with database.writing() as session:
            keys.note_use(session, key)
    return camera


BearerDep = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


def posting_camera(
    request: Request, given: BearerDep, in_body: Annotated[str | None, Depends(camera_in_body)]
) -> Camera:
    """The camera that posts."""
    return camera_of_request(request, "alerts:post", given, in_body)


def reading_camera(request: Request, given: BearerDep) -> Camera:
    """The camera that asks for its settings."""
    return camera_of_request(request, "settings:read", given)


CameraDep = Annotated[Camera, Depends(posting_camera)]
SettingsCameraDep = Annotated[Camera, Depends(reading_camera)]
