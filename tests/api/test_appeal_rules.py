"""What can be appealed against, until when, and who may decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.appeals.rules import Earlier, State, Term, Verdict, clock_state, may_decide, why_not

TERM = Term(21, ZoneInfo("Asia/Shanghai"))
GIVEN = datetime(2026, 11, 3, 8, tzinfo=UTC)  # 16:00 there
LAST = datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC)  # 23:59:59 there, 21 days later


def upheld(*earlier: Earlier) -> Verdict:
    return Verdict("upheld", GIVEN, earlier)


def test_the_last_day_of_the_term_counts_wholly() -> None:
    assert TERM.ends_at(GIVEN) == LAST
    assert why_not(upheld(), LAST, TERM) is None
    assert why_not(upheld(), LAST + timedelta(seconds=1), TERM) == "too_late"


@given(st.integers(0, 60 * 24 * 60))
def test_whoever_has_a_day_left_is_not_too_late(minutes: int) -> None:
    now = GIVEN + timedelta(minutes=minutes)
    left = TERM.days_left(GIVEN, now)
    assert 0 <= left <= 21
    if left:
        assert why_not(upheld(), now, TERM) is None


def test_only_an_upheld_alert_can_be_appealed_against() -> None:
    for status in ("waiting", "second_review", "dismissed"):
        assert why_not(Verdict(status, GIVEN), GIVEN, TERM) == "not_upheld"


@pytest.mark.parametrize(
    ("state", "reason"),
    [("filed", "open"), ("granted", "decided"), ("refused", "decided"), ("withdrawn", None)],
)
def test_what_an_earlier_appeal_leaves_open(state: State, reason: str | None) -> None:
    now = GIVEN + timedelta(days=2)
    assert why_not(upheld(Earlier(state, GIVEN + timedelta(days=1))), now, TERM) == reason


def test_another_verdict_can_be_appealed_against_anew() -> None:
    old = Earlier("refused", GIVEN - timedelta(days=3))
    assert why_not(upheld(old), GIVEN, TERM) is None


def test_a_supervisor_decides_unless_they_judged_it() -> None:
    assert may_decide("sue", "supervisor", {"pat"})
    assert not may_decide("sue", "supervisor", {"pat", "sue"})
    for role in ("patrol", "inspector", "restaurant"):
        assert not may_decide("x", role, set())


def test_the_offices_clock_turns_amber_and_red() -> None:
    due = GIVEN + timedelta(days=12)
    states = [clock_state(GIVEN, due, GIVEN + timedelta(days=n)) for n in (0, 8, 9, 12, 13)]
    assert states == ["in_time", "in_time", "soon", "soon", "late"]
