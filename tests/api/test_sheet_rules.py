"""Which sheets there are, when they are due, and what counts as zero risk."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.sheets.rules import (
    ITEMS,
    KINDS,
    Answer,
    Kind,
    Told,
    check_answers,
    finding_of,
    period_of,
    periods_in,
    read_period,
    standing,
    suggested,
)
from vision.errors import InvalidError

ZONE = ZoneInfo("Asia/Shanghai")
QUIET = Told({}, 0, 0.99, 0, 0)
BUSY = Told({"missing_hat": 2}, 0, 0.99, 0, 0)
days = st.dates(date(2001, 1, 1), date(2100, 1, 1))


def fine(kind: Kind = "daily") -> list[Answer]:
    return [Answer(item, "ok") for item in ITEMS[kind]]


@given(st.sampled_from(KINDS), days)
def test_every_day_lies_in_one_period_of_each_kind(kind: Kind, day: date) -> None:
    period = period_of(kind, day)
    assert period.first <= day <= period.last
    assert period_of(kind, period.first) == period_of(kind, period.last) == period
    assert period.before().last == period.first - timedelta(days=1)
    assert read_period(kind, period.first.isoformat()) == period


@given(days)
def test_a_month_has_a_sheet_for_each_day_and_one_for_itself(day: date) -> None:
    whole = period_of("monthly", day)
    assert [one.first for one in periods_in("daily", day, date.min)] == list(whole.days())
    assert periods_in("monthly", day, date.min) == [whole]
    assert 4 <= len(periods_in("weekly", day, date.min)) <= 5


@pytest.mark.parametrize(
    ("kind", "day"),
    [("daily", "2026-2-1"), ("weekly", "2026-11-24"), ("yearly", "2026-01-01"), ("daily", "x")],
)
def test_an_address_that_names_no_sheet_names_none(kind: str, day: str) -> None:
    assert read_period(kind, day) is None


def test_a_day_is_due_at_noon_of_the_next() -> None:
    day = period_of("daily", date(2026, 11, 24))
    noon = datetime(2026, 11, 25, 4, tzinfo=UTC)
    assert standing(day, None, datetime(2026, 11, 23, 15, tzinfo=UTC), ZONE) == "running"
    assert standing(day, None, noon, ZONE) == "open"
    assert standing(day, None, noon + timedelta(seconds=1), ZONE) == "missing"
    assert standing(day, False, noon, ZONE) == "confirmed"
    assert standing(day, True, noon, ZONE) == "late"


def test_the_records_answer_what_cameras_can_see_and_nothing_else() -> None:
    assert suggested("hats_masks", BUSY) == "found"
    assert suggested("pests", BUSY) == "ok"
    assert suggested("cameras", Told({}, 0, 0.5, 0, 0)) == "found"
    assert suggested("waste", BUSY) is None


def test_zero_risk_needs_quiet_records_and_quiet_answers() -> None:
    assert finding_of(fine(), QUIET, closed=False) == "zero"
    assert finding_of(fine(), BUSY, closed=False) == "found"
    assert finding_of([Answer("waste", "found", "emptied")], QUIET, closed=False) == "found"
    assert finding_of([], QUIET, closed=True) == "closed"


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        (fine()[1:], "staff_health"),
        ([*fine()[:-1], Answer("waste", "found")], "waste"),
        ([*fine()[:-1], Answer("waste", "found", "  ")], "waste"),
        ([*fine(), Answer("waste", "ok")], "answers"),
        ([Answer("unknown", "ok")], "answers"),
    ],
)
def test_an_incomplete_sheet_says_which_item(answers: list[Answer], field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        check_answers("daily", answers, QUIET)
    assert caught.value.field == field


def test_who_corrects_the_records_says_why() -> None:
    with pytest.raises(InvalidError, match="hats_masks"):
        check_answers("daily", fine(), BUSY)
    corrected = [Answer(one.item, "ok", "it was a visitor") for one in fine()]
    check_answers("daily", corrected, BUSY)
