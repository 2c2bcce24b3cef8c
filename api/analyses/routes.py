"""Analyses of recorded footage: made, watched, moved on, read."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import AfterValidator
from starlette.concurrency import run_in_threadpool

from api import audit
from api.accounts.schemas import Person
from api.analyses import results, store
from api.analyses.folders import clear, inside, job_folder, list_folder, relative, videos_in
from api.analyses.intake import keep, receive
from api.analyses.schemas import AnalysesOut, AnalysisIn, AnalysisOut, FolderOut
from api.cameras.access import OfficeDep
from api.cameras.detail_store import get_camera
from api.database import Database
from api.deps import DatabaseDep, SettingsDep
from api.errors import problems
from api.settings import Settings
from api.text import plain

router = APIRouter(prefix="/api/v1", tags=["analyses"])
AnalysisId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
Folder = Annotated[str, Query(max_length=1000), AfterValidator(plain)]
Name = Annotated[str, Query(min_length=1, max_length=300), AfterValidator(plain)]
BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/footage-folders", responses=problems(401, 403, 404, 422))
def list_folders(found: OfficeDep, settings: SettingsDep, under: Folder = "") -> FolderOut:
    """The folders of recordings below ``under``, and how many videos lie directly in it."""
    store.may_use_folder(found.person)
    return list_folder(settings, under)


@router.get("/analyses", responses=problems(401, 403))
def list_analyses(found: OfficeDep, database: DatabaseDep) -> AnalysesOut:
    """Analyses in one's scope, newest first."""
    with database.reading() as session:
        return AnalysesOut(items=store.list_analyses(session, found.person))


@router.post("/analyses", status_code=201, responses=problems(401, 403, 404, 413, 422))
def create(
    given: AnalysisIn, found: OfficeDep, database: DatabaseDep, settings: SettingsDep
) -> AnalysisOut:
    """Ask for an analysis: of a folder it waits for its turn, of uploads for its videos."""
    return make(database, settings, found.person, given)


def make(database: Database, settings: Settings, person: Person, given: AnalysisIn) -> AnalysisOut:
    """As the route does; the camera is looked up before the disk is."""
    folder, videos = None, 0
    with database.reading() as session:
        if given.camera_id is not None:
            get_camera(session, person, given.camera_id)
    if given.source == "folder":
        store.may_use_folder(person)
        chosen = inside(settings, given.folder)
        folder, videos = relative(settings, chosen), videos_in(chosen)
    with database.writing() as session:
        return store.create(session, person, given, folder, videos)


@router.get("/analyses/{analysis_id}", responses=problems(401, 403, 404, 422))
def read(analysis_id: AnalysisId, found: OfficeDep, database: DatabaseDep) -> AnalysisOut:
    """One analysis and how far it is."""
    with database.reading() as session:
        return store.get(session, found.person, analysis_id)


@router.put(
    "/analyses/{analysis_id}/footage",
    status_code=201,
    openapi_extra=BODY,
    responses=problems(401, 403, 404, 409, 413, 422, 507),
)
async def add_footage(
    request: Request, analysis_id: AnalysisId, name: Name, found: OfficeDep
) -> AnalysisOut:
    """Upload one video under the name it has; it counts once it is there as a whole."""
    database: Database = request.app.state.database
    settings: Settings = request.app.state.settings
    await run_in_threadpool(_expect, database, found.person, analysis_id, name)
    place = await run_in_threadpool(job_folder, settings, analysis_id)
    told = request.headers.get("content-length", "")
    announced = int(told) if told.isdecimal() and len(told) < 20 else 0
    path = await receive(place, request.stream(), announced, settings.footage_upload_bytes)
    await run_in_threadpool(keep, database, found.person, place, path, name)
    return await run_in_threadpool(_get, database, found.person, analysis_id)


def _expect(database: Database, person: Person, analysis_id: str, name: str) -> None:
    with database.reading() as session:
        store.expects_video(session, person, analysis_id, name)


def _get(database: Database, person: Person, analysis_id: str) -> AnalysisOut:
    with database.reading() as session:
        return store.get(session, person, analysis_id)


@router.post("/analyses/{analysis_id}/start", responses=problems(401, 403, 404, 409, 422))
def start(analysis_id: AnalysisId, found: OfficeDep, database: DatabaseDep) -> AnalysisOut:
    """Every video is there: the analysis waits for its turn."""
    with database.writing() as session:
        return store.step(session, found.person, analysis_id, "start")


@router.post("/analyses/{analysis_id}/cancel", responses=problems(401, 403, 404, 409, 422))
def cancel(analysis_id: AnalysisId, found: OfficeDep, database: DatabaseDep) -> AnalysisOut:
    """Stop it; what was done is kept."""
    with database.writing() as session:
        return store.step(session, found.person, analysis_id, "cancel")


@router.post("/analyses/{analysis_id}/resume", responses=problems(401, 403, 404, 409, 422))
def resume(analysis_id: AnalysisId, found: OfficeDep, database: DatabaseDep) -> AnalysisOut:
    """Go on where a cancelled or failed analysis ended; nothing is done twice."""
    with database.writing() as session:
        return store.step(session, found.person, analysis_id, "resume")


@router.delete(
    "/analyses/{analysis_id}", status_code=204, responses=problems(401, 403, 404, 409, 422)
)
def remove(
    analysis_id: AnalysisId, found: OfficeDep, database: DatabaseDep, settings: SettingsDep
) -> None:
    """Delete its uploads and results for good; what entered review stays there."""
    with database.writing() as session:
        store.remove(session, found.person, analysis_id)
    clear(settings, analysis_id)


@router.get(
    "/analyses/{analysis_id}/episodes",
    response_class=FileResponse,
    responses=problems(401, 403, 404, 422),
)
def read_episodes(
    analysis_id: AnalysisId,
    found: OfficeDep,
    database: DatabaseDep,
    settings: SettingsDep,
    wanted: Annotated[results.Format, Query(alias="format")] = "json",
) -> Response:
    """What was found, for programs (``json``, ``parquet``) or as a table (``xlsx``)."""
    with database.reading() as session:
        store.get(session, found.person, analysis_id)
    path, media_type = results.table(job_folder(settings, analysis_id), wanted)
    with database.writing() as session:
        audit.append(session, found.person.id, "analysis.table_read", analysis_id, format=wanted)
    return FileResponse(path, media_type=media_type, filename=path.name)
