"""Verdicts in the database."""

from __future__ import annotations

from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.models import UserRow
from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.alerts.schemas import Status
from api.alerts.store import OPEN, in_scope
from api.database import new_id, now
from api.patrols.reporter_store import reporter_of
from api.reviews import claims
from api.reviews.models import KnownAnswerRow, ReviewRow, ReviewSeedRow
from api.reviews.order import DEFAULT_POLICY, ReviewPolicy, due_at
from api.reviews.rules import (
    LONGEST_S,
    PEOPLE_FOR_DOUBLE,
    Given,
    Verdict,
    check_undo,
    decisions,
    doubled,
    next_round,
    state,
)
from api.reviews.schemas import CorrectedBox, History, ReviewIn, ReviewOut
from vision.errors import ConflictError, ForbiddenError, NotFoundError

REVIEWERS = ("patrol", "supervisor", "admin")
SUPERVISORS = ("supervisor", "admin")
DECIDED_AN_APPEAL = (
    "this verdict granted an appeal and is not undone; "
    "a supervisor may reopen the alert, with a reason"
)


def add_review(
    session: Session,
    person: Person,
    alert_id: UUID,
    given: ReviewIn,
    policy: ReviewPolicy = DEFAULT_POLICY,
    batch: str | None = None,
) -> ReviewOut:
    """Decide one round of an alert; ConflictError when it is not this person's to decide."""
    require_reviewer(person)
    alert = locked_alert(session, person, alert_id)
    claims.check_free(session, person, alert_id)
    if reporter_of(session, alert_id) == person.id:
        raise ConflictError("you reported this alert; another person reviews it")
    rows = _rows(session, alert_id)
    before = [_given(row) for row in rows]
    row = ReviewRow(
        id=new_id(),
        alert_id=alert_id,
        round=next_round(before, person.id, given.round, alert.double_review),
        batch=batch,
        **verdict_columns(person, given),
    )
    _choose_double(session, alert, before, given.verdict, policy)
    session.add(row)
    claims.release(session, person, [alert_id])
    _settle(session, alert, [*rows, row], policy)
    detail = {"review": row.id, "round": row.round, "verdict": row.verdict, "reason": row.reason}
    detail |= {"batch": batch} if batch else {}
    detail |= {"box": _box_of(row)} if given.box else {}
    audit.append(session, person.id, "review.given", str(alert_id), status=alert.status, **detail)
    return _out(row, person.name, alert)


def verdict_columns(person: Person, given: ReviewIn) -> dict[str, Any]:
    """What a verdict is stored as; nobody looks at one item for longer than ``LONGEST_S``."""
    edges = given.box.box if given.box else (None,) * 4
    names = ("box_left", "box_top", "box_right", "box_bottom")
    return {
        "verdict": given.verdict,
        "reason": given.reason,
        "comment": given.comment,
        "reviewer_id": person.id,
        "created_at": now(),
        "took_s": None if given.took_s is None else min(given.took_s, LONGEST_S),
        "box_class": given.box.kind if given.box else None,
        **dict(zip(names, edges, strict=True)),
    }


def _choose_double(
    session: Session, alert: AlertRow, before: list[Given], verdict: Verdict, policy: ReviewPolicy
) -> None:
    """With the first decision it is settled whether a second person judges too."""
    if verdict == "unsure" or decisions(before):
        return
    seed = session.scalars(select(ReviewSeedRow.seed)).one()
    chosen = doubled(seed, alert.id, policy.double_share)
    alert.double_review = chosen and _reviewers(session) >= PEOPLE_FOR_DOUBLE


def _reviewers(session: Session) -> int:
    able = UserRow.role.in_(REVIEWERS), UserRow.active
    return session.scalar(select(func.count()).select_from(UserRow).where(*able)) or 0


def undo_review(
    session: Session,
    person: Person,
    alert_id: UUID,
    review_id: str,
    policy: ReviewPolicy = DEFAULT_POLICY,
) -> ReviewOut:
    """Take a verdict back, by its author or a supervisor, while nothing later rests on it."""
    alert = locked_alert(session, person, alert_id)
    rows = _rows(session, alert_id)
    row = next((row for row in rows if row.id == review_id), None)
    if row is None:
        raise NotFoundError(f"there is no review {review_id} of this alert")
    if person.id != row.reviewer_id and person.role not in SUPERVISORS:
        raise ForbiddenError("only its author or a supervisor undoes a review")
    check_undo([_given(row) for row in rows], _given(row))
    if any(one.undone_at == row.created_at for one in rows):
        raise ConflictError(DECIDED_AN_APPEAL)
    _undo(session, person, alert, row)
    _settle(session, alert, rows, policy)
    _log_undo(session, person, alert, row)
    return _out(row, session.get_one(UserRow, row.reviewer_id).name, alert)


def _undo(session: Session, person: Person, alert: AlertRow, row: ReviewRow) -> None:
    row.undone_at, row.undone_by = now(), person.id


def _log_undo(session: Session, person: Person, alert: AlertRow, row: ReviewRow) -> None:
    detail = {"review": row.id, "status": alert.status}
    audit.append(session, person.id, "review.undone", str(alert.id), **detail)


def reopen(
    session: Session,
    person: Person,
    alert_id: UUID,
    reason: str,
    policy: ReviewPolicy = DEFAULT_POLICY,
) -> Status:
    """Set every verdict on a decided alert aside: it waits again, with a clock of its own.

    ConflictError while it is open, ForbiddenError for others than a supervisor.
    """
    if person.role not in SUPERVISORS:
        raise ForbiddenError("a supervisor reopens an alert")
    alert = locked_alert(session, person, alert_id)
    if alert.status in OPEN:
        raise ConflictError("this alert is open; it can be reviewed as it is")
    rows = [row for row in _rows(session, alert_id) if row.undone_at is None]
    for row in rows:
        _undo(session, person, alert, row)
        row.undone_reason = reason
    alert.double_review = False
    _settle(session, alert, rows, policy)
    alert.due_at = due_at(now(), alert.severity, policy)
    session.flush()
    for row in rows:
        _log_undo(session, person, alert, row)
    audit.append(session, person.id, "alert.reopened", str(alert_id), reason=reason)
    return cast("Status", alert.status)


def list_reviews(session: Session, person: Person, alert_id: UUID) -> list[ReviewOut]:
    """Reviews of an alert that this person may see, undone ones too, oldest first.

    Whoever may still be asked about the alert sees none but their own: a second look is blind.
    """
    alert = session.scalar(select(AlertRow).where(AlertRow.id == alert_id, in_scope(person)))
    if alert is None:
        raise no_alert(alert_id)
    rows = session.execute(
        select(ReviewRow, UserRow.name)
        .join(UserRow, UserRow.id == ReviewRow.reviewer_id)
        .where(ReviewRow.alert_id == alert_id)
        .order_by(ReviewRow.created_at, ReviewRow.round)
    ).all()
    spoke = any(row.reviewer_id == person.id and row.undone_at is None for row, _ in rows)
    blind = person.role in REVIEWERS and alert.status in OPEN and not spoke
    shown = [(row, name) for row, name in rows if not blind or row.reviewer_id == person.id]
    return [_out(row, name, alert) for row, name in shown]


def agreed(session: Session, alert_id: UUID) -> bool:
    """Whether the first two decisions on the alert are the same."""
    first = decisions(_given(row) for row in _rows(session, alert_id))[:2]
    return len(first) == 2 and first[0].verdict == first[1].verdict


def history(session: Session, camera_id: str, rule: str) -> History:
    """How alerts of this rule from this camera were decided so far."""
    rows = session.execute(
        select(AlertRow.status, func.count())
        .where(AlertRow.camera_id == camera_id, AlertRow.rule == rule)
        .group_by(AlertRow.status)
    )
    counts = {row[0]: row[1] for row in rows}
    return History(counts.get("upheld", 0), counts.get("dismissed", 0))


def require_reviewer(person: Person) -> None:
    """ForbiddenError for a role that does not review."""
    if person.role not in REVIEWERS:
        raise ForbiddenError("reviews are given by patrol, supervisor and admin")


def locked_alert(session: Session, person: Person, alert_id: UUID) -> AlertRow:
    """The alert, which nobody else decides or claims until this transaction ends."""
    wanted = select(AlertRow).where(AlertRow.id == alert_id, in_scope(person))
    alert = session.scalar(wanted.with_for_update())
    if alert is None:
        raise no_alert(alert_id)
    return alert


def no_alert(alert_id: UUID) -> NotFoundError:
    """The same words for an alert that is not there and for one that is not theirs."""
    return NotFoundError(f"there is no alert {alert_id} for you")


def _rows(session: Session, alert_id: UUID) -> list[ReviewRow]:
    wanted = select(ReviewRow).where(ReviewRow.alert_id == alert_id)
    return list(session.scalars(wanted.order_by(ReviewRow.round)))


def _settle(session: Session, alert: AlertRow, rows: list[ReviewRow], policy: ReviewPolicy) -> None:
    """Bring the alert to where its reviews leave it; an open round has its own time."""
    reviews = [_given(row) for row in rows]
    alert.status = state(reviews, alert.double_review)
    last = max((row.created_at for row in rows if row.undone_at is None), default=None)
    if alert.status in OPEN:
        alert.settled_at = None
        alert.due_at = due_at(last or alert.received_at, alert.severity, policy)
    else:
        alert.settled_at = last
    session.flush()


def _given(row: ReviewRow) -> Given:
    verdict = cast("Verdict", row.verdict)
    return Given(row.reviewer_id, verdict, row.round, row.undone_at is not None)


def _out(row: ReviewRow, reviewer: str, alert: AlertRow) -> ReviewOut:
    more = {"alert_id": row.alert_id, "round": row.round, "undone_reason": row.undone_reason}
    return review_out(row, reviewer, alert_status=alert.status, **more)


def review_out(row: ReviewRow | KnownAnswerRow, reviewer: str, **more: Any) -> ReviewOut:
    """A verdict as it is shown; ``more`` are the fields that the row alone does not tell."""
    own = ("id", "verdict", "reason", "comment", "reviewer_id", "created_at", "undone_at")
    values = {field: getattr(row, field) for field in own}
    return ReviewOut.model_validate(
        values | more | {"reviewer_name": reviewer, "box": _box_of(row)}
    )


def _box_of(row: ReviewRow | KnownAnswerRow) -> dict[Literal["box", "kind"], Any] | None:
    if row.box_class is None:
        return None
    box = (row.box_left, row.box_top, row.box_right, row.box_bottom)
    return CorrectedBox.model_validate({"box": box, "kind": row.box_class}).model_dump(mode="json")  # type: ignore[return-value]
