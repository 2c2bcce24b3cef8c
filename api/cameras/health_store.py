"""How cameras are, out of the database: last contact, open problems, availability."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import Row, and_, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.alerts.models import AlertRow
from api.cameras.models import CameraKeyRow, CameraRow, ContactRow, PictureRow
from api.cameras.rules import Heard, Limits, availability, health_state, is_still
from api.cameras.schemas import HealthOut
from api.database import now
from api.settings import Settings
from vision.names import RULE_IDS, RuleId

DAY: Final = timedelta(hours=24)
CONTACTS_KEPT: Final = timedelta(days=31)
CAMERA_RULES: Final = tuple(rule for rule in RULE_IDS if rule.startswith("camera_"))
SETTLED_AGAINST: Final = "dismissed"
# SQLite and PostgreSQL take so many values in one statement with ease.
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the queries found about some cameras."""

    pictures: dict[str, Row[str, datetime, datetime]]
    problems: dict[str, list[tuple[RuleId, datetime]]]
    minutes: dict[str, int]
    keys: dict[str, datetime]


def camera_health(
    session: Session, camera_ids: Collection[str], settings: Settings
) -> dict[str, HealthOut]:
    """How these cameras are now; every known id is a key. Ask for those in somebody's scope."""
    wanted, at = list(dict.fromkeys(camera_ids)), now()
    limits = Limits(settings.camera_late_s, settings.camera_offline_s)
    told: dict[str, HealthOut] = {}
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        rows = session.execute(
            select(
                CameraRow.id, CameraRow.active, CameraRow.contact_at, CameraRow.created_at
            ).where(CameraRow.id.in_(some))
        ).all()
        facts = _Facts(
            _pictures(session, some),
            _problems(session, some),
            _minutes(session, some),
            _key_uses(session, some),
        )
        told |= {row.id: _health(row, facts, at, limits) for row in rows}
    return told


def _health(
    row: Row[str, bool, datetime | None, datetime],
    facts: _Facts,
    at: datetime,
    limits: Limits,
) -> HealthOut:
    picture = facts.pictures.get(row.id)
    problems = facts.problems.get(row.id, [])
    contact_at = max(filter(None, (row.contact_at, facts.keys.get(row.id))), default=None)
    still = picture is not None and is_still(picture.taken_at, picture.still_since)
    heard = Heard(row.active, contact_at, tuple(rule for rule, _ in problems), still)
    state = health_state(heard, at, limits)
    began = min((since for _, since in problems), default=None)
    if state == "frozen" and picture is not None and began is None:
        began = picture.still_since
    return HealthOut(
        state=state,
        since=began if problems or state == "frozen" else contact_at,
        contact_at=contact_at,
        picture_at=picture.taken_at if picture else None,
        problems=[rule for rule, _ in problems],
        availability=availability(facts.minutes.get(row.id, 0), row.created_at, at),
    )


def _pictures(session: Session, ids: Sequence[str]) -> dict[str, Row[str, datetime, datetime]]:
    newest = (
        select(PictureRow.camera_id, func.max(PictureRow.taken_at).label("taken_at"))
        .where(PictureRow.camera_id.in_(ids))
        .group_by(PictureRow.camera_id)
        .subquery()
    )
    same = and_(
        PictureRow.camera_id == newest.c.camera_id, PictureRow.taken_at == newest.c.taken_at
    )
    rows = session.execute(
        select(PictureRow.camera_id, PictureRow.taken_at, PictureRow.still_since).join(newest, same)
    )
    return {row.camera_id: row for row in rows}


def _problems(session: Session, ids: Sequence[str]) -> dict[str, list[tuple[RuleId, datetime]]]:
    """Episodes that the cameras reported about themselves and that have not ended."""
    rows = session.execute(
        select(AlertRow.camera_id, AlertRow.rule, func.min(AlertRow.started_at))
        .where(
            AlertRow.camera_id.in_(ids),
            AlertRow.rule.in_(CAMERA_RULES),
            AlertRow.ended_at.is_(None),
            AlertRow.status != SETTLED_AGAINST,
        )
        .group_by(AlertRow.camera_id, AlertRow.rule)
        .order_by(AlertRow.rule)
    )
    found: defaultdict[str, list[tuple[RuleId, datetime]]] = defaultdict(list)
    for camera_id, rule, since in rows:
        found[camera_id].append((cast("RuleId", rule), since))
    return found


def _minutes(session: Session, ids: Sequence[str]) -> dict[str, int]:
    rows = session.execute(
        select(ContactRow.camera_id, func.sum(ContactRow.minutes))
        .where(ContactRow.camera_id.in_(ids), ContactRow.hour_at > now() - DAY)
        .group_by(ContactRow.camera_id)
    )
    return {camera_id: int(minutes) for camera_id, minutes in rows}


def _key_uses(session: Session, ids: Sequence[str]) -> dict[str, datetime]:
    """When a key of the camera's own was last used: whoever only posts alerts is heard of too."""
    rows = session.execute(
        select(CameraKeyRow.camera_id, func.max(CameraKeyRow.last_used_at))
        .where(CameraKeyRow.camera_id.in_(ids), CameraKeyRow.last_used_at.is_not(None))
        .group_by(CameraKeyRow.camera_id)
    )
    return {camera: at for camera, at in rows if camera is not None and at is not None}


def note_contact(session: Session, camera_id: str) -> None:
    """The camera was heard of now; each minute counts once, whatever comes within it."""
    at = now()
    minute, hour = (
        at.replace(second=0, microsecond=0),
        at.replace(minute=0, second=0, microsecond=0),
    )
    before = session.scalar(select(CameraRow.contact_at).where(CameraRow.id == camera_id))
    session.execute(update(CameraRow).where(CameraRow.id == camera_id).values(contact_at=at))
    if before is not None and before >= minute:
        return
    postgres = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if postgres else sqlite.insert
    values = {"camera_id": camera_id, "hour_at": hour, "minutes": 1}
    session.execute(
        insert(ContactRow)
        .values(values)
        .on_conflict_do_update(
            index_elements=["camera_id", "hour_at"], set_={"minutes": ContactRow.minutes + 1}
        )
    )
    old = ContactRow.camera_id == camera_id, ContactRow.hour_at < hour - CONTACTS_KEPT
    session.execute(delete(ContactRow).where(*old))


def contact_is_due(session: Session, camera_id: str) -> bool:
    """Whether this minute's contact is still to be noted: reading settings often writes rarely."""
    minute = now().replace(second=0, microsecond=0)
    before = session.scalar(select(CameraRow.contact_at).where(CameraRow.id == camera_id))
    return before is None or before < minute
