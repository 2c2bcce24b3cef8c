"""Originals for somebody who does not review: with a reason, for a while, and on record."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.schemas import Person, Role
from api.alerts.models import AlertRow
from api.alerts.store import in_scope
from api.database import new_id, now
from api.evidence.models import UnblurRow
from api.evidence.schemas import UnblurOut
from vision.errors import ForbiddenError, NotFoundError

# Patrol, supervision and administration see originals anyway; a restaurant never does.
MAY_ASK: Final = frozenset[Role]({"inspector"})


def unblur(
    session: Session, person: Person, alert_id: UUID, reason: str, minutes: int
) -> UnblurOut:
    """Show this person the originals of an alert in their care for so many minutes."""
    if person.role not in MAY_ASK:
        raise ForbiddenError("originals are shown to reviewers, and on request to inspectors")
    found = session.scalar(select(AlertRow.id).where(AlertRow.id == alert_id, in_scope(person)))
    if found is None:
        raise NotFoundError(f"there is no alert {alert_id} for you")
    moment = now()
    row = UnblurRow(
        id=new_id(),
        alert_id=alert_id,
        person_id=person.id,
        reason=reason,
        granted_at=moment,
        until=moment + timedelta(minutes=minutes),
    )
    session.add(row)
    session.flush()
    detail = {"unblur": row.id, "reason": reason, "until": row.until.isoformat()}
    audit.append(session, person.id, "evidence.unblurred", str(alert_id), **detail)
    return UnblurOut(id=row.id, reason=row.reason, until=row.until)


def granted(
    session: Session, person: Person, alert_ids: Collection[UUID], moment: datetime
) -> dict[UUID, UnblurOut]:
    """What this person may see unblurred now, by alert."""
    if person.role not in MAY_ASK:
        return {}
    rows = session.scalars(
        select(UnblurRow)
        .where(
            UnblurRow.alert_id.in_(alert_ids),
            UnblurRow.person_id == person.id,
            UnblurRow.until > moment,
        )
        .order_by(UnblurRow.until)
    )
    return {r.alert_id: UnblurOut(id=r.id, reason=r.reason, until=r.until) for r in rows}
