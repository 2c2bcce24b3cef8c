"""Camera keys, made, rotated and revoked by those who look after the restaurant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.cameras.keys import KEY_SCOPES, KeyScope, new_key
from api.cameras.keys_schemas import KeyIn, KeyOut, KeyQuery, KeyState
from api.cameras.models import CameraKeyRow, CameraRow
from api.database import now
from api.pages import Page
from api.restaurants.models import RestaurantRow
from api.restaurants.store import in_care
from vision.errors import ConflictError, InvalidError, NotFoundError

Columns = tuple[Any, ...]


def list_keys(session: Session, person: Person, query: KeyQuery) -> Page[KeyOut]:
    """Keys in this person's scope that fit, the newest first."""
    wanted = _shown(person).where(*_filters(query))
    if query.cursor is not None:
        last = session.scalar(_own(person, query.cursor))
        if last is None:
            raise InvalidError("the cursor is not one that a list gave", "cursor")
        same = and_(CameraKeyRow.created_at == last.created_at, CameraKeyRow.prefix < last.prefix)
        wanted = wanted.where(or_(CameraKeyRow.created_at < last.created_at, same))
    newest = wanted.order_by(CameraKeyRow.created_at.desc(), CameraKeyRow.prefix.desc())
    rows = session.execute(newest.limit(query.limit + 1)).all()
    items = [_out(row) for row in rows[: query.limit]]
    return Page(items=items, next_cursor=items[-1].prefix if len(rows) > query.limit else None)


def get_key(session: Session, person: Person, prefix: str) -> KeyOut:
    """One key, or NotFoundError when there is none that this person may see."""
    row = session.execute(_shown(person).where(CameraKeyRow.prefix == prefix)).first()
    if row is None:
        raise _no_key(prefix)
    return _out(row)


def make_key(session: Session, person: Person, given: KeyIn) -> tuple[str, str]:
    """A new key for a camera or restaurant in this person's scope: its prefix, and itself."""
    _require_place(session, person, given)
    row, key = new_key()
    row.name, row.camera_id, row.restaurant_id = given.name, given.camera_id, given.restaurant_id
    row.scopes = " ".join(scope for scope in KEY_SCOPES if scope in given.scopes)
    if given.days is not None:
        row.expires_at = row.created_at + timedelta(days=given.days)
    session.add(row)
    session.flush()
    told = given.model_dump(exclude_none=True) | {"expires_at": _iso(row)}
    audit.append(session, person.id, "key.created", row.prefix, **told)
    return row.prefix, key


def rotate(session: Session, person: Person, prefix: str, overlap_h: int) -> tuple[str, str]:
    """A successor of the same kind; the old key works ``overlap_h`` hours more, at the longest."""
    old = _require_working(session, person, prefix)
    row, key = new_key()
    for field in ("name", "camera_id", "restaurant_id", "scopes"):
        setattr(row, field, getattr(old, field))
    if old.expires_at is not None:
        row.expires_at = row.created_at + (old.expires_at - old.created_at)
    end = now() + timedelta(hours=overlap_h)
    old.expires_at = end if old.expires_at is None else min(end, old.expires_at)
    session.add(row)
    session.flush()
    audit.append(
        session, person.id, "key.rotated", prefix, successor=row.prefix, old_until=_iso(old)
    )
    return row.prefix, key


def revoke(session: Session, person: Person, prefix: str) -> None:
    """The key stops working at once; revoking it again changes nothing."""
    row: CameraKeyRow | None = session.scalar(_own(person, prefix).with_for_update(of=CameraKeyRow))
    if row is None:
        raise _no_key(prefix)
    if row.revoked_at is None:
        row.revoked_at = now()
        session.flush()
        audit.append(session, person.id, "key.revoked", prefix)


def _require_working(session: Session, person: Person, prefix: str) -> CameraKeyRow:
    row: CameraKeyRow | None = session.scalar(_own(person, prefix).with_for_update(of=CameraKeyRow))
    if row is None:
        raise _no_key(prefix)
    if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now()):
        raise ConflictError("this key works no more; make a new one")
    return row


def _require_place(session: Session, person: Person, given: KeyIn) -> None:
    if given.camera_id is not None:
        wanted = (
            select(CameraRow.id)
            .join(RestaurantRow, RestaurantRow.id == CameraRow.restaurant_id)
            .where(CameraRow.id == given.camera_id, in_care(person))
        )
        what, place_id = "camera", given.camera_id
    else:
        wanted = select(RestaurantRow.id).where(
            RestaurantRow.id == given.restaurant_id, in_care(person)
        )
        what, place_id = "restaurant", given.restaurant_id or ""
    if session.scalar(wanted) is None:
        raise NotFoundError(f"there is no {what} {place_id} for you")


def _filters(query: KeyQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.restaurant is not None:
        found.append(RestaurantRow.id == query.restaurant)
    if query.camera is not None:
        found.append(CameraKeyRow.camera_id == query.camera)
    if query.state is not None:
        found.append(_in_state(query.state))
    if query.q:
        part = query.q.strip().lower()
        names = CameraKeyRow.name, CameraRow.name, RestaurantRow.name, CameraKeyRow.prefix
        found.append(or_(*(func.lower(name).contains(part, autoescape=True) for name in names)))
    return found


def _in_state(state: KeyState) -> ColumnElement[bool]:
    over = func.coalesce(CameraKeyRow.expires_at <= now(), False)
    if state == "revoked":
        return CameraKeyRow.revoked_at.is_not(None)
    return and_(CameraKeyRow.revoked_at.is_(None), over if state == "expired" else ~over)


def _joined(person: Person, wanted: Select[*Columns]) -> Select[*Columns]:
    at = func.coalesce(CameraKeyRow.restaurant_id, CameraRow.restaurant_id)
    return (
        wanted.outerjoin(CameraRow, CameraRow.id == CameraKeyRow.camera_id)
        .join(RestaurantRow, RestaurantRow.id == at)
        .where(in_care(person))
    )


def _shown(person: Person) -> Select[*Columns]:
    columns = CameraKeyRow, CameraRow.name, RestaurantRow.id, RestaurantRow.name
    return _joined(person, select(*columns).select_from(CameraKeyRow))


def _own(person: Person, prefix: str) -> Select[*Columns]:
    own = _joined(person, select(CameraKeyRow).select_from(CameraKeyRow))
    return own.where(CameraKeyRow.prefix == prefix)


def _out(row: Row[*Columns]) -> KeyOut:
    key, camera_name, restaurant_id, restaurant_name = row
    same = ("prefix", "name", "camera_id", "created_at", "expires_at", "last_used_at", "revoked_at")
    return KeyOut(
        **{field: getattr(key, field) for field in same},
        camera_name=camera_name,
        restaurant_id=restaurant_id,
        restaurant_name=restaurant_name,
        scopes=cast("list[KeyScope]", key.scopes.split()),
        state=_state(key),
    )


def _state(row: CameraKeyRow) -> KeyState:
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.expires_at is not None and row.expires_at <= now() else "working"


def _iso(row: CameraKeyRow) -> str | None:
    return None if row.expires_at is None else row.expires_at.isoformat(timespec="seconds")


def _no_key(prefix: str) -> NotFoundError:
    return NotFoundError(f"there is no key {prefix} for you")
