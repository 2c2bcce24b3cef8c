"""The alert as it goes over the wire: written here, read by the API."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from vision.names import RuleId, Severity, ZoneType
from vision.strict import Strict

Unit = Annotated[float, Field(ge=0, le=1)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Box = tuple[Unit, Unit, Unit, Unit]
MAX_EVIDENCE_BYTES = 64 * 1024 * 1024


class ModelRef(Strict):
    """The model that saw it; ``sha256`` is its manifest's."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    sha256: Sha256


class RulesRef(Strict):
    """The rule pack that judged it."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    version: Annotated[str, Field(min_length=1, max_length=40)]
    sha256: Sha256


class EvidenceRef(Strict):
    """A file that proves it, known by its hash before it is uploaded.

    The first ``frame`` is the best one; ``data`` is the boxes as JSON, never burned in.
    """

    sha256: Sha256
    kind: Literal["frame", "clip", "data"]
    media_type: Literal["image/jpeg", "image/png", "video/mp4", "application/json"]
    bytes: Annotated[int, Field(gt=0, le=MAX_EVIDENCE_BYTES)]


def ordered(box: Box) -> Box:
    """The box, or ValueError when its corners are swapped."""
    if box[0] >= box[2] or box[1] >= box[3]:
        raise ValueError("box must be left, top, right, bottom with left < right, top < bottom")
    return box


class Alert(Strict):
    """One episode, told to the API; ``id`` makes posting it twice harmless."""

    id: UUID
    origin: Literal["camera", "batch", "patrol"]
    camera_id: Annotated[str, Field(min_length=1, max_length=64)]
    rule: RuleId
    severity: Severity
    zone: Annotated[str, Field(min_length=1, max_length=100)]
    zone_type: ZoneType
    started_at: AwareDatetime
    ended_at: AwareDatetime | None = None
    confidence: Unit
    subjects: Annotated[int, Field(ge=1, le=1000)]
    box: Box
    model: ModelRef
    rules: RulesRef
    evidence: Annotated[tuple[EvidenceRef, ...], Field(max_length=32)] = ()

    @model_validator(mode="after")
    def _sound(self) -> Alert:
        ordered(self.box)
        if self.ended_at is not None and self.ended_at < self.started_at:
            raise ValueError("ended_at must not be before started_at")
        if len({item.sha256 for item in self.evidence}) != len(self.evidence):
            raise ValueError("evidence lists the same sha256 twice")
        return self


class AlertUpdate(Strict):
    """What may change while an episode goes on."""

    ended_at: AwareDatetime | None = None
    subjects: Annotated[int, Field(ge=1, le=1000)] | None = None
    confidence: Unit | None = None
