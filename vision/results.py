"""What ``analyze`` writes: schema ``brightkitchen.episodes/1``, the same bytes every time.

No clock and no absolute path enters it, so two runs over the same footage with the same
model, rules and options can be compared byte by byte.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from vision.alert import Alert, Box, EvidenceRef, ModelRef, RulesRef, Unit
from vision.names import RuleId, Severity, ZoneType
from vision.recorded import DEFAULT_TIME_ZONE, Source
from vision.strict import Strict
from vision.whole import writing_whole

SCHEMA: Literal["brightkitchen.episodes/1"] = "brightkitchen.episodes/1"


# Every tick; or keyframes alone where nothing happens (vision.quiet).
Sampling = Literal["even", "adaptive"]


class Evidence(Strict):
    """A file under ``evidence/``, with its hash; ``data`` holds boxes and the evidence curve."""

    path: str
    sha256: str
    kind: Literal["frame", "clip"]


class EpisodeRecord(Strict):
    """One episode; times in seconds of its video, ``box`` in shares of the picture."""

    id: UUID
    video: str
    rule: RuleId
    severity: Severity
    zone: str
    zone_type: ZoneType
    start_s: float
    end_s: float
    confidence: Unit
    subjects: int
    box: Box
    evidence: tuple[Evidence, ...]


class HealthRecord(Strict):
    """A stretch of time that could not be judged."""

    state: str
    start_s: float
    end_s: float


class PersonExposure(Strict):
    """Person-seconds with a clear answer, where the rule asks for it."""

    hat: float
    mask: float


class ExposureRecord(Strict):
    """Seconds really observed."""

    camera_effective_s: float
    person_assessable_s: PersonExposure


class Observed(Strict):
    """What was observed between two times of a video; kept beside the results, for the hours."""

    start_s: float
    end_s: float
    camera_s: float
    hat_s: float
    mask_s: float


class RecordedRecord(Strict):
    """When the first frame was taken, what tells so, and how far that may be off."""

    started_at: AwareDatetime
    source: Source
    uncertainty_s: float


class VideoRecord(Strict):
    """One video and how much of it was seen; ``error`` says what was damaged.

    ``camera`` and ``recorded`` are None where neither list nor name nor header tells them.
    """

    path: str
    camera: str | None = None
    recorded: RecordedRecord | None = None
    sha256: str
    duration_s: float
    analysed_s: float
    frames_decoded: int
    frames_analysed: int
    health: tuple[HealthRecord, ...]
    error: str | None
    exposure: ExposureRecord


class ZoneRecord(Strict):
    """A zone as it was judged."""

    name: str
    type: ZoneType
    polygon: tuple[tuple[float, float], ...]


class RecordingsRecord(Strict):
    """One entry of the list of recordings: whose they are, and what was judged in them."""

    match: str
    camera: str | None
    zones: tuple[ZoneRecord, ...]


class OptionsRecord(Strict):
    """Everything besides model and rules that changes the result.

    With a list of ``recordings`` each has its own camera and zones, and the two here are empty.
    """

    fps: float
    camera: str | None
    zones: tuple[ZoneRecord, ...]
    time_zone: str = DEFAULT_TIME_ZONE
    recordings: tuple[RecordingsRecord, ...] = ()
    sampling: Sampling = "even"


class Analysis(Strict):
    """The whole of ``episodes.json``."""

    schema_: Literal["brightkitchen.episodes/1"] = Field(SCHEMA, alias="schema")
    model: ModelRef
    rules: RulesRef
    options: OptionsRecord
    videos: tuple[VideoRecord, ...]
    episodes: tuple[EpisodeRecord, ...]

    def to_json(self) -> str:
        """Canonical text: fixed order of keys, one trailing newline."""
        return self.model_dump_json(by_alias=True, indent=1) + "\n"


class Filed(Strict):
    """An episode with every file that proves it, its ``data`` included."""

    episode: EpisodeRecord
    files: tuple[tuple[EvidenceRef, str], ...]

    def alert(
        self, analysis: Analysis, camera_id: str, recorded_at: datetime
    ) -> tuple[Alert, dict[str, str]]:
        """The alert for footage that began at ``recorded_at``, and its files by hash."""
        seen = self.episode
        alert = Alert(
            id=seen.id,
            origin="batch",
            camera_id=camera_id,
            rule=seen.rule,
            severity=seen.severity,
            zone=seen.zone,
            zone_type=seen.zone_type,
            started_at=recorded_at + timedelta(seconds=seen.start_s),
            ended_at=recorded_at + timedelta(seconds=seen.end_s),
            confidence=seen.confidence,
            subjects=seen.subjects,
            box=seen.box,
            model=analysis.model,
            rules=analysis.rules,
            evidence=tuple(ref for ref, _ in self.files),
        )
        return alert, {ref.sha256: path for ref, path in self.files}


def write_json(analysis: Analysis, path: Path) -> None:
    """Write ``episodes.json`` whole or not at all."""
    with writing_whole(path) as half:
        half.write_text(analysis.to_json(), "utf-8")
