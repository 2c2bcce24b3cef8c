"""Signing in and out over JSON."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.accounts import sessions
from api.accounts.schemas import PasswordIn, PersonOut, SessionOut, SignedIn, SignInIn
from api.deps import SignedInDep
from api.errors import problems

router = APIRouter(prefix="/api/v1", tags=["sessions"])


def _shown(signed_in: SignedIn) -> SessionOut:
    person = PersonOut.model_validate(signed_in.person, from_attributes=True)
    return SessionOut(person=person, csrf_token=signed_in.csrf_token)


@router.post("/sessions", status_code=201, responses=problems(401, 403, 413, 422, 429))
def sign_in(request: Request, response: Response, given: SignInIn) -> SessionOut:
    """Sign in; the answer sets the session's cookie."""
    sessions.refuse_cross_site(request)
    opened = sessions.open_session(request, given.name, given.password.get_secret_value())
    sessions.set_cookie(request, response, opened)
    return _shown(opened.signed_in)


@router.get("/sessions/current", responses=problems(401))
def read_session(signed_in: SignedInDep) -> SessionOut:
    """Who is signed in."""
    return _shown(signed_in)


@router.delete("/sessions/current", status_code=204, responses=problems(401, 403))
def sign_out(request: Request, response: Response, signed_in: SignedInDep) -> None:
    """End this session."""
    sessions.close_session(request, response, signed_in)


@router.put("/users/me/password", status_code=204, responses=problems(401, 403, 413, 422, 429))
def change_password(request: Request, given: PasswordIn, signed_in: SignedInDep) -> None:
    """Change one's own password; every session ends, this one too."""
    current, new = given.current.get_secret_value(), given.new.get_secret_value()
    sessions.change_password(request, signed_in.person, current, new)
