"""Looks and findings in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.alerts.intake import post_alert
from api.cameras.keys import Camera
from api.cameras.models import CameraRow, PictureRow
from api.cameras.picture_store import heads_of
from api.cameras.rules import PictureState, picture_state
from api.cameras.settings_store import shipped_pack
from api.cameras.zone_store import zones_of
from api.database import new_id, now
from api.evidence.store import note_stored
from api.patrols.models import LookRow, RoundCameraRow, RoundRow
from api.patrols.report import Filed, Report, Seen, file_report
from api.patrols.round_store import running_round
from api.patrols.rules import REPORT_WITHIN, duty_at, judged
from api.patrols.schemas import FindingIn, LookIn, LookOut
from api.patrols.wall_store import read_looks
from api.reviews.order import ReviewPolicy
from api.settings import Settings
from vision.errors import ConflictError, InvalidError, NotFoundError
from vision.zones import zones_at


@dataclass(frozen=True, slots=True)
class Prepared:
    """A finding whose picture is to be put into the evidence store before it becomes an alert."""

    filed: Filed
    camera: Camera
    seen: Seen


def add_look(
    session: Session, person: Person, round_id: str, given: LookIn, settings: Settings
) -> LookOut:
    """Write down what a person saw; on a picture that is not fresh it counts as not seen."""
    row = running_round(session, person, round_id)
    camera = _camera_of(session, row, given.camera_id)
    picture = _picture(session, camera.id, given.sha256)
    state = _state(picture, settings)
    outcome, reason = judged(given.said, state, active=camera.active)
    look = _look(row, person, camera.id, picture)
    look.outcome, look.reason = outcome, reason
    return _keep(session, person, look, picture)


def undo_look(session: Session, person: Person, round_id: str, look_id: str) -> LookOut:
    """Take a look back, on the record; a report is evidence and stays."""
    row = running_round(session, person, round_id)
    look = session.get(LookRow, look_id)
    if look is None or look.round_id != row.id:
        raise NotFoundError(f"this round has no look {look_id}")
    if look.outcome == "reported":
        raise ConflictError("a report is evidence and stays; another person reviews it")
    if look.undone_at is not None:
        raise ConflictError("this look was undone before")
    look.undone_at = now()
    session.flush()
    _looked_at(session, look.camera_id)
    audit.append(session, person.id, "look.undone", look.camera_id, look=look.id, round=row.id)
    return read_looks(session, [LookRow.id == look.id])[0]


def prepare_finding(
    session: Session, person: Person, round_id: str, given: FindingIn, settings: Settings
) -> Prepared:
    """The alert of a drawn box; InvalidError where the rules ask for nothing, or it comes late."""
    row = running_round(session, person, round_id)
    camera = _camera_of(session, row, given.camera_id)
    picture = _picture(session, camera.id, given.sha256)
    if picture is None:
        raise InvalidError("this picture is not kept any more; draw on the newest one", "sha256")
    if now() - picture.taken_at > REPORT_WITHIN:
        raise InvalidError("this picture is too old to report; draw on the newest one", "sha256")
    clock = ZoneInfo(settings.time_zone)
    zones = zones_at(zones_of(session, camera), picture.taken_at, clock)
    pack = shipped_pack(camera.rules)
    duty = duty_at(given.rule, given.box, zones, pack.pack, camera.zone_type)  # type: ignore[arg-type]  # checked when it was set
    report = Report(given.id, camera.id, given.rule, given.box)
    seen = _seen(picture)
    filed = file_report(report, seen, duty, pack.ref)
    return Prepared(filed, Camera(camera.id, camera.restaurant_id), seen)


def add_finding(
    session: Session, person: Person, round_id: str, prepared: Prepared, policy: ReviewPolicy
) -> tuple[LookOut, bool]:
    """The look with its alert, whose files are stored by now; False for a repeat."""
    row = running_round(session, person, round_id)
    alert, camera = prepared.filed.alert, prepared.camera
    posted = post_alert(session, camera, alert, actor=person.id, policy=policy)
    mine = LookRow.alert_id == alert.id, LookRow.person_id == person.id
    before = read_looks(session, mine)
    if before:
        return before[0], False
    if not posted.created:
        raise ConflictError(f"alert {alert.id} was posted by somebody else")
    picture = _picture(session, camera.id, prepared.seen.sha256)
    look = _look(row, person, camera.id, picture)
    look.outcome, look.sha256, look.taken_at = "reported", prepared.seen.sha256, alert.started_at
    look.alert_id = alert.id
    told = _keep(session, person, look, picture)
    for item in alert.evidence:
        note_stored(session, person.id, alert.id, item.sha256)
    return told, True


def _keep(session: Session, person: Person, look: LookRow, picture: PictureRow | None) -> LookOut:
    if picture is not None:
        picture.pinned = True
    session.add(look)
    session.flush()
    _looked_at(session, look.camera_id)
    detail = {"round": look.round_id, "outcome": look.outcome, "reason": look.reason}
    audit.append(
        session, person.id, "look.given", look.camera_id, look=look.id, sha256=look.sha256, **detail
    )
    return read_looks(session, [LookRow.id == look.id])[0]


def _look(row: RoundRow, person: Person, camera_id: str, picture: PictureRow | None) -> LookRow:
    return LookRow(
        id=new_id(),
        round_id=row.id,
        camera_id=camera_id,
        person_id=person.id,
        reason=None,
        sha256=picture.sha256 if picture else None,
        taken_at=picture.taken_at if picture else None,
        at=now(),
    )


def _looked_at(session: Session, camera_id: str) -> None:
    """A camera was last looked at when somebody really saw it."""
    wanted = select(func.max(LookRow.at)).where(
        LookRow.camera_id == camera_id,
        LookRow.undone_at.is_(None),
        LookRow.outcome.in_(("clear", "reported")),
    )
    session.get_one(CameraRow, camera_id).looked_at = session.scalar(wanted)
    session.flush()


def _camera_of(session: Session, row: RoundRow, camera_id: str) -> CameraRow:
    """A camera that this round was given, or NotFoundError."""
    if session.get(RoundCameraRow, (row.id, camera_id)) is None:
        raise NotFoundError(f"this round was not given the camera {camera_id}")
    return session.get_one(CameraRow, camera_id)


def _picture(session: Session, camera_id: str, sha256: str | None) -> PictureRow | None:
    """The newest picture of the camera with that hash."""
    if sha256 is None:
        return None
    which = PictureRow.camera_id == camera_id, PictureRow.sha256 == sha256
    return session.scalar(
        select(PictureRow).where(*which).order_by(PictureRow.taken_at.desc()).limit(1)
    )


def _state(picture: PictureRow | None, settings: Settings) -> PictureState:
    taken_at: datetime | None = picture.taken_at if picture else None
    still_since = picture.still_since if picture else None
    return picture_state(taken_at, still_since, now(), settings.picture_stale_s)


def _seen(picture: PictureRow) -> Seen:
    same = ("sha256", "media_type", "size_bytes", "width", "height", "taken_at")
    facts = {field: getattr(picture, field) for field in same}
    return Seen(**facts, heads=heads_of(picture))
