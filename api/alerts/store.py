"""Alerts in the database; every reader sees only what is theirs to see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    TextClause,
    and_,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.alerts.models import OPEN_ONLY, AlertRow
from api.alerts.rules import Progress, advanced, changes, not_ahead
from api.alerts.schemas import AlertOut, AlertQuery, EvidenceOut
from api.cameras.models import CameraRow
from api.cameras.store import Camera
from api.database import now
from api.evidence.models import EvidenceRow
from api.evidence.store import evidence_of
from api.pages import Page, decode_cursor, encode_cursor
from api.restaurants.models import RestaurantRow
from api.restaurants.store import in_care, sees_everything
from api.reviews.models import ReviewRow
from api.reviews.order import DEFAULT_POLICY, ReviewPolicy
from vision.alert import AlertUpdate
from vision.errors import InvalidError, NotFoundError

OPEN = ("waiting", "second_review")


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
    return only(session, AlertRow.id == alert_id)


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
        # The first condition says nothing new, but it lets the index begin at the cursor.
        wanted = wanted.where(AlertRow.received_at <= at)
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
        alert_out(row, camera, restaurant, reviews, evidence.get(row.id, ()))
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


def only(session: Session, which: ColumnElement[bool]) -> AlertOut:
    """The one alert that this is true of."""
    return read_alerts(session, shown().where(which))[0]


def alert_out(
    row: AlertRow, camera: str, restaurant: str, standing: int, evidence: Sequence[EvidenceRow]
) -> AlertOut:
    """An alert as it is shown; ``standing`` counts the verdicts that stand."""
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
