"""Analyse recorded footage: the same stages as live, driven by the clock of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from vision.alert import EvidenceRef, ModelRef, RulesRef
from vision.detector import open_detector
from vision.dossier import ROLES, compile_dossier, take_photos
from vision.errors import SourceError
from vision.evidence import EvidenceWriter
from vision.exposure import Exposure
from vision.footage import Footage, collect
from vision.model import load_model
from vision.options import Options as Options
from vision.parts import Part, Parts
from vision.pipeline import Detector, Finding, Pipeline
from vision.recorded import listed, recorded_at
from vision.recordings import Place
from vision.results import (
    Analysis,
    EpisodeRecord,
    Evidence,
    ExposureRecord,
    Filed,
    HealthRecord,
    PersonExposure,
    RecordedRecord,
    VideoRecord,
)
from vision.rulepacks import load_pack
from vision.tracker import NearestTracker
from vision.video import Video, file_sha256, open_video

EPISODES: Final = uuid5(NAMESPACE_URL, "urn:brightkitchen:episodes")
UNLISTED: Final = "no entry of the list of recordings matches it; add one"


@dataclass(frozen=True, slots=True)
class Watched:
    """One video after analysis: its record, and the findings still to be filed."""

    footage: Footage
    record: VideoRecord
    findings: tuple[Finding, ...] = ()
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """A finished analysis and the files of each of its episodes."""

    analysis: Analysis
    filed: tuple[Filed, ...]


@lru_cache(maxsize=1)
def shared_detector(model: Path) -> Detector:
    """One detector a process; one thread each, since processes share the cores."""
    return open_detector(load_model(model), threads=1)


def watch_footage(footage: Footage, options: Options) -> Watched:
    """Run one video through the pipeline; what cannot be read becomes a record that says so."""
    place = options.places.of(footage.label)
    if place is None:
        return Watched(footage, unreadable(footage, UNLISTED))
    pack = load_pack(options.rules).pack
    pipeline = Pipeline(shared_detector(options.model), NearestTracker(), place.zones, pack)
    try:
        with open_video(footage.path) as video:
            closed = [f for frame in video.frames(options.fps) for f in pipeline.step(frame).closed]
            findings = (*closed, *pipeline.finish())
            record = VideoRecord(
                path=footage.label,
                camera=place.camera,
                recorded=recorded_record(footage, video, place, options.places.clock),
                sha256=file_sha256(footage.path),
                duration_s=round(video.duration_s, 3),
                analysed_s=round(pipeline.exposure.camera_s, 3),
                frames_decoded=video.frames_decoded,
                frames_analysed=video.frames_analysed,
                health=health_records(pipeline),
                error=video.error,
                exposure=exposure_record(pipeline.exposure),
            )
            ordered = tuple(sorted(findings, key=finding_order))
            return Watched(footage, record, ordered, video.width, video.height)
    except SourceError as error:
        return Watched(footage, unreadable(footage, str(error)))


def recorded_record(
    footage: Footage, video: Video, place: Place, clock: ZoneInfo
) -> RecordedRecord | None:
    """When the video was taken, as far as list, name or header tell."""
    found = (
        listed(place.started_at)
        if place.started_at
        else recorded_at(footage.label, video.header, video.duration_s, clock)
    )
    if found is None:
        return None
    return RecordedRecord(
        started_at=found.started_at,
        source=found.source,
        uncertainty_s=round(found.uncertainty_s, 3),
    )


def finding_order(finding: Finding) -> tuple[float, str, str]:
    """By time, then rule, then zone: the same order on every run."""
    return finding.episode.start_s, finding.setting.id, finding.zone.name


def health_records(pipeline: Pipeline) -> tuple[HealthRecord, ...]:
    """The stretches that could not be judged."""
    return tuple(
        HealthRecord(state=i.state, start_s=round(i.start_s, 3), end_s=round(i.end_s, 3))
        for i in pipeline.health.intervals
    )


def exposure_record(exposure: Exposure) -> ExposureRecord:
    """Observed seconds, to the millisecond."""
    return ExposureRecord(
        camera_effective_s=round(exposure.camera_s, 3),
        person_assessable_s=PersonExposure(
            hat=round(exposure.hat_s, 3), mask=round(exposure.mask_s, 3)
        ),
    )


def unreadable(footage: Footage, error: str) -> VideoRecord:
    """The record of a video of which nothing could be seen."""
    there = footage.path.is_file()
    return VideoRecord(
        path=footage.label,
        sha256=file_sha256(footage.path) if there else "",
        duration_s=0.0,
        analysed_s=0.0,
        frames_decoded=0,
        frames_analysed=0,
        health=(),
        # The label, not the path: results must not depend on where the footage lies.
        error=error.replace(str(footage.path), footage.label),
        exposure=exposure_record(Exposure()),
    )


def watch_all(footage: Sequence[Footage], options: Options, workers: int) -> Iterator[Watched]:
    """Every video through the pipeline, several at a time, in the order given."""
    if workers == 1 or len(footage) <= 1:
        yield from (watch_footage(item, options) for item in footage)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(watch_footage, item, options) for item in footage]
        yield from (job.result() for job in jobs)


def episode_id(watched: Watched, finding: Finding, analysis_key: str) -> UUID:
    """The same episode of the same analysis always has the same id, so posting twice is safe."""
    what = (
        watched.record.sha256,
        watched.record.path,
        analysis_key,
        finding.setting.id,
        finding.zone.name,
        f"{finding.episode.start_s:.3f}",
    )
    return uuid5(EPISODES, "|".join(what))


def file_findings(
    watched: Watched, model: Path, analysis_key: str, writer: EvidenceWriter
) -> list[Filed]:
    """Write the evidence of one video's findings, then their records.

    Only here, and only for findings, does the process that writes need a detector of its own.
    """
    if not watched.findings:
        return []
    ids = [episode_id(watched, finding, analysis_key) for finding in watched.findings]
    path = watched.footage.path
    photos = take_photos(path, watched.findings, ids, shared_detector(model), writer)
    filed = []
    for index, (finding, id_) in enumerate(zip(watched.findings, ids, strict=True)):
        own = [photos[index, role] for role in ROLES if (index, role) in photos]
        items = compile_dossier(path, finding, id_, own, writer)
        files = tuple((item.ref, item.path) for item in items)
        filed.append(Filed(episode=episode_record(watched, finding, id_, files), files=files))
    return filed


def episode_record(
    watched: Watched, finding: Finding, id_: UUID, files: Sequence[tuple[EvidenceRef, str]]
) -> EpisodeRecord:
    """One finding as it stands in ``episodes.json``."""
    episode, size = finding.episode, (watched.width, watched.height) * 2
    shares = [
        min(max(side / whole, 0.0), 1.0) for side, whole in zip(finding.box, size, strict=True)
    ]
    left, top, right, bottom = (round(share, 5) for share in shares)
    return EpisodeRecord(
        id=id_,
        video=watched.record.path,
        rule=finding.setting.id,
        severity=finding.setting.severity,
        zone=finding.zone.name,
        zone_type=finding.zone.type,
        start_s=round(episode.start_s, 3),
        end_s=round(episode.last_s, 3),
        confidence=round(episode.confidence, 4),
        subjects=episode.subjects,
        box=(left, top, right, bottom),
        evidence=evidence_records(files),
    )


def evidence_records(files: Sequence[tuple[EvidenceRef, str]]) -> tuple[Evidence, ...]:
    """Pictures and clip by path; the data beside them is in the chain alone."""
    return tuple(
        Evidence(path=f"evidence/{path}", sha256=ref.sha256, kind=ref.kind)
        for ref, path in files
        if ref.kind != "data"
    )


def analyse(
    paths: Sequence[Path],
    out: Path,
    options: Options,
    workers: int = 1,
    done: Callable[[VideoRecord], None] = lambda _: None,
) -> Batch:
    """Analyse footage and write its evidence under ``out``; the caller writes the reports.

    What an earlier, broken-off run of the same analysis has finished is taken over.
    """
    model, rules = load_model(options.model).ref, load_pack(options.rules).ref
    analysis_key = "|".join((model.sha256, rules.sha256, options.record.model_dump_json()))
    footage = collect(paths)
    parts = Parts(out / "parts", analysis_key)
    finished = {item.label: part for item in footage if (part := parts.load(item))}
    fresh = watch_all([item for item in footage if item.label not in finished], options, workers)
    with EvidenceWriter(out / "evidence") as writer:
        for item in footage:
            if item.label not in finished:
                watched = next(fresh)
                filed = file_findings(watched, options.model, analysis_key, writer)
                finished[item.label] = Part(video=watched.record, filed=tuple(filed))
                parts.save(item, finished[item.label])
            done(finished[item.label].video)
    return assemble([finished[item.label] for item in footage], model, rules, options)


def assemble(parts: Sequence[Part], model: ModelRef, rules: RulesRef, options: Options) -> Batch:
    """All videos' results as one analysis."""
    filed = tuple(item for part in parts for item in part.filed)
    analysis = Analysis(
        schema="brightkitchen.episodes/1",
        model=model,
        rules=rules,
        options=options.record,
        videos=tuple(part.video for part in parts),
        episodes=tuple(item.episode for item in filed),
    )
    return Batch(analysis, filed)
