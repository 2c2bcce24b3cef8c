"""Local days and the moments at which they begin. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

DAY: Final = timedelta(days=1)
EVER: Final = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Days:
    """Whole local days, the first and the last included."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def since(self) -> datetime:
        """When the first day begins."""
        return begins(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """When the last day is over."""
        return begins(self.last + DAY, self.zone)

    @property
    def count(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Days:
        """The period to compare with: the month before a month, else as many days before."""
        end = self.first - DAY
        if self.first.day == 1 and (self.last + DAY).day == 1:
            months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month
            start = self.first
            for _ in range(months + 1):
                start = (start - DAY).replace(day=1)
            return Days(start, end, self.zone)
        if self.first.day == 1 and self.first.month == self.last.month:
            start = end.replace(day=1)
            return Days(start, min(end, start + (self.last - self.first)), self.zone)
        return Days(self.first - timedelta(days=self.count), end, self.zone)

    @property
    def months(self) -> list[Days]:
        """The same days, month by month."""
        found, first = [], self.first
        while first <= self.last:
            after = (first.replace(day=28) + 4 * DAY).replace(day=1)
            found.append(Days(first, min(self.last, after - DAY), self.zone))
            first = after
        return found


def begins(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a local day, in UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def offsets(zone: ZoneInfo) -> list[tuple[datetime, int]]:
    """From when on the zone's clocks are by how many seconds ahead of UTC, 1970 to 2200."""
    at = datetime(1970, 1, 1, tzinfo=UTC)
    found: list[tuple[datetime, int]] = []
    while at.year <= 2200:
        ahead = _ahead_s(at, zone)
        if not found or found[-1][1] != ahead:
            found.append((_change(at, ahead, zone) if found else EVER, ahead))
        at += DAY
    return found


def _change(at: datetime, ahead: int, zone: ZoneInfo) -> datetime:
    """The second within the day before ``at`` from which on clocks are ``ahead``."""
    before, after = at - DAY, at
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (before, middle) if _ahead_s(middle, zone) == ahead else (middle, after)
    return after


def _ahead_s(at: datetime, zone: ZoneInfo) -> int:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return round(offset.total_seconds())


def month_so_far(today: date, zone: ZoneInfo) -> Days:
    """From the first of the month to today."""
    return Days(today.replace(day=1), today, zone)
