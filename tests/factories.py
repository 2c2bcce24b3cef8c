"""Builders: the smallest valid value of each type, with what a test cares about changed."""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np

from vision.alert import Alert
from vision.detections import KINDS, Detections, HatState, Kind, MaskState

Box = tuple[float, float, float, float]


def make_detections(
    *xyxy: Box,
    kind: Kind = "head",
    confidence: float = 0.9,
    hat: HatState = HatState.UNCLEAR,
    mask: MaskState = MaskState.UNCLEAR,
) -> Detections:
    """Detections of one kind at the given boxes."""
    n = len(xyxy)
    plain = Detections.of(
        np.array(xyxy, np.float32).reshape(n, 4),
        np.full(n, confidence, np.float32),
        np.full(n, KINDS.index(kind), np.int64),
    )
    return plain.with_columns(
        hat=np.full(n, hat, np.int64),
        hat_confidence=np.full(n, confidence, np.float32),
        mask=np.full(n, mask, np.int64),
        mask_confidence=np.full(n, confidence, np.float32),
    )


def make_alert(**changes: Any) -> Alert:
    """A valid alert; pass any field to change it."""
    fields: dict[str, Any] = {
        "id": uuid.uuid4(),
        "origin": "camera",
        "camera_id": "1",
        "rule": "missing_hat",
        "severity": "major",
        "zone": "range",
        "zone_type": "cooking",
        "started_at": "2026-11-24T06:30:00Z",
        "confidence": 0.9,
        "subjects": 1,
        "box": (0.1, 0.2, 0.3, 0.4),
        "model": {"name": "kitchen-n", "sha256": "a" * 64},
        "rules": {"name": "strict", "version": "1.0", "sha256": "b" * 64},
    }
    return Alert.model_validate(fields | changes)
