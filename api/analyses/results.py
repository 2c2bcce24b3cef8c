"""What an analysis wrote: read back, shown with the verdicts that people gave since."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, cast
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.alerts.models import AlertRow
from api.analyses.folders import JobFolder
from vision.batch import Batch
from vision.errors import NotFoundError
from vision.parts import Part
from vision.report import render
from vision.results import Analysis
from vision.summary import Verdicts

Decision = Literal["upheld", "dismissed"]
NOT_YET: Final = "there is no report yet; it comes when the analysis has finished"
Format = Literal["json", "xlsx", "parquet"]
FORMATS: Final[dict[Format, str]] = {
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
MEDIA: Final = {".jpg": "image/jpeg", ".mp4": "video/mp4", ".json": "application/json"}


def read_analysis(place: JobFolder) -> Analysis:
    """What was found; NotFoundError before it is."""
    try:
        return Analysis.model_validate_json((place.out / "episodes.json").read_bytes())
    except (OSError, ValidationError) as error:
        raise NotFoundError(NOT_YET) from error


def read_batch(place: JobFolder) -> Batch:
    """The same with the files of each episode: an episode's id is of this analysis alone."""
    analysis, parts = read_analysis(place), _parts(place)
    filed = {item.episode.id: item for part in parts for item in part.filed}
    observed = {part.video.path: part.observed for part in parts if part.video in analysis.videos}
    try:
        return Batch(analysis, tuple(filed[e.id] for e in analysis.episodes), observed)
    except KeyError as error:
        raise NotFoundError("the files of an episode are not told of any more") from error


def _parts(place: JobFolder) -> Sequence[Part]:
    found = []
    for path in sorted((place.out / "parts").glob("*.json")):
        try:
            found.append(Part.model_validate_json(path.read_bytes()))
        except (OSError, ValidationError):
            continue
    return found


def verdicts_on(session: Session, ids: Sequence[UUID]) -> Verdicts:
    """What people decided about these episodes so far."""
    decided: dict[UUID, Decision] = {}
    for start in range(0, len(ids), 500):
        which = AlertRow.id.in_(ids[start : start + 500])
        final = AlertRow.status.in_(("upheld", "dismissed"))
        rows = session.execute(select(AlertRow.id, AlertRow.status).where(which, final))
        decided.update((alert_id, cast("Decision", status)) for alert_id, status in rows)
    return decided


def report_text(session: Session, place: JobFolder) -> str:
    """The report, with the verdicts there are; as it was written while there are none."""
    analysis = read_analysis(place)
    verdicts = verdicts_on(session, [episode.id for episode in analysis.episodes])
    if verdicts:
        return render(read_batch(place), place.out, verdicts)
    try:
        return place.report.read_text("utf-8")
    except OSError as error:
        raise NotFoundError(NOT_YET) from error


def evidence_file(place: JobFolder, name: str) -> tuple[Path, str]:
    """A picture or clip that the analysis lists, and its type; NotFoundError for all else."""
    wanted = f"evidence/{name}"
    listed = {item.path for episode in read_analysis(place).episodes for item in episode.evidence}
    path = place.out / wanted
    if wanted not in listed or path.suffix not in MEDIA or not path.is_file():
        raise NotFoundError("the analysis lists no such file")
    return path, MEDIA[path.suffix]


def table(place: JobFolder, wanted: Format) -> tuple[Path, str]:
    """One of the tables beside the report, and its type."""
    path = place.out / f"episodes.{wanted}"
    if not path.is_file():
        raise NotFoundError(NOT_YET)
    return path, FORMATS[wanted]
