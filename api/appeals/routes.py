"""Appeals over JSON."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.accounts.schemas import Person, SignedIn
from api.appeals import files, reading, store
from api.appeals.schemas import AppealId, AppealIn, AppealOut, AppealParams, DecisionIn
from api.database import Database
from api.deps import DatabaseDep, StorageDep, require
from api.errors import problems
from api.inspections.photos import MEDIA_TYPES
from api.pages import Page
from api.storage import EvidenceStorage

router = APIRouter(prefix="/api/v1", tags=["appeals"])
ReaderDep = Annotated[SignedIn, Depends(require("restaurant", "inspector", "supervisor", "admin"))]
OwnerDep = Annotated[SignedIn, Depends(require("restaurant"))]
OfficeDep = Annotated[SignedIn, Depends(require("supervisor", "admin"))]
Sha256Path = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES
        },
    }
}
PHOTO: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "the photograph",
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
    }
}
SHOWN: Final = {"Cache-Control": "private, no-store", "Content-Disposition": "inline"}


@router.get("/appeals", responses=problems(401, 403, 422))
def list_appeals(found: ReaderDep, database: DatabaseDep, query: AppealParams) -> Page[AppealOut]:
    """Appeals in one's scope, newest first; filters `state`, `restaurant`."""
    with database.reading() as session:
        return reading.list_appeals(session, found.person, query)


@router.post("/appeals", status_code=201, responses=problems(401, 403, 404, 409, 413, 422))
def file_appeal(given: AppealIn, found: OwnerDep, database: DatabaseDep) -> AppealOut:
    """Appeal against an upheld episode of one's own restaurant, within the term (21 days)."""
    with database.writing() as session:
        return store.file_appeal(session, found.person, given)


@router.get("/appeals/{appeal_id}", responses=problems(401, 403, 404, 422))
def read_appeal(appeal_id: AppealId, found: ReaderDep, database: DatabaseDep) -> AppealOut:
    """One appeal."""
    with database.reading() as session:
        return reading.get_appeal(session, found.person, appeal_id)


@router.post("/appeals/{appeal_id}/withdraw", responses=problems(401, 403, 404, 409, 422))
def withdraw(appeal_id: AppealId, found: OwnerDep, database: DatabaseDep) -> AppealOut:
    """Take an open appeal back."""
    with database.writing() as session:
        return store.withdraw(session, found.person, appeal_id)


@router.post("/appeals/{appeal_id}/decision", responses=problems(401, 403, 404, 409, 413, 422))
def decide(
    appeal_id: AppealId, given: DecisionIn, found: OfficeDep, database: DatabaseDep
) -> AppealOut:
    """Grant (with `ground`) or refuse, with the reason; never by who judged or reported it."""
    with database.writing() as session:
        return store.decide(session, found.person, appeal_id, given)


@router.post(
    "/appeals/{appeal_id}/files",
    status_code=201,
    openapi_extra=BODY,
    responses=problems(401, 403, 404, 409, 413, 422, 507),
)
async def add_file(request: Request, appeal_id: AppealId, found: OwnerDep) -> AppealOut:
    """Add a photograph while the appeal is open: 40 MiB, 8 an appeal; kept without metadata."""
    state, content = request.app.state, await request.body()
    return await run_in_threadpool(
        _add, state.database, state.storage, found.person, appeal_id, content
    )


def _add(
    database: Database, storage: EvidenceStorage, person: Person, appeal_id: str, content: bytes
) -> AppealOut:
    with database.reading() as session:
        reading.get_appeal(session, person, appeal_id)
    files.keep_photos(database, storage, person, appeal_id, [files.clean(content)])
    with database.reading() as session:
        return reading.get_appeal(session, person, appeal_id)


@router.get(
    "/appeals/{appeal_id}/files/{sha256}",
    response_class=Response,
    responses=PHOTO | problems(401, 403, 404, 422),
)
def read_file(
    appeal_id: AppealId,
    sha256: Sha256Path,
    found: ReaderDep,
    database: DatabaseDep,
    storage: StorageDep,
    small: bool = False,
) -> Response:
    """A photograph as it came, or `small`; each view is logged."""
    with database.writing() as session:
        file = files.find_file(session, found.person, appeal_id, sha256)
    if small:
        return Response(files.small(storage, file), media_type="image/jpeg", headers=SHOWN)
    return StreamingResponse(files.whole(storage, file), media_type=file.media_type, headers=SHOWN)
