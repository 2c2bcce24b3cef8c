"""Analyses in the database, as the servers take them: one at a time each, never two the same."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, cast

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from api import audit
from api.analyses.models import AnalysisRow
from api.analyses.rules import ACTIVE, Outcome, Progress, State, moved
from api.cameras.keys import Camera
from api.cameras.models import CameraRow
from api.cameras.zone_store import zones_in_force
from api.database import now
from vision.config import ZoneConfig

# A server says every second that it still runs a job; after so long without, another takes it up.
LEASE: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Job:
    """What a server needs to know; ``zones`` are those of the camera when it was taken."""

    id: str
    folder: str | None
    rules: str
    fps: float
    zone_type: str | None
    camera: Camera | None
    camera_name: str | None
    zones: tuple[ZoneConfig, ...]
    into_review: bool
    created_by: str


def waits(session: Session) -> bool:
    """Whether there may be a job to take: asked often, so it only reads."""
    return session.scalar(select(AnalysisRow.id).where(*_free()).limit(1)) is not None


def _free() -> tuple[ColumnElement[bool], ...]:
    nobody = or_(AnalysisRow.lease_until.is_(None), AnalysisRow.lease_until < now())
    return AnalysisRow.state.in_(ACTIVE), nobody


def take(session: Session, holder: str) -> Job | None:
    """The job that has waited longest, or one whose server is gone; None when there is none."""
    row = session.scalar(
        select(AnalysisRow)
        .where(*_free())
        .order_by(AnalysisRow.queued_at, AnalysisRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    row.state = moved(cast("State", row.state), "take")
    row.holder, row.lease_until = holder, now() + LEASE
    row.began_at, row.ended_at = now(), None
    _note(row, Progress())
    session.flush()
    return _job(session, row)


def _job(session: Session, row: AnalysisRow) -> Job:
    camera = session.get(CameraRow, row.camera_id) if row.camera_id else None
    return Job(
        id=row.id,
        folder=row.folder,
        rules=row.rules,
        fps=row.fps,
        zone_type=row.zone_type,
        camera=Camera(camera.id, camera.restaurant_id) if camera else None,
        camera_name=camera.name if camera else None,
        zones=tuple(zones_in_force(session, camera).zones) if camera else (),
        into_review=row.into_review,
        created_by=row.created_by,
    )


def beat(session: Session, analysis_id: str, holder: str, progress: Progress) -> bool:
    """Note the progress and hold the job on; False when it was cancelled or is somebody else's."""
    row = _held(session, analysis_id, holder)
    if row is None or row.state != "running":
        return False
    row.lease_until = now() + LEASE
    _note(row, progress)
    return True


def note_posted(session: Session, analysis_id: str, posted: int, left_out: int) -> None:
    """How many episodes are in review now, and how many cannot be."""
    row = session.get_one(AnalysisRow, analysis_id)
    row.alerts_posted, row.alerts_left_out = posted, left_out


def end(session: Session, analysis_id: str, holder: str, came: Outcome | None) -> None:
    """Let go of the job; ``came`` None leaves its state to a person or to another server."""
    row = _held(session, analysis_id, holder)
    if row is None:
        return
    row.holder = row.lease_until = None
    if came is None or row.state != "running":
        session.flush()
        return
    row.state = moved("running", "fail" if came.problem else "finish")
    row.problem, row.detail, row.ended_at = came.problem, came.detail, now()
    session.flush()
    told = {"problem": came.problem} if came.problem else {"episodes": row.episodes}
    audit.append(session, audit.SYSTEM, f"analysis.{row.state}", row.id, **told)


def _held(session: Session, analysis_id: str, holder: str) -> AnalysisRow | None:
    which = AnalysisRow.id == analysis_id, AnalysisRow.holder == holder
    return session.scalar(select(AnalysisRow).where(*which).with_for_update())


def _note(row: AnalysisRow, progress: Progress) -> None:
    row.looked_s, row.footage_s, row.speed = progress.looked_s, progress.footage_s, progress.speed
    row.videos_done, row.episodes = progress.videos_done, progress.episodes
    row.videos_failed = progress.videos_failed
    row.failures = json.dumps(progress.failures, ensure_ascii=False)
