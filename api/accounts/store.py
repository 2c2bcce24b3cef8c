"""People and sessions in the database."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, select, true, update
from sqlalchemy.orm import Session

from api import audit
from api.accounts.devices import digest, forget_all, remember
from api.accounts.links import GONE, Link, make_link, use_link
from api.accounts.models import SessionRow, UserRow
from api.accounts.passwords import Passwords
from api.accounts.people import (
    Wanted,
    add_user,
    count_users,
    person_of,
    require_user,
    set_active,
)
from api.accounts.rules import Scope, fold
from api.accounts.schemas import NOWHERE, ROLES, NewUser, OpenedSession, Person, SignedIn, Visit
from api.database import new_id, now
from api.restaurants.store import district_id_of, station_id_of
from api.text import NUL, require_text
from vision.errors import ConflictError, InvalidError, NotFoundError

SEEN_EVERY: Final = timedelta(minutes=1)
KEEP_ENDED: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What sign-in compares."""

    person: Person
    password_hash: str


def create_user(
    session: Session, new: NewUser, hasher: Passwords, actor: str = audit.SYSTEM
) -> str:
    """Make an account from what the command line gives; a station or district may be new."""
    if new.role not in ROLES:
        raise InvalidError(f"a role is one of {', '.join(ROLES)}", "role")
    wanted = Wanted(
        require_text(new.name, "name", 100),
        new.role,
        Scope(
            () if new.restaurant_id is None else (new.restaurant_id,),
            None if new.station is None else station_id_of(session, new.station, actor=actor),
            None if new.district is None else district_id_of(session, new.district, actor=actor),
        ),
    )
    return add_user(session, actor, wanted, hasher.hash(new.password, wanted.name))


def find_credentials(session: Session, name: str) -> Credentials | None:
    """What is kept for an active account of that name."""
    if NUL in name:
        return None
    row = session.scalar(select(UserRow).where(UserRow.folded_name == fold(name), UserRow.active))
    return None if row is None else Credentials(person_of(row), row.password_hash)


def id_named(session: Session, name: str) -> str:
    """The id of the account of that name, switched off or not; NotFoundError when there is none."""
    user_id = session.scalar(select(UserRow.id).where(UserRow.folded_name == fold(name)))
    if user_id is None:
        raise NotFoundError(f"no user is called {name}; see admin list-users")
    return user_id


def credentials_of(session: Session, user_id: str) -> Credentials:
    """What is kept for an account that exists."""
    row = session.get_one(UserRow, user_id)
    return Credentials(person_of(row), row.password_hash)


def open_session(
    session: Session, person: Person, lifetime_s: int, visit: Visit = NOWHERE
) -> OpenedSession:
    """Begin a session; forget those that ended long ago.

    Its token is always new: one that the browser brought along is never taken over, it ends.
    """
    moment = now()
    session.execute(delete(SessionRow).where(SessionRow.expires_at < moment - KEEP_ENDED))
    _revoke(session, SessionRow.token_sha256 == digest(visit.old_token))
    token = secrets.token_urlsafe(32)
    row = SessionRow(
        id=new_id(),
        token_sha256=digest(token),
        csrf_token=secrets.token_urlsafe(32),
        user_id=person.id,
        address=visit.address[:45],
        browser=visit.browser[:200].replace(NUL, ""),
        created_at=moment,
        seen_at=moment,
        expires_at=moment + timedelta(seconds=lifetime_s),
    )
    session.add(row)
    session.flush()
    device = remember(session, visit.device, person.id)
    audit.append(session, person.id, "session.opened", row.id, address=row.address)
    return OpenedSession(token, SignedIn(person, row.id, row.csrf_token), device)


def find_session(session: Session, token: str, idle_s: int) -> tuple[SignedIn, bool] | None:
    """Who holds the token, and whether ``touch_session`` is due; None once it ended."""
    moment = now()
    found = session.execute(
        select(SessionRow, UserRow)
        .join(UserRow, UserRow.id == SessionRow.user_id)
        .where(
            SessionRow.token_sha256 == digest(token),
            *standing(moment, idle_s),
            UserRow.active,
        )
    ).first()
    if found is None:
        return None
    row, user = found
    due = moment - row.seen_at > min(SEEN_EVERY, timedelta(seconds=idle_s / 2))
    return SignedIn(person_of(user), row.id, row.csrf_token), due


def standing(moment: datetime, idle_s: int) -> tuple[ColumnElement[bool], ...]:
    """Sessions that have not ended."""
    return (
        SessionRow.revoked_at.is_(None),
        SessionRow.expires_at > moment,
        SessionRow.seen_at > moment - timedelta(seconds=idle_s),
    )


def touch_session(session: Session, session_id: str) -> None:
    """Note that the session is in use."""
    session.execute(update(SessionRow).where(SessionRow.id == session_id).values(seen_at=now()))


def close_session(session: Session, signed_in: SignedIn) -> None:
    """End one session."""
    _revoke(session, SessionRow.id == signed_in.session_id)
    audit.append(session, signed_in.person.id, "session.closed", signed_in.session_id)


def set_password(
    session: Session, user_id: str, password: str, hasher: Passwords, actor: str | None = None
) -> None:
    """Change a password and end every session that the old one opened."""
    row = session.get(UserRow, user_id)
    if row is None:
        raise NotFoundError(f"no user has the id {user_id}")
    row.password_hash = hasher.hash(password, row.name)
    _revoke(session, SessionRow.user_id == user_id)
    session.flush()
    audit.append(session, actor or user_id, "user.password_changed", user_id)


def invite(session: Session, actor: str, user_id: str, lifetime_s: int) -> Link:
    """A link with which that person sets a password; the present one works until then."""
    if not require_user(session, user_id).active:
        raise ConflictError("the account is switched off; switch it on first")
    link = make_link(session, "password", user_id, lifetime_s)
    audit.append(
        session, actor, "user.invited", user_id, until=link.expires_at.isoformat("T", "seconds")
    )
    return link


def accept_invitation(session: Session, token: str, password: str, hasher: Passwords) -> Person:
    """Set the password that the link is for; NotFoundError when the link works no more."""
    user_id = use_link(session, "password", token)
    assert user_id is not None, "a link to set a password is for somebody"
    set_password(session, user_id, password, hasher)
    return credentials_of(session, user_id).person


def switch(session: Session, actor: str, user_id: str, active: bool) -> None:
    """Keep somebody out, with every sign-in they have, or let them in again."""
    if user_id == actor and not active:
        raise ConflictError("ask another administrator to switch your own account off")
    set_active(session, actor, user_id, active)
    if not active:
        _revoke(session, SessionRow.user_id == user_id)
        forget_all(session, user_id)


def first_admin(
    session: Session, token: str, name: str, password: str, hasher: Passwords
) -> Person:
    """The first administrator, made once; NotFoundError when the link works no more."""
    use_link(session, "first_run", token)
    if count_users(session):
        raise NotFoundError(GONE)
    user_id = create_user(session, NewUser(name, "admin", password), hasher)
    return credentials_of(session, user_id).person


def end_sessions(session: Session, actor: str, user_id: str, keep: str | None = None) -> None:
    """End every session of a person except ``keep``, and forget the browsers."""
    others = true() if keep is None else SessionRow.id != keep
    _revoke(session, and_(SessionRow.user_id == user_id, others))
    forget_all(session, user_id)
    audit.append(session, actor, "user.signed_out", user_id, kept=keep)


def end_session(session: Session, actor: str, user_id: str, session_id: str) -> None:
    """End one session of that person; NotFoundError when it is not theirs or has ended."""
    theirs = SessionRow.id == session_id, SessionRow.user_id == user_id
    wanted = select(SessionRow.id).where(*theirs, SessionRow.revoked_at.is_(None))
    if session.scalar(wanted) is None:
        raise NotFoundError(f"there is no sign-in {session_id} to end")
    _revoke(session, SessionRow.id == session_id)
    audit.append(session, actor, "session.revoked", session_id, user_id=user_id)


def _revoke(session: Session, which: ColumnElement[bool]) -> None:
    session.execute(
        update(SessionRow).where(which, SessionRow.revoked_at.is_(None)).values(revoked_at=now())
    )
