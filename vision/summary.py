"""What an analysis says as a whole: counts and rates by rule, time by camera. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from vision.intervals import Proportion, gamma_quantile, wilson
from vision.names import RuleId, Severity
from vision.results import Analysis, EpisodeRecord, VideoRecord

Unit = Literal["camera", "hat", "mask"]
Verdicts = Mapping[UUID, Literal["upheld", "dismissed"]]

HOUR_S: Final = 3600.0
# Below an hour of observation a rate says more about chance than about the kitchen.
LEAST_S: Final = HOUR_S
RATE_HOURS: Final = 100.0
# On either side of a rate.
TAIL: Final = 0.05
UNITS: Final[Mapping[str, Unit]] = {
    "missing_hat": "hat",
    "missing_mask": "mask",
    "mask_worn_wrong": "mask",
}
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)


@dataclass(frozen=True, slots=True)
class RuleSummary:
    """One rule's episodes against the time in which they could have been seen.

    ``observed_s`` are person-seconds for hats and masks, camera-seconds else; ``rate`` is
    episodes in 100 such hours (90 %), ``precision`` of what people decided so far (95 %).
    """

    rule: RuleId
    severity: Severity
    count: int
    unit: Unit
    observed_s: float
    rate: Proportion | None
    decided: int
    precision: Proportion | None


@dataclass(frozen=True, slots=True)
class CameraSummary:
    """One camera's recordings in order of time, or by name where no time is known."""

    name: str | None
    videos: tuple[tuple[VideoRecord, tuple[EpisodeRecord, ...]], ...]

    @property
    def quiet(self) -> list[VideoRecord]:
        """Those that were looked at and show nothing."""
        return [v for v, found in self.videos if v.frames_analysed and not found and not v.health]

    @property
    def length_s(self) -> float:
        """What the recordings hold."""
        return sum(video.duration_s for video, _ in self.videos)

    @property
    def effective_s(self) -> float:
        """What of it could be judged."""
        return sum(video.exposure.camera_effective_s for video, _ in self.videos)

    @property
    def count(self) -> int:
        """Episodes of every rule."""
        return sum(len(episodes) for _, episodes in self.videos)


def by_rule(analysis: Analysis, verdicts: Verdicts) -> list[RuleSummary]:
    """The rules that found something, the most severe and most frequent first."""
    observed_s = observed(analysis.videos)
    found = sorted({episode.rule for episode in analysis.episodes})
    told = [_rule(rule, analysis.episodes, observed_s, verdicts) for rule in found]
    return sorted(told, key=lambda one: (-SEVERITIES.index(one.severity), -one.count, one.rule))


def observed(videos: Sequence[VideoRecord]) -> dict[Unit, float]:
    """Seconds observed, by what counts them."""
    seen = [video.exposure for video in videos]
    return {
        "camera": sum(one.camera_effective_s for one in seen),
        "hat": sum(one.person_assessable_s.hat for one in seen),
        "mask": sum(one.person_assessable_s.mask for one in seen),
    }


def _rule(
    rule: RuleId,
    episodes: Sequence[EpisodeRecord],
    observed_s: Mapping[Unit, float],
    verdicts: Verdicts,
) -> RuleSummary:
    own = [episode for episode in episodes if episode.rule == rule]
    unit = UNITS.get(rule, "camera")
    decided = [verdicts[episode.id] for episode in own if episode.id in verdicts]
    return RuleSummary(
        rule=rule,
        severity=max((episode.severity for episode in own), key=SEVERITIES.index),
        count=len(own),
        unit=unit,
        observed_s=observed_s[unit],
        rate=rate(len(own), observed_s[unit]),
        decided=len(decided),
        precision=wilson(decided.count("upheld"), len(decided)),
    )


def by_camera(analysis: Analysis) -> list[CameraSummary]:
    """Each camera, the unnamed ones last."""
    names = sorted({video.camera for video in analysis.videos}, key=lambda name: name or "\uffff")
    found: dict[str, list[EpisodeRecord]] = {video.path: [] for video in analysis.videos}
    for episode in analysis.episodes:
        found[episode.video].append(episode)
    return [
        CameraSummary(
            name,
            tuple(
                (video, tuple(found[video.path]))
                for video in sorted(analysis.videos, key=order_of)
                if video.camera == name
            ),
        )
        for name in names
    ]


def order_of(video: VideoRecord) -> tuple[bool, str, str]:
    """By the wall clock where it is known, by name after that."""
    began = video.recorded.started_at.isoformat() if video.recorded else ""
    return video.recorded is None, began, video.path


def moment(video: VideoRecord, time_s: float) -> datetime | None:
    """The wall clock at a time of the video, in UTC; None when it is not known."""
    if video.recorded is None:
        return None
    return video.recorded.started_at + timedelta(seconds=time_s)


def wall_clock(zone: ZoneInfo, video: VideoRecord, time_s: float) -> str:
    """When that was, by the clock on the wall; empty where it is not known."""
    at = moment(video, time_s)
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}" if at else ""


def rate(count: int, observed_s: float) -> Proportion | None:
    """Episodes in 100 hours with Garwood's exact 90 % interval; None for too little observation."""
    if observed_s < LEAST_S:
        return None
    scale = RATE_HOURS * HOUR_S / observed_s
    low = gamma_quantile(TAIL, count) if count else 0.0
    return Proportion(count * scale, low * scale, gamma_quantile(1 - TAIL, count + 1) * scale)
