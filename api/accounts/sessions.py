"""Signing in and out, for the pages and for JSON alike."""

from __future__ import annotations

from typing import Final

from fastapi import Request, Response
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.accounts import store
from api.accounts.passwords import Passwords
from api.accounts.schemas import MAX_PASSWORD, OpenedSession, SignedIn
from api.database import Database
from api.errors import SignInError, ThrottledError
from api.settings import Settings
from vision.errors import ForbiddenError

COOKIE: Final = "bk_session"


class Throttle:
    """Counts attempts per name and address, so that nobody can lock out somebody elsewhere."""

    def __init__(self, attempts: int, window_s: int) -> None:
        self._limit = RateLimitItemPerSecond(attempts, window_s)
        self._window_s = window_s
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def count(self, name: str, address: str) -> None:
        """Count one attempt; ThrottledError when there were too many."""
        if not self._limiter.hit(self._limit, store.fold(name), address):
            raise ThrottledError(
                f"too many attempts; try again in {self._window_s} s", self._window_s
            )

    def forget(self, name: str, address: str) -> None:
        """After the right password the count begins anew."""
        self._limiter.clear(self._limit, store.fold(name), address)


def refuse_cross_site(request: Request) -> None:
    """ForbiddenError when another site's page sent the sign-in form."""
    if request.headers.get("sec-fetch-site") == "cross-site":
        raise ForbiddenError("sign in from this site's own page")


def open_session(request: Request, name: str, password: str) -> OpenedSession:
    """Sign somebody in; SignInError says nothing about which part was wrong."""
    database: Database = request.app.state.database
    throttle: Throttle = request.app.state.throttle
    address = request.client.host if request.client else "unknown"
    throttle.count(name, address)
    with database.reading() as session:
        found = store.find_credentials(session, name)
    passwords: Passwords = request.app.state.passwords
    known = None if found is None else found.password_hash
    if not passwords.match(password[:MAX_PASSWORD], known) or found is None:
        raise SignInError("the name or the password is not right")
    throttle.forget(name, address)
    settings: Settings = request.app.state.settings
    with database.writing() as session:
        return store.open_session(session, found.person, settings.session_lifetime_s)


def set_cookie(request: Request, response: Response, opened: OpenedSession) -> None:
    """Hand the token to the browser; no script can read it."""
    settings: Settings = request.app.state.settings
    response.set_cookie(
        COOKIE,
        opened.token,
        max_age=settings.session_lifetime_s,
        httponly=True,
        samesite="lax",
        secure=settings.https or request.url.scheme == "https",
    )


def close_session(request: Request, response: Response, signed_in: SignedIn) -> None:
    """Sign out, here and in the database."""
    database: Database = request.app.state.database
    with database.writing() as session:
        store.close_session(session, signed_in)
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")
