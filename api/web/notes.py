"""Notes on the page of an alert."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.accounts.schemas import Person
from api.deps import DatabaseDep, StaffDep
from api.notes import store
from api.notes.schemas import NoteIn, NoteOut
from api.web.office import see
from vision.errors import InvalidError

router = APIRouter(include_in_schema=False)


def notes_shown(session: Session, person: Person, alert_id: UUID) -> list[NoteOut] | None:
    """What the page shows; None for whom notes are not."""
    return store.list_notes(session, person, alert_id) if person.role in store.MAY_NOTE else None


@router.post("/alerts/{alert_id}/notes")
def add_note(
    alert_id: UUID,
    found: StaffDep,
    database: DatabaseDep,
    text: Annotated[str, Form(max_length=8000)] = "",
) -> Response:
    """Write a note."""
    try:
        given = NoteIn(text=text.replace("\r\n", "\n"))
    except ValidationError as error:
        raise InvalidError("text must have 1 to 2,000 characters", "text") from error
    with database.writing() as session:
        store.add_note(session, found.person, alert_id, given)
    return see(f"/alerts/{alert_id}#notes")
