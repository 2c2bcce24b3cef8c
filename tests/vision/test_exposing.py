"""What a recording let one see, minute by minute and then by the hours of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.exposing import SPAN_S, hours, spans
from vision.exposure import Exposure

steps = st.lists(st.tuples(st.floats(0.1, 100), st.floats(0, 1)), max_size=40)


def totals(steps: list[tuple[float, float]]) -> list[tuple[float, Exposure]]:
    """Frames so far apart, of which a share was seen."""
    time_s, seen_s, told = 0.0, 0.0, []
    for gap_s, share in steps:
        time_s, seen_s = time_s + gap_s, seen_s + min(gap_s, 1.0) * share
        told.append((time_s, Exposure(seen_s, 2 * seen_s, seen_s)))
    return told


@given(steps)
def test_nothing_is_lost_between_the_minutes(steps: list[tuple[float, float]]) -> None:
    seen = totals(steps)
    last_s, total = seen[-1] if seen else (0.0, Exposure())
    told = spans(seen, last_s + 10)
    assert sum(one.camera_s for one in told) == pytest.approx(total.camera_s, abs=0.001 * len(told))
    assert [one.end_s for one in told[:-1]] == [one.start_s for one in told[1:]]
    assert told[0].start_s == 0 and told[-1].end_s == pytest.approx(last_s + 10)


@given(steps, st.integers(0, 3599))
def test_the_hours_hold_what_the_minutes_hold(steps: list[tuple[float, float]], late: int) -> None:
    seen = totals(steps)
    told = spans(seen, 7200.0)
    began_at = datetime(2026, 11, 24, 6, tzinfo=UTC) + timedelta(seconds=late)
    every = hours(told, began_at)
    assert sum(h.scheduled_s for h in every) == pytest.approx(max(7200.0, told[-1].end_s), abs=0.1)
    assert sum(h.effective_s for h in every) == pytest.approx(
        sum(one.camera_s for one in told), abs=0.1
    )


def test_a_day_of_which_nothing_is_known_is_told_as_one_span() -> None:
    told = spans([(30.0, Exposure(30.0)), (4000.0, Exposure(31.0))], 86_400.0)
    assert [(one.start_s, one.end_s) for one in told] == [
        (0, 60), (60, 3960), (3960, 4020), (4020, 86_400)
    ]  # fmt: skip
    assert sum(one.camera_s for one in told) == 31.0


def test_an_hour_begins_when_the_clock_says_so() -> None:
    told = spans([(n * 1.0, Exposure(n * 1.0)) for n in range(1, 1200)], 1200.0)
    first, second = hours(told, datetime(2026, 11, 24, 6, 50, tzinfo=UTC))
    assert (first.scheduled_s, second.scheduled_s) == (600.0, 600.0)
    assert first.effective_s == pytest.approx(600, abs=SPAN_S / 2)
