"""One's own account: where one is signed in, and the password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from api.accounts import directory, store
from api.accounts.schemas import SignedIn
from api.accounts.sessions import admit, change_password, set_cookie
from api.database import Database
from api.deps import DatabaseDep, SignedInDep
from api.settings import Settings
from api.web.office import see
from api.web.rendering import render, translate
from api.web.troubles import notice
from api.web.words import N_
from vision.errors import InvalidError

router = APIRouter(include_in_schema=False)
ACCOUNT = "/account"
Secret = Annotated[str, Form(max_length=1000)]


@router.get(ACCOUNT)
def account_page(request: Request, found: SignedInDep) -> Response:
    """Where one is signed in, and the form for a new password."""
    done = {"signed-out": N_("Signed out there."), "password": N_("The new password holds.")}
    told = done.get(request.query_params.get("done", ""))
    note = {"kind": "ok", "title": translate(request, told)} if told else None
    return _page(request, found, note)


@router.post(f"{ACCOUNT}/sign-out")
def sign_out_elsewhere(
    found: SignedInDep,
    database: DatabaseDep,
    session_id: Annotated[str, Form(max_length=32)] = "",
) -> Response:
    """End one of one's own sign-ins, or all but this one."""
    me = found.person.id
    with database.writing() as session:
        if session_id:
            store.end_session(session, me, me, session_id)
        else:
            store.end_sessions(session, me, me, keep=found.session_id)
    return see(f"{ACCOUNT}?done=signed-out")


@router.post(f"{ACCOUNT}/password")
def new_password(
    request: Request, found: SignedInDep, current: Secret = "", new: Secret = "", again: Secret = ""
) -> Response:
    """Change one's password; every session ends, and this browser gets a new one."""
    try:
        if new != again:
            raise InvalidError("both passwords must be the same", "again")
        change_password(request, found.person, current, new)
    except InvalidError as error:
        return _page(request, found, notice(request, error), 422)
    answer = see(f"{ACCOUNT}?done=password")
    set_cookie(request, answer, admit(request, found.person))
    return answer


def _page(
    request: Request, found: SignedIn, told: dict[str, str] | None, status: int = 200
) -> Response:
    database: Database = request.app.state.database
    settings: Settings = request.app.state.settings
    with database.reading() as session:
        idle_s = settings.session_idle_s
        sign_ins = directory.list_sign_ins(session, found.person.id, idle_s, found.session_id)
        about = directory.get_user(session, found.person.id)
    return render(
        request, "account.html", found, status, sign_ins=sign_ins, user=about, notice=told
    )
