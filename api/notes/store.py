"""Notes on alerts in the database: those who review and inspect write and read them."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import audit
from api.accounts.models import UserRow
from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.alerts.store import in_scope
from api.database import new_id, now
from api.notes.models import NoteRow
from api.notes.schemas import NoteIn, NoteOut
from vision.errors import ConflictError, ForbiddenError, NotFoundError

MAY_NOTE: Final = ("patrol", "inspector", "supervisor", "admin")
MOST_NOTES: Final = 200


def add_note(session: Session, person: Person, alert_id: UUID, given: NoteIn) -> NoteOut:
    """Note something on an alert in one's scope; its verdict stays as it is."""
    _require_alert(session, person, alert_id)
    mine = select(func.count()).select_from(NoteRow).where(NoteRow.alert_id == alert_id)
    if (session.scalar(mine) or 0) >= MOST_NOTES:
        raise ConflictError(f"an alert takes {MOST_NOTES} notes at most")
    row = NoteRow(id=new_id(), alert_id=alert_id, author_id=person.id, at=now(), text=given.text)
    session.add(row)
    session.flush()
    audit.append(session, person.id, "alert.noted", str(alert_id), note=row.id)
    return NoteOut(id=row.id, author_name=person.name, at=row.at, text=row.text)


def list_notes(session: Session, person: Person, alert_id: UUID) -> list[NoteOut]:
    """What was noted on an alert, oldest first."""
    _require_alert(session, person, alert_id)
    wanted = (
        select(NoteRow, UserRow.name)
        .join(UserRow, UserRow.id == NoteRow.author_id)
        .where(NoteRow.alert_id == alert_id)
        .order_by(NoteRow.at, NoteRow.id)
    )
    return [
        NoteOut(id=row.id, author_name=name, at=row.at, text=row.text)
        for row, name in session.execute(wanted)
    ]


def _require_alert(session: Session, person: Person, alert_id: UUID) -> None:
    wanted = select(AlertRow.id).where(AlertRow.id == alert_id, in_scope(person))
    if session.scalar(wanted) is None:
        raise NotFoundError(f"there is no alert {alert_id} for you")
    if person.role not in MAY_NOTE:
        raise ForbiddenError("notes are for those who review and inspect")
