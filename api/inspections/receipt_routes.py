"""The paper of a visit over HTTP: made once in each language, then kept as it is."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.database import Database, now
from api.errors import problems
from api.inspections import detail_store
from api.inspections.file_store import Filed, add_file, log_view
from api.inspections.models import VisitFileRow
from api.inspections.routes import ReaderDep
from api.inspections.store import locked
from api.settings import Settings
from api.storage import EvidenceStorage
from api.web.visit_paper import Paper, write_paper

router = APIRouter(prefix="/api/v1/inspections", tags=["inspections"])
PDF: Final = "application/pdf"
ANSWER: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "the paper",
        "content": {PDF: {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get(
    "/{visit_id}/receipt",
    response_class=Response,
    responses=ANSWER | problems(401, 403, 404, 409, 422, 507),
)
def read_receipt(
    request: Request, visit_id: UUID, found: ReaderDep, language: Literal["zh", "en"] = "zh"
) -> Response:
    """The paper of a visit that is done; every time the same bytes, with `X-Sha256` their hash."""
    database: Database = request.app.state.database
    storage: EvidenceStorage = request.app.state.storage
    with database.reading() as session:
        told = detail_store.get_detail(session, found.person, visit_id)
        record = detail_store.get_record(session, found.person, visit_id)
        row = _kept(session, visit_id, language)
    if row is None:
        settings: Settings = request.app.state.settings
        paper = Paper(told, record, language, settings.time_zone, now())
        content = write_paper(storage, paper)
        sha256 = storage.keep(content)
        with database.writing() as session:
            row = _note(session, found.person, visit_id, _filed(content, language, paper.made_at))
        if row.sha256 != sha256:  # another request was quicker
            storage.delete(sha256)
    content = b"".join(storage.read(row.sha256, 0, row.size_bytes))
    with database.writing() as session:
        log_view(session, found.person, row)
    name = f'attachment; filename="visit-{str(visit_id)[:8]}-{language}.pdf"'
    headers = {"X-Sha256": row.sha256, "Content-Disposition": name}
    return Response(content, 200, headers, PDF)


def _kept(session: Session, visit_id: UUID, language: str) -> VisitFileRow | None:
    mine = VisitFileRow.visit_id == str(visit_id), VisitFileRow.kind == "receipt"
    wanted = select(VisitFileRow).where(*mine, VisitFileRow.language == language)
    return session.scalar(wanted.limit(1))


def _filed(content: bytes, language: str, made_at: datetime) -> Filed:
    sha256 = hashlib.sha256(content).hexdigest()
    return Filed(str(uuid4()), "receipt", content, sha256, PDF, made_at, language=language)


def _note(session: Session, person: Person, visit_id: UUID, filed: Filed) -> VisitFileRow:
    """Under the visit's lock: of two who ask at one moment the second gets the first's paper."""
    visit = locked(session, person, visit_id)
    assert filed.language is not None  # receipts have one
    known = _kept(session, visit_id, filed.language)
    if known is not None:
        return known
    add_file(session, person, visit, filed, filed.received_sha256)
    return session.get_one(VisitFileRow, filed.id)
