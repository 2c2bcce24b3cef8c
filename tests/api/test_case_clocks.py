"""Clocks count business hours and working days, and never run backwards."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from api.cases.clocks import WEEKDAYS, Calendar, Clocks

SHANGHAI = ZoneInfo("Asia/Shanghai")
NATIONAL_DAY = tuple(date(2026, 10, day) for day in range(1, 9))
OFFICE = Calendar(holidays=NATIONAL_DAY, workdays=(date(2026, 10, 10),))
HOURS = ("09:00-12:00", "13:30-17:30", "18:00-24:00", "00:00-08:00")
YEAR = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.timedeltas(timedelta(), timedelta(days=365)).map(lambda passed: YEAR + passed)
days = st.dates(date(2026, 1, 1), date(2027, 1, 31))
hours = st.floats(0, 60, allow_nan=False)
few = settings(max_examples=40)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    spans = draw(st.lists(st.sampled_from(HOURS), min_size=1, unique=True))
    off = draw(st.frozensets(days, max_size=30))
    worked = draw(st.frozensets(days, max_size=10)) - off
    return Calendar(
        time_zone=draw(st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York"])),
        weekdays=tuple(draw(st.sets(st.sampled_from(WEEKDAYS), min_size=1))),
        hours=tuple(sorted(spans)),
        holidays=tuple(off),
        workdays=tuple(worked),
    )


def there(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("at", "given_h", "then"),
    [
        ("2026-09-08 10:00", 2, "2026-09-08 12:00"),
        ("2026-09-08 11:00", 2, "2026-09-08 14:30"),  # the lunch hour does not count
        ("2026-09-08 16:30", 2, "2026-09-09 10:00"),
        ("2026-09-11 17:00", 2, "2026-09-14 10:30"),  # over a weekend
        ("2026-09-08 22:00", 0, "2026-09-09 09:00"),
        ("2026-09-30 17:00", 1, "2026-10-09 09:30"),  # over the national holiday
        ("2026-10-10 09:00", 1, "2026-10-10 10:00"),  # a Saturday that is worked instead
    ],
)
def test_only_business_hours_count(at: str, given_h: float, then: str) -> None:
    assert OFFICE.after_hours(there(at), given_h) == there(then)


@pytest.mark.parametrize(
    ("at", "count", "then"),
    [
        ("2026-09-08 08:00", 1, "2026-09-09 17:30"),
        ("2026-09-11 23:00", 1, "2026-09-14 17:30"),
        ("2026-09-30 10:00", 1, "2026-10-09 17:30"),
        ("2026-09-30 10:00", 2, "2026-10-10 17:30"),
    ],
)
def test_a_deadline_in_days_is_the_end_of_a_working_day(at: str, count: int, then: str) -> None:
    assert OFFICE.after_days(there(at), count) == there(then)


@few
@given(calendars(), moments, hours)
def test_the_hours_that_were_added_have_passed(
    calendar: Calendar, at: datetime, more_h: float
) -> None:
    then = calendar.after_hours(at, more_h)
    assert then >= at
    assert calendar.hours_between(at, then) == pytest.approx(more_h, abs=1e-6)


@few
@given(calendars(), moments, hours, st.timedeltas(timedelta(), timedelta(days=20)))
def test_who_begins_later_is_not_due_earlier(
    calendar: Calendar, at: datetime, more_h: float, later: timedelta
) -> None:
    assert calendar.after_hours(at + later, more_h) >= calendar.after_hours(at, more_h)


@few
@given(calendars(), moments, st.integers(1, 30))
def test_a_day_more_is_never_earlier(calendar: Calendar, at: datetime, count: int) -> None:
    due = calendar.after_days(at, count)
    assert at < due < calendar.after_days(at, count + 1)


@few
@given(calendars(), moments, st.integers(1, 30))
def test_nothing_is_due_on_a_day_off(calendar: Calendar, at: datetime, count: int) -> None:
    due = calendar.after_days(at, count) - timedelta(seconds=1)
    assert calendar.is_workday(calendar.local_day(due))


@few
@given(calendars(), moments, moments)
def test_hours_between_turn_their_sign(calendar: Calendar, a: datetime, b: datetime) -> None:
    assert calendar.hours_between(a, b) == -calendar.hours_between(b, a)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"time_zone": "Mars/Base"}, "time_zone must be one like"),
        ({"weekdays": ()}, "weekdays"),
        ({"weekdays": ("mon", "mon")}, "name a day twice"),
        ({"hours": ("9-12",)}, "spans like"),
        ({"hours": ("09:00-12:75",)}, "spans like"),
        ({"hours": ("13:00-17:00", "09:00-12:00")}, "in order"),
        ({"hours": ("12:00-09:00",)}, "in order"),
        ({"holidays": (date(2026, 10, 1),), "workdays": (date(2026, 10, 1),)}, "2026-10-01"),
        ({"lunch": True}, "lunch"),
    ],
)
def test_a_calendar_that_cannot_be_says_why(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Calendar.model_validate(wrong)


@pytest.mark.parametrize("name", sorted(Clocks.model_fields))
def test_no_clock_runs_backwards(name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        Clocks.model_validate({name: -1})
