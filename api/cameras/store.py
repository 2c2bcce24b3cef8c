"""Cameras in the database."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.cameras.keys import Camera, NewCamera, add_key, camera_of_key, rotate_key
from api.cameras.models import CameraRow
from api.cameras.schemas import CameraOut
from api.database import new_id, now
from api.restaurants.models import RestaurantRow
from api.restaurants.store import in_care
from api.text import require_text
from vision.errors import NotFoundError

__all__ = ["Camera", "NewCamera", "camera_of_key", "create_camera", "list_cameras", "rotate_key"]


def create_camera(session: Session, restaurant_id: str, name: str) -> NewCamera:
    """Make a camera with its first key."""
    name = require_text(name, "name", 200)
    if session.get(RestaurantRow, restaurant_id) is None:
        raise NotFoundError(f"no restaurant has the id {restaurant_id}")
    row = CameraRow(id=new_id(), name=name, restaurant_id=restaurant_id, created_at=now())
    session.add(row)
    session.flush()
    key = add_key(session, row.id)
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
