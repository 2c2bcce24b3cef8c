"""Signing in through an OpenID provider: the way there, and the way back."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import audit
from api.accounts.claims import read_claims
from api.accounts.identities import TRIP_S, come_back, new_trip, person_for, set_out
from api.accounts.providing import claim_table
from api.accounts.schemas import Person
from api.accounts.sessions import admit, is_secure, set_cookie
from api.database import Database
from api.errors import ProviderError, SignInError
from api.settings import Settings
from api.web.office import see
from api.web.rendering import own_path, translate
from api.web.sign_in import sign_in_form
from api.web.words import N_
from vision.errors import ConflictError, ForbiddenError, KitchenError, NotFoundError

if TYPE_CHECKING:
    from api.accounts.oidc import Provider

router = APIRouter(include_in_schema=False)
THERE: Final = "/sign-in/provider"
BACK: Final = f"{THERE}/back"
COOKIE: Final = "bk_trip"
TOLD: Final[dict[type[KitchenError], tuple[int, str, str]]] = {
    ProviderError: (
        502,
        N_("The organisation cannot be reached."),
        N_("Try again in a moment, or sign in with name and password."),
    ),
    SignInError: (
        401,
        N_("The organisation refused the sign-in."),
        N_("Begin again: the way back took too long, or was opened in another browser."),
    ),
    ForbiddenError: (
        403,
        N_("The organisation refused the sign-in."),
        N_("Your account there is not set up for this site: ask your administrator."),
    ),
}
TOLD_OF_CONFLICT: Final = TOLD[ForbiddenError]


@router.get(THERE)
def go_there(request: Request, next: Annotated[str, Query(max_length=2000)] = "/") -> Response:
    """Send the browser to the provider, with a state that only this browser can bring back."""
    trip = new_trip()
    try:
        there = _provider(request).address(trip, _back(request))
    except ProviderError as error:
        return _refused(request, error)
    with _database(request).writing() as session:
        set_out(session, trip, own_path(next))
    answer = see(there)
    answer.set_cookie(
        COOKIE,
        trip.state,
        max_age=TRIP_S,
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
        path=THERE,
    )
    return answer


@router.get(BACK)
def come_here(
    request: Request,
    code: Annotated[str, Query(max_length=4000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Take the code, ask the provider what it stands for, and open a session."""
    try:
        person, next_path = _arrive(request, code, state)
    except (ProviderError, SignInError, ForbiddenError, ConflictError) as error:
        return _refused(request, error)
    answer = see(own_path(next_path))
    answer.delete_cookie(COOKIE, path=THERE)
    set_cookie(request, answer, admit(request, person))
    return answer


def _arrive(request: Request, code: str, state: str) -> tuple[Person, str]:
    kept = request.cookies.get(COOKIE, "")
    if not state or not hmac.compare_digest(kept.encode(), state.encode()):
        raise SignInError("the state is not this browser's; begin again")
    with _database(request).writing() as session:
        trip, next_path = come_back(session, state)
    claims = _provider(request).redeem(code, trip, _back(request))
    settings: Settings = request.app.state.settings
    subject = str(claims["sub"])
    try:
        claimed = read_claims(claims, claim_table(settings))
        with _database(request).writing() as session:
            return person_for(session, settings.oidc_issuer, subject, claimed), next_path
    except (ForbiddenError, ConflictError) as error:
        with _database(request).writing() as session:
            audit.append(session, "oidc", "session.refused", subject[:100], reason=str(error))
        raise


def _refused(request: Request, error: KitchenError) -> Response:
    status, title, detail = TOLD.get(type(error), TOLD_OF_CONFLICT)
    notice = {
        "kind": "bad",
        "title": translate(request, title),
        "detail": translate(request, detail),
    }
    return sign_in_form(request, "/", status=status, notice=notice)


def _provider(request: Request) -> Provider:
    found: Provider | None = request.app.state.provider
    if found is None:
        raise NotFoundError("no OpenID provider is set up here")
    return found


def _back(request: Request) -> str:
    settings: Settings = request.app.state.settings
    base = settings.public_url or str(request.base_url)
    return f"{base.rstrip('/')}{BACK}"


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database
