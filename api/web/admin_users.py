"""Accounts, as administrators look after them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from pydantic import ConfigDict
from starlette.responses import Response

from api.accounts import directory, people, store
from api.accounts.links import Link
from api.accounts.schemas import ROLES, Role, SignedIn
from api.accounts.user_schemas import UserOut, UserQuery
from api.database import Database
from api.deps import DatabaseDep, SettingsDep
from api.restaurants.places import list_places
from api.settings import Settings
from api.web.account_form import AccountForm, filled_from
from api.web.office import AdminDep, Empty, address, see, tabs_for
from api.web.rendering import render
from api.web.troubles import notice
from vision.errors import ConflictError, InvalidError, NotFoundError

router = APIRouter(include_in_schema=False)
USERS = "/admin/users"


class ListQuery(UserQuery):
    """The filter form of the list."""

    model_config = ConfigDict(extra="ignore")

    role: Annotated[Role | None, Empty] = None
    active: Annotated[bool | None, Empty] = None


@router.get(USERS)
def list_page(
    request: Request, found: AdminDep, database: DatabaseDep, query: Annotated[ListQuery, Query()]
) -> Response:
    """Accounts by name."""
    with database.reading() as session:
        page = directory.list_users(session, query)
    asked = query.model_dump(exclude_none=True, include={"q", "role", "active"})
    more = address(USERS, **asked, cursor=page.next_cursor)
    context: dict[str, Any] = {"page": page, "query": query, "more": more}
    return render(request, "admin_users.html", found, tabs=tabs_for(found.person), **context)


@router.get(f"{USERS}/new")
def new_page(
    request: Request, found: AdminDep, database: DatabaseDep, restaurant: str = ""
) -> Response:
    """The form for a new account; from a restaurant's page it comes with that restaurant."""
    filled = AccountForm(restaurants=restaurant, role="restaurant" if restaurant else "patrol")
    return _form(request, found, database, filled)


@router.post(USERS)
def create(
    request: Request,
    found: AdminDep,
    database: DatabaseDep,
    settings: SettingsDep,
    filled: Annotated[AccountForm, Form()],
) -> Response:
    """Make an account, and show once the link with which its person sets a password."""
    try:
        with database.writing() as session:
            wanted = filled.wanted(session)
            user_id = people.add_user(session, found.person.id, wanted, "")
            link = store.invite(
                session, found.person.id, user_id, settings.password_link_lifetime_s
            )
            user = directory.get_user(session, user_id)
    except (InvalidError, ConflictError, NotFoundError) as error:
        trouble = notice(request, error)
        return _form(request, found, database, filled, trouble)
    return _link_page(request, found, settings, user, link)


@router.get(f"{USERS}/{{user_id}}")
def user_page(request: Request, user_id: str, found: AdminDep) -> Response:
    """One account: what it is, where it is signed in, what can be done."""
    return _user(request, user_id, found)


@router.post(f"{USERS}/{{user_id}}")
def edit(
    request: Request,
    user_id: str,
    found: AdminDep,
    database: DatabaseDep,
    filled: Annotated[AccountForm, Form()],
) -> Response:
    """Another name, role or scope."""
    try:
        with database.writing() as session:
            people.require_user(session, user_id)
            people.edit_user(session, found.person.id, user_id, filled.wanted(session))
    except (InvalidError, ConflictError) as error:
        trouble = notice(request, error)
        return _user(request, user_id, found, filled, trouble)
    return see(f"{USERS}/{user_id}?saved=1")


@router.post(f"{USERS}/{{user_id}}/active")
def switch(
    request: Request,
    user_id: str,
    found: AdminDep,
    database: DatabaseDep,
    active: Annotated[bool, Form()],
) -> Response:
    """Switch the account off, with every sign-in, or on again."""
    try:
        with database.writing() as session:
            store.switch(session, found.person.id, user_id, active)
    except ConflictError as error:
        trouble = notice(request, error)
        return _user(request, user_id, found, None, trouble)
    return see(f"{USERS}/{user_id}?saved=1")


@router.post(f"{USERS}/{{user_id}}/link")
def new_link(
    request: Request, user_id: str, found: AdminDep, database: DatabaseDep, settings: SettingsDep
) -> Response:
    """Show once a new link to set the password."""
    try:
        with database.writing() as session:
            link = store.invite(
                session, found.person.id, user_id, settings.password_link_lifetime_s
            )
            user = directory.get_user(session, user_id)
    except ConflictError as error:
        trouble = notice(request, error)
        return _user(request, user_id, found, None, trouble)
    return _link_page(request, found, settings, user, link)


@router.post(f"{USERS}/{{user_id}}/sign-out")
def sign_out(
    user_id: str,
    found: AdminDep,
    database: DatabaseDep,
    session_id: Annotated[str, Form(max_length=32)] = "",
) -> Response:
    """End one sign-in, or every one."""
    with database.writing() as session:
        people.require_user(session, user_id)
        if session_id:
            store.end_session(session, found.person.id, user_id, session_id)
        else:
            store.end_sessions(session, found.person.id, user_id)
    return see(f"{USERS}/{user_id}?saved=1")


def _form(
    request: Request,
    found: SignedIn,
    database: Database,
    filled: AccountForm,
    trouble: dict[str, str] | None = None,
) -> Response:
    with database.reading() as session:
        places = list_places(session)
    context = {"filled": filled, "places": places, "roles": ROLES, "notice": trouble}
    status = 422 if trouble else 200
    return render(
        request, "admin_user_new.html", found, status, tabs=tabs_for(found.person), **context
    )


def _user(
    request: Request,
    user_id: str,
    found: SignedIn,
    filled: AccountForm | None = None,
    trouble: dict[str, str] | None = None,
) -> Response:
    database: Database = request.app.state.database
    settings: Settings = request.app.state.settings
    with database.reading() as session:
        user = directory.get_user(session, user_id)
        idle_s = settings.session_idle_s
        sign_ins = directory.list_sign_ins(session, user_id, idle_s, found.session_id)
        places = list_places(session)
    context: dict[str, Any] = {
        "user": user,
        "filled": filled or filled_from(user),
        "sign_ins": sign_ins,
        "places": places,
        "roles": ROLES,
        "notice": trouble,
        "saved": "saved" in request.query_params,
        "tabs": tabs_for(found.person),
    }
    return render(request, "admin_user.html", found, 422 if trouble else 200, **context)


def _link_page(
    request: Request, found: SignedIn, settings: Settings, user: UserOut, link: Link
) -> Response:
    base = settings.public_url or str(request.base_url)
    shown = f"{base.rstrip('/')}{link.path}"
    context = {"user": user, "link": link, "shown": shown, "tabs": tabs_for(found.person)}
    return render(request, "admin_user_link.html", found, 201, **context)
