"""Weekly hours: across midnight, in every time zone, on the days when clocks are changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.hours import DAY_MIN, DAYS, Stretch, is_open, read_minute, write_minute

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
LUNCH = Stretch(("mon", "tue"), 11 * 60, 14 * 60)
NIGHT = Stretch(("fri",), 22 * 60, 2 * 60)
ALWAYS = Stretch(DAYS, 0, DAY_MIN)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis asks for naive bounds
stretches = st.builds(
    Stretch,
    st.sets(st.sampled_from(DAYS), min_size=1).map(lambda days: tuple(sorted(days))),
    st.integers(0, DAY_MIN - 1),
    st.integers(0, DAY_MIN),
)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """A wall-clock time there; 23 November 2026 is a Monday."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("moment", "holds"),
    [
        ("2026-11-23T10:59:59", False),
        ("2026-11-23T11:00:00", True),
        ("2026-11-24T13:59:59", True),
        ("2026-11-24T14:00:00", False),
        ("2026-11-25T12:00:00", False),
    ],
)
def test_a_stretch_begins_with_its_first_minute_and_ends_before_its_last(
    moment: str, holds: bool
) -> None:
    assert is_open([LUNCH], at(moment), SHANGHAI) is holds


@pytest.mark.parametrize(
    ("moment", "holds"),
    [
        ("2026-11-27T21:59:00", False),
        ("2026-11-27T22:00:00", True),
        ("2026-11-28T01:59:00", True),
        ("2026-11-28T02:00:00", False),
        ("2026-11-27T01:00:00", False),
        ("2026-11-28T22:30:00", False),
    ],
)
def test_a_night_belongs_to_the_day_it_began_on(moment: str, holds: bool) -> None:
    assert is_open([NIGHT], at(moment), SHANGHAI) is holds


def test_sunday_night_runs_into_monday() -> None:
    assert is_open([Stretch(("sun",), 23 * 60, 60)], at("2026-11-23T00:30:00"), SHANGHAI)


def test_the_wall_clock_of_the_place_counts_not_the_one_of_the_reader() -> None:
    noon = at("2026-11-23T12:00:00")
    assert is_open([LUNCH], noon.astimezone(BERLIN), SHANGHAI)
    assert not is_open([LUNCH], noon, BERLIN)


def test_hours_keep_their_wall_clock_time_when_clocks_are_changed() -> None:
    days = Stretch(DAYS, 9 * 60, 10 * 60)
    for day in ("2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25"):
        assert is_open([days], at(f"{day}T09:30:00", BERLIN), BERLIN)
        assert not is_open([days], at(f"{day}T10:00:00", BERLIN), BERLIN)


def test_an_hour_that_comes_twice_is_open_twice() -> None:
    hour = Stretch(("sun",), 2 * 60, 3 * 60)
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    open_minutes = [is_open([hour], first + timedelta(hours=h), BERLIN) for h in (-1, 0, 1, 2)]
    assert open_minutes == [False, True, True, False]


@given(moments)
def test_no_hours_and_the_whole_week_both_mean_always(moment: datetime) -> None:
    assert is_open([], moment, SHANGHAI) and is_open([ALWAYS], moment, BERLIN)


@given(stretches, moments)
def test_a_stretch_and_its_opposite_share_no_moment_of_one_day(
    stretch: Stretch, moment: datetime
) -> None:
    every_day = Stretch(DAYS, stretch.opens_min, stretch.closes_min)
    turned = Stretch(DAYS, stretch.closes_min % DAY_MIN, stretch.opens_min)
    if stretch.opens_min != stretch.closes_min % DAY_MIN:
        assert is_open([every_day], moment, UTC) is not is_open([turned], moment, UTC)


@given(st.integers(0, DAY_MIN))
def test_a_time_is_written_as_it_is_read(minute: int) -> None:
    assert read_minute(write_minute(minute)) == minute


@pytest.mark.parametrize(
    "text", ["", "9:00", "24:01", "12:60", "25:00", "ab:cd", "1200", "１２:00"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        read_minute(text)
