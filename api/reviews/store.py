"""Reviews in the database, and the queue of what waits for one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.models import UserRow
from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.alerts.schemas import AlertOut
from api.alerts.store import OPEN, in_scope, open_alerts, read_alerts
from api.database import new_id, now
from api.reviews.models import ReviewRow
from api.reviews.rules import Given, Verdict, check_undo, next_round, state
from api.reviews.schemas import History, QueueCounts, ReviewIn, ReviewOut
from vision.errors import ForbiddenError, NotFoundError

REVIEWERS = ("patrol", "supervisor", "admin")


def add_review(session: Session, person: Person, alert_id: UUID, given: ReviewIn) -> ReviewOut:
    """Decide one round of an alert; ConflictError when it is not this person's to decide."""
    if person.role not in REVIEWERS:
        raise ForbiddenError("reviews are given by patrol, supervisor and admin")
    alert = _locked_alert(session, person, alert_id)
    rows = _rows(session, alert_id)
    row = ReviewRow(
        id=new_id(),
        alert_id=alert_id,
        round=next_round([_given(row) for row in rows], person.id, given.round),
        verdict=given.verdict,
        reason=given.reason,
        comment=given.comment,
        reviewer_id=person.id,
        created_at=now(),
    )
    session.add(row)
    _settle(session, alert, [*rows, row])
    detail = {"review": row.id, "round": row.round, "verdict": row.verdict, "reason": row.reason}
    audit.append(session, person.id, "review.given", str(alert_id), **detail)
    return _out(row, person.name, alert)


def undo_review(session: Session, person: Person, alert_id: UUID, review_id: str) -> ReviewOut:
    """Take a verdict back, by its author or a supervisor, while nothing later rests on it."""
    alert = _locked_alert(session, person, alert_id)
    rows = _rows(session, alert_id)
    row = next((row for row in rows if row.id == review_id), None)
    if row is None:
        raise NotFoundError(f"there is no review {review_id} of this alert")
    if person.id != row.reviewer_id and person.role not in ("supervisor", "admin"):
        raise ForbiddenError("only its author or a supervisor undoes a review")
    check_undo([_given(row) for row in rows], _given(row))
    row.undone_at, row.undone_by = now(), person.id
    _settle(session, alert, rows)
    audit.append(session, person.id, "review.undone", str(alert_id), review=row.id)
    return _out(row, session.get_one(UserRow, row.reviewer_id).name, alert)


def list_reviews(session: Session, person: Person, alert_id: UUID) -> list[ReviewOut]:
    """Every review of an alert that this person may see, undone ones too, oldest first."""
    alert = session.scalar(select(AlertRow).where(AlertRow.id == alert_id, in_scope(person)))
    if alert is None:
        raise NotFoundError(f"there is no alert {alert_id} for you")
    rows = session.execute(
        select(ReviewRow, UserRow.name)
        .join(UserRow, UserRow.id == ReviewRow.reviewer_id)
        .where(ReviewRow.alert_id == alert_id)
        .order_by(ReviewRow.created_at, ReviewRow.round)
    )
    return [_out(row, name, alert) for row, name in rows]


def queue(
    session: Session, person: Person, limit: int = 20, skip: Collection[UUID] = ()
) -> list[AlertOut]:
    """What this person could review, most severe first, then longest waiting."""
    wanted = open_alerts(person).where(_not_reviewed_by(person), AlertRow.id.not_in(skip))
    return read_alerts(session, wanted.limit(limit))


def queue_counts(session: Session, person: Person) -> QueueCounts:
    """How much is open altogether, and for this person."""
    mine = func.count().filter(_not_reviewed_by(person))
    rows = session.execute(
        select(AlertRow.status, func.count(), mine)
        .where(in_scope(person), AlertRow.status.in_(OPEN))
        .group_by(AlertRow.status)
    ).all()
    counts = {status: total for status, total, _ in rows}
    return QueueCounts(
        waiting=counts.get("waiting", 0),
        second_review=counts.get("second_review", 0),
        mine=sum(own for _, _, own in rows),
    )


def history(session: Session, camera_id: str, rule: str) -> History:
    """How alerts of this rule from this camera were decided so far."""
    rows = session.execute(
        select(AlertRow.status, func.count())
        .where(AlertRow.camera_id == camera_id, AlertRow.rule == rule)
        .group_by(AlertRow.status)
    )
    counts = {row[0]: row[1] for row in rows}
    return History(counts.get("upheld", 0), counts.get("dismissed", 0))


def _not_reviewed_by(person: Person) -> ColumnElement[bool]:
    own = ReviewRow.alert_id == AlertRow.id, ReviewRow.reviewer_id == person.id
    return ~select(ReviewRow.id).where(*own, ReviewRow.undone_at.is_(None)).exists()


def _locked_alert(session: Session, person: Person, alert_id: UUID) -> AlertRow:
    """The alert, which nobody else decides until this transaction ends."""
    wanted = select(AlertRow).where(AlertRow.id == alert_id, in_scope(person))
    alert = session.scalar(wanted.with_for_update())
    if alert is None:
        raise NotFoundError(f"there is no alert {alert_id} for you")
    return alert


def _rows(session: Session, alert_id: UUID) -> list[ReviewRow]:
    wanted = select(ReviewRow).where(ReviewRow.alert_id == alert_id)
    return list(session.scalars(wanted.order_by(ReviewRow.round)))


def _settle(session: Session, alert: AlertRow, rows: list[ReviewRow]) -> None:
    alert.status = state(_given(row) for row in rows)
    session.flush()


def _given(row: ReviewRow) -> Given:
    verdict = cast("Verdict", row.verdict)
    return Given(row.reviewer_id, verdict, row.round, row.undone_at is not None)


def _out(row: ReviewRow, reviewer: str, alert: AlertRow) -> ReviewOut:
    own = ("id", "alert_id", "round", "verdict", "reason", "comment", "reviewer_id")
    values: dict[str, Any] = {field: getattr(row, field) for field in own}
    values |= {"created_at": row.created_at, "undone_at": row.undone_at}
    return ReviewOut.model_validate(
        values | {"reviewer_name": reviewer, "alert_status": alert.status}
    )
