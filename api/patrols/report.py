"""A person's finding as an alert: the same wire format, told truthfully (ADR 0008)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from api.patrols.rules import HEAD_RULES, Duty
from vision.alert import Alert, Box, EvidenceRef, ModelRef, RulesRef
from vision.names import RuleId

# No model saw it. The hash is that of this sentence, so that it can be told from every model's.
STATEMENT: Final = "Seen by a person in a patrol by eye; no model judged this picture."
PERSON: Final = ModelRef(name="person", sha256=hashlib.sha256(STATEMENT.encode()).hexdigest())
SEEN: Final = 1.0
KIND: Final[dict[RuleId, str]] = {
    "missing_hat": "head",
    "missing_mask": "head",
    "mask_worn_wrong": "head",
    "pest_rodent": "rodent",
    "pest_cockroach": "cockroach",
    "animal": "animal",
}
STATE: Final[dict[RuleId, tuple[str, str]]] = {
    "missing_hat": ("hat", "missing"),
    "missing_mask": ("mask", "missing"),
    "mask_worn_wrong": ("mask", "incorrect"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """The picture that was before the person's eyes; ``heads`` None when nobody told."""

    sha256: str
    media_type: str
    size_bytes: int
    width: int
    height: int
    taken_at: datetime
    heads: Sequence[Box] | None


@dataclass(frozen=True, slots=True)
class Report:
    """What the person drew."""

    id: UUID
    camera_id: str
    rule: RuleId
    box: Box


@dataclass(frozen=True, slots=True)
class Filed:
    """The alert, and the data file of its boxes when there is one."""

    alert: Alert
    data: bytes | None


def file_report(report: Report, seen: Seen, duty: Duty, rules: RulesRef) -> Filed:
    """The alert with its evidence announced: the picture, and the boxes where heads are known.

    Where they are not there is no data file: it would say that nobody else is in the picture, and
    their faces would not be blurred.
    """
    data = None if seen.heads is None else _boxes(report, seen, duty)
    frame = EvidenceRef(
        sha256=seen.sha256,
        kind="frame",
        media_type=seen.media_type,  # type: ignore[arg-type]  # checked when the picture came
        bytes=seen.size_bytes,
    )
    evidence = (frame,) if data is None else (frame, _ref(data))
    alert = Alert(
        id=report.id,
        origin="patrol",
        camera_id=report.camera_id,
        rule=report.rule,
        severity=duty.severity,
        zone=duty.zone,
        zone_type=duty.zone_type,
        started_at=seen.taken_at,
        ended_at=seen.taken_at,
        confidence=SEEN,
        subjects=1,
        box=report.box,
        model=PERSON,
        rules=rules,
        evidence=evidence,
    )
    return Filed(alert, data)


def _ref(data: bytes) -> EvidenceRef:
    digest = hashlib.sha256(data).hexdigest()
    return EvidenceRef(sha256=digest, kind="data", media_type="application/json", bytes=len(data))


def _boxes(report: Report, seen: Seen, duty: Duty) -> bytes:
    """``brightkitchen.boxes/1``; a box of the camera has no state here, only a place."""
    heads = [_detection("head", head, 0.0, by="camera") for head in seen.heads or ()]
    drawn = _detection(KIND[report.rule], report.box, SEEN, by="person") | {"subject": True}
    if report.rule in HEAD_RULES:
        part, state = STATE[report.rule]
        drawn[part] = {"state": state, "confidence": SEEN}
    told = {
        "schema": "brightkitchen.boxes/1",
        "width": seen.width,
        "height": seen.height,
        "zone": {"name": duty.zone, "type": duty.zone_type, "polygon": duty.polygon},
        "frames": [{"sha256": seen.sha256, "time_s": 0.0, "detections": [*heads, drawn]}],
    }
    return json.dumps(told, sort_keys=True).encode()


def _detection(kind: str, box: Box, confidence: float, by: str) -> dict[str, Any]:
    return {"kind": kind, "box": box, "confidence": confidence, "by": by}
