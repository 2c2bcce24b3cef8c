"""People and sessions in the database."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, cast

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from api import audit
from api.accounts.models import SessionRow, UserRow
from api.accounts.passwords import Passwords
from api.accounts.schemas import ROLES, NewUser, OpenedSession, Person, Role, SignedIn
from api.database import new_id, now
from api.restaurants.models import RestaurantRow
from api.restaurants.store import station_id_of
from api.text import NUL, require_text
from vision.errors import ConflictError, InvalidError, NotFoundError

SEEN_EVERY: Final = timedelta(minutes=1)
KEEP_ENDED: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What sign-in compares."""

    person: Person
    password_hash: str


def fold(name: str) -> str:
    """Names that look alike are one: case and width do not count."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def create_user(session: Session, new: NewUser, hasher: Passwords) -> str:
    """Make an account and give its id."""
    name = require_text(new.name, "name", 100)
    if new.role not in ROLES:
        raise InvalidError(f"a role is one of {', '.join(ROLES)}", "role")
    if session.scalar(select(UserRow.id).where(UserRow.folded_name == fold(name))) is not None:
        raise ConflictError(f"somebody is called {name} already; choose another name")
    row = UserRow(
        id=new_id(),
        name=name,
        folded_name=fold(name),
        role=new.role,
        password_hash=hasher.hash(new.password),
        restaurant_id=_restaurant_scope(session, new),
        station_id=_station_scope(session, new),
        active=True,
        created_at=now(),
    )
    session.add(row)
    session.flush()
    audit.append(session, audit.SYSTEM, "user.created", row.id, name=name, role=new.role)
    return row.id


def _restaurant_scope(session: Session, new: NewUser) -> str | None:
    if (new.role == "restaurant") != (new.restaurant_id is not None):
        raise InvalidError(
            "a restaurant's account, and no other, names its restaurant", "restaurant"
        )
    if new.restaurant_id is not None and session.get(RestaurantRow, new.restaurant_id) is None:
        raise NotFoundError(f"no restaurant has the id {new.restaurant_id}")
    return new.restaurant_id


def _station_scope(session: Session, new: NewUser) -> str | None:
    if (new.role == "inspector") != (new.station is not None):
        raise InvalidError("an inspector's account, and no other, names its station", "station")
    return None if new.station is None else station_id_of(session, new.station)


def find_credentials(session: Session, name: str) -> Credentials | None:
    """What is kept for an active account of that name."""
    if NUL in name:
        return None
    row = session.scalar(select(UserRow).where(UserRow.folded_name == fold(name), UserRow.active))
    return None if row is None else Credentials(_person(row), row.password_hash)


def credentials_of(session: Session, user_id: str) -> Credentials:
    """What is kept for an account that exists."""
    row = session.get_one(UserRow, user_id)
    return Credentials(_person(row), row.password_hash)


def open_session(session: Session, person: Person, lifetime_s: int) -> OpenedSession:
    """Begin a session; forget those that ended long ago."""
    moment = now()
    session.execute(delete(SessionRow).where(SessionRow.expires_at < moment - KEEP_ENDED))
    token = secrets.token_urlsafe(32)
    row = SessionRow(
        id=new_id(),
        token_sha256=_sha256(token),
        csrf_token=secrets.token_urlsafe(32),
        user_id=person.id,
        created_at=moment,
        seen_at=moment,
        expires_at=moment + timedelta(seconds=lifetime_s),
    )
    session.add(row)
    session.flush()
    audit.append(session, person.id, "session.opened", row.id)
    return OpenedSession(token, SignedIn(person, row.id, row.csrf_token))


def find_session(session: Session, token: str, idle_s: int) -> tuple[SignedIn, bool] | None:
    """Who holds the token, and whether ``touch_session`` is due; None once it ended."""
    moment = now()
    found = session.execute(
        select(SessionRow, UserRow)
        .join(UserRow, UserRow.id == SessionRow.user_id)
        .where(
            SessionRow.token_sha256 == _sha256(token),
            SessionRow.revoked_at.is_(None),
            SessionRow.expires_at > moment,
            SessionRow.seen_at > moment - timedelta(seconds=idle_s),
            UserRow.active,
        )
    ).first()
    if found is None:
        return None
    row, user = found
    due = moment - row.seen_at > min(SEEN_EVERY, timedelta(seconds=idle_s / 2))
    return SignedIn(_person(user), row.id, row.csrf_token), due


def touch_session(session: Session, session_id: str) -> None:
    """Note that the session is in use."""
    session.execute(update(SessionRow).where(SessionRow.id == session_id).values(seen_at=now()))


def close_session(session: Session, signed_in: SignedIn) -> None:
    """End one session."""
    _revoke(session, SessionRow.id == signed_in.session_id)
    audit.append(session, signed_in.person.id, "session.closed", signed_in.session_id)


def set_password(session: Session, user_id: str, password: str, hasher: Passwords) -> None:
    """Change a password and end every session that the old one opened."""
    row = session.get(UserRow, user_id)
    if row is None:
        raise NotFoundError(f"no user has the id {user_id}")
    row.password_hash = hasher.hash(password)
    _revoke(session, SessionRow.user_id == user_id)
    session.flush()
    audit.append(session, user_id, "user.password_changed", user_id)


def _revoke(session: Session, which: ColumnElement[bool]) -> None:
    session.execute(
        update(SessionRow).where(which, SessionRow.revoked_at.is_(None)).values(revoked_at=now())
    )


def _person(row: UserRow) -> Person:
    role = cast("Role", row.role)
    return Person(row.id, row.name, role, row.restaurant_id, row.station_id, row.district_id)


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
