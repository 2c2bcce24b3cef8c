"""Who looks at which alert now: a claim holds until it is given back or runs out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, select, update
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.database import now
from api.reviews.models import ClaimRow
from api.reviews.schemas import ClaimOut
from vision.errors import ConflictError

# Several people may reach for one alert at once; each tries so many before giving up.
TRIES: Final = 30


def free_for(person: Person) -> ColumnElement[bool]:
    """Alerts that nobody else looks at now."""
    held = ClaimRow.alert_id == AlertRow.id, ClaimRow.expires_at > now()
    return ~select(ClaimRow.alert_id).where(*held, ClaimRow.person_id != person.id).exists()


def claim_first(
    session: Session, person: Person, wanted: Select[UUID], lease_s: int
) -> ClaimOut | None:
    """Claim the first of these alerts that can be had; ``wanted`` names their ids in order."""
    tried: list[UUID] = []
    for _ in range(TRIES):
        # Whoever is deciding about an alert just now has its row: pass over it.
        left = wanted.where(AlertRow.id.not_in(tried)).limit(1)
        alert_id = session.scalar(left.with_for_update(skip_locked=True, of=AlertRow))
        if alert_id is None:
            return None
        claim = take(session, person, alert_id, lease_s)
        if claim is not None:
            return claim
        tried.append(alert_id)
    return None


def take(session: Session, person: Person, alert_id: UUID, lease_s: int) -> ClaimOut | None:
    """Claim or renew one alert whose row is locked; None when somebody else has it."""
    moment = now()
    row = session.get(ClaimRow, alert_id, populate_existing=True)
    if row is not None and row.person_id != person.id and row.expires_at > moment:
        return None
    if row is None:
        row = ClaimRow(alert_id=alert_id)
        session.add(row)
    if row.person_id != person.id:
        row.person_id, row.claimed_at = person.id, moment
    row.expires_at = moment + timedelta(seconds=lease_s)
    session.flush()
    return ClaimOut(alert_id=alert_id, expires_at=row.expires_at)


def renew(
    session: Session, person: Person, alert_ids: Collection[UUID], lease_s: int
) -> list[UUID]:
    """Hold on to these; gives those that still are this person's."""
    moment = now()
    mine = ClaimRow.person_id == person.id, ClaimRow.alert_id.in_(alert_ids)
    kept = (*mine, ClaimRow.expires_at > moment)
    until = moment + timedelta(seconds=lease_s)
    session.execute(update(ClaimRow).where(*kept).values(expires_at=until))
    return list(
        session.scalars(select(ClaimRow.alert_id).where(*mine, ClaimRow.expires_at == until))
    )


def release(session: Session, person: Person, alert_ids: Iterable[UUID]) -> None:
    """Give these back; what is not this person's stays as it is."""
    mine = ClaimRow.person_id == person.id, ClaimRow.alert_id.in_(list(alert_ids))
    session.execute(delete(ClaimRow).where(*mine))


def taken_by_others(session: Session, person: Person, alert_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Which of these somebody else looks at now."""
    others = ClaimRow.person_id != person.id, ClaimRow.expires_at > now()
    wanted = select(ClaimRow.alert_id).where(ClaimRow.alert_id.in_(alert_ids), *others)
    return frozenset(session.scalars(wanted))


def check_free(session: Session, person: Person, alert_id: UUID) -> None:
    """ConflictError when somebody else looks at the alert now."""
    if taken_by_others(session, person, [alert_id]):
        raise ConflictError("another person is looking at this alert; go on to the next one")
