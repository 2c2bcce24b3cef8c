"""Signing in and out, for the pages and for JSON alike."""

from __future__ import annotations

from typing import Final

from fastapi import Request, Response

from api.accounts import store
from api.accounts.devices import digest, is_known
from api.accounts.passwords import Passwords
from api.accounts.schemas import MAX_PASSWORD, OpenedSession, Person, SignedIn, Visit
from api.accounts.throttle import Throttle
from api.database import Database
from api.errors import SignInError
from api.settings import Settings
from vision.errors import ForbiddenError, InvalidError

COOKIE: Final = "bk_session"
DEVICE_COOKIE: Final = "bk_device"
DEVICE_COOKIE_S: Final = 180 * 86_400


def refuse_cross_site(request: Request) -> None:
    """ForbiddenError when another site's page sent the sign-in form."""
    if request.headers.get("sec-fetch-site") == "cross-site":
        raise ForbiddenError("sign in from this site's own page")


def visit_of(request: Request) -> Visit:
    """Where the request comes from; the proxy in front must be one that uvicorn trusts."""
    return Visit(
        address=request.client.host if request.client else "unknown",
        browser=request.headers.get("user-agent", ""),
        device=request.cookies.get(DEVICE_COOKIE, ""),
        old_token=request.cookies.get(COOKIE, ""),
    )


def open_session(request: Request, name: str, password: str) -> OpenedSession:
    """Sign somebody in; SignInError says nothing about which part was wrong."""
    database: Database = request.app.state.database
    throttle: Throttle = request.app.state.throttle
    visit = visit_of(request)
    with database.reading() as session:
        known = bool(visit.device) and is_known(session, visit.device, name)
        found = store.find_credentials(session, name)
    counted = f"device {digest(visit.device)}" if known else visit.address
    throttle.count(name, counted)
    passwords: Passwords = request.app.state.passwords
    kept = None if found is None else found.password_hash
    right = passwords.match(password[:MAX_PASSWORD], kept, known_device=known)
    if not right or found is None:
        raise SignInError("the name or the password is not right")
    throttle.forget(name, counted)
    return admit(request, found.person)


def admit(request: Request, person: Person) -> OpenedSession:
    """Begin a session for somebody who has proved who they are."""
    database: Database = request.app.state.database
    settings: Settings = request.app.state.settings
    with database.writing() as session:
        lifetime_s = settings.session_lifetime_s
        return store.open_session(session, person, lifetime_s, visit_of(request))


def change_password(request: Request, person: Person, current: str, new: str) -> None:
    """Change one's own password; every session ends. InvalidError names the field to mend."""
    database: Database = request.app.state.database
    passwords: Passwords = request.app.state.passwords
    throttle: Throttle = request.app.state.throttle
    throttle.count(person.name, f"password of {person.id}")
    with database.reading() as session:
        kept = store.credentials_of(session, person.id).password_hash
    if not passwords.match(current[:MAX_PASSWORD], kept, known_device=True):
        raise InvalidError("the present password is not right", "current")
    with database.writing() as session:
        store.set_password(session, person.id, new, passwords)
    throttle.forget(person.name, f"password of {person.id}")


def set_cookie(request: Request, response: Response, opened: OpenedSession) -> None:
    """Hand the tokens to the browser; no script can read them."""
    settings: Settings = request.app.state.settings
    for name, token, lifetime_s in (
        (COOKIE, opened.token, settings.session_lifetime_s),
        (DEVICE_COOKIE, opened.device, DEVICE_COOKIE_S),
    ):
        response.set_cookie(
            name,
            token,
            max_age=lifetime_s,
            httponly=True,
            samesite="lax",
            secure=is_secure(request),
        )


def is_secure(request: Request) -> bool:
    """Whether cookies are marked to travel over https alone."""
    settings: Settings = request.app.state.settings
    return settings.https or request.url.scheme == "https"


def close_session(request: Request, response: Response, signed_in: SignedIn) -> None:
    """Sign out, here and in the database."""
    database: Database = request.app.state.database
    with database.writing() as session:
        store.close_session(session, signed_in)
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")
