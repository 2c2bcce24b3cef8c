"""How long everybody has, and which hours count: the policy's clocks and its calendar. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.text import TimeZone

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: Final[tuple[Weekday, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS: Final = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")
DAY_MINUTES: Final = 24 * 60


class Clocks(BaseModel):
    """What everybody's time is, before something is overdue.

    ``*_h`` are business hours and ``*_days`` working days of the calendar, but where it is said
    otherwise.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    open_after_s: Annotated[int, Field(ge=0, le=86_400)] = Field(
        default=120, description="after a verdict: so long its reviewer may undo it, in seconds"
    )
    answer_h: Annotated[float, Field(gt=0, le=400)] = Field(
        default=2.0, description="the restaurant answers after it was notified"
    )
    decide_days: Annotated[int, Field(ge=1, le=60)] = Field(
        default=2, description="an inspector orders or checks after the answer"
    )
    order_days: Annotated[int, Field(ge=1, le=90)] = Field(
        default=3, description="deadline that an order proposes"
    )
    look_back_after_h: Annotated[float, Field(ge=0, le=2000)] = Field(
        default=72.0, description="video decides after the proof came, in plain hours"
    )
    look_back_until_days: Annotated[int, Field(ge=1, le=90)] = Field(
        default=10, description="video or a check on site decides after the proof came"
    )
    close_days: Annotated[int, Field(ge=1, le=60)] = Field(
        default=3, description="two people close after it passed"
    )
    escalate_after_h: Annotated[float, Field(ge=0, le=400)] = Field(
        default=0.0, description="what is overdue goes to a supervisor"
    )
    recurrence_days: Annotated[int, Field(ge=1, le=365)] = Field(
        default=30, description="so long after closing the same again re-opens, in plain days"
    )
    appeal_days: Annotated[int, Field(ge=1, le=365)] = Field(
        default=21, description="the restaurant may appeal a verdict, in plain days"
    )


class Calendar(BaseModel):
    """Which days are worked, and in which hours of the local day.

    ``workdays`` are worked though their weekday or a holiday says otherwise (调休).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    time_zone: TimeZone = "Asia/Shanghai"
    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)] = WEEKDAYS[:5]
    hours: Annotated[tuple[str, ...], Field(min_length=1, max_length=4)] = Field(
        default=("09:00-12:00", "13:30-17:30"), description="spans of the local day, in order"
    )
    holidays: Annotated[tuple[date, ...], Field(max_length=400)] = ()
    workdays: Annotated[tuple[date, ...], Field(max_length=400)] = ()

    @model_validator(mode="after")
    def _sound(self) -> Calendar:
        if len(set(self.weekdays)) != len(self.weekdays):
            raise ValueError("weekdays must not name a day twice")
        edges = [edge for span in self.hours for edge in _minutes(span)]
        if any(later <= earlier for earlier, later in pairwise(edges)):
            raise ValueError("hours must be spans like 09:00-12:00, in order and apart")
        both = set(self.holidays) & set(self.workdays)
        if both:
            raise ValueError(f"workdays and holidays both name {min(both)}; leave one out")
        return self

    def is_workday(self, day: date) -> bool:
        """Whether somebody works on that local day."""
        if day in self.workdays:
            return True
        return WEEKDAYS[day.weekday()] in self.weekdays and day not in self.holidays

    def local_day(self, at: datetime) -> date:
        """The local day of a moment."""
        return at.astimezone(ZoneInfo(self.time_zone)).date()

    def after_hours(self, at: datetime, hours: float) -> datetime:
        """The moment by which so many business hours have passed, in UTC.

        It lies in business hours, also for 0 hours: what falls due at night is due next morning.
        """
        left = timedelta(hours=hours)
        for start, end in self._spans(at):
            begin = max(start, at.astimezone(UTC))
            if left < end - begin or (left == end - begin and left):
                return begin + left
            left -= end - begin
        raise AssertionError("there is always another working day")

    def after_days(self, at: datetime, days: int) -> datetime:
        """The end of the n-th working day after a moment's own day, in UTC."""
        day = self.local_day(at)
        for _ in range(days):
            day = self._next_workday(day)
        return self._moment(day, _minutes(self.hours[-1])[1])

    def hours_between(self, start: datetime, end: datetime) -> float:
        """Business hours between two moments; below 0 when they are turned."""
        if end < start:
            return -self.hours_between(end, start)
        passed = timedelta()
        for opens, closes in self._spans(start):
            if opens >= end:
                break
            passed += max(timedelta(), min(closes, end) - max(opens, start))
        return passed / timedelta(hours=1)

    def _next_workday(self, day: date) -> date:
        day += timedelta(days=1)
        while not self.is_workday(day):
            day += timedelta(days=1)
        return day

    def _spans(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Business hours that end after a moment, in order, without an end."""
        day = self.local_day(at) - timedelta(days=1)
        while True:
            day = self._next_workday(day)
            yield from (span for span in self._spans_of(day) if span[1] > at)

    def _spans_of(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        for span in self.hours:
            start, end = (self._moment(day, minute) for minute in _minutes(span))
            if end > start:  # an hour that the clocks skip in spring has no length
                yield start, end

    def _moment(self, day: date, minute: int) -> datetime:
        whole = day + timedelta(days=minute // DAY_MINUTES)
        there = time(*divmod(minute % DAY_MINUTES, 60))
        return datetime.combine(whole, there, ZoneInfo(self.time_zone)).astimezone(UTC)


def _minutes(span: str) -> tuple[int, int]:
    """Begin and end as minutes of the day, ``24:00`` included; ValueError when it is none."""
    match = HOURS.fullmatch(span)
    numbers = [int(part) for part in match.groups()] if match else [99] * 4
    start, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    if max(start, end) > DAY_MINUTES or max(numbers[1], numbers[3]) > 59:
        raise ValueError("hours must be spans like 09:00-12:00")
    return start, end
