"""One camera that reports the same thing over and over: dismissed together, undone together."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.alerts.schemas import AlertOut
from api.alerts.store import open_ids, read_in_order
from api.database import new_id
from api.reviews import desk, known_store, store
from api.reviews.models import ReviewRow
from api.reviews.order import ReviewPolicy
from api.reviews.queue import open_to
from api.reviews.schemas import BatchOut, BurstIn, ReviewIn
from vision.errors import ConflictError, InvalidError, NotFoundError

# An alert belongs to the burst when it began this much before or after the one looked at.
WINDOW: Final = timedelta(minutes=30)
LARGEST: Final = 200


def burst_of(session: Session, person: Person, item_id: UUID) -> list[AlertOut]:
    """The item and its like: same camera, rule and zone, close in time, open to this person."""
    item = desk.read_item(session, person, item_id)
    like = (
        AlertRow.camera_id == item.camera_id,
        AlertRow.rule == item.rule,
        AlertRow.zone == item.zone,
        AlertRow.started_at.between(item.started_at - WINDOW, item.started_at + WINDOW),
    )
    wanted = open_ids(person).where(*like, *open_to(person)).limit(LARGEST)
    ids = session.scalars(wanted).all()
    found = {alert.id: alert for alert in read_in_order(session, ids)}
    if known_store.find_show(session, person, item_id) is not None:
        found[item.id] = item
    return sorted(found.values(), key=lambda alert: (alert.started_at, alert.id))


def dismiss_burst(
    session: Session, person: Person, item_id: UUID, given: BurstIn, policy: ReviewPolicy
) -> BatchOut:
    """Dismiss those of the burst that are named, in one step that is undone in one step.

    InvalidError when one of them does not belong to it; those that others decided or took since
    they were listed are skipped and named.
    """
    store.require_reviewer(person)
    _check_alike(session, person, item_id, given.alert_ids)
    still = {alert.id for alert in burst_of(session, person, item_id)}
    batch = new_id()
    verdict = ReviewIn(verdict="dismissed", reason=given.reason, comment=given.comment)
    dismissed: list[UUID] = []
    for alert_id in dict.fromkeys(given.alert_ids):
        if alert_id in still and _dismiss(session, person, alert_id, verdict, policy, batch):
            dismissed.append(alert_id)
    if not dismissed:
        raise ConflictError("others decided all of these meanwhile; load the item again")
    skipped = [alert_id for alert_id in given.alert_ids if alert_id not in dismissed]
    real = known_store.real_id(session, person, item_id)
    detail = {"batch": batch, "reason": given.reason, "alerts": [str(a) for a in dismissed]}
    audit.append(session, person.id, "review.burst_dismissed", str(real), **detail)
    return BatchOut(batch=batch, dismissed=dismissed, skipped=skipped)


def _check_alike(
    session: Session, person: Person, item_id: UUID, alert_ids: Collection[UUID]
) -> None:
    item = desk.read_item(session, person, item_id)
    for alert_id in alert_ids:
        other = desk.read_item(session, person, alert_id)
        same = all(getattr(other, f) == getattr(item, f) for f in ("camera_id", "rule", "zone"))
        if not same or abs(other.started_at - item.started_at) > WINDOW:
            raise InvalidError(
                "a burst is one camera, one rule, one zone, within half an hour", "alert_ids"
            )


def _dismiss(
    session: Session,
    person: Person,
    alert_id: UUID,
    verdict: ReviewIn,
    policy: ReviewPolicy,
    batch: str,
) -> bool:
    known = known_store.find_show(session, person, alert_id)
    if known is not None:
        known_store.answer(session, person, known, verdict, batch)
        return True
    try:
        store.add_review(session, person, alert_id, verdict, policy, batch)
    except ConflictError:  # on PostgreSQL somebody may be faster than this loop
        return False
    return True


def undo_batch(
    session: Session, person: Person, batch: str, policy: ReviewPolicy
) -> tuple[list[UUID], list[UUID]]:
    """Take every verdict of a bulk dismissal back that nothing later rests on.

    Gives what was undone, and what stays. NotFoundError when it is not this person's.
    """
    mine = ReviewRow.batch == batch, ReviewRow.reviewer_id == person.id
    rows = list(session.scalars(select(ReviewRow).where(*mine, ReviewRow.undone_at.is_(None))))
    answered = known_store.answers_of_batch(session, person, batch)
    if not rows and not answered:
        raise NotFoundError(f"there is no bulk dismissal {batch} of yours that stands")
    undone, kept = [], []
    for show, said in answered:
        known_store.take_back(session, person, show, said.id)
        undone.append(show.id)
    for row in rows:
        try:
            store.undo_review(session, person, row.alert_id, row.id, policy)
        except ConflictError:
            kept.append(row.alert_id)
        else:
            undone.append(row.alert_id)
    return undone, kept
