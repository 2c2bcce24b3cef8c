"""What makes two posted alerts the same, and which ones can be kept."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Final

from api.text import NUL
from vision.alert import Alert
from vision.names import SEVERITIES, Severity

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)


def fingerprint(alert: Alert) -> str:
    """Equal for equal content, whatever zone its times are written in."""
    content = alert.model_dump(mode="json")
    for field in ("started_at", "ended_at"):
        moment: datetime | None = getattr(alert, field)
        content[field] = None if moment is None else moment.astimezone(UTC).isoformat()
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def rank(severity: Severity) -> int:
    """The most severe has the highest rank."""
    return SEVERITIES.index(severity)


def storable(alert: Alert) -> Alert:
    """The alert, or ValueError naming the field that a database cannot keep."""
    texts = {
        "camera_id": alert.camera_id,
        "zone": alert.zone,
        "model.name": alert.model.name,
        "rules.name": alert.rules.name,
        "rules.version": alert.rules.version,
    }
    for field, text in texts.items():
        if NUL in text:
            raise ValueError(f"{field} must not contain the character NUL")
    in_range("started_at", alert.started_at)
    if alert.ended_at is not None:
        in_range("ended_at", alert.ended_at)
    return alert


def in_range(field: str, moment: datetime) -> None:
    """ValueError unless the moment lies where every database can count."""
    if not EARLIEST <= moment <= LATEST:
        raise ValueError(f"{field} must lie between 1970 and 2200")
