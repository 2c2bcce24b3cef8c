"""What waits for a review, in the order of ``order.py``."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.alerts.models import OPEN_ONLY, AlertRow
from api.alerts.schemas import AlertOut
from api.alerts.store import in_scope, open_ids, read_in_order
from api.database import now
from api.evidence.models import EvidenceRow
from api.patrols.models import LookRow
from api.patrols.reporter_store import not_reported_by
from api.restaurants.models import RestaurantRow, StationRow
from api.reviews.claims import free_for
from api.reviews.models import ReviewRow
from api.reviews.order import rank
from api.reviews.schemas import QueueCounts, QueueFilter
from vision.errors import InvalidError

EVERYTHING: Final = QueueFilter()


def queue(
    session: Session,
    person: Person,
    limit: int = 20,
    skip: Collection[UUID] = (),
    only: QueueFilter = EVERYTHING,
) -> list[AlertOut]:
    """What this person could review now, first things first."""
    wanted = open_ids(person).where(*open_to(person), *fitting(only))
    ids = session.scalars(wanted.where(AlertRow.id.not_in(skip)).limit(limit)).all()
    return read_in_order(session, ids)


def claimable(
    person: Person, only: QueueFilter, skip: Collection[UUID], judgeable: bool
) -> Select[UUID]:
    """Ids in the queue's order; ``judgeable`` or not is whether there is anything to look at."""
    pictures = has_pictures() if judgeable else ~has_pictures()
    wanted = open_ids(person).where(*open_to(person), *fitting(only))
    return wanted.where(AlertRow.id.not_in(skip), pictures)


def open_to(person: Person) -> tuple[ColumnElement[bool], ...]:
    """Alerts this person neither judged nor reported, and at which nobody else looks now."""
    return not_reviewed_by(person), not_reported_by(person), free_for(person)


def not_reviewed_by(person: Person) -> ColumnElement[bool]:
    """Alerts without a standing verdict of this person."""
    own = ReviewRow.alert_id == AlertRow.id, ReviewRow.reviewer_id == person.id
    return ~select(ReviewRow.id).where(*own, ReviewRow.undone_at.is_(None)).exists()


def may_review(session: Session, person: Person, alert_id: UUID) -> bool:
    """Whether an open alert is one that this person neither judged nor reported."""
    theirs = not_reviewed_by(person), not_reported_by(person)
    wanted = select(AlertRow.id).where(AlertRow.id == alert_id, *theirs)
    return session.scalar(wanted) is not None


def has_pictures() -> ColumnElement[bool]:
    """Alerts with a frame or a clip that has come."""
    here = EvidenceRow.stored_at.is_not(None), EvidenceRow.deleted_at.is_(None)
    seen = EvidenceRow.alert_id == AlertRow.id, EvidenceRow.kind.in_(("frame", "clip"))
    return select(EvidenceRow.sha256).where(*here, *seen).exists()


def fitting(only: QueueFilter) -> list[ColumnElement[bool]]:
    """The filter as conditions on alerts."""
    plain = {
        AlertRow.rule: only.rule,
        AlertRow.severity_rank: None if only.severity is None else rank(only.severity),
        AlertRow.restaurant_id: only.restaurant,
        AlertRow.camera_id: only.camera,
        AlertRow.origin: only.origin,
    }
    told = [column == value for column, value in plain.items() if value is not None]
    if only.station is not None or only.district is not None:
        told.append(AlertRow.restaurant_id.in_(_restaurants(only)))
    if only.older_min is not None:
        told.append(AlertRow.received_at <= now() - timedelta(minutes=only.older_min))
    return told


def _restaurants(only: QueueFilter) -> Select[str]:
    wanted = select(RestaurantRow.id)
    if only.station is not None:
        wanted = wanted.where(RestaurantRow.station_id == only.station)
    if only.district is not None:
        stations = select(StationRow.id).where(StationRow.district_id == only.district)
        wanted = wanted.where(RestaurantRow.station_id.in_(stations))
    return wanted


def queue_counts(session: Session, person: Person) -> QueueCounts:
    """How much is open altogether, for this person, and overdue."""
    theirs = in_scope(person), OPEN_ONLY
    total = session.scalar(select(func.count()).select_from(AlertRow).where(*theirs)) or 0
    # Only what had a first review can have had one of this person's.
    spoken = func.count().filter(~not_reviewed_by(person))
    had_one = select(func.count(), spoken).where(*theirs, AlertRow.status == "second_review")
    second, own = session.execute(had_one).one()
    overdue = select(func.count()).select_from(AlertRow).where(*theirs, AlertRow.due_at < now())
    late = session.scalar(overdue) or 0
    reported = select(func.count(LookRow.alert_id.distinct())).where(LookRow.person_id == person.id)
    of_theirs = reported.join(AlertRow, AlertRow.id == LookRow.alert_id).where(*theirs)
    own += session.scalar(of_theirs) or 0
    return QueueCounts(total - second, second, total - own, late)


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some open alerts in the queue's order; ``after`` asks for those that follow."""

    items: list[AlertOut]
    after: str | None


def queue_page(
    session: Session, person: Person, only: QueueFilter, after: str | None, limit: int
) -> QueuePage:
    """Everything open in this person's scope, also what others look at."""
    wanted = open_ids(person).where(*fitting(only))
    if after is not None:
        wanted = wanted.where(_behind(*decode_place(after)))
    found = session.scalars(wanted.limit(limit + 1)).all()
    items = read_in_order(session, found[:limit])
    if len(found) <= limit or not items:
        return QueuePage(items, None)
    last = session.get_one(AlertRow, items[-1].id)
    return QueuePage(items, encode_place(last.severity_rank, last.queued_at, last.id))


def _behind(severity_rank: int, at: datetime, alert_id: UUID) -> ColumnElement[bool]:
    later = or_(AlertRow.queued_at > at, and_(AlertRow.queued_at == at, AlertRow.id > alert_id))
    return or_(
        AlertRow.severity_rank < severity_rank,
        and_(AlertRow.severity_rank == severity_rank, later),
    )


def encode_place(severity_rank: int, at: datetime, alert_id: UUID) -> str:
    """An opaque place in the queue."""
    told = f"{severity_rank} {at.isoformat()} {alert_id.hex}"
    return base64.urlsafe_b64encode(told.encode()).decode()


def decode_place(after: str) -> tuple[int, datetime, UUID]:
    """The place again; InvalidError when it did not come from ``encode_place``."""
    try:
        decoded = base64.b64decode(after.encode(), b"-_", validate=True).decode()
        severity_rank, at, alert_id = decoded.split(" ")
        return int(severity_rank) % 8, datetime.fromisoformat(at).astimezone(UTC), UUID(alert_id)
    except (binascii.Error, ValueError, OverflowError) as error:
        raise InvalidError("this place is not one that the queue gave", "after") from error
