"""Cameras bring sampled minutes; people judge them."""

from __future__ import annotations

from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api import audit
from api.accounts.schemas import SignedIn
from api.cameras.store import Camera
from api.database import Database
from api.deps import (
    CameraDep,
    DatabaseDep,
    ReviewerDep,
    SettingsDep,
    StaffDep,
    StorageDep,
    require,
)
from api.errors import problems, repeated
from api.evidence.rules import requested_span
from api.samples import plans, recall, reviews, store
from api.samples.schemas import (
    PlanIn,
    PlanOut,
    RecallOut,
    RecallParams,
    SampleIn,
    SampleReviewIn,
    SampleReviewOut,
    SamplesOut,
    WantedListOut,
)
from vision.alert import EvidenceRef
from vision.errors import InvalidError

router = APIRouter(prefix="/api/v1", tags=["samples"])
SampleId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
ReviewId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
Sha256Path = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
PlannerDep = Annotated[SignedIn, Depends(require("supervisor", "admin"))]
BYTES: Final[dict[str, Any]] = {"application/octet-stream": {"schema": {"type": "string"}}}
BODY: Final[dict[str, Any]] = {"requestBody": {"required": True, "content": BYTES}}
FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": BYTES, "description": "the file"},
    206: {"content": BYTES, "description": "the part that was asked for"},
}
KEPT: Final = {
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, max-age=3600, immutable",
    "Content-Disposition": "inline",
    "Vary": "Cookie",
}


class AnnouncedOut(BaseModel):
    """How many files are expected."""

    files: int


class StoredOut(BaseModel):
    """A file that is kept."""

    sha256: str
    bytes: int


@router.get("/samples/wanted", responses=problems(401, 403))
def list_wanted(camera: CameraDep, database: DatabaseDep) -> WantedListOut:
    """The minutes that this camera is asked for; send those that raised no alert."""
    with database.reading() as session:
        return WantedListOut(items=store.wanted(session, camera))


@router.put(
    "/samples/{sample_id}",
    status_code=201,
    responses=repeated(AnnouncedOut, "announced before") | problems(401, 403, 404, 409, 413, 422),
)
def announce(
    response: Response,
    sample_id: SampleId,
    given: SampleIn,
    camera: CameraDep,
    database: DatabaseDep,
) -> AnnouncedOut:
    """Announce the clip or the frames of a minute; a repeat is harmless."""
    with database.writing() as session:
        new = store.announce(session, camera, sample_id, given)
    response.status_code = 201 if new else 200
    return AnnouncedOut(files=len(given.files))


@router.put(
    "/samples/{sample_id}/evidence/{sha256}",
    status_code=201,
    openapi_extra=BODY,
    responses=repeated(StoredOut, "kept before") | problems(401, 403, 404, 413, 422, 507),
)
async def put_file(
    request: Request, response: Response, sample_id: SampleId, sha256: Sha256Path, camera: CameraDep
) -> StoredOut:
    """Upload an announced file; it is kept only when its size, hash and type are right."""
    database: Database = request.app.state.database
    expected = await run_in_threadpool(_expected, database, camera, sample_id, sha256)
    try:
        await request.app.state.storage.add(expected, request.stream())
    except ClientDisconnect as error:
        raise InvalidError("the upload broke off; send the whole file again", "body") from error
    new = await run_in_threadpool(_mark, database, camera, sample_id, sha256)
    response.status_code = 201 if new else 200
    return StoredOut(sha256=sha256, bytes=expected.bytes)


def _expected(database: Database, camera: Camera, sample_id: str, sha256: str) -> EvidenceRef:
    with database.reading() as session:
        return store.expected(session, camera, sample_id, sha256)


def _mark(database: Database, camera: Camera, sample_id: str, sha256: str) -> bool:
    with database.writing() as session:
        return store.mark_stored(session, camera, sample_id, sha256)


@router.get("/samples", responses=problems(401, 403, 422))
def list_samples(
    signed_in: ReviewerDep,
    database: DatabaseDep,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> SamplesOut:
    """Alert-free minutes that wait for somebody to look at them, oldest first."""
    with database.reading() as session:
        return store.to_judge(session, signed_in.person, limit)


@router.get(
    "/samples/{sample_id}/evidence/{sha256}",
    response_class=StreamingResponse,
    responses=FILE | problems(401, 403, 404, 416, 422),
)
def read_file(
    sample_id: SampleId,
    sha256: Sha256Path,
    signed_in: ReviewerDep,
    database: DatabaseDep,
    storage: StorageDep,
    wanted: Annotated[str | None, Header(alias="range")] = None,
) -> Response:
    """A file of a sampled minute, for those who review; each view is logged."""
    with database.reading() as session:
        file = store.find_file(session, signed_in.person, sample_id, sha256)
    span = requested_span(wanted, file.size_bytes)
    start, end = (span.start, span.end) if span else (0, file.size_bytes)
    headers = KEPT | {"Content-Length": str(end - start), "ETag": f'"{sha256}"'}
    if span:
        headers["Content-Range"] = span.header(file.size_bytes)
    pieces = storage.read(sha256, start, end)
    with database.writing() as session:
        audit.append(session, signed_in.person.id, "sample.viewed", sample_id, sha256=sha256)
    return StreamingResponse(pieces, 206 if span else 200, headers, file.media_type)


@router.post(
    "/samples/{sample_id}/reviews",
    status_code=201,
    responses=problems(401, 403, 404, 409, 413, 422),
)
def add_review(
    sample_id: SampleId, given: SampleReviewIn, signed_in: ReviewerDep, database: DatabaseDep
) -> SampleReviewOut:
    """Nothing wrong, what was missed, or not assessable."""
    with database.writing() as session:
        return reviews.add_review(session, signed_in.person, sample_id, given)


@router.delete(
    "/samples/{sample_id}/reviews/{review_id}", responses=problems(401, 403, 404, 409, 422)
)
def undo_review(
    sample_id: SampleId, review_id: ReviewId, signed_in: ReviewerDep, database: DatabaseDep
) -> SampleReviewOut:
    """Take a verdict back; it stays in the history."""
    with database.writing() as session:
        return reviews.undo_review(session, signed_in.person, sample_id, review_id)


@router.post("/samples/plans", status_code=201, responses=problems(401, 403, 413, 422))
def plan(
    given: PlanIn, signed_in: PlannerDep, database: DatabaseDep, settings: SettingsDep
) -> list[PlanOut]:
    """Draw the minutes of a day where none were drawn yet: for recordings brought in later."""
    zone, budget = ZoneInfo(settings.time_zone), settings.samples_per_day
    with database.writing() as session:
        return plans.plan_day(session, given.day, budget, zone, signed_in.person.id)


@router.get("/stats/recall", responses=problems(401, 403, 422))
def read_recall(
    query: RecallParams, signed_in: StaffDep, database: DatabaseDep, settings: SettingsDep
) -> RecallOut:
    """What share of episodes was reported, estimated from reviewed alert-free minutes."""
    with database.reading() as session:
        return recall.measured(session, signed_in.person, query, ZoneInfo(settings.time_zone))
