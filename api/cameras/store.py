"""Cameras and their keys in the database."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.cameras.models import CameraKeyRow, CameraRow
from api.cameras.schemas import CameraOut
from api.database import new_id, now
from api.errors import CameraKeyError
from api.restaurants.models import RestaurantRow
from api.restaurants.store import in_care
from api.text import require_text
from vision.errors import NotFoundError

# Scanners for leaked secrets know a key by this shape.
KEY: Final = re.compile(r"bk_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")


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


def create_camera(session: Session, restaurant_id: str, name: str) -> NewCamera:
    """Make a camera with its first key."""
    name = require_text(name, "name", 200)
    if session.get(RestaurantRow, restaurant_id) is None:
        raise NotFoundError(f"no restaurant has the id {restaurant_id}")
    row = CameraRow(id=new_id(), name=name, restaurant_id=restaurant_id, created_at=now())
    session.add(row)
    session.flush()
    key = _add_key(session, row.id)
    audit.append(
        session, audit.SYSTEM, "camera.created", row.id, name=name, restaurant_id=restaurant_id
    )
    return NewCamera(row.id, key)


def list_cameras(session: Session, person: Person) -> list[CameraOut]:
    """The cameras in this person's scope, by restaurant and name."""
    rows = session.execute(
        select(CameraRow.id, CameraRow.name, RestaurantRow.id, RestaurantRow.name)
        .join(RestaurantRow, RestaurantRow.id == CameraRow.restaurant_id)
        .where(in_care(person))
        .order_by(RestaurantRow.name, CameraRow.name, CameraRow.id)
    )
    return [
        CameraOut(id=camera, name=name, restaurant_id=restaurant, restaurant_name=at)
        for camera, name, restaurant, at in rows
    ]


def rotate_key(session: Session, camera_id: str) -> NewCamera:
    """Give a camera a new key; the old one stops working at once."""
    if session.get(CameraRow, camera_id) is None:
        raise NotFoundError(f"no camera has the id {camera_id}")
    session.execute(
        update(CameraKeyRow)
        .where(CameraKeyRow.camera_id == camera_id, CameraKeyRow.revoked_at.is_(None))
        .values(revoked_at=now())
    )
    key = _add_key(session, camera_id)
    audit.append(session, audit.SYSTEM, "camera.key_rotated", camera_id)
    return NewCamera(camera_id, key)


def camera_of_key(session: Session, key: str) -> Camera:
    """The camera that holds the key, or CameraKeyError."""
    form = KEY.fullmatch(key)
    found = None if form is None else _find(session, form.group(1))
    if found is None or not hmac.compare_digest(found[0], _sha256(key)):
        raise CameraKeyError("this camera key is not known; make one with admin create-camera")
    return found[1]


def _find(session: Session, prefix: str) -> tuple[str, Camera] | None:
    row = session.execute(
        select(CameraKeyRow.sha256, CameraRow.id, CameraRow.restaurant_id)
        .join(CameraRow, CameraRow.id == CameraKeyRow.camera_id)
        .where(CameraKeyRow.prefix == prefix, CameraKeyRow.revoked_at.is_(None))
    ).first()
    return None if row is None else (row[0], Camera(row[1], row[2]))


def _add_key(session: Session, camera_id: str) -> str:
    prefix = secrets.token_hex(6)
    key = f"bk_{prefix}_{secrets.token_urlsafe(32)}"
    session.add(
        CameraKeyRow(prefix=prefix, sha256=_sha256(key), camera_id=camera_id, created_at=now())
    )
    session.flush()
    return key


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
