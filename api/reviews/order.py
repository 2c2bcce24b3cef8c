"""In which order alerts are reviewed, and by when. Pure.

The most severe come first. Within a severity the one that waited longest does, and the
restaurant's static risk gives a head start: an alert from a restaurant of risk D is placed as if
it had come half its allowed time earlier. So risk decides between alerts of about the same age,
and nothing waits for ever behind it. The same order in SQL is
``severity_rank DESC, queued_at, id``, which the index ``ix_alerts_open`` holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol
from uuid import UUID

from vision.names import SEVERITIES, Severity

# Of the time allowed for a review, how much earlier a restaurant of this risk is placed.
HEAD_START: Final[Mapping[str, float]] = {"A": 0.0, "B": 0.125, "C": 0.25, "D": 0.5}
# The clock turns amber when this share of the time is left.
AMBER_SHARE: Final = 0.25
Lateness = Literal["in_time", "soon", "late"]
_SLA_S: Final[Mapping[str, int]] = {"critical": 900, "major": 3_600, "minor": 14_400}


class _Configured(Protocol):
    """The settings that this policy is made of."""

    review_sla_critical_s: int
    review_sla_major_s: int
    review_sla_minor_s: int
    review_lease_s: int
    review_double_share: float
    review_known_share: float
    clock_skew_s: int


@dataclass(frozen=True, slots=True)
class ReviewPolicy:
    """What the operator decided about reviews; shares are 0-1."""

    sla_s: Mapping[str, int] = field(default_factory=lambda: _SLA_S)
    lease_s: int = 120
    double_share: float = 0.05
    known_share: float = 0.02
    clock_skew_s: int = 300

    def time_for(self, severity: str) -> timedelta:
        """How long a review of such an alert may take."""
        return timedelta(seconds=self.sla_s[severity])


DEFAULT_POLICY: Final = ReviewPolicy()


def policy_of(settings: _Configured) -> ReviewPolicy:
    """The policy that these settings ask for."""
    return ReviewPolicy(
        sla_s={
            "critical": settings.review_sla_critical_s,
            "major": settings.review_sla_major_s,
            "minor": settings.review_sla_minor_s,
        },
        lease_s=settings.review_lease_s,
        double_share=settings.review_double_share,
        known_share=settings.review_known_share,
        clock_skew_s=settings.clock_skew_s,
    )


def rank(severity: Severity) -> int:
    """The most severe has the highest rank."""
    return SEVERITIES.index(severity)


def queued_at(received_at: datetime, severity: str, risk: str, policy: ReviewPolicy) -> datetime:
    """When the alert came, less the head start of the restaurant's risk (A to D)."""
    return received_at - HEAD_START.get(risk, 0.0) * policy.time_for(severity)


def queue_key(severity: Severity, queued: datetime, alert_id: UUID) -> tuple[int, datetime, UUID]:
    """Sorts alerts as the queue does, smallest first."""
    return -rank(severity), queued, alert_id


def due_at(opened_at: datetime, severity: str, policy: ReviewPolicy) -> datetime:
    """By when a round that opened then is to be decided."""
    return opened_at + policy.time_for(severity)


def lateness(due: datetime, allowed: timedelta, now: datetime) -> Lateness:
    """Amber when a quarter of the allowed time is left, red when it is over."""
    if now > due:
        return "late"
    return "soon" if due - now <= AMBER_SHARE * allowed else "in_time"
