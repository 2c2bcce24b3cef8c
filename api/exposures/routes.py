"""Cameras tell how much they observed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from api.deps import CameraDep, DatabaseDep
from api.errors import problems
from api.exposures import store
from vision.exposure_hours import ExposureIn

router = APIRouter(prefix="/api/v1", tags=["cameras"])


class ExposureKeptOut(BaseModel):
    """How many hours came, and how many of them said something new."""

    hours: int
    changed: int


@router.put("/cameras/{camera_id}/exposure", responses=problems(401, 403, 404, 413, 422))
def put_exposure(
    camera_id: Annotated[str, Path(min_length=1, max_length=64)],
    given: ExposureIn,
    camera: CameraDep,
    database: DatabaseDep,
) -> ExposureKeptOut:
    """Keep how much of each hour was scheduled, seen and assessable; a repeat changes nothing."""
    with database.writing() as session:
        changed = store.put_hours(session, camera, given)
    return ExposureKeptOut(hours=len(given.hours), changed=changed)
