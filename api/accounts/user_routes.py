"""Accounts over JSON: administrators look after them, everybody sees their own sign-ins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.accounts import directory, links, people, store
from api.accounts.schemas import SignedIn
from api.accounts.user_schemas import (
    ActiveIn,
    LinkOut,
    NewUserOut,
    SignInsOut,
    UserIn,
    UserOut,
    UserParam,
)
from api.deps import DatabaseDep, SettingsDep, SignedInDep, require
from api.errors import problems
from api.pages import Page

router = APIRouter(prefix="/api/v1", tags=["people"])
AdminDep = Annotated[SignedIn, Depends(require("admin"))]


@router.get("/users", responses=problems(401, 403, 422))
def list_users(_: AdminDep, database: DatabaseDep, query: UserParam) -> Page[UserOut]:
    """Accounts by name; `q` is part of a name."""
    with database.reading() as session:
        return directory.list_users(session, query)


@router.post("/users", status_code=201, responses=problems(401, 403, 404, 409, 413, 422))
def create_user(
    given: UserIn, admin: AdminDep, database: DatabaseDep, settings: SettingsDep
) -> NewUserOut:
    """Make an account; its person sets the password with the link in the answer."""
    with database.writing() as session:
        user_id = people.add_user(session, admin.person.id, given.wanted, "")
        link = store.invite(session, admin.person.id, user_id, settings.password_link_lifetime_s)
        return NewUserOut(user=directory.get_user(session, user_id), link=link_out(link))


@router.get("/users/{user_id}", responses=problems(401, 403, 404))
def read_user(user_id: str, _: AdminDep, database: DatabaseDep) -> UserOut:
    """One account."""
    with database.reading() as session:
        return directory.get_user(session, user_id)


@router.put("/users/{user_id}", responses=problems(401, 403, 404, 409, 413, 422))
def edit_user(user_id: str, given: UserIn, admin: AdminDep, database: DatabaseDep) -> UserOut:
    """Another name, role or scope; it holds from the person's next request on."""
    with database.writing() as session:
        people.edit_user(session, admin.person.id, user_id, given.wanted)
        return directory.get_user(session, user_id)


@router.put("/users/{user_id}/active", responses=problems(401, 403, 404, 409, 413, 422))
def set_active(user_id: str, given: ActiveIn, admin: AdminDep, database: DatabaseDep) -> UserOut:
    """Switch an account off (its sessions end at once) or on again."""
    with database.writing() as session:
        store.switch(session, admin.person.id, user_id, given.active)
        return directory.get_user(session, user_id)


@router.post("/users/{user_id}/password-links", status_code=201, responses=problems(401, 403, 404))
def make_password_link(
    user_id: str, admin: AdminDep, database: DatabaseDep, settings: SettingsDep
) -> LinkOut:
    """A link with which the person sets a new password; earlier links stop working."""
    with database.writing() as session:
        lifetime_s = settings.password_link_lifetime_s
        return link_out(store.invite(session, admin.person.id, user_id, lifetime_s))


@router.get("/users/{user_id}/sessions", responses=problems(401, 403, 404))
def list_sessions_of(
    user_id: str, admin: AdminDep, database: DatabaseDep, settings: SettingsDep
) -> SignInsOut:
    """Where that person is signed in."""
    with database.reading() as session:
        people.require_user(session, user_id)
        found = directory.list_sign_ins(session, user_id, settings.session_idle_s, admin.session_id)
        return SignInsOut(items=found)


@router.delete("/users/{user_id}/sessions", status_code=204, responses=problems(401, 403, 404))
def end_sessions_of(user_id: str, admin: AdminDep, database: DatabaseDep) -> None:
    """Sign that person out everywhere."""
    with database.writing() as session:
        people.require_user(session, user_id)
        store.end_sessions(session, admin.person.id, user_id)


@router.delete(
    "/users/{user_id}/sessions/{session_id}", status_code=204, responses=problems(401, 403, 404)
)
def end_session_of(user_id: str, session_id: str, admin: AdminDep, database: DatabaseDep) -> None:
    """End one of that person's sessions."""
    with database.writing() as session:
        store.end_session(session, admin.person.id, user_id, session_id)


@router.get("/sessions", responses=problems(401))
def list_own_sessions(
    signed_in: SignedInDep, database: DatabaseDep, settings: SettingsDep
) -> SignInsOut:
    """Where one is signed in oneself."""
    idle_s, person_id = settings.session_idle_s, signed_in.person.id
    with database.reading() as session:
        found = directory.list_sign_ins(session, person_id, idle_s, signed_in.session_id)
        return SignInsOut(items=found)


@router.delete("/sessions", status_code=204, responses=problems(401, 403))
def end_other_sessions(signed_in: SignedInDep, database: DatabaseDep) -> None:
    """End every session of one's own but this one."""
    me = signed_in.person.id
    with database.writing() as session:
        store.end_sessions(session, me, me, keep=signed_in.session_id)


@router.delete("/sessions/{session_id}", status_code=204, responses=problems(401, 403, 404))
def end_own_session(session_id: str, signed_in: SignedInDep, database: DatabaseDep) -> None:
    """End one of one's own sessions."""
    me = signed_in.person.id
    with database.writing() as session:
        store.end_session(session, me, me, session_id)


def link_out(link: links.Link) -> LinkOut:
    """A link as it is shown once."""
    return LinkOut(path=link.path, expires_at=link.expires_at)
