"""What cameras are like, in the database: made, changed, taken out of use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.alerts.store import OPEN, in_scope
from api.cameras.health_store import camera_health
from api.cameras.models import CameraRow
from api.cameras.picture_store import last_pictures
from api.cameras.schemas import CameraChange, CameraDetails, CameraIn
from api.cameras.store import NewCamera, create_camera
from api.cameras.zone_store import zone_types_of
from api.outbound import Policy, check_url
from api.restaurants.models import RestaurantRow
from api.restaurants.store import in_care
from api.settings import Settings
from vision.errors import ConflictError, InvalidError, NotFoundError
from vision.names import ZONE_TYPES

STREAM_SCHEMES: Final = ("rtsp", "rtsps", "http", "https")
ESCAPE: Final = "\\"


@dataclass(frozen=True, slots=True)
class CameraFilter:
    """Which cameras to show; ``words`` are looked for in camera, place and restaurant."""

    words: str = ""
    restaurant: str | None = None
    active: bool | None = None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """How alerts of one rule were decided; ``waiting`` are not yet."""

    rule: str
    upheld: int
    dismissed: int
    waiting: int


def get_camera(session: Session, person: Person, camera_id: str) -> CameraRow:
    """A camera in this person's scope, or NotFoundError."""
    row = session.scalar(
        select(CameraRow)
        .join(RestaurantRow, RestaurantRow.id == CameraRow.restaurant_id)
        .where(in_care(person), CameraRow.id == camera_id)
    )
    if row is None:
        raise NotFoundError(f"there is no camera {camera_id} for you")
    return row


def get_details(
    session: Session, person: Person, camera_id: str, settings: Settings
) -> CameraDetails:
    """Everything about one camera."""
    wanted = [in_care(person), CameraRow.id == camera_id]
    found = _details(session, person, wanted, settings)
    if not found:
        raise NotFoundError(f"there is no camera {camera_id} for you")
    return found[0]


def find_cameras(
    session: Session, person: Person, given: CameraFilter, settings: Settings
) -> list[CameraDetails]:
    """The cameras that fit, in the order the office gave them, then by restaurant and name."""
    wanted: list[ColumnElement[bool]] = [in_care(person)]
    for word in given.words.split():
        like = f"%{_literal(word)}%"
        columns = CameraRow.name, CameraRow.place, RestaurantRow.name
        wanted.append(or_(*(column.ilike(like, escape=ESCAPE) for column in columns)))
    if given.restaurant is not None:
        wanted.append(CameraRow.restaurant_id == given.restaurant)
    if given.active is not None:
        wanted.append(CameraRow.active.is_(given.active))
    return _details(session, person, wanted, settings)


def _literal(word: str) -> str:
    for sign in (ESCAPE, "%", "_"):
        word = word.replace(sign, ESCAPE + sign)
    return word


def _details(
    session: Session, person: Person, wanted: list[ColumnElement[bool]], settings: Settings
) -> list[CameraDetails]:
    """``notes`` and the stream are the office's; a restaurant does not get them."""
    office = person.role != "restaurant"
    rows = session.execute(
        select(CameraRow, RestaurantRow.name, RestaurantRow.risk)
        .join(RestaurantRow, RestaurantRow.id == CameraRow.restaurant_id)
        .where(*wanted)
        .order_by(CameraRow.position, RestaurantRow.name, CameraRow.name, CameraRow.id)
    ).all()
    ids = [camera.id for camera, _, _ in rows]
    health = camera_health(session, ids, settings)
    pictures = last_pictures(session, ids, settings)
    types = zone_types_of(session, ids)
    own = ("id", "name", "restaurant_id", "place", "zone_type", "rules", "active")
    also = ("position", "looked_at")
    return [
        CameraDetails.model_validate(
            {field: getattr(camera, field) for field in own + also}
            | {
                "restaurant_name": restaurant,
                "risk": risk,
                "notes": camera.notes if office else "",
                "stream": shown_stream(camera.stream_url) if office else None,
                "zone_types": [kind for kind in ZONE_TYPES if kind in types[camera.id]],
                "health": health[camera.id],
                "picture": pictures.get(camera.id),
            }
        )
        for camera, restaurant, risk in rows
    ]


def shown_stream(url: str | None) -> str | None:
    """Where a stream address leads; what follows the host may hold a secret and is not shown."""
    if url is None:
        return None
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}/…"


def verdicts(session: Session, person: Person, camera_id: str) -> list[Verdicts]:
    """How alerts of each rule from this camera were decided, in this person's scope."""
    rows = session.execute(
        select(
            AlertRow.rule,
            func.count().filter(AlertRow.status == "upheld"),
            func.count().filter(AlertRow.status == "dismissed"),
            func.count().filter(AlertRow.status.in_(OPEN)),
        )
        .where(in_scope(person), AlertRow.camera_id == camera_id)
        .group_by(AlertRow.rule)
        .order_by(AlertRow.rule)
    )
    return [Verdicts(*row) for row in rows]


def add_camera(session: Session, person: Person, given: CameraIn, settings: Settings) -> NewCamera:
    """Make a camera in a restaurant of this person's scope; its key is shown this once."""
    known = select(RestaurantRow.id).where(in_care(person), RestaurantRow.id == given.restaurant_id)
    if session.scalar(known) is None:
        raise InvalidError("restaurant_id names no restaurant of yours", "restaurant_id")
    made = create_camera(session, given.restaurant_id, given.name)
    details = given.model_dump(exclude={"restaurant_id", "name"}, exclude_unset=True)
    _set(session, person, session.get_one(CameraRow, made.id), details, settings)
    return made


def change_camera(
    session: Session, person: Person, camera_id: str, change: CameraChange, settings: Settings
) -> None:
    """Change what is named; the audit log says what, and never repeats a stream address."""
    row = get_camera(session, person, camera_id)
    given = change.model_dump(exclude_unset=True)
    for field, value in given.items():
        if value is None and field != "stream_url":
            raise InvalidError(f"{field} must not be null; leave it out to keep it", field)
    _set(session, person, row, given, settings)


def _set(
    session: Session, person: Person, row: CameraRow, given: dict[str, Any], settings: Settings
) -> None:
    changed = {name: value for name, value in given.items() if getattr(row, name) != value}
    if changed.get("stream_url") is not None:
        _check_stream(changed["stream_url"], settings)
    for name, value in changed.items():
        setattr(row, name, value)
    session.flush()
    if changed:
        told = changed | ({"stream_url": "set"} if changed.get("stream_url") else {})
        audit.append(session, person.id, "camera.changed", row.id, **told)


def _check_stream(url: str, settings: Settings) -> None:
    """InvalidError for an address with a password, or one that must not be called from here."""
    try:
        check_url(url, Policy.of(settings, schemes=STREAM_SCHEMES))
    except InvalidError as error:
        raise InvalidError(str(error), "stream_url") from error


def refuse_inactive(row: CameraRow) -> None:
    """ConflictError for a camera that was taken out of use."""
    if not row.active:
        raise ConflictError("this camera was taken out of use")
