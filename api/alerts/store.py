"""Alerts in the database; every reader sees only what is theirs to see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, TextClause, and_, func, or_, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.alerts.models import OPEN_ONLY, AlertRow
from api.alerts.rules import Progress, advanced, changes, clock_ahead_s, fingerprint, not_ahead
from api.alerts.schemas import AlertOut, AlertQuery, EvidenceOut
from api.cameras.models import CameraRow
from api.cameras.store import Camera
from api.database import now
from api.evidence.models import EvidenceRow
from api.evidence.store import announce, evidence_of
from api.pages import Page, decode_cursor, encode_cursor
from api.restaurants.models import RestaurantRow
from api.restaurants.store import in_care, sees_everything
from api.reviews.models import ReviewRow
from api.reviews.order import DEFAULT_POLICY, ReviewPolicy, due_at, queued_at, rank
from vision.alert import Alert, AlertUpdate
from vision.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError

OPEN = ("waiting", "second_review")


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
    row = session.get(AlertRow, alert.id)
    created = row is None and _insert(session, _row(session, camera, alert, policy))
    row = row or session.get_one(AlertRow, alert.id)
    if row.posted_sha256 != fingerprint(alert):
        raise ConflictError(f"alert {alert.id} was posted before with other content")
    if created:
        announce(session, alert.id, alert.evidence)
        audit.append(
            session,
            actor or f"camera:{camera.id}",
            "alert.received",
            str(alert.id),
            posted_sha256=row.posted_sha256,
            evidence=[item.sha256 for item in alert.evidence],
        )
    return Posted(_only(session, AlertRow.id == alert.id), created)


def _insert(session: Session, row: AlertRow) -> bool:
    """Whether it is new: PostgreSQL lets two identical posts come this far."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


def _row(session: Session, camera: Camera, alert: Alert, policy: ReviewPolicy) -> AlertRow:
    moment = now()
    risk = session.get_one(RestaurantRow, camera.restaurant_id).risk
    same = ("id", "origin", "camera_id", "rule", "severity", "zone", "zone_type")
    also = ("started_at", "ended_at", "confidence", "subjects")
    return AlertRow(
        **{field: getattr(alert, field) for field in same + also},
        **dict(zip(("left", "top", "right", "bottom"), alert.box, strict=True)),
        posted_sha256=fingerprint(alert),
        restaurant_id=camera.restaurant_id,
        severity_rank=rank(alert.severity),
        model_name=alert.model.name,
        model_sha256=alert.model.sha256,
        rules_name=alert.rules.name,
        rules_version=alert.rules.version,
        rules_sha256=alert.rules.sha256,
        received_at=moment,
        status="waiting",
        queued_at=queued_at(moment, alert.severity, risk, policy),
        due_at=due_at(moment, alert.severity, policy),
        double_review=False,
        clock_ahead_s=clock_ahead_s(alert, moment, policy.clock_skew_s),
    )


def update_alert(
    session: Session,
    camera: Camera,
    alert_id: UUID,
    update: AlertUpdate,
    policy: ReviewPolicy = DEFAULT_POLICY,
) -> AlertOut:
    """Note how the episode goes on; late, repeated and re-ordered updates change nothing more."""
    own = AlertRow.id == alert_id, AlertRow.camera_id == camera.id
    row = session.scalar(select(AlertRow).where(*own).with_for_update())
    if row is None:
        raise _no_alert(alert_id)
    if update.ended_at is not None and update.ended_at < row.started_at:
        raise InvalidError("ended_at must not be before started_at", "ended_at")
    not_ahead("ended_at", update.ended_at, now(), policy.clock_skew_s)
    known = Progress(row.ended_at, row.subjects, row.confidence)
    changed = changes(known, advanced(known, update))
    for field, value in changed.items():
        setattr(row, field, value)
    session.flush()
    if changed:
        detail = update.model_dump(mode="json", include=set(changed))
        audit.append(session, f"camera:{camera.id}", "alert.updated", str(alert_id), **detail)
    return _only(session, AlertRow.id == alert_id)


def in_scope(person: Person) -> ColumnElement[bool]:
    """Which alerts are this person's to see."""
    if sees_everything(person):
        return true()
    theirs = AlertRow.restaurant_id.in_(select(RestaurantRow.id).where(in_care(person)))
    # Until a person upheld it, a suspicion is not told to the restaurant.
    return and_(theirs, AlertRow.status == "upheld") if person.role == "restaurant" else theirs


def get_alert(session: Session, person: Person, alert_id: UUID) -> AlertOut:
    """One alert, or NotFoundError when there is none that this person may see."""
    found = read_alerts(session, shown().where(in_scope(person), AlertRow.id == alert_id))
    if not found:
        raise _no_alert(alert_id)
    return found[0]


def list_alerts(session: Session, person: Person, query: AlertQuery) -> Page[AlertOut]:
    """Alerts that fit the query, newest first."""
    wanted = shown().where(in_scope(person), *_filters(query))
    if query.cursor is not None:
        at, after = decode_cursor(query.cursor)
        same_time = and_(AlertRow.received_at == at, AlertRow.id < after)
        wanted = wanted.where(or_(AlertRow.received_at < at, same_time))
    newest = wanted.order_by(AlertRow.received_at.desc(), AlertRow.id.desc())
    found = read_alerts(session, newest.limit(query.limit + 1))
    items = found[: query.limit]
    more = len(found) > query.limit
    return Page(
        items=items,
        next_cursor=encode_cursor(items[-1].received_at, items[-1].id) if more else None,
    )


def _filters(query: AlertQuery) -> list[ColumnElement[bool] | TextClause]:
    columns = {
        AlertRow.status: query.status,
        AlertRow.rule: query.rule,
        AlertRow.camera_id: query.camera,
        AlertRow.restaurant_id: query.restaurant,
    }
    told: list[ColumnElement[bool] | TextClause] = [
        column == value for column, value in columns.items() if value is not None
    ]
    if query.status in OPEN:
        told.append(OPEN_ONLY)
    if query.since is not None:
        told.append(AlertRow.started_at >= datetime.combine(query.since, time.min, UTC))
    if query.until is not None:
        told.append(AlertRow.started_at <= datetime.combine(query.until, time.max, UTC))
    return told


def open_ids(person: Person) -> Select[UUID]:
    """Ids of the person's open alerts in the order of api.reviews.order."""
    first = AlertRow.severity_rank.desc(), AlertRow.queued_at, AlertRow.id
    return select(AlertRow.id).where(in_scope(person), OPEN_ONLY).order_by(*first)


def read_in_order(session: Session, ids: Sequence[UUID]) -> list[AlertOut]:
    """These alerts, in this order."""
    found = {alert.id: alert for alert in read_alerts(session, shown().where(AlertRow.id.in_(ids)))}
    return [found[alert_id] for alert_id in ids if alert_id in found]


def read_alerts(session: Session, wanted: Select[Any]) -> list[AlertOut]:
    """Run a query made from ``shown``."""
    rows = session.execute(wanted).all()
    evidence = evidence_of(session, [row[0].id for row in rows])
    return [
        _alert_out(row, camera, restaurant, reviews, evidence.get(row.id, ()))
        for row, camera, restaurant, reviews in rows
    ]


def shown() -> Select[Any]:
    """Alerts with what ``read_alerts`` needs beside them."""
    standing = (
        select(func.count())
        .where(ReviewRow.alert_id == AlertRow.id, ReviewRow.undone_at.is_(None))
        .scalar_subquery()
    )
    return (
        select(AlertRow, CameraRow.name, RestaurantRow.name, standing)
        .join(CameraRow, CameraRow.id == AlertRow.camera_id)
        .join(RestaurantRow, RestaurantRow.id == AlertRow.restaurant_id)
    )


def _only(session: Session, which: ColumnElement[bool]) -> AlertOut:
    return read_alerts(session, shown().where(which))[0]


def _alert_out(
    row: AlertRow, camera: str, restaurant: str, standing: int, evidence: Sequence[EvidenceRow]
) -> AlertOut:
    return AlertOut.model_validate(
        {field: getattr(row, field) for field in AlertOut.model_fields if hasattr(row, field)}
        | {
            "camera_name": camera,
            "restaurant_name": restaurant,
            "box": (row.left, row.top, row.right, row.bottom),
            "model": {"name": row.model_name, "sha256": row.model_sha256},
            "rules": {
                "name": row.rules_name,
                "version": row.rules_version,
                "sha256": row.rules_sha256,
            },
            "evidence": [_evidence_out(item) for item in evidence],
            "round": standing + 1 if row.status in OPEN else standing,
        }
    )


def _evidence_out(item: EvidenceRow) -> EvidenceOut:
    stored = {"bytes": item.size_bytes, "stored": item.here}
    same = {field: getattr(item, field) for field in ("sha256", "kind", "media_type")}
    return EvidenceOut.model_validate(same | stored)


def _no_alert(alert_id: UUID) -> NotFoundError:
    return NotFoundError(f"there is no alert {alert_id} for you")
