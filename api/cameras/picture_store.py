"""Last pictures in the database."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import and_, delete, func, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.audit import AuditRow
from api.cameras.health_store import note_contact
from api.cameras.models import CameraRow, PictureRow
from api.cameras.rules import believable, picture_state
from api.cameras.schemas import PictureOut
from api.database import new_id, now
from api.restaurants.models import RestaurantRow
from api.restaurants.store import in_care
from api.settings import Settings
from vision.alert import Box
from vision.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from vision.snapshots import Snapshot

# Watching a wall is one sitting, not a view a second: it is logged anew after so long.
SITTING: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Given:
    """A picture as it came, checked."""

    sha256: str
    size_bytes: int
    seen: Snapshot
    taken_at: datetime
    heads: tuple[Box, ...] | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of it: whether it is new, and whose files nothing names any more."""

    picture: PictureOut
    created: bool
    forgotten: tuple[str, ...] = ()


def check_taken_at(taken_at: datetime) -> None:
    """InvalidError unless a camera can have taken a picture then."""
    if not believable(taken_at, now()):
        raise InvalidError(
            "taken_at lies in the future or more than a day back; set the camera's clock",
            "taken_at",
        )


def add_picture(session: Session, camera_id: str, given: Given, settings: Settings) -> Kept:
    """Keep a picture's facts; the same one again is harmless, whatever order they come in.

    ConflictError when another picture was taken at the very same time.
    """
    camera = session.scalar(select(CameraRow).where(CameraRow.id == camera_id).with_for_update())
    if camera is None or not camera.active:
        raise ForbiddenError("this camera was taken out of use; nothing is taken from it")
    note_contact(session, camera_id)
    same = PictureRow.camera_id == camera_id, PictureRow.taken_at == given.taken_at
    before = session.scalar(select(PictureRow).where(*same))
    if before is not None:
        if before.sha256 != given.sha256:
            raise ConflictError("another picture with this taken_at was sent before")
        return Kept(picture_out(before, settings), created=False)
    row = _row(session, camera_id, given)
    session.add(row)
    session.flush()
    return Kept(picture_out(row, settings), True, _forget(session, camera_id, settings))


def _row(session: Session, camera_id: str, given: Given) -> PictureRow:
    earlier = session.scalar(
        select(PictureRow)
        .where(PictureRow.camera_id == camera_id, PictureRow.taken_at < given.taken_at)
        .order_by(PictureRow.taken_at.desc())
        .limit(1)
    )
    still = earlier is not None and earlier.sha256 == given.sha256
    return PictureRow(
        id=new_id(),
        camera_id=camera_id,
        sha256=given.sha256,
        media_type=given.seen.media_type,
        size_bytes=given.size_bytes,
        width=given.seen.width,
        height=given.seen.height,
        taken_at=given.taken_at,
        received_at=now(),
        still_since=earlier.still_since if still and earlier else given.taken_at,
        heads=None if given.heads is None else json.dumps(given.heads),
        pinned=False,
    )


def _forget(session: Session, camera_id: str, settings: Settings) -> tuple[str, ...]:
    """Drop what is beyond the ring, and what was looked at long ago; gives files to delete."""
    mine = PictureRow.camera_id == camera_id
    ring = (
        select(PictureRow.id)
        .where(mine)
        .order_by(PictureRow.taken_at.desc())
        .limit(settings.picture_ring)
    )
    kept = set(session.scalars(ring))
    long_ago = now() - timedelta(days=settings.look_picture_days)
    droppable = ~PictureRow.pinned | (PictureRow.taken_at < long_ago)
    rows = session.execute(select(PictureRow.id, PictureRow.sha256).where(mine, droppable)).all()
    gone = [row for row in rows if row.id not in kept]
    if not gone:
        return ()
    session.execute(delete(PictureRow).where(PictureRow.id.in_([row.id for row in gone])))
    names = {row.sha256 for row in gone}
    named = select(PictureRow.sha256).where(mine, PictureRow.sha256.in_(names))
    return tuple(sorted(names - set(session.scalars(named))))


def last_pictures(
    session: Session, camera_ids: Collection[str], settings: Settings
) -> dict[str, PictureOut]:
    """The newest picture of each of these cameras that ever sent one."""
    return {row.camera_id: picture_out(row, settings) for row in _newest(session, camera_ids)}


def last_heads(session: Session, camera_ids: Collection[str]) -> dict[str, list[Box] | None]:
    """The heads that were told with those pictures."""
    return {row.camera_id: heads_of(row) for row in _newest(session, camera_ids)}


def _newest(session: Session, camera_ids: Collection[str]) -> Sequence[PictureRow]:
    newest = (
        select(PictureRow.camera_id, func.max(PictureRow.taken_at).label("taken_at"))
        .where(PictureRow.camera_id.in_(camera_ids))
        .group_by(PictureRow.camera_id)
        .subquery()
    )
    same = and_(
        PictureRow.camera_id == newest.c.camera_id, PictureRow.taken_at == newest.c.taken_at
    )
    return session.scalars(select(PictureRow).join(newest, same)).all()


def picture_out(row: PictureRow, settings: Settings) -> PictureOut:
    """As it is shown, with its state now."""
    state = picture_state(row.taken_at, row.still_since, now(), settings.picture_stale_s)
    same = ("sha256", "media_type", "width", "height", "taken_at", "received_at")
    return PictureOut.model_validate(
        {field: getattr(row, field) for field in same}
        | {"bytes": row.size_bytes, "heads_known": row.heads is not None, "state": state}
    )


def find_picture(
    session: Session, person: Person, camera_id: str, sha256: str | None = None
) -> PictureRow:
    """The newest picture, or the newest with that hash, of a camera in this person's scope."""
    wanted = (
        select(PictureRow)
        .join(CameraRow, CameraRow.id == PictureRow.camera_id)
        .join(RestaurantRow, RestaurantRow.id == CameraRow.restaurant_id)
        .where(in_care(person), PictureRow.camera_id == camera_id)
        .order_by(PictureRow.taken_at.desc())
        .limit(1)
    )
    if sha256 is not None:
        wanted = wanted.where(PictureRow.sha256 == sha256)
    row = session.scalar(wanted)
    if row is None:
        raise NotFoundError("there is no such picture for you, or it is not kept any more")
    return row


def heads_of(row: PictureRow) -> list[Box] | None:
    """The heads that the camera told of; None when it told nothing."""
    return None if row.heads is None else [cast("Box", tuple(box)) for box in json.loads(row.heads)]


def view_is_due(session: Session, person: Person, camera_id: str) -> bool:
    """Whether this view begins a sitting, and is therefore to be logged."""
    entry = (
        select(AuditRow.seq)
        .where(
            AuditRow.subject == camera_id,
            AuditRow.actor == person.id,
            AuditRow.action == "picture.viewed",
            AuditRow.at > now() - SITTING,
        )
        .limit(1)
    )
    return session.scalar(entry) is None


def log_view(session: Session, person: Person, row: PictureRow, sent: str) -> None:
    """Write down that somebody watches a camera, and in which form."""
    audit.append(session, person.id, "picture.viewed", row.camera_id, sha256=row.sha256, sent=sent)


def read_heads(text: str | None) -> tuple[Box, ...] | None:
    """``x1,y1,x2,y2;...`` as boxes; "" is none, None is not told. InvalidError names the field."""
    if text is None:
        return None
    try:
        boxes = [tuple(float(side) for side in part.split(",")) for part in text.split(";") if part]
    except ValueError:
        boxes = [()]
    for box in boxes:
        if len(box) != 4 or not (0 <= box[0] < box[2] <= 1 and 0 <= box[1] < box[3] <= 1):
            raise InvalidError("heads must be left,top,right,bottom;... in shares 0-1", "heads")
    return cast("tuple[Box, ...]", tuple(boxes))
