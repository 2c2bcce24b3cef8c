"""Notes on alerts over JSON."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from api.deps import DatabaseDep, StaffDep
from api.errors import problems
from api.notes import store
from api.notes.schemas import NoteIn, NoteOut

router = APIRouter(prefix="/api/v1", tags=["alerts"])


@router.get("/alerts/{alert_id}/notes", responses=problems(401, 403, 404, 422))
def list_notes(alert_id: UUID, found: StaffDep, database: DatabaseDep) -> list[NoteOut]:
    """What people noted on an alert beside its verdicts, oldest first."""
    with database.reading() as session:
        return store.list_notes(session, found.person, alert_id)


@router.post(
    "/alerts/{alert_id}/notes", status_code=201, responses=problems(401, 403, 404, 409, 413, 422)
)
def add_note(alert_id: UUID, given: NoteIn, found: StaffDep, database: DatabaseDep) -> NoteOut:
    """Note something without a verdict; restaurants do not see it."""
    with database.writing() as session:
        return store.add_note(session, found.person, alert_id, given)
