"""Camera keys: whose they are, and what they may do.

A key is for one camera, or for every camera of a restaurant (a "site key", for a gateway or a
batch run that posts for many). The key itself is stored nowhere; its hash is.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, get_args
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, true, update
from sqlalchemy.orm import Session

from api import audit
from api.alerts.models import AlertRow
from api.cameras.models import CameraKeyRow, CameraRow
from api.database import now
from api.errors import CameraKeyError
from vision.errors import ForbiddenError, InvalidError, NotFoundError

KeyScope = Literal["alerts:post", "settings:read"]
KEY_SCOPES: Final[tuple[KeyScope, ...]] = get_args(KeyScope)
# Scanners for leaked secrets know a key by this shape.
KEY: Final = re.compile(r"bk_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
NOTED_EVERY: Final = timedelta(minutes=1)
UNKNOWN: Final = "this camera key is not known; make one with admin create-camera"


@dataclass(frozen=True, slots=True)
class NewCamera:
    """A camera and its key, which is shown this once."""

    id: str
    key: str


@dataclass(frozen=True, slots=True)
class Camera:
    """Which camera posts."""

    id: str
    restaurant_id: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key that works; ``camera_id`` is None for a site key."""

    prefix: str
    camera_id: str | None
    restaurant_id: str
    scopes: frozenset[str]
    last_used_at: datetime | None

    @property
    def use_is_news(self) -> bool:
        """Whether its use is to be noted: once a minute is enough."""
        return self.last_used_at is None or now() - self.last_used_at > NOTED_EVERY


def find_key(session: Session, given: str) -> Key:
    """The key, or CameraKeyError when it is unknown, revoked or too old."""
    form = KEY.fullmatch(given)
    found = None if form is None else _find(session, form.group(1))
    if found is None or not is_key_of(found[0], given):
        raise CameraKeyError(UNKNOWN)
    row, restaurant_id = found
    if is_too_old(row, now()):
        raise CameraKeyError("this camera key is too old; ask for a new one")
    scopes = frozenset(row.scopes.split())
    return Key(row.prefix, row.camera_id, restaurant_id, scopes, row.last_used_at)


def is_key_of(row: CameraKeyRow, given: str) -> bool:
    """Whether the row keeps this very key; takes as long whatever is wrong with it."""
    return hmac.compare_digest(row.sha256, digest(given))


def is_too_old(row: CameraKeyRow, at: datetime) -> bool:
    """Whether its time was over by then."""
    return row.expires_at is not None and row.expires_at <= at


def _find(session: Session, prefix: str) -> tuple[CameraKeyRow, str] | None:
    at = func.coalesce(CameraKeyRow.restaurant_id, CameraRow.restaurant_id)
    row = session.execute(
        select(CameraKeyRow, at)
        .outerjoin(CameraRow, CameraRow.id == CameraKeyRow.camera_id)
        .where(
            CameraKeyRow.prefix == prefix,
            CameraKeyRow.revoked_at.is_(None),
            or_(CameraKeyRow.camera_id.is_(None), CameraRow.active),
        )
    ).first()
    return None if row is None else (row[0], row[1])


def require_scope(key: Key, scope: KeyScope) -> None:
    """ForbiddenError when the key was not made for this."""
    if scope not in key.scopes:
        raise ForbiddenError(f"this camera key was not made for {scope}; ask for one that is")


def camera_at(
    session: Session, key: Key, places: Mapping[str, Any], in_body: str | None = None
) -> Camera:
    """The camera that the key stands for at an address with these ids, or for this body.

    NotFoundError when the address names one that is not the key's, ForbiddenError for a body.
    """
    if "camera_id" in places:
        camera_id = str(places["camera_id"])
        refusal = f"this key has no camera {camera_id}"
        return _camera(session, key, CameraRow.id == camera_id, refusal)
    if key.camera_id is not None:
        return Camera(key.camera_id, key.restaurant_id)
    if "alert_id" in places:
        alert_id = _uuid(places["alert_id"])
        posted = select(AlertRow.camera_id).where(AlertRow.id == alert_id).scalar_subquery()
        return _camera(session, key, CameraRow.id == posted, f"this key has no alert {alert_id}")
    try:
        return _camera(session, key, CameraRow.id == in_body, f"this key has no camera {in_body}")
    except NotFoundError as error:
        raise ForbiddenError(str(error)) from error


def _uuid(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError as error:
        raise InvalidError("alert_id is not a UUID", "alert_id") from error


def _camera(session: Session, key: Key, which: ColumnElement[bool], refusal: str) -> Camera:
    own = CameraRow.id == key.camera_id if key.camera_id else true()
    wanted = select(CameraRow.id).where(
        which, own, CameraRow.restaurant_id == key.restaurant_id, CameraRow.active
    )
    camera_id = session.scalar(wanted)
    if camera_id is None:
        raise NotFoundError(refusal)
    return Camera(camera_id, key.restaurant_id)


def note_use(session: Session, key: Key) -> None:
    """Remember that the key was used now."""
    session.execute(
        update(CameraKeyRow).where(CameraKeyRow.prefix == key.prefix).values(last_used_at=now())
    )


def camera_of_key(session: Session, key: str) -> Camera:
    """The camera that holds the key, or CameraKeyError."""
    found = find_key(session, key)
    if found.camera_id is None:
        raise CameraKeyError("this is a restaurant's key; send one of the camera's own")
    return Camera(found.camera_id, found.restaurant_id)


def add_key(session: Session, camera_id: str) -> str:
    """A new key that may do everything for one camera."""
    row, key = new_key()
    row.camera_id = camera_id
    session.add(row)
    session.flush()
    return key


def new_key() -> tuple[CameraKeyRow, str]:
    """A row that still lacks its place, and the key that will be shown once."""
    prefix = secrets.token_hex(6)
    key = f"bk_{prefix}_{secrets.token_urlsafe(32)}"
    return CameraKeyRow(prefix=prefix, sha256=digest(key), created_at=now()), key


def rotate_key(session: Session, camera_id: str) -> NewCamera:
    """Give a camera a new key; the old ones stop working at once."""
    if session.get(CameraRow, camera_id) is None:
        raise NotFoundError(f"no camera has the id {camera_id}")
    session.execute(
        update(CameraKeyRow)
        .where(CameraKeyRow.camera_id == camera_id, CameraKeyRow.revoked_at.is_(None))
        .values(revoked_at=now())
    )
    key = add_key(session, camera_id)
    audit.append(session, audit.SYSTEM, "camera.key_rotated", camera_id)
    return NewCamera(camera_id, key)


def digest(key: str) -> str:
    """How a key is kept."""
    return hashlib.sha256(key.encode()).hexdigest()
