"""Zones over HTTP, and everything a camera's computer has to know."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Path, Response

from api.cameras import zone_store as store
from api.cameras.access import CameraOrPersonDep, OfficeDep
from api.cameras.detail_store import get_camera
from api.cameras.health_store import contact_is_due, note_contact
from api.cameras.keys import Camera
from api.cameras.models import CameraRow
from api.cameras.picture_routes import CameraId
from api.cameras.settings_store import camera_settings
from api.cameras.zone_schemas import (
    CameraSettingsOut,
    RestoreIn,
    VersionsOut,
    ZoneFileIn,
    ZonesBody,
    ZonesIn,
    ZonesOut,
)
from api.deps import DatabaseDep, SettingsDep, SignedInDep
from api.errors import problems
from vision.zone_files import read_zones, write_zones

router = APIRouter()
UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "what If-None-Match names still holds"}
}
FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "TOML", "content": {"application/toml": {"schema": {"type": "string"}}}}
}
Version = Annotated[int, Path(ge=1, le=1_000_000)]


@router.get(
    "/cameras/{camera_id}/settings",
    responses=UNCHANGED | problems(401, 404, 422),
)
def read_settings(
    response: Response,
    camera_id: CameraId,
    reader: CameraOrPersonDep,
    database: DatabaseDep,
    settings: SettingsDep,
    if_none_match: Annotated[str | None, Header(max_length=1000)] = None,
) -> CameraSettingsOut:
    """Zones, rules and thresholds for the camera's computer; ask often, with If-None-Match."""
    with database.reading() as session:
        if isinstance(reader, Camera):
            camera = session.get_one(CameraRow, reader.id)
        else:
            camera = get_camera(session, reader, camera_id)
        told = camera_settings(session, camera, settings)
        heard = isinstance(reader, Camera) and contact_is_due(session, camera_id)
    if heard:
        with database.writing() as session:
            note_contact(session, camera_id)
    etag = f'"{told.sha256}"'
    if if_none_match is not None and etag in if_none_match:
        return Response(None, 304, {"ETag": etag, "Cache-Control": "private, no-cache"})  # type: ignore[return-value]  # FastAPI passes a Response on
    response.headers.update({"ETag": etag, "Cache-Control": "private, no-cache"})
    return told


@router.get("/cameras/{camera_id}/zones", responses=problems(401, 404, 422))
def read_zones_of(camera_id: CameraId, signed_in: SignedInDep, database: DatabaseDep) -> ZonesOut:
    """The zones in force."""
    with database.reading() as session:
        return store.zones_in_force(session, get_camera(session, signed_in.person, camera_id))


@router.put("/cameras/{camera_id}/zones", responses=problems(401, 403, 404, 409, 413, 422))
def draw_zones(
    camera_id: CameraId, given: ZonesBody, signed_in: OfficeDep, database: DatabaseDep
) -> ZonesOut:
    """Save all zones of a camera as a new version; 409 when somebody else saved one meanwhile."""
    with database.writing() as session:
        camera = get_camera(session, signed_in.person, camera_id)
        return store.save_zones(session, signed_in.person, camera, given)


@router.get("/cameras/{camera_id}/zones/versions", responses=problems(401, 404, 422))
def list_versions(
    camera_id: CameraId, signed_in: SignedInDep, database: DatabaseDep
) -> VersionsOut:
    """Every version with who drew it and when, newest first."""
    with database.reading() as session:
        camera = get_camera(session, signed_in.person, camera_id)
        return VersionsOut(items=store.zone_history(session, camera))


@router.post(
    "/cameras/{camera_id}/zones/versions/{version}/restore",
    responses=problems(401, 403, 404, 409, 413, 422),
)
def restore_version(
    camera_id: CameraId,
    version: Version,
    given: RestoreIn,
    signed_in: OfficeDep,
    database: DatabaseDep,
) -> ZonesOut:
    """Bring an earlier version back, as a new one."""
    with database.writing() as session:
        camera = get_camera(session, signed_in.person, camera_id)
        person = signed_in.person
        return store.restore_zones(session, person, camera, version, given.base_version)


@router.get(
    "/cameras/{camera_id}/zones/file",
    response_class=Response,
    responses=FILE | problems(401, 404, 422),
)
def export_zones(camera_id: CameraId, signed_in: SignedInDep, database: DatabaseDep) -> Response:
    """The zones in force as the file that `analyze --camera` reads."""
    with database.reading() as session:
        camera = get_camera(session, signed_in.person, camera_id)
        zones = store.zones_in_force(session, camera)
    text = write_zones(camera.name[:100], zones.zones)
    name = f"zones-{camera_id}-{zones.version}.toml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, 200, headers, "application/toml")


@router.post("/cameras/{camera_id}/zones/file", responses=problems(401, 403, 404, 409, 413, 422))
def import_zones(
    camera_id: CameraId, given: ZoneFileIn, signed_in: OfficeDep, database: DatabaseDep
) -> ZonesOut:
    """Take the zones of such a file as a new version."""
    zones = ZonesIn(
        base_version=given.base_version, zones=read_zones(given.file).zones, note=given.note
    )
    with database.writing() as session:
        camera = get_camera(session, signed_in.person, camera_id)
        return store.save_zones(session, signed_in.person, camera, zones)
