"""Lists of people and of their sign-ins, read for those who look after accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from api.accounts.models import SessionRow, UserRow
from api.accounts.people import require_user, wanted_of
from api.accounts.rules import fold
from api.accounts.schemas import Role
from api.accounts.store import standing
from api.accounts.user_schemas import PlaceOut, SignInOut, UserOut, UserQuery
from api.database import now
from api.pages import Page
from api.restaurants.models import DistrictRow, RestaurantRow, StationRow
from vision.errors import InvalidError

Place = RestaurantRow | StationRow | DistrictRow


def list_users(session: Session, query: UserQuery) -> Page[UserOut]:
    """Accounts that fit, by name."""
    wanted = select(UserRow).where(*_filters(query))
    if query.cursor is not None:
        after = session.scalar(select(UserRow.folded_name).where(UserRow.id == query.cursor))
        if after is None:
            raise InvalidError("the cursor is not one that a list gave", "cursor")
        wanted = wanted.where(UserRow.folded_name > after)
    rows = session.scalars(wanted.order_by(UserRow.folded_name).limit(query.limit + 1)).all()
    items = _shown(session, rows[: query.limit])
    return Page(items=items, next_cursor=items[-1].id if len(rows) > query.limit else None)


def get_user(session: Session, user_id: str) -> UserOut:
    """One account, or NotFoundError."""
    return _shown(session, [require_user(session, user_id)])[0]


def list_sign_ins(
    session: Session, user_id: str, idle_s: int, current: str | None = None
) -> list[SignInOut]:
    """Where a person is signed in now, the latest used first."""
    rows = session.scalars(
        select(SessionRow)
        .where(SessionRow.user_id == user_id, *standing(now(), idle_s))
        .order_by(SessionRow.seen_at.desc(), SessionRow.id)
    )
    return [
        SignInOut(
            id=row.id,
            address=row.address,
            browser=row.browser,
            created_at=row.created_at,
            seen_at=row.seen_at,
            current=row.id == current,
        )
        for row in rows
    ]


def _filters(query: UserQuery) -> list[ColumnElement[bool]]:
    found = [UserRow.folded_name.contains(fold(query.q), autoescape=True)] if query.q else []
    if query.role is not None:
        found.append(UserRow.role == query.role)
    if query.active is not None:
        found.append(UserRow.active == query.active)
    return found


def _shown(session: Session, rows: Sequence[UserRow]) -> list[UserOut]:
    scopes = {row.id: wanted_of(session, row).scope for row in rows}
    ids = {place for scope in scopes.values() for place in scope.restaurant_ids}
    restaurants = _names(session, RestaurantRow, ids)
    stations = _names(session, StationRow, _ids(rows, "station_id"))
    districts = _names(session, DistrictRow, _ids(rows, "district_id"))
    seen = _seen(session, [row.id for row in rows])
    return [
        UserOut(
            id=row.id,
            name=row.name,
            role=cast("Role", row.role),
            active=row.active,
            restaurants=[restaurants[place] for place in scopes[row.id].restaurant_ids],
            station=stations.get(row.station_id or ""),
            district=districts.get(row.district_id or ""),
            has_password=bool(row.password_hash),
            created_at=row.created_at,
            seen_at=seen.get(row.id),
        )
        for row in rows
    ]


def _ids(rows: Sequence[UserRow], column: str) -> set[str]:
    return {getattr(row, column) for row in rows} - {None}


def _names(session: Session, table: type[Place], ids: set[str]) -> dict[str, PlaceOut]:
    if not ids:
        return {}
    found = session.execute(select(table.id, table.name).where(table.id.in_(ids)))
    return {place: PlaceOut(id=place, name=name) for place, name in found}


def _seen(session: Session, ids: Sequence[str]) -> dict[str, Any]:
    wanted = (
        select(SessionRow.user_id, func.max(SessionRow.seen_at))
        .where(SessionRow.user_id.in_(ids))
        .group_by(SessionRow.user_id)
    )
    return dict(session.execute(wanted).all())
