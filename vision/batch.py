"""Analyse recorded footage: the same stages as live, driven by the clock of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from vision.alert import EvidenceRef, ModelRef, RulesRef
from vision.dossier import ROLES, compile_dossier, take_photos
from vision.engines import Engine, Here
from vision.evidence import EvidenceWriter
from vision.footage import Footage, collect
from vision.judging import Watched, fits, judge
from vision.model import load_model
from vision.options import Options as Options
from vision.parts import Part, Parts
from vision.pipeline import Finding
from vision.remote import at_hand, search
from vision.results import Analysis, EpisodeRecord, Evidence, Filed, Observed, VideoRecord
from vision.segments import WHOLE
from vision.underway import adding_up
from vision.watching import (
    KILLED,
    Seen,
    Task,
    TaskKey,
    look_at,
    pieces_of,
    shared_detector,
)

EPISODES: Final = uuid5(NAMESPACE_URL, "urn:brightkitchen:episodes")


@dataclass(frozen=True, slots=True)
class Batch:
    """A finished analysis, the files of each of its episodes, what was observed of each video."""

    analysis: Analysis
    filed: tuple[Filed, ...]
    observed: Mapping[str, tuple[Observed, ...]] = field(default_factory=dict)


class Observer(Protocol):
    """Hears how far an analysis has come."""

    def began(self, tasks: Sequence[Task]) -> None:
        """These pieces are still to be looked at."""
        ...

    def looking(self, looked_s: float) -> None:
        """So many seconds of the pieces now at work were looked at; told from another thread."""
        ...

    def looked(self, task: Task, seen: Seen) -> None:
        """One piece was looked at."""
        ...

    def filed(self, video: VideoRecord, episodes: int) -> None:
        """One recording is finished, with so many episodes."""
        ...


class Silent:
    """Hears it and says nothing."""

    def began(self, tasks: Sequence[Task]) -> None:
        """Nothing."""

    def looking(self, looked_s: float) -> None:
        """Nothing."""

    def looked(self, task: Task, seen: Seen) -> None:
        """Nothing."""

    def filed(self, video: VideoRecord, episodes: int) -> None:
        """Nothing."""


def analyse(
    paths: Sequence[Path | str],
    out: Path,
    options: Options,
    engine: Engine | None = None,
    observer: Observer | None = None,
) -> Batch:
    """Analyse footage and write its evidence under ``out``; the caller writes the reports.

    Strings are URLs. What an earlier, broken-off run of the same analysis finished is taken over.
    """
    model, rules = load_model(options.model).ref, options.applied.ref
    decided = (model.sha256, rules.sha256, rules.version)
    analysis_key = "|".join((*decided, options.record.model_dump_json()))
    footage, parts = find(paths), Parts(out / "parts", analysis_key)
    run = _Run(options, analysis_key, parts, observer or Silent())
    finished = {item.label: part for item in footage if (part := parts.load(item))}
    for part in finished.values():
        run.observer.filed(part.video, len(part.filed))
    fresh = [item for item in footage if item.label not in finished]
    with EvidenceWriter(out / "evidence") as writer:
        for watched in run.watch(fresh, engine or Here()):
            finished[watched.footage.label] = run.file(watched, writer)
    return assemble([finished[item.label] for item in footage], model, rules, options)


def find(paths: Sequence[Path | str]) -> list[Footage]:
    """The recordings on this disk and elsewhere."""
    elsewhere = [item for url in paths if isinstance(url, str) for item in search(url)]
    return collect([path for path in paths if isinstance(path, Path)], elsewhere)


@dataclass(frozen=True, slots=True)
class _Run:
    """One analysis under way."""

    options: Options
    analysis_key: str
    parts: Parts
    observer: Observer

    def watch(self, footage: Sequence[Footage], engine: Engine) -> Iterator[Watched]:
        """Every recording judged, in the order given, as soon as those before it are."""
        judged: dict[str, Watched] = {}
        waiting = list(footage)
        for watched in self._judged(footage, engine):
            judged[watched.footage.label] = watched
            while waiting and waiting[0].label in judged:
                yield judged.pop(waiting.pop(0).label)

    def _judged(self, footage: Sequence[Footage], engine: Engine) -> Iterator[Watched]:
        """Every recording, as its last piece comes."""
        tasks = {item.label: pieces_of(item, self.options) for item in footage}
        again: list[Task] = []
        for item, pieces in self._looked(tasks, engine):
            if fits(pieces):
                yield judge(item, pieces, self.options)
            else:
                again.append(Task(item, WHOLE, self.options))
        if again:
            for item, pieces in self._looked({t.footage.label: [t] for t in again}, engine):
                yield judge(item, pieces, self.options)

    def _looked(
        self, tasks: dict[str, list[Task]], engine: Engine
    ) -> Iterator[tuple[Footage, list[Seen]]]:
        """The pieces of each recording once all have come; those of an earlier run first."""
        every = [task for pieces in tasks.values() for task in pieces]
        known = {task.key: seen for task in every if (seen := self.parts.seen(task))}
        left = [task for task in every if task.key not in known]
        self.observer.began(left)
        yield from self._complete(tasks, known)
        with adding_up(self.parts.notes, self.observer.looking):
            noted = [replace(task, note=self.parts.note(task)) for task in left]
            for done in engine.run(look_at, noted):
                seen = done.result or Seen(error=KILLED)
                self.parts.keep(done.task, seen)
                self.observer.looked(done.task, seen)
                known[done.task.key] = seen
                label = done.task.footage.label
                yield from self._complete({label: tasks[label]}, known)

    @staticmethod
    def _complete(
        tasks: dict[str, list[Task]], known: dict[TaskKey, Seen]
    ) -> Iterator[tuple[Footage, list[Seen]]]:
        for pieces in tasks.values():
            if all(task.key in known for task in pieces):
                yield pieces[0].footage, [known.pop(task.key) for task in pieces]

    def file(self, watched: Watched, writer: EvidenceWriter) -> Part:
        """Write the evidence of one recording's findings, then keep its part."""
        filed = self._evidence(watched, writer)
        part = Part(
            video=watched.record,
            filed=tuple(filed),
            observed=watched.observed,
            version=watched.footage.version,
        )
        self.parts.save(watched.footage, part)
        self.observer.filed(part.video, len(filed))
        return part

    def _evidence(self, watched: Watched, writer: EvidenceWriter) -> list[Filed]:
        if not watched.findings:
            return []
        with at_hand(watched.footage) as footage:
            here = replace(watched, footage=footage)
            return file_findings(here, self.options.model, self.analysis_key, writer)


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
    ids = [episode_id(watched, finding, analysis_key) for finding in watched.findings]
    path = watched.footage.path
    photos = take_photos(watched, ids, shared_detector(model), writer)
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
    return Batch(analysis, filed, {part.video.path: part.observed for part in parts})
