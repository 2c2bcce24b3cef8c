"""One visit with everything that belongs to it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.inspections.file_store import file_out, files_of
from api.inspections.models import AnswerRow, FindingRow, VisitRow
from api.inspections.schemas import AnswerOut, FindingOut, RecordOut, VisitDetailOut
from api.inspections.store import get_visit, visible
from vision.errors import ConflictError, NotFoundError


def get_detail(session: Session, person: Person, visit_id: UUID) -> VisitDetailOut:
    """The visit, or NotFoundError."""
    visit = get_visit(session, person, visit_id)
    answers = select(AnswerRow).where(AnswerRow.visit_id == visit.id)
    findings = select(FindingRow).where(FindingRow.visit_id == visit.id)
    return VisitDetailOut(
        visit=visit,
        answers=[
            AnswerOut.model_validate(row, from_attributes=True) for row in session.scalars(answers)
        ],
        findings=[
            FindingOut.model_validate(row, from_attributes=True)
            for row in session.scalars(findings.order_by(FindingRow.item))
        ],
        files=[file_out(row) for row in files_of(session, visit_id)],
    )


def get_record(session: Session, person: Person, visit_id: UUID) -> RecordOut:
    """The sealed text of a visit that is done; ConflictError before."""
    wanted = select(VisitRow).where(VisitRow.id == str(visit_id), visible(person))
    row = session.scalar(wanted)
    if row is None:
        raise NotFoundError(f"there is no visit {visit_id} for you")
    if row.record is None or row.record_sha256 is None:
        raise ConflictError("the visit is not done, so that it has no record yet")
    return RecordOut(
        text=row.record,
        sha256=row.record_sha256,
        signing_key=row.signing_key,
        signature=row.signature,
    )
