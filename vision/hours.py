"""Weekly hours on the wall clock of a place: across midnight, and right when clocks are put on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final, Literal, get_args

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: Final[tuple[Day, ...]] = get_args(Day)
DAY_MIN: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Stretch:
    """On these days from ``opens_min`` up to ``closes_min``, minutes after midnight.

    Not later than it opens means: on the next morning. 0 to 1440 is the whole day.
    """

    days: tuple[Day, ...]
    opens_min: int
    closes_min: int

    @property
    def overnight(self) -> bool:
        """Whether it ends on the day after it began."""
        return self.closes_min <= self.opens_min

    def holds(self, weekday: int, minute: int) -> bool:
        """Whether that minute of that day (0 is Monday) lies within."""
        today, yesterday = DAYS[weekday] in self.days, DAYS[weekday - 1] in self.days
        if not self.overnight:
            return today and self.opens_min <= minute < self.closes_min
        return (today and minute >= self.opens_min) or (yesterday and minute < self.closes_min)


def is_open(hours: Sequence[Stretch], moment: datetime, zone: tzinfo) -> bool:
    """Whether an aware moment lies in the hours there; no hours at all means always.

    The moment is turned into wall-clock time, never the hours into moments: an hour that a change
    of clocks skips or repeats therefore needs no rule of its own.
    """
    if not hours:
        return True
    there = moment.astimezone(zone)
    minute = there.hour * 60 + there.minute
    return any(stretch.holds(there.weekday(), minute) for stretch in hours)


def read_minute(text: str) -> int:
    """``09:30`` as minutes after midnight; ``24:00`` is the day's end. ValueError otherwise."""
    hour, colon, minute = text.partition(":")
    if not (colon and len(hour) == len(minute) == 2 and (hour + minute).isascii()):
        raise ValueError(f"{text!r} is not a time like 09:30")
    if not (hour + minute).isdecimal() or int(minute) > 59 or int(hour + minute) > 2400:
        raise ValueError(f"{text!r} is not a time between 00:00 and 24:00")
    return int(hour) * 60 + int(minute)


def write_minute(minute: int) -> str:
    """Minutes after midnight as ``09:30``."""
    return f"{minute // 60:02}:{minute % 60:02}"
