"""Days and months as the portal writes them, beside the clock that every page has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fastapi import Request

from api.web.language import Clock
from api.web.rendering import clock_of

_WHOLE_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAYS_ZH = "一二三四五六日"
_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Days:
    """Writes days in one language, as the clock there shows them."""

    clock: Clock

    @property
    def zh(self) -> bool:
        """Whether it writes Chinese."""
        return self.clock.code == "zh"

    @property
    def today(self) -> date:
        """The present day there."""
        return self.clock.now.astimezone(self.clock.zone).date()

    def day(self, day: date) -> str:
        """``11 月 24 日`` or ``24 Nov``; the year when it is not this one."""
        same_year = day.year == self.today.year
        if self.zh:
            return f"{'' if same_year else f'{day.year} 年 '}{day.month} 月 {day.day} 日"
        return f"{day.day} {_WHOLE_MONTHS[day.month - 1][:3]}{'' if same_year else f' {day.year}'}"

    def of(self, at: datetime) -> str:
        """The day of a moment."""
        return self.day(at.astimezone(self.clock.zone).date())

    def weekday(self, day: date) -> str:
        """``周二`` or ``Tue``."""
        return f"周{_DAYS_ZH[day.weekday()]}" if self.zh else _DAYS_EN[day.weekday()]

    def month(self, day: date) -> str:
        """``2026 年 11 月`` or ``November 2026``."""
        if self.zh:
            return f"{day.year} 年 {day.month} 月"
        return f"{_WHOLE_MONTHS[day.month - 1]} {day.year}"

    def span(self, first: date, last: date) -> str:
        """From a day to a day."""
        if first == last:
            return self.day(first)
        return f"{self.day(first)}{' – ' if not self.zh else '至 '}{self.day(last)}"

    def due(self, at: datetime) -> str:
        """A deadline: ``11 月 25 日 12:00 前`` or ``by 25 Nov 12:00``.

        The end of a day is told as that day.
        """
        there = at.astimezone(self.clock.zone)
        whole = there.hour == 23 and there.minute == 59
        told = self.day(there.date()) if whole else self.clock.day_time(at)
        if self.zh:
            return f"{told}前" if whole else f"{told} 前"
        return f"by {told}"

    def days_until(self, at: datetime) -> int:
        """Whole days from today to that moment's day; below 0 when it is past."""
        return (at.astimezone(self.clock.zone).date() - self.today) // timedelta(days=1)


def days_of(request: Request) -> Days:
    """For one answer."""
    return Days(clock_of(request))
