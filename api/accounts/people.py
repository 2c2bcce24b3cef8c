"""People in the database, as an administrator sees and changes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.models import UserRow
from api.accounts.rules import Scope, fold, require_scope
from api.accounts.schemas import Person, Role
from api.database import new_id, now
from api.restaurants.models import DistrictRow, RestaurantRow, StationRow, UserRestaurantRow
from vision.errors import ConflictError, NotFoundError


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an account is to be."""

    name: str
    role: str
    scope: Scope


def person_of(row: UserRow) -> Person:
    """Who the row is, for everything that asks who may see what."""
    role = cast("Role", row.role)
    return Person(row.id, row.name, role, row.restaurant_id, row.station_id, row.district_id)


def add_user(session: Session, actor: str, wanted: Wanted, password_hash: str) -> str:
    """Make an account and give its id; without a password it waits for its link to be used."""
    _require_free(session, wanted.name)
    _require_places(session, wanted)
    row = UserRow(id=new_id(), password_hash=password_hash, active=True, created_at=now())
    _write(row, wanted)
    session.add(row)
    session.flush()
    _write_further(session, row.id, wanted.scope)
    audit.append(session, actor, "user.created", row.id, **_told(wanted))
    return row.id


def edit_user(session: Session, actor: str, user_id: str, wanted: Wanted) -> None:
    """Give an account another name, role or scope; it holds from the next request on."""
    row = require_user(session, user_id)
    if fold(wanted.name) != row.folded_name:
        _require_free(session, wanted.name)
    _require_places(session, wanted)
    if wanted.role != "admin":
        _require_another_admin(session, row)
    before = wanted_of(session, row)
    _write(row, wanted)
    session.flush()
    _write_further(session, row.id, wanted.scope)
    if wanted != before:
        audit.append(session, actor, "user.changed", row.id, **_told(wanted), before=_told(before))


def set_active(session: Session, actor: str, user_id: str, active: bool) -> None:
    """Let somebody in again, or keep them out; whoever calls ends the sessions."""
    row = require_user(session, user_id)
    if row.active == active:
        return
    if not active:
        _require_another_admin(session, row)
    row.active = active
    session.flush()
    audit.append(session, actor, "user.activated" if active else "user.deactivated", user_id)


def require_user(session: Session, user_id: str) -> UserRow:
    """The account, or NotFoundError."""
    row = session.get(UserRow, user_id)
    if row is None:
        raise NotFoundError(f"no user has the id {user_id}")
    return row


def wanted_of(session: Session, row: UserRow) -> Wanted:
    """What an account is now."""
    first = () if row.restaurant_id is None else (row.restaurant_id,)
    further = session.scalars(
        select(UserRestaurantRow.restaurant_id)
        .where(UserRestaurantRow.user_id == row.id)
        .order_by(UserRestaurantRow.restaurant_id)
    )
    return Wanted(
        row.name, row.role, Scope(first + tuple(further), row.station_id, row.district_id)
    )


def _require_free(session: Session, name: str) -> None:
    if session.scalar(select(UserRow.id).where(UserRow.folded_name == fold(name))) is not None:
        raise ConflictError(f"somebody is called {name} already; choose another name")


def _require_places(session: Session, wanted: Wanted) -> None:
    """InvalidError when the scope does not fit the role, NotFoundError for an unknown place."""
    require_scope(wanted.role, wanted.scope)
    scope = wanted.scope
    for table, what, ids in (
        (RestaurantRow, "restaurant", scope.restaurant_ids),
        (StationRow, "station", (scope.station_id,)),
        (DistrictRow, "district", (scope.district_id,)),
    ):
        for place_id in ids:
            if place_id is not None and session.get(table, place_id) is None:
                raise NotFoundError(f"no {what} has the id {place_id}")


def _require_another_admin(session: Session, row: UserRow) -> None:
    """On PostgreSQL the administrators are locked, so that two cannot remove each other."""
    if row.role != "admin" or not row.active:
        return
    admins = select(UserRow.id).where(UserRow.role == "admin", UserRow.active).with_for_update()
    if len(session.scalars(admins).all()) < 2:
        raise ConflictError(
            f"{row.name} is the only administrator; make another administrator first"
        )


def _write(row: UserRow, wanted: Wanted) -> None:
    row.name, row.folded_name, row.role = wanted.name, fold(wanted.name), wanted.role
    row.restaurant_id = next(iter(wanted.scope.restaurant_ids), None)
    row.station_id, row.district_id = wanted.scope.station_id, wanted.scope.district_id


def _write_further(session: Session, user_id: str, scope: Scope) -> None:
    session.execute(delete(UserRestaurantRow).where(UserRestaurantRow.user_id == user_id))
    session.add_all(
        UserRestaurantRow(user_id=user_id, restaurant_id=restaurant_id)
        for restaurant_id in sorted(set(scope.restaurant_ids[1:]) - {*scope.restaurant_ids[:1]})
    )
    session.flush()


def _told(wanted: Wanted) -> dict[str, object]:
    scope = wanted.scope
    places = {
        "restaurant_ids": list(scope.restaurant_ids),
        "station_id": scope.station_id,
        "district_id": scope.district_id,
    }
    return {"name": wanted.name, "role": wanted.role} | {k: v for k, v in places.items() if v}


def count_users(session: Session) -> int:
    """How many accounts there are."""
    return session.scalar(select(func.count()).select_from(UserRow)) or 0
