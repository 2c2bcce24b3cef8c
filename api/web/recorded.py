"""Recordings: ask for an analysis, watch it, cancel and resume it, read its report."""

from __future__ import annotations

from typing import Annotated, Any, Final, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import Response

from api import audit
from api.accounts.schemas import Person, SignedIn
from api.analyses import results, store
from api.analyses.folders import clear, job_folder, list_folder
from api.analyses.routes import AnalysisId, Folder, make
from api.analyses.rules import ACTIVE, Step
from api.analyses.schemas import AnalysisIn, FolderOut
from api.cameras.schemas import CameraOut
from api.cameras.store import list_cameras
from api.database import Database
from api.deps import DatabaseDep, SettingsDep, get_database, get_settings
from api.restaurants.store import sees_everything
from api.settings import Settings
from api.web import recorded_words as words
from api.web.office import OfficeDep
from api.web.rendering import render, translate
from api.web.words import N_
from vision.errors import ConflictError, InvalidError
from vision.footage import VIDEO_SUFFIXES
from vision.reasons import reason

router = APIRouter(include_in_schema=False)
MAX_CHOICE: Final = 200
# The report is a page of its own: it runs nothing, asks nobody, and sends nothing.
REPORT_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "img-src 'self' data:; media-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox allow-same-origin",
    "Content-Language": "zh-CN, en",
}
NEEDS_CAMERA: Final = N_(
    "Not begun: choose a camera. Only episodes of a known camera are reviewed."
)
NO_VIDEO: Final = N_("Not begun: this folder holds no video, or a link that leads out of it.")
NOT_BEGUN: Final = N_("Not begun: check what was filled in.")
TOO_LATE: Final = N_("This analysis has moved on meanwhile; this is how it is now.")


class NewForm(BaseModel):
    """What the form sends; empty texts are not given."""

    model_config = ConfigDict(extra="ignore")

    label: str = ""
    source: str = "upload"
    folder: str = ""
    camera_id: str = ""
    zone_type: str = "cooking"
    rules: str = "strict"
    fps: str = "5"
    into_review: str = ""

    def wanted(self) -> AnalysisIn:
        """ValidationError for what cannot be."""
        told = self.model_dump(exclude={"camera_id", "into_review"})
        return AnalysisIn.model_validate(
            told | {"camera_id": self.camera_id or None, "into_review": bool(self.into_review)}
        )


@router.get("/recorded")
def list_page(
    request: Request,
    found: OfficeDep,
    folder: Folder | None = None,
    camera: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Every analysis in one's scope, and the form for another."""
    filled = NewForm(source="upload" if folder is None else "folder", folder=folder or "")
    return _list(request, found, filled, camera)


def _list(
    request: Request, found: SignedIn, filled: NewForm, camera: str = "", trouble: str = ""
) -> Response:
    database, settings = get_database(request), get_settings(request)
    with database.reading() as session:
        jobs = store.list_analyses(session, found.person)
        cameras = _fitting(list_cameras(session, found.person), camera)
    return render(
        request,
        "recorded.html",
        found,
        422 if trouble else 200,
        jobs=jobs,
        filled=filled,
        browsed=_browsed(found.person, settings, filled.folder),
        cameras=cameras[:MAX_CHOICE],
        narrow=camera or len(cameras) > MAX_CHOICE,
        camera_words=camera,
        trouble=translate(request, trouble) if trouble else "",
        words=words,
        folder_link=lambda path: "/recorded?" + urlencode({"folder": path}) + "#new",
    )


def _fitting(cameras: list[CameraOut], asked: str) -> list[CameraOut]:
    said = asked.casefold()
    return [c for c in cameras if said in f"{c.restaurant_name} {c.name}".casefold()]


def _browsed(person: Person, settings: Settings, folder: str) -> FolderOut | None:
    """What lies in the folder, where there is one and this person may use it."""
    if settings.footage_folder is None or not sees_everything(person):
        return None
    return list_folder(settings, folder)


@router.get("/recorded/list")
def list_part(request: Request, found: OfficeDep, database: DatabaseDep) -> Response:
    """The list alone, as it is now."""
    with database.reading() as session:
        jobs = store.list_analyses(session, found.person)
    return render(request, "recorded_list.html", found, jobs=jobs, words=words)


@router.post("/recorded")
def create(
    request: Request,
    found: OfficeDep,
    database: DatabaseDep,
    settings: SettingsDep,
    filled: Annotated[NewForm, Form()],
) -> Response:
    """Make the analysis; its page takes the videos, or shows it waiting."""
    try:
        job = make(database, settings, found.person, filled.wanted())
    except ValidationError:
        needs = filled.into_review and not filled.camera_id
        trouble = NEEDS_CAMERA if needs else NOT_BEGUN
        return _list(request, found, filled, trouble=trouble)
    except InvalidError:
        return _list(request, found, filled, trouble=NO_VIDEO)
    return RedirectResponse(f"/recorded/{job.id}", 303)


@router.get("/recorded/{analysis_id}")
def one_page(request: Request, analysis_id: AnalysisId, found: OfficeDep) -> Response:
    """One analysis: its videos, its progress, its failures, its results."""
    return _one(request, found, analysis_id)


def _one(request: Request, found: SignedIn, analysis_id: str, trouble: str = "") -> Response:
    database, settings = get_database(request), get_settings(request)
    context = _facts(found.person, database, settings, analysis_id)
    told = translate(request, trouble) if trouble else ""
    limit = settings.footage_upload_bytes
    accept = ",".join(sorted(VIDEO_SUFFIXES))
    more: dict[str, Any] = {"trouble": told, "limit": limit, "accept": accept}
    status = 409 if trouble else 200
    return render(request, "recorded_one.html", found, status, **context, **more)


def _facts(
    person: Person, database: Database, settings: Settings, analysis_id: str
) -> dict[str, Any]:
    with database.reading() as session:
        job = store.get(session, person, analysis_id)
    left_s = (job.footage_s - job.looked_s) / job.speed if job.speed > 0 else None
    return {
        "job": job,
        "active": job.state in ACTIVE,
        "left_s": left_s,
        "has_report": job_folder(settings, job.id).report.is_file(),
        "words": words,
        "reason": reason,
    }


@router.get("/recorded/{analysis_id}/progress")
def progress_part(
    request: Request,
    analysis_id: AnalysisId,
    found: OfficeDep,
    database: DatabaseDep,
    settings: SettingsDep,
) -> Response:
    """How far it is, alone."""
    context = _facts(found.person, database, settings, analysis_id)
    return render(request, "recorded_progress.html", found, **context)


@router.post("/recorded/{analysis_id}/start")
@router.post("/recorded/{analysis_id}/cancel")
@router.post("/recorded/{analysis_id}/resume")
def move_on(
    request: Request,
    analysis_id: AnalysisId,
    found: OfficeDep,
    database: DatabaseDep,
) -> Response:
    """Start, cancel or resume it; who comes too late sees how it is."""
    step = cast("Step", request.url.path.rpartition("/")[2])
    try:
        with database.writing() as session:
            store.step(session, found.person, analysis_id, step)
    except (ConflictError, InvalidError):
        return _one(request, found, analysis_id, TOO_LATE)
    return RedirectResponse(f"/recorded/{analysis_id}", 303)


@router.post("/recorded/{analysis_id}/remove")
def remove(
    request: Request,
    analysis_id: AnalysisId,
    found: OfficeDep,
    database: DatabaseDep,
    settings: SettingsDep,
) -> Response:
    """Delete its uploads and results for good."""
    try:
        with database.writing() as session:
            store.remove(session, found.person, analysis_id)
    except ConflictError:
        return _one(request, found, analysis_id, TOO_LATE)
    clear(settings, analysis_id)
    return RedirectResponse("/recorded", 303)


@router.get("/recorded/{analysis_id}/report")
def report(
    analysis_id: AnalysisId, found: OfficeDep, database: DatabaseDep, settings: SettingsDep
) -> Response:
    """The report with the verdicts there are; each view is logged."""
    with database.reading() as session:
        store.get(session, found.person, analysis_id)
        text = results.report_text(session, job_folder(settings, analysis_id))
    with database.writing() as session:
        audit.append(session, found.person.id, "analysis.report_viewed", analysis_id)
    return HTMLResponse(text, headers=REPORT_HEADERS)


@router.get("/recorded/{analysis_id}/evidence/{file_path:path}")
def evidence(
    analysis_id: AnalysisId,
    file_path: str,
    found: OfficeDep,
    database: DatabaseDep,
    settings: SettingsDep,
) -> Response:
    """A picture or clip that was too much for the report itself; each view is logged."""
    with database.reading() as session:
        store.get(session, found.person, analysis_id)
    path, media_type = results.evidence_file(job_folder(settings, analysis_id), file_path)
    with database.writing() as session:
        audit.append(
            session, found.person.id, "analysis.evidence_viewed", analysis_id, file=file_path[:300]
        )
    return FileResponse(path, media_type=media_type)
