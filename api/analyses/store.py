"""Analyses in the database: made, seen, moved on by people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, true
from sqlalchemy.orm import Session

from api import audit
from api.accounts.models import UserRow
from api.accounts.schemas import Person
from api.analyses.models import AnalysisRow, AnalysisVideoRow
from api.analyses.rules import ACTIVE, State, Step, moved, safe_name
from api.analyses.schemas import AnalysisIn, AnalysisOut, FailureOut, VideoOut
from api.cameras.detail_store import get_camera
from api.cameras.models import CameraRow
from api.database import new_id, now
from api.restaurants.models import RestaurantRow
from api.restaurants.store import in_care, sees_everything
from vision.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError

MAX_VIDEOS: Final = 500
MAX_LISTED: Final = 100


def visible(person: Person) -> ColumnElement[bool]:
    """Which analyses are this person's to see: those of cameras in care, and one's own without."""
    if sees_everything(person):
        return true()
    cared_for = (
        select(CameraRow.id)
        .join(RestaurantRow, RestaurantRow.id == CameraRow.restaurant_id)
        .where(in_care(person))
    )
    own = and_(AnalysisRow.camera_id.is_(None), AnalysisRow.created_by == person.id)
    return or_(own, AnalysisRow.camera_id.in_(cared_for))


def create(
    session: Session, person: Person, given: AnalysisIn, folder: str | None, videos: int
) -> AnalysisOut:
    """Make a job: of a folder it waits for its turn at once, of uploads for its videos.

    NotFoundError for a camera out of scope.
    """
    if given.camera_id is not None:
        get_camera(session, person, given.camera_id)
    at, queued = now(), folder is not None
    row = AnalysisRow(
        id=new_id(), label=given.label.strip() or folder or "", created_by=person.id, created_at=at,
        state="queued" if queued else "uploading", source=given.source, folder=folder,
        camera_id=given.camera_id, rules=given.rules, fps=given.fps,
        zone_type=None if given.camera_id else given.zone_type, into_review=given.into_review,
        queued_at=at if queued else None, looked_s=0, footage_s=0, speed=0, videos=videos,
        videos_done=0, videos_failed=0, episodes=0, failures="[]", problem="", detail="",
        alerts_posted=0, alerts_left_out=0,
    )  # fmt: skip
    row.label = row.label[:200]
    session.add(row)
    session.flush()
    told = given.model_dump(mode="json", exclude={"label"})
    audit.append(session, person.id, "analysis.created", row.id, **told)
    return get(session, person, row.id)


def may_use_folder(person: Person) -> None:
    """The footage folder is everybody's: ForbiddenError for who looks after a part only."""
    if not sees_everything(person):
        raise ForbiddenError("the footage folder is for people of the whole city; upload videos")


def get(session: Session, person: Person, analysis_id: str) -> AnalysisOut:
    """One analysis, or NotFoundError when there is none that this person may see."""
    found = _read(session, _shown(person).where(AnalysisRow.id == analysis_id))
    if not found:
        raise _none(analysis_id)
    return found[0]


def list_analyses(session: Session, person: Person) -> list[AnalysisOut]:
    """Analyses in one's scope, newest first."""
    newest = AnalysisRow.created_at.desc(), AnalysisRow.id
    return _read(session, _shown(person).order_by(*newest).limit(MAX_LISTED))


def _shown(person: Person) -> Select[Any]:
    wanted: Any = (
        select(AnalysisRow, UserRow.name, CameraRow.name, RestaurantRow.name)
        .join(UserRow, UserRow.id == AnalysisRow.created_by)
        .outerjoin(CameraRow, CameraRow.id == AnalysisRow.camera_id)
        .outerjoin(RestaurantRow, RestaurantRow.id == CameraRow.restaurant_id)
        .where(visible(person))
    )
    return cast("Select[Any]", wanted)


def _read(session: Session, wanted: Select[Any]) -> list[AnalysisOut]:
    rows = session.execute(wanted).all()
    uploads = _uploads(session, [row.id for row, *_ in rows])
    return [
        AnalysisOut.model_validate(
            {name: getattr(row, name) for name in AnalysisOut.model_fields if hasattr(row, name)}
            | {
                "created_by": person,
                "camera_name": camera,
                "restaurant_name": restaurant,
                "failures": [
                    FailureOut(video=video, reason=reason)
                    for video, reason in json.loads(row.failures)
                ],
                "uploads": uploads.get(row.id, []),
            }
        )
        for row, person, camera, restaurant in rows
    ]


def _uploads(session: Session, ids: Sequence[str]) -> dict[str, list[VideoOut]]:
    rows = session.scalars(
        select(AnalysisVideoRow)
        .where(AnalysisVideoRow.analysis_id.in_(ids))
        .order_by(AnalysisVideoRow.analysis_id, AnalysisVideoRow.stored_as)
    )
    return {
        key: [VideoOut(name=row.name, bytes=row.size_bytes) for row in group]
        for key, group in groupby(rows, lambda row: row.analysis_id)
    }


def step(session: Session, person: Person, analysis_id: str, what: Step) -> AnalysisOut:
    """A person starts, cancels or resumes it; ConflictError when it is too late for that.

    What is cancelled while it runs stays with its server until that one has let go of it.
    """
    row = _locked(session, person, analysis_id)
    row.state = moved(cast("State", row.state), what)
    if row.state == "queued":
        if row.source == "upload" and not row.videos:
            raise InvalidError("there is no video yet; upload one first", "videos")
        row.queued_at, row.ended_at, row.problem, row.detail = now(), None, "", ""
    else:
        row.ended_at = now()
    session.flush()
    done = {"start": "started", "cancel": "cancelled", "resume": "resumed"}[what]
    audit.append(session, person.id, f"analysis.{done}", row.id)
    return get(session, person, row.id)


def remove(session: Session, person: Person, analysis_id: str) -> None:
    """Forget it; what entered review stays there. ConflictError while a server holds it."""
    row = _locked(session, person, analysis_id)
    held = row.lease_until is not None and row.lease_until > now()
    if row.state in ACTIVE or held:
        raise ConflictError("this analysis still runs; cancel it and wait a moment")
    mine = AnalysisVideoRow.analysis_id == row.id
    session.execute(delete(AnalysisVideoRow).where(mine))
    session.delete(row)
    session.flush()
    told = {"label": row.label, "videos": row.videos, "episodes": row.episodes}
    audit.append(session, person.id, "analysis.removed", analysis_id, **told)


def expects_video(session: Session, person: Person, analysis_id: str, name: str) -> None:
    """NotFoundError, ConflictError or InvalidError unless a video of that name may be uploaded."""
    row = _locked(session, person, analysis_id)
    _takes_videos(row)
    safe_name(name)


def add_video(session: Session, person: Person, analysis_id: str, name: str, size: int) -> str:
    """Note an uploaded video; gives the name under which it lies."""
    row = _locked(session, person, analysis_id)
    _takes_videos(row)
    mine = AnalysisVideoRow.analysis_id == row.id
    taken = session.scalars(select(AnalysisVideoRow.stored_as).where(mine)).all()
    stored_as = safe_name(name, taken)
    session.add(
        AnalysisVideoRow(
            analysis_id=row.id,
            stored_as=stored_as,
            name=name[:300],
            size_bytes=size,
            created_at=now(),
        )
    )
    session.flush()
    row.videos = session.scalar(select(func.count()).where(mine)) or 0
    audit.append(session, person.id, "analysis.video_added", row.id, name=name[:300], bytes=size)
    return stored_as


def _takes_videos(row: AnalysisRow) -> None:
    moved(cast("State", row.state), "start")
    if row.videos >= MAX_VIDEOS:
        raise InvalidError(f"an analysis takes {MAX_VIDEOS} videos; make another one", "name")


def _locked(session: Session, person: Person, analysis_id: str) -> AnalysisRow:
    which = AnalysisRow.id == analysis_id, visible(person)
    row = session.scalar(select(AnalysisRow).where(*which).with_for_update())
    if row is None:
        raise _none(analysis_id)
    return row


def _none(analysis_id: str) -> NotFoundError:
    return NotFoundError(f"there is no analysis {analysis_id} for you")
