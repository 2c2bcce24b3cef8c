"""Alerts come in: each is kept once, however often it is posted.

Hundreds a second may come, so these are plain statements, few of them, and nothing that was
just written is read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Table, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api import audit
from api.alerts.models import AlertRow
from api.alerts.rules import clock_ahead_s, fingerprint
from api.alerts.schemas import AlertOut
from api.alerts.store import alert_out, only
from api.cameras.models import CameraRow
from api.cameras.store import Camera
from api.database import now
from api.evidence.models import EvidenceRow
from api.evidence.store import announce
from api.restaurants.models import RestaurantRow
from api.reviews.order import DEFAULT_POLICY, ReviewPolicy, due_at, queued_at, rank
from vision.alert import Alert
from vision.errors import ConflictError, ForbiddenError

ALERTS: Final = cast("Table", AlertRow.__table__)
COLUMNS: Final = tuple(inspect(AlertRow).column_attrs)


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a posted alert; ``created`` is False for a repeat."""

    alert: AlertOut
    created: bool


def post_alert(
    session: Session,
    camera: Camera,
    alert: Alert,
    *,
    actor: str | None = None,
    policy: ReviewPolicy = DEFAULT_POLICY,
) -> Posted:
    """Keep an alert once, however often it is posted; ``actor`` reports it, or the camera does.

    ForbiddenError for another camera's alert; ConflictError when the id has other content;
    InvalidError when its time lies too far in the future.
    """
    if alert.camera_id != camera.id:
        raise ForbiddenError(f"this key belongs to another camera than {alert.camera_id}")
    at = _place(session, camera)
    made = _row(at, alert, policy)
    if not _insert(session, made):
        return Posted(_posted_before(session, alert), created=False)
    announce(session, alert.id, alert.evidence)
    audit.append(
        session,
        actor or f"camera:{camera.id}",
        "alert.received",
        str(alert.id),
        posted_sha256=made["posted_sha256"],
        evidence=[item.sha256 for item in alert.evidence],
    )
    return Posted(_fresh(made, at, alert), created=True)


class _Place(NamedTuple):
    """Where a camera hangs, as far as an alert tells it."""

    restaurant_id: str
    risk: str
    restaurant_name: str
    camera_name: str


def _place(session: Session, camera: Camera) -> _Place:
    told = RestaurantRow.id, RestaurantRow.risk, RestaurantRow.name, CameraRow.name
    wanted = select(*told).join(CameraRow, CameraRow.restaurant_id == RestaurantRow.id)
    return _Place(*session.execute(wanted.where(CameraRow.id == camera.id)).one())


def _insert(session: Session, made: Mapping[str, Any]) -> bool:
    """Whether it is new: an id that is there already is left as it is."""
    upsert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = upsert(ALERTS).on_conflict_do_nothing(index_elements=["id"]).returning(ALERTS.c.id)
    return session.connection().execute(statement, dict(made)).first() is not None


def _posted_before(session: Session, alert: Alert) -> AlertOut:
    """The stored alert, when it is the same one."""
    row = session.get_one(AlertRow, alert.id)
    if row.posted_sha256 != fingerprint(alert):
        raise ConflictError(f"alert {alert.id} was posted before with other content")
    return only(session, AlertRow.id == alert.id)


def _fresh(made: Mapping[str, Any], at: _Place, alert: Alert) -> AlertOut:
    """What a reader would get of an alert that was just stored."""
    evidence = [
        EvidenceRow(
            sha256=item.sha256,
            kind=item.kind,
            media_type=item.media_type,
            size_bytes=item.bytes,
        )
        for item in alert.evidence
    ]
    row = AlertRow(**{column.key: made[column.columns[0].name] for column in COLUMNS})
    return alert_out(row, at.camera_name, at.restaurant_name, 0, evidence)


def _row(at: _Place, alert: Alert, policy: ReviewPolicy) -> dict[str, Any]:
    """The alert's columns."""
    moment = now()
    same = ("id", "origin", "camera_id", "rule", "severity", "zone", "zone_type")
    also = ("started_at", "ended_at", "confidence", "subjects")
    sides = ("box_left", "box_top", "box_right", "box_bottom")
    return {
        **{field: getattr(alert, field) for field in same + also},
        **dict(zip(sides, alert.box, strict=True)),
        "posted_sha256": fingerprint(alert),
        "restaurant_id": at.restaurant_id,
        "severity_rank": rank(alert.severity),
        "model_name": alert.model.name,
        "model_sha256": alert.model.sha256,
        "rules_name": alert.rules.name,
        "rules_version": alert.rules.version,
        "rules_sha256": alert.rules.sha256,
        "received_at": moment,
        "status": "waiting",
        "queued_at": queued_at(moment, alert.severity, at.risk, policy),
        "due_at": due_at(moment, alert.severity, policy),
        "settled_at": None,
        "double_review": False,
        "clock_ahead_s": clock_ahead_s(alert, moment, policy.clock_skew_s),
    }
