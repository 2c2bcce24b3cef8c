"""Pages for whoever holds a link that works once: the first administrator, a new password."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.accounts import store
from api.accounts.links import PATHS, Purpose, require_link
from api.accounts.people import count_users
from api.accounts.schemas import Person
from api.accounts.sessions import admit, refuse_cross_site, set_cookie, visit_of
from api.accounts.throttle import Throttle
from api.database import Database
from api.text import PlainText
from api.web.office import see
from api.web.rendering import render
from api.web.troubles import notice
from vision.errors import ConflictError, InvalidError, NotFoundError

router = APIRouter(include_in_schema=False)
Token = Annotated[str, Query(max_length=100)]
# Counted per address: nobody can try tokens quicker than passwords.
COUNTED: Final = "links that work once"


class LinkForm(BaseModel):
    """The form behind such a link; ``name`` is asked for on a first run alone."""

    model_config = ConfigDict(extra="ignore")

    token: Annotated[PlainText, Field(max_length=100)] = ""
    name: Annotated[PlainText, Field(max_length=200)] = ""
    password: Annotated[str, Field(max_length=1000)] = ""
    again: Annotated[str, Field(max_length=1000)] = ""


@router.get(PATHS["first_run"])
def first_run_page(request: Request, token: Token = "") -> Response:
    """The form for the first administrator."""
    return _page(request, "first_run", LinkForm(token=token))


@router.post(PATHS["first_run"])
def first_run(request: Request, filled: Annotated[LinkForm, Form()]) -> Response:
    """Make the first administrator and sign in; the link never works again."""
    return _accept(request, "first_run", filled)


@router.get(PATHS["password"])
def set_password_page(request: Request, token: Token = "") -> Response:
    """The form for a new password."""
    return _page(request, "password", LinkForm(token=token))


@router.post(PATHS["password"])
def set_password(request: Request, filled: Annotated[LinkForm, Form()]) -> Response:
    """Set the password and sign in; the link never works again."""
    return _accept(request, "password", filled)


def _accept(request: Request, purpose: Purpose, filled: LinkForm) -> Response:
    refuse_cross_site(request)
    throttle: Throttle = request.app.state.throttle
    throttle.count(COUNTED, visit_of(request).address)
    try:
        if filled.password != filled.again:
            raise InvalidError("both passwords must be the same", "again")
        person = _use(request, purpose, filled)
    except (InvalidError, ConflictError) as error:
        return _page(request, purpose, filled, notice(request, error))
    except NotFoundError:
        return _page(request, purpose, filled)
    throttle.forget(COUNTED, visit_of(request).address)
    answer = see("/admin" if purpose == "first_run" else "/")
    set_cookie(request, answer, admit(request, person))
    return answer


def _use(request: Request, purpose: Purpose, filled: LinkForm) -> Person:
    database: Database = request.app.state.database
    passwords = request.app.state.passwords
    with database.writing() as session:
        if purpose == "password":
            return store.accept_invitation(session, filled.token, filled.password, passwords)
        return store.first_admin(session, filled.token, filled.name, filled.password, passwords)


def _page(
    request: Request, purpose: Purpose, filled: LinkForm, told: dict[str, str] | None = None
) -> Response:
    database: Database = request.app.state.database
    name, works = filled.name, True
    with database.reading() as session:
        try:
            user_id = require_link(session, purpose, filled.token)
            works = purpose == "password" or count_users(session) == 0
        except NotFoundError:
            works, user_id = False, None
        if user_id is not None:
            name = store.credentials_of(session, user_id).person.name
    status = (422 if told else 200) if works else 404
    context = {"purpose": purpose, "token": filled.token, "name": name, "works": works}
    return render(request, "link.html", None, status, notice=told, action=PATHS[purpose], **context)
