"""What a reviewer's desk does with an item, whether it is an alert or a hidden known item.

Everything a reviewer can reach by an item's id goes through here, so that the two answer alike.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.alerts.schemas import AlertOut
from api.alerts.store import OPEN, get_alert
from api.database import now
from api.reviews import claims, known_store, queue, store
from api.reviews.order import ReviewPolicy
from api.reviews.schemas import ClaimOut, QueueCounts, QueueFilter, ReviewIn, ReviewOut


def read_item(session: Session, person: Person, item_id: UUID) -> AlertOut:
    """The alert, or NotFoundError when there is none that this person may see."""
    known = known_store.find_show(session, person, item_id)
    if known is not None:
        return known_store.shown_alert(session, known)
    return get_alert(session, person, item_id)


def read_queue(session: Session, person: Person, limit: int, only: QueueFilter) -> list[AlertOut]:
    """What this person could review now, first things first."""
    items = queue.queue(session, person, limit, only=only)
    known = known_store.waiting_show(session, person, only)
    if known is None:
        return items
    place = min(known.place, len(items))
    return [*items[:place], known_store.shown_alert(session, known), *items[place:]][:limit]


def queue_page(
    session: Session, person: Person, only: QueueFilter, after: str | None, limit: int
) -> queue.QueuePage:
    """The queue as a list, also what others look at."""
    page = queue.queue_page(session, person, only, after, limit)
    known = None if after else known_store.waiting_show(session, person, only)
    if known is None:
        return page
    place = min(known.place, len(page.items))
    page.items.insert(place, known_store.shown_alert(session, known))
    return page


def queue_counts(session: Session, person: Person) -> QueueCounts:
    """How much is open; a known item in this person's queue counts like any other."""
    counts = queue.queue_counts(session, person)
    known = known_store.waiting_show(session, person, queue.EVERYTHING)
    if known is None:
        return counts
    late = counts.late + (known.due_at < now())
    return replace(counts, waiting=counts.waiting + 1, mine=counts.mine + 1, late=late)


def next_item(
    session: Session,
    person: Person,
    only: QueueFilter,
    skip: Collection[UUID],
    policy: ReviewPolicy,
) -> ClaimOut | None:
    """Claim the first item that this person could review, other than ``skip``."""
    store.require_reviewer(person)
    known = known_store.waiting_show(session, person, only)
    if known is not None and known.id in skip:
        known = None
    if known is not None and known.place == 0:
        return known_store.serve(session, known, policy.lease_s)
    for judgeable in (True, False):
        wanted = queue.claimable(person, only, skip, judgeable)
        claim = claims.claim_first(session, person, wanted, policy.lease_s)
        if claim is not None:
            if known is not None:
                known_store.step_ahead(session, known)
            return claim
    return None if known is None else known_store.serve(session, known, policy.lease_s)


def claim(session: Session, person: Person, item_id: UUID, policy: ReviewPolicy) -> ClaimOut | None:
    """Claim this very item; None when somebody else looks at it or it is not open to them."""
    known = known_store.find_show(session, person, item_id)
    if known is not None:
        return known_store.serve(session, known, policy.lease_s)
    alert = store.locked_alert(session, person, item_id)
    if alert.status not in OPEN or not queue.may_review(session, person, item_id):
        return None
    return claims.take(session, person, item_id, policy.lease_s)


def renew(
    session: Session, person: Person, item_ids: Collection[UUID], policy: ReviewPolicy
) -> list[UUID]:
    """Hold on to these; gives those that still are this person's."""
    known = [row for row in (known_store.find_show(session, person, i) for i in item_ids) if row]
    for row in known:
        known_store.serve(session, row, policy.lease_s)
    kept = claims.renew(session, person, item_ids, policy.lease_s)
    return [*kept, *(row.id for row in known)]


def add_review(
    session: Session, person: Person, item_id: UUID, given: ReviewIn, policy: ReviewPolicy
) -> ReviewOut:
    """Give a verdict; ConflictError when the item is not this person's to decide."""
    store.require_reviewer(person)
    known = known_store.find_show(session, person, item_id)
    if known is not None:
        return known_store.answer(session, person, known, given)
    said = store.add_review(session, person, item_id, given, policy)
    _learn(session, item_id)
    known_store.maybe_hide_one(session, person, policy)
    return said


def _learn(session: Session, alert_id: UUID) -> None:
    """What two people found independently of each other is known well enough to ask a third."""
    alert = session.get_one(AlertRow, alert_id)
    if alert.double_review and alert.status not in OPEN and store.agreed(session, alert_id):
        known_store.keep_known(session, alert, "agreed", None)


def undo_review(
    session: Session, person: Person, item_id: UUID, review_id: str, policy: ReviewPolicy
) -> ReviewOut:
    """Take a verdict back while nothing later rests on it."""
    known = known_store.find_show(session, person, item_id)
    if known is not None:
        return known_store.take_back(session, person, known, review_id)
    return store.undo_review(session, person, item_id, review_id, policy)


def list_reviews(session: Session, person: Person, item_id: UUID) -> list[ReviewOut]:
    """Verdicts on the item that this person may see, oldest first."""
    known = known_store.find_show(session, person, item_id)
    if known is not None:
        return known_store.answers(session, person, known)
    return store.list_reviews(session, person, item_id)
