"""Cameras over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.cameras import detail_store, picture_routes, store, zone_routes
from api.cameras.access import OfficeDep
from api.cameras.picture_routes import CameraId
from api.cameras.schemas import (
    CameraChangeIn,
    CameraDetails,
    CameraIn,
    CamerasOut,
    DetailedOut,
    NewCameraOut,
)
from api.deps import DatabaseDep, SettingsDep, SignedInDep
from api.errors import problems
from api.text import PlainText

router = APIRouter(prefix="/api/v1", tags=["cameras"])
Words = Annotated[PlainText, Query(max_length=100)]


@router.get("/cameras", responses=problems(401))
def list_cameras(signed_in: SignedInDep, database: DatabaseDep) -> CamerasOut:
    """The cameras in one's scope, by restaurant and name."""
    with database.reading() as session:
        return CamerasOut(items=store.list_cameras(session, signed_in.person))


@router.post("/cameras", status_code=201, responses=problems(401, 403, 413, 422))
def add_camera(
    given: CameraIn, signed_in: OfficeDep, database: DatabaseDep, settings: SettingsDep
) -> NewCameraOut:
    """Make a camera; its key is shown this once."""
    with database.writing() as session:
        made = detail_store.add_camera(session, signed_in.person, given, settings)
    return NewCameraOut(id=made.id, key=made.key)


@router.get("/cameras/details", responses=problems(401, 422))
def list_details(
    signed_in: SignedInDep,
    database: DatabaseDep,
    settings: SettingsDep,
    words: Words = "",
    active: bool | None = None,
) -> DetailedOut:
    """The cameras in one's scope with their health and last picture; ``words`` narrows the list."""
    wanted = detail_store.CameraFilter(words, active=active)
    with database.reading() as session:
        found = detail_store.find_cameras(session, signed_in.person, wanted, settings)
    return DetailedOut(items=found)


@router.get("/cameras/{camera_id}", responses=problems(401, 404, 422))
def read_camera(
    camera_id: CameraId, signed_in: SignedInDep, database: DatabaseDep, settings: SettingsDep
) -> CameraDetails:
    """One camera with its health and its last picture."""
    with database.reading() as session:
        return detail_store.get_details(session, signed_in.person, camera_id, settings)


@router.patch("/cameras/{camera_id}", responses=problems(401, 403, 404, 413, 422))
def change_camera(
    camera_id: CameraId,
    change: CameraChangeIn,
    signed_in: OfficeDep,
    database: DatabaseDep,
    settings: SettingsDep,
) -> CameraDetails:
    """Change what is named; ``active`` false takes a camera out of use, its records stay."""
    person = signed_in.person
    with database.writing() as session:
        detail_store.change_camera(session, person, camera_id, change, settings)
        return detail_store.get_details(session, person, camera_id, settings)


router.include_router(picture_routes.router)
router.include_router(zone_routes.router)
