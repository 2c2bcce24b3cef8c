"""Minutes that the office asks for are brought when nothing was told in them."""

from datetime import UTC, datetime, timedelta

import numpy as np

from vision.live.minutes import Minutes, WantedMinute

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
IMAGE = np.full((64, 64, 3), 99, np.uint8)


def asked(at: datetime = NOON) -> Minutes:
    minutes = Minutes()
    minutes.ask([WantedMinute(id="ab", minute_at=at)], NOON - timedelta(seconds=30))
    return minutes


def passed(minutes: Minutes, every_s: float = 2.0, seconds: int = 62) -> None:
    for k in range(int(seconds / every_s)):
        minutes.look(IMAGE, NOON + timedelta(seconds=k * every_s))


def test_six_frames_are_taken_while_it_passes_and_given_once_it_has_settled() -> None:
    minutes = asked()
    passed(minutes)
    assert minutes.ready(NOON + timedelta(seconds=62)) == []
    (minute,) = minutes.ready(NOON + timedelta(seconds=75))
    assert minute.id == "ab" and len(minute.frames) == 6


def test_a_minute_into_which_an_alert_falls_is_not_free() -> None:
    minutes = asked()
    passed(minutes)
    minutes.disturb(NOON + timedelta(seconds=63))
    assert minutes.ready(NOON + timedelta(seconds=75)) == []


def test_a_minute_of_which_too_little_was_seen_is_forgotten() -> None:
    minutes = asked()
    passed(minutes, seconds=20)
    assert minutes.ready(NOON + timedelta(seconds=75)) == []


def test_a_minute_that_has_passed_cannot_be_brought_any_more() -> None:
    minutes = asked(NOON - timedelta(minutes=5))
    passed(minutes)
    assert minutes.ready(NOON + timedelta(seconds=75)) == []


def test_what_was_sent_is_not_taken_up_again() -> None:
    minutes = asked()
    passed(minutes)
    minutes.sent("ab")
    minutes.ask([WantedMinute(id="ab", minute_at=NOON)], NOON - timedelta(seconds=9))
    assert minutes.ready(NOON + timedelta(seconds=75)) == []
