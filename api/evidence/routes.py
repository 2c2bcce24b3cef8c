"""Evidence comes from cameras and is shown to people."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.alerts.store import in_scope
from api.cameras.store import Camera
from api.database import Database, now
from api.deps import CameraDep, DatabaseDep, SignedInDep, StorageDep
from api.errors import problems, repeated
from api.evidence import store
from api.evidence.models import EvidenceRow
from api.evidence.rules import requested_span
from api.evidence.unblur import granted
from api.evidence.views import SEE_ORIGINALS, Copy, blurred_copy
from api.reviews.known_store import real_id
from api.storage import EvidenceStorage
from vision.alert import EvidenceRef
from vision.errors import InvalidError

router = APIRouter(prefix="/api/v1", tags=["evidence"])
Sha256Path = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
# The address names the bytes, so a browser may keep them for its own session; the view was logged.
KEPT: Final = {
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, max-age=3600, immutable",
    "Content-Disposition": "inline",
    "Vary": "Cookie",
}
# The same address gives reviewers the original, and gives more once the boxes have come.
NOT_KEPT: Final = {
    "Accept-Ranges": "none",
    "Cache-Control": "private, no-store",
    "Content-Disposition": "inline",
    "Vary": "Cookie",
}
# An original that is shown for a while must not stay in a browser for longer.
SHORTLY: Final = {"Cache-Control": "private, no-store"}
BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
FILE: Final[dict[int | str, dict[str, Any]]] = {
    status: {
        "description": description,
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in ("image/jpeg", "image/png", "video/mp4", "application/json")
        },
    }
    for status, description in ((200, "the file"), (206, "the part asked for"))
}


class StoredOut(BaseModel):
    """The file is kept."""

    sha256: str
    bytes: int


@router.put(
    "/alerts/{alert_id}/evidence/{sha256}",
    status_code=201,
    openapi_extra=BODY,
    responses=repeated(StoredOut, "kept before") | problems(401, 404, 413, 422, 507),
)
async def put_evidence(
    request: Request,
    response: Response,
    alert_id: UUID,
    sha256: Sha256Path,
    camera: CameraDep,
) -> StoredOut:
    """Upload an announced file; it is kept only when its size and hash are right."""
    database: Database = request.app.state.database
    expected = await run_in_threadpool(_expected, database, camera, alert_id, sha256)
    try:
        await request.app.state.storage.add(expected, request.stream())
    except ClientDisconnect as error:
        raise InvalidError("the upload broke off; send the whole file again", "body") from error
    new = await run_in_threadpool(_mark, database, camera, alert_id, sha256)
    response.status_code = 201 if new else 200
    return StoredOut(sha256=sha256, bytes=expected.bytes)


def _expected(database: Database, camera: Camera, alert_id: UUID, sha256: str) -> EvidenceRef:
    with database.reading() as session:
        return store.expected_evidence(session, camera, alert_id, sha256)


def _mark(database: Database, camera: Camera, alert_id: UUID, sha256: str) -> bool:
    return database.together(lambda session: store.mark_stored(session, camera, alert_id, sha256))


@router.get(
    "/alerts/{alert_id}/evidence/{sha256}",
    response_class=StreamingResponse,
    responses=FILE | problems(401, 403, 404, 416, 422, 429),
)
def read_evidence(
    alert_id: UUID,
    sha256: Sha256Path,
    signed_in: SignedInDep,
    database: DatabaseDep,
    storage: StorageDep,
    wanted: Annotated[str | None, Header(alias="range")] = None,
) -> Response:
    """A file, or the part of it that the Range header asks for; each view is logged.

    Who does not review gets pictures as JPEG with the people in them blurred, always whole, clips
    blurred all over, and no boxes as data; an inspector who gave a reason gets originals.
    """
    person = signed_in.person
    with database.reading() as session:
        alert_id = real_id(session, person, alert_id)
        file, rule = store.find_evidence(session, in_scope(person), alert_id, sha256)
        data = store.stored_data(session, alert_id)
        grant = granted(session, person, [alert_id], now()).get(alert_id)
    reviews = person.role in SEE_ORIGINALS
    sent: store.Sent = "original" if reviews or grant else "blurred"
    if sent == "original":
        answer = _original(storage, file, wanted, KEPT if reviews else KEPT | SHORTLY)
    else:
        answer = _blurred(blurred_copy(storage, file, rule, data), wanted)
    with database.writing() as session:
        store.log_view(session, person.id, file, sent, grant.id if grant else None)
    return answer


def _original(
    storage: EvidenceStorage, file: EvidenceRow, wanted: str | None, kept: dict[str, str]
) -> Response:
    span = requested_span(wanted, file.size_bytes)
    start, end = (span.start, span.end) if span else (0, file.size_bytes)
    headers = kept | {"Content-Length": str(end - start), "ETag": f'"{file.sha256}"'}
    if span:
        headers["Content-Range"] = span.header(file.size_bytes)
    pieces = storage.read(file.sha256, start, end)
    return StreamingResponse(pieces, 206 if span else 200, headers, file.media_type)


def _blurred(copy: Copy, wanted: str | None) -> Response:
    """Clips in parts, as players ask for them; pictures always whole."""
    tag = hashlib.sha256(copy.content).hexdigest()
    headers, content = NOT_KEPT | {"ETag": f'"blurred-{tag}"'}, copy.content
    if copy.media_type != "video/mp4":
        return Response(content, 200, headers, copy.media_type)
    headers["Accept-Ranges"] = "bytes"
    span = requested_span(wanted, len(content))
    if span is None:
        return Response(content, 200, headers, copy.media_type)
    headers["Content-Range"] = span.header(len(content))
    return Response(content[span.start : span.end], 206, headers, copy.media_type)
