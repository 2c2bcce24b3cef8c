"""When a camera is well, and whose word about time is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cameras.rules import (
    AHEAD,
    FROZEN_AFTER,
    MAX_AGE,
    HealthState,
    Heard,
    Limits,
    availability,
    believable,
    health_state,
    picture_state,
)
from vision.names import RuleId

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LIMITS = Limits(late_s=180, offline_s=900)


def before(**time: float) -> datetime:
    """So long before noon."""
    return NOON - timedelta(**time)


@pytest.mark.parametrize(
    ("heard", "state"),
    [
        (Heard(False, NOON), "inactive"),
        (Heard(True, None), "silent"),
        (Heard(True, NOON), "ok"),
        (Heard(True, before(seconds=179)), "ok"),
        (Heard(True, before(seconds=180)), "late"),
        (Heard(True, before(seconds=900)), "offline"),
        (Heard(True, NOON, ("camera_offline",)), "offline"),
        (Heard(True, None, ("camera_dark",)), "dark"),
        (Heard(True, NOON, ("camera_blurred", "camera_covered")), "covered"),
        (Heard(True, before(hours=1), ("camera_dark",)), "offline"),
        (Heard(True, NOON, still=True), "frozen"),
        (Heard(True, before(seconds=200), still=True), "frozen"),
    ],
)
def test_one_word_says_how_a_camera_is(heard: Heard, state: HealthState) -> None:
    assert health_state(heard, NOON, LIMITS) == state


@pytest.mark.parametrize("problem", ["frozen", "dark", "blurred", "covered", "moved", "overloaded"])
def test_every_problem_that_a_camera_reports_has_its_word(problem: str) -> None:
    rule = cast("RuleId", f"camera_{problem}")
    assert health_state(Heard(True, NOON, (rule,)), NOON, LIMITS) == problem


def test_a_picture_is_fresh_up_to_its_limit_and_stale_after_it() -> None:
    taken = before(seconds=60)
    assert picture_state(taken, taken, NOON, stale_s=60) == "fresh"
    assert picture_state(taken, taken, NOON + timedelta(seconds=1), stale_s=60) == "stale"
    assert picture_state(None, None, NOON, stale_s=60) == "none"


def test_a_picture_that_stands_still_is_not_fresh_however_new_it_is() -> None:
    assert picture_state(NOON, NOON - FROZEN_AFTER, NOON, stale_s=60) == "frozen"
    almost = NOON - FROZEN_AFTER + timedelta(seconds=1)
    assert picture_state(NOON, almost, NOON, stale_s=60) == "fresh"


def test_a_clock_may_be_a_little_ahead_and_a_post_a_day_late() -> None:
    assert believable(NOON + AHEAD, NOON) and believable(NOON - MAX_AGE, NOON)
    assert not believable(NOON + AHEAD + timedelta(seconds=1), NOON)
    assert not believable(NOON - MAX_AGE - timedelta(seconds=1), NOON)


@given(st.integers(0, 2000), st.integers(0, 100_000))
def test_availability_is_a_share_or_not_told_yet(minutes: int, lived_s: int) -> None:
    share = availability(minutes, NOON - timedelta(seconds=lived_s), NOON)
    assert share is None if lived_s < 600 else share is not None and 0 <= share <= 1


def test_availability_counts_the_last_day() -> None:
    assert availability(720, before(days=9), NOON) == 0.5
    assert availability(30, before(hours=1), NOON) == 0.5
