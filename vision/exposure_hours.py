"""What was observed, hour by hour, as it goes over the wire: written here, read by the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field, model_validator

from vision.exposure import Exposure
from vision.strict import Strict

HOUR_S: Final = 3600.0
HOUR: Final = timedelta(hours=1)
MOST_HOURS: Final = 744
# More clear heads than this in one picture are a fault, not a kitchen.
MOST_PEOPLE: Final = 100
# Seconds are summed as floats and told rounded.
ROUNDING_S: Final = 0.01

HourSeconds = Annotated[float, Field(ge=0, le=HOUR_S)]
PersonSeconds = Annotated[float, Field(ge=0, le=HOUR_S * MOST_PEOPLE)]


class HourIn(Strict):
    """The totals of one hour so far.

    ``scheduled_s`` is how much of it should have been watched (of a recording: how much of it the
    recording holds), ``effective_s`` how much could be judged.
    """

    hour_at: AwareDatetime
    scheduled_s: HourSeconds
    effective_s: HourSeconds
    hat_person_s: PersonSeconds = 0.0
    mask_person_s: PersonSeconds = 0.0

    @model_validator(mode="after")
    def _sound(self) -> HourIn:
        at = self.hour_at.astimezone(UTC)
        if at != at.replace(minute=0, second=0, microsecond=0):
            raise ValueError("hour_at must be a full hour in UTC, like 2026-11-24T06:00:00Z")
        if self.effective_s > self.scheduled_s + ROUNDING_S:
            raise ValueError("effective_s must not be more than scheduled_s")
        people = max(self.hat_person_s, self.mask_person_s)
        if people > MOST_PEOPLE * self.effective_s + ROUNDING_S:
            raise ValueError(
                f"hat_person_s and mask_person_s must not be more than {MOST_PEOPLE} people "
                "for all of effective_s"
            )
        return self


class ExposureIn(Strict):
    """Hours of one camera, and where they come from.

    ``source`` is what was watched: a recording's SHA-256, or one run of a live watch. Sending the
    same source and hour again replaces it; what several sources saw of an hour adds up.
    """

    origin: Literal["camera", "batch"]
    source: Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{1,64}$")]
    hours: Annotated[tuple[HourIn, ...], Field(min_length=1, max_length=MOST_HOURS)]

    @model_validator(mode="after")
    def _each_once(self) -> ExposureIn:
        if len({hour.hour_at.astimezone(UTC) for hour in self.hours}) != len(self.hours):
            raise ValueError("hours must name each hour once")
        return self


@dataclass(frozen=True, slots=True)
class Stretch:
    """From when to when something was scheduled, and what was observed in it, evenly spread."""

    began_at: datetime
    ended_at: datetime
    seen: Exposure


def hours_of(stretches: Iterable[Stretch]) -> tuple[HourIn, ...]:
    """The totals of each hour in which a stretch lies, in order of time.

    A stretch across a full hour is divided in proportion: keep stretches short.
    """
    totals: dict[datetime, dict[str, float]] = {}
    for stretch in stretches:
        for hour_at, share, scheduled_s in _parts(stretch):
            seen = stretch.seen
            _add(totals.setdefault(hour_at, {}), {
                "scheduled_s": scheduled_s,
                "effective_s": min(seen.camera_s * share, scheduled_s),
                "hat_person_s": seen.hat_s * share,
                "mask_person_s": seen.mask_s * share,
            })  # fmt: skip
    return tuple(_hour(at, told) for at, told in sorted(totals.items()))


def _parts(stretch: Stretch) -> Iterable[tuple[datetime, float, float]]:
    """Each hour that the stretch touches, its share of the stretch, and its seconds."""
    began, ended = stretch.began_at.astimezone(UTC), stretch.ended_at.astimezone(UTC)
    length_s = (ended - began).total_seconds()
    hour_at = began.replace(minute=0, second=0, microsecond=0)
    while length_s > 0 and hour_at < ended:
        inside_s = (min(ended, hour_at + HOUR) - max(began, hour_at)).total_seconds()
        yield hour_at, inside_s / length_s, inside_s
        hour_at += HOUR


def _add(total: dict[str, float], more: Mapping[str, float]) -> None:
    for name, seconds in more.items():
        total[name] = total.get(name, 0.0) + seconds


def _hour(at: datetime, told: Mapping[str, float]) -> HourIn:
    scheduled_s = min(round(told["scheduled_s"], 3), HOUR_S)
    effective_s = min(round(told["effective_s"], 3), scheduled_s)
    most_s = effective_s * MOST_PEOPLE
    return HourIn(
        hour_at=at,
        scheduled_s=scheduled_s,
        effective_s=effective_s,
        hat_person_s=min(round(told["hat_person_s"], 3), most_s),
        mask_person_s=min(round(told["mask_person_s"], 3), most_s),
    )
