"""What makes two posted alerts the same, which ones can be kept, and how they go on. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from api.text import NUL
from vision.alert import Alert, AlertUpdate
from vision.errors import InvalidError

# A clock so little ahead is not worth a word: NTP and the way here account for it.
USUAL_SKEW_S: Final = 60
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)


def fingerprint(alert: Alert) -> str:
    """Equal for equal content, whatever zone its times are written in."""
    content = alert.model_dump(mode="json")
    for field in ("started_at", "ended_at"):
        moment: datetime | None = getattr(alert, field)
        content[field] = None if moment is None else moment.astimezone(UTC).isoformat()
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


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


def not_ahead(field: str, moment: datetime | None, now: datetime, limit_s: int) -> float:
    """By how many seconds the moment lies in the future (below 0: in the past).

    InvalidError when that is more than ``limit_s``. A time long ago is in order: recorded
    footage, or a camera that was offline.
    """
    ahead_s = 0.0 if moment is None else (moment - now).total_seconds()
    if ahead_s > limit_s:
        raise InvalidError(
            f"{field} is {ahead_s:.0f} s in the future; set the sender's clock, then post again",
            field,
        )
    return ahead_s


def clock_ahead_s(alert: Alert, received_at: datetime, limit_s: int) -> int:
    """By how much the sender's clock is ahead of ours in s, 0 when that is no more than usual."""
    times = {"started_at": alert.started_at, "ended_at": alert.ended_at}
    ahead = max(not_ahead(field, at, received_at, limit_s) for field, at in times.items())
    return int(ahead) if ahead > USUAL_SKEW_S else 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an episode is known to have come."""

    ended_at: datetime | None
    subjects: int
    confidence: float


def advanced(known: Progress, update: AlertUpdate) -> Progress:
    """The progress after an update, in whatever order updates arrive and however often.

    An end only moves later and subjects only become more; an update that knows less than what
    is known came late, and its confidence is of an earlier time.
    """
    subjects = update.subjects or known.subjects
    ended_at = update.ended_at or known.ended_at
    moved_back = ended_at is not None and known.ended_at is not None and ended_at < known.ended_at
    forgot_end = known.ended_at is not None and update.ended_at is None
    stale = moved_back or forgot_end or subjects < known.subjects
    return Progress(
        ended_at=known.ended_at if moved_back else ended_at,
        subjects=max(subjects, known.subjects),
        confidence=known.confidence if stale or update.confidence is None else update.confidence,
    )


def changes(known: Progress, then: Progress) -> dict[str, Any]:
    """What is different now."""
    fields = ("ended_at", "subjects", "confidence")
    after = {name: getattr(then, name) for name in fields}
    return {name: value for name, value in after.items() if value != getattr(known, name)}
