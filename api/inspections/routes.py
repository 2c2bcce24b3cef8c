"""Visits on site over HTTP."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.accounts.schemas import Person, SignedIn
from api.database import Database
from api.deps import DatabaseDep, SettingsDep, require
from api.errors import problems, repeated
from api.evidence.signing import open_signer
from api.inspections import detail_store, file_store, result_store, store, today_store
from api.inspections.checklists import Checklist, newest_checklists
from api.inspections.photos import MAX_PHOTO_BYTES, MEDIA_TYPES
from api.inspections.schemas import (
    CancelIn,
    FileOut,
    RecordOut,
    ResultIn,
    Sent,
    SentParam,
    VisitDetailOut,
    VisitIn,
    VisitOut,
    VisitParam,
)
from api.inspections.today_schemas import TodayOut
from api.pages import Page
from api.storage import EvidenceStorage
from vision.errors import InvalidError

router = APIRouter(prefix="/api/v1/inspections", tags=["inspections"])
InspectorDep = Annotated[SignedIn, Depends(require("inspector", "supervisor", "admin"))]
ReaderDep = Annotated[SignedIn, Depends(require("inspector", "restaurant", "supervisor", "admin"))]
OWN: Final = problems(401, 403, 404, 409, 413, 422)
BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES
        },
    }
}
PICTURE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "the file",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("image/jpeg", "image/png", "application/pdf")
        },
    }
}
# Named by its hash, so that it never changes; but another person's browser is not to keep it.
KEPT: Final = {"Cache-Control": "private, max-age=3600, immutable", "Vary": "Cookie"}


@router.get("", responses=problems(401, 403, 422))
def list_visits(query: VisitParam, found: ReaderDep, database: DatabaseDep) -> Page[VisitOut]:
    """Visits in one's scope, newest first; a restaurant sees those that were made."""
    with database.reading() as session:
        return store.list_visits(session, found.person, query)


@router.get("/today", responses=problems(401, 403))
def read_today(found: InspectorDep, database: DatabaseDep, settings: SettingsDep) -> TodayOut:
    """One's visits of today by expected loss, restaurants worth one, and the checklists."""
    with database.reading() as session:
        return today_store.today(session, found.person, store.today_of(settings.time_zone))


@router.get("/checklists", responses=problems(401, 403))
def list_checklists(_: ReaderDep) -> list[Checklist]:
    """The newest version of every checklist, in both languages."""
    return list(newest_checklists())


@router.put("/{visit_id}", status_code=201, responses=repeated(VisitOut, "planned before") | OWN)
def plan_visit(
    response: Response,
    visit_id: UUID,
    given: VisitIn,
    found: InspectorDep,
    database: DatabaseDep,
    settings: SettingsDep,
) -> VisitOut:
    """Plan a visit under an id of one's own making; the same again does no harm."""
    with database.writing() as session:
        today = store.today_of(settings.time_zone)
        new = store.plan(session, found.person, visit_id, given, today)
        told = store.get_visit(session, found.person, visit_id)
    response.status_code = 201 if new else 200
    return told


@router.get("/{visit_id}", responses=problems(401, 403, 404, 422))
def read_visit(visit_id: UUID, found: ReaderDep, database: DatabaseDep) -> VisitDetailOut:
    """A visit with its answers, findings and files."""
    with database.reading() as session:
        return detail_store.get_detail(session, found.person, visit_id)


@router.post("/{visit_id}/start", responses=OWN)
def start_visit(visit_id: UUID, found: InspectorDep, database: DatabaseDep) -> VisitOut:
    """Say that one makes it; 409 when somebody else does."""
    with database.writing() as session:
        store.start(session, found.person, visit_id)
        return store.get_visit(session, found.person, visit_id)


@router.post("/{visit_id}/cancel", responses=OWN)
def cancel_visit(
    visit_id: UUID, given: CancelIn, found: InspectorDep, database: DatabaseDep
) -> VisitOut:
    """Say that it is not made, and why."""
    with database.writing() as session:
        store.cancel(session, found.person, visit_id, given)
        return store.get_visit(session, found.person, visit_id)


@router.put(
    "/{visit_id}/files/{file_id}",
    status_code=201,
    openapi_extra=BODY,
    responses=repeated(FileOut, "sent before") | OWN | problems(507),
)
async def put_file(
    request: Request,
    response: Response,
    visit_id: UUID,
    file_id: UUID,
    found: InspectorDep,
    about: SentParam,
) -> FileOut:
    """Send a photo or a signature under an id of one's own making; the same again does no harm.

    JPEG, PNG, WebP and HEIC up to 64 megapixels; what is kept is an upright JPEG without metadata.
    """
    content = await _body(request)
    received = hashlib.sha256(content).hexdigest()
    if about.sha256 not in (None, received):
        raise InvalidError("the photo was cut short on its way; send it again", "sha256")
    sent = Sent(file_id, about, content, received)
    new, told = await run_in_threadpool(_keep, request, found.person, visit_id, sent)
    response.status_code = 201 if new else 200
    return told


async def _body(request: Request) -> bytes:
    pieces, size = [], 0
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > MAX_PHOTO_BYTES:
                raise InvalidError(f"more than {MAX_PHOTO_BYTES} bytes", "body")
            pieces.append(piece)
    except ClientDisconnect as error:
        raise InvalidError("the upload broke off; send the whole photo again", "body") from error
    return b"".join(pieces)


def _keep(request: Request, person: Person, visit_id: UUID, sent: Sent) -> tuple[bool, FileOut]:
    """The file comes first: a row never names bytes that are not there."""
    database: Database = request.app.state.database
    storage: EvidenceStorage = request.app.state.storage
    whole = (visit_id, sent.file_id, sent.received_sha256)
    with database.writing() as session:
        fresh = file_store.may_add(session, person, *whole)
    if fresh:
        filed = file_store.prepare(sent)
        sha256 = storage.keep(filed.content)
    with database.writing() as session:
        if fresh and file_store.may_add(session, person, *whole):
            visit = store.locked(session, person, visit_id)
            return True, file_store.add_file(session, person, visit, filed, sha256)
        row = file_store.find_file(session, person, visit_id, sent.file_id)
        return False, file_store.file_out(row)


@router.get(
    "/{visit_id}/files/{file_id}",
    response_class=Response,
    responses=PICTURE | problems(401, 403, 404, 422),
)
def read_file(
    request: Request, visit_id: UUID, file_id: UUID, found: ReaderDep, database: DatabaseDep
) -> Response:
    """A file of a visit; each view is logged."""
    storage: EvidenceStorage = request.app.state.storage
    with database.reading() as session:
        row = file_store.find_file(session, found.person, visit_id, file_id)
    content = b"".join(storage.read(row.sha256, 0, row.size_bytes))
    with database.writing() as session:
        file_store.log_view(session, found.person, row)
    return Response(content, 200, KEPT | {"X-Sha256": row.sha256}, row.media_type)


@router.put(
    "/{visit_id}/result", status_code=201, responses=repeated(VisitOut, "sent before") | OWN
)
def put_result(
    response: Response,
    visit_id: UUID,
    given: ResultIn,
    found: InspectorDep,
    database: DatabaseDep,
    settings: SettingsDep,
) -> VisitOut:
    """All of a visit at once: answers, findings, order, signature; the same again does no harm.

    409 when another result was first, or when its files have not come: nothing is half done.
    """
    signer = open_signer(settings)
    with database.writing() as session:
        new = result_store.finish(session, found.person, visit_id, given, signer)
        told = store.get_visit(session, found.person, visit_id)
    response.status_code = 201 if new else 200
    return told


@router.get("/{visit_id}/record", responses=problems(401, 403, 404, 409, 422))
def read_record(visit_id: UUID, found: ReaderDep, database: DatabaseDep) -> RecordOut:
    """The sealed text whose SHA-256 stands on the paper, and the server's signature over it."""
    with database.reading() as session:
        return detail_store.get_record(session, found.person, visit_id)
