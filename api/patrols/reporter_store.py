"""Who reported an alert: that person does not review it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.patrols.models import LookRow


def not_reported_by(person: Person) -> ColumnElement[bool]:
    """Over ``alerts``: those that this person did not report on a patrol."""
    own = LookRow.alert_id == AlertRow.id, LookRow.person_id == person.id
    return ~select(LookRow.id).where(*own).exists()


def reporter_of(session: Session, alert_id: UUID) -> str | None:
    """The id of the person who reported it on a patrol; None for every other alert."""
    return session.scalar(select(LookRow.person_id).where(LookRow.alert_id == alert_id).limit(1))
