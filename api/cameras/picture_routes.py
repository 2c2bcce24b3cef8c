"""Last pictures over HTTP: a camera sends them, people look at them."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AwareDatetime
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.accounts.schemas import Person
from api.cameras import picture_store as store
from api.cameras.models import PictureRow
from api.cameras.rules import picture_state
from api.cameras.schemas import PictureOut
from api.cameras.snapshots import SnapshotStorage
from api.database import Database, now
from api.deps import CameraDep, DatabaseDep, SettingsDep, SignedInDep
from api.errors import problems, repeated
from api.evidence.blur import blurred, blurred_whole, whole_head
from api.evidence.views import SEE_ORIGINALS
from api.settings import Settings
from api.text import PlainText
from vision.errors import InvalidError, NotFoundError, SourceError
from vision.snapshots import MAX_SNAPSHOT_BYTES, check_snapshot

router = APIRouter()
CameraId = Annotated[PlainText, Path(max_length=64)]
Sha256Path = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("image/jpeg", "image/png")
        },
    }
}
PICTURE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "the picture",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("image/jpeg", "image/png")
        },
    }
}
NOT_KEPT: Final = {"Cache-Control": "private, no-store", "Vary": "Cookie"}


@router.put(
    "/cameras/{camera_id}/picture",
    status_code=201,
    openapi_extra=BODY,
    responses=repeated(PictureOut, "sent before") | problems(401, 403, 404, 409, 413, 422, 507),
)
async def put_picture(
    request: Request,
    response: Response,
    camera_id: CameraId,
    camera: CameraDep,
    taken_at: AwareDatetime,
    heads: Annotated[str | None, Query(max_length=8000)] = None,
) -> PictureOut:
    """Send the camera's last picture; the same one again, or an older one, does no harm.

    ``heads`` are the heads in it, ``left,top,right,bottom;...`` in shares of the picture, empty for
    none: with them people are blurred one by one for those who do not review, else altogether.
    """
    boxes = store.read_heads(heads)
    store.check_taken_at(taken_at)
    content = await _body(request)
    kept = await run_in_threadpool(_keep, request, camera.id, content, (taken_at, boxes))
    response.status_code = 201 if kept.created else 200
    return kept.picture


async def _body(request: Request) -> bytes:
    pieces, size = [], 0
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > MAX_SNAPSHOT_BYTES:
                raise InvalidError(f"more than {MAX_SNAPSHOT_BYTES} bytes", "body")
            pieces.append(piece)
    except ClientDisconnect as error:
        raise InvalidError("the upload broke off; send the whole picture again", "body") from error
    return b"".join(pieces)


def _keep(request: Request, camera_id: str, content: bytes, told: tuple[Any, Any]) -> store.Kept:
    """The file comes first: a row never names a picture that is not there."""
    database: Database = request.app.state.database
    snapshots: SnapshotStorage = request.app.state.snapshots
    settings: Settings = request.app.state.settings
    try:
        seen = check_snapshot(content)
    except SourceError as error:
        raise InvalidError(str(error), "body") from error
    sha256 = hashlib.sha256(content).hexdigest()
    snapshots.add(camera_id, sha256, content)
    given = store.Given(sha256, len(content), seen, *told)
    with database.writing() as session:
        kept = store.add_picture(session, camera_id, given, settings)
    snapshots.forget(camera_id, kept.forgotten)
    return kept


@router.get(
    "/cameras/{camera_id}/picture",
    response_class=Response,
    responses=PICTURE | problems(401, 404, 422),
)
def read_last_picture(
    request: Request,
    camera_id: CameraId,
    signed_in: SignedInDep,
    database: DatabaseDep,
    settings: SettingsDep,
) -> Response:
    """The last picture while it is fresh; a stale or frozen one is not shown, but told of as 404.

    Blurred for those who do not review. The first view of a sitting is logged.
    """
    with database.reading() as session:
        row = store.find_picture(session, signed_in.person, camera_id)
    state = picture_state(row.taken_at, row.still_since, now(), settings.picture_stale_s)
    if state != "fresh":
        raise NotFoundError(
            f"the last picture is {state} (taken {row.taken_at:%Y-%m-%dT%H:%M:%SZ})"
        )
    return _shown(request, signed_in.person, row)


@router.get(
    "/cameras/{camera_id}/pictures/{sha256}",
    response_class=Response,
    responses=PICTURE | problems(401, 404, 422),
)
def read_picture(
    request: Request,
    camera_id: CameraId,
    sha256: Sha256Path,
    signed_in: SignedInDep,
    database: DatabaseDep,
) -> Response:
    """A picture that is still kept, by its hash: what a patroller had before their eyes."""
    with database.reading() as session:
        row = store.find_picture(session, signed_in.person, camera_id, sha256)
    return _shown(request, signed_in.person, row)


def _shown(request: Request, person: Person, row: PictureRow) -> Response:
    snapshots: SnapshotStorage = request.app.state.snapshots
    content = snapshots.read(row.camera_id, row.sha256)
    original = person.role in SEE_ORIGINALS
    _log(request.app.state.database, person, row, "original" if original else "blurred")
    headers = NOT_KEPT | {"X-Taken-At": row.taken_at.isoformat(), "X-Sha256": row.sha256}
    if original:
        return Response(content, 200, headers, row.media_type)
    heads = store.heads_of(row)
    try:
        sent = blurred_whole(content) if heads is None else blurred(content, heads, whole_head)
    except SourceError as error:
        raise NotFoundError("this picture cannot be blurred; it is for reviewers") from error
    return Response(sent, 200, headers, "image/jpeg")


def _log(database: Database, person: Person, row: PictureRow, sent: str) -> None:
    with database.reading() as session:
        due = store.view_is_due(session, person, row.camera_id)
    if due:
        with database.writing() as session:
            store.log_view(session, person, row, sent)
