"""When a message may go, and how it is signed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.notifications.messages import Reader, compose
from api.notifications.rules import (
    LONGEST_DELAY,
    MOST_ATTEMPTS,
    Bypass,
    Quiet,
    Trigger,
    bypasses,
    delay,
    due_at,
    latest_digest,
    signature,
    verified,
)
from vision.names import SEVERITIES, Severity

ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "UTC")]
START, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC)
moments = st.integers(0, int((END - START).total_seconds())).map(
    lambda seconds: START + timedelta(seconds=seconds)
)
minutes = st.integers(0, 1439)
quiets = st.builds(Quiet, minutes, minutes)
zones = st.sampled_from(ZONES)
SHANGHAI = ZONES[0]


def minute_of(at: datetime, zone: ZoneInfo) -> int:
    there = at.astimezone(zone)
    return there.hour * 60 + there.minute


@given(moments, quiets, zones)
def test_nothing_goes_in_quiet_hours_and_nothing_waits_longer_than_a_day(
    at: datetime, quiet: Quiet, zone: ZoneInfo
) -> None:
    due = due_at(at, quiet, zone)
    assert at <= due <= at + timedelta(hours=25)
    if due != at:
        assert quiet.holds(minute_of(at, zone))
        assert minute_of(due, zone) == quiet.end or zone.utcoffset(due) != zone.utcoffset(at)
    assert due_at(at, None, zone) == at


def test_quiet_hours_may_go_over_midnight() -> None:
    quiet = Quiet(22 * 60, 7 * 60)
    late = datetime(2026, 11, 24, 23, 30, tzinfo=SHANGHAI)
    early = datetime(2026, 11, 25, 6, 59, tzinfo=SHANGHAI)
    morning = datetime(2026, 11, 25, 7, 0, tzinfo=SHANGHAI)
    assert due_at(late, quiet, SHANGHAI) == due_at(early, quiet, SHANGHAI) == morning
    assert due_at(morning, quiet, SHANGHAI) == morning


@given(moments, st.sampled_from(["daily", "weekly"]), minutes, zones)
def test_digests_follow_each_other_without_a_gap(
    at: datetime, digest: str, minute: int, zone: ZoneInfo
) -> None:
    span = latest_digest(at, digest, minute, zone)  # type: ignore[arg-type]  # a digest
    assert span is not None and span.since < span.until <= at
    before = latest_digest(span.until - timedelta(seconds=1), digest, minute, zone)  # type: ignore[arg-type]  # a digest
    assert before is not None and before.until == span.since
    if digest == "weekly":
        assert span.until.astimezone(zone).weekday() == 0 or minute_of(span.until, zone) != minute


def test_without_a_digest_there_is_none() -> None:
    assert latest_digest(datetime(2026, 11, 24, tzinfo=UTC), "none", 480, SHANGHAI) is None


@given(st.sampled_from(SEVERITIES), st.sampled_from(["none", "minor", "major", "critical"]))
def test_what_is_more_severe_waits_no_longer(severity: Severity, bypass: Bypass) -> None:
    if bypasses(severity, bypass):
        assert bypasses("critical", bypass)
    assert not bypasses(severity, "none")


@given(st.integers(1, MOST_ATTEMPTS + 5), st.floats(0, 1))
def test_waits_grow_to_a_bound_and_end(attempts: int, chance: float) -> None:
    wait, after = delay(attempts, chance), delay(attempts + 1, 0.0)
    if attempts >= MOST_ATTEMPTS:
        assert wait is None
    else:
        assert wait is not None and timedelta(seconds=10) < wait <= LONGEST_DELAY
        assert after is None or after >= wait or after == LONGEST_DELAY * 0.5


@given(st.text(max_size=40), st.integers(0, 2**40), st.binary(max_size=200), st.binary(max_size=5))
def test_a_signature_holds_for_what_was_signed_and_nothing_else(
    secret: str, at: int, body: bytes, other: bytes
) -> None:
    given_ = signature(secret, at, body)
    assert verified(secret, at, body, given_, at + 299)
    assert not verified(secret, at, body, given_, at + 301)
    assert not verified(secret, at + 1, body, given_, at)
    assert not verified(secret + "x", at, body, given_, at)
    if other:
        assert not verified(secret, at, body + other, given_, at)


FACTS = {
    "alert": "1",
    "rule": "pest_rodent",
    "severity": "critical",
    "zone": "storage",
    "camera": "Cam\r\nBcc: x",
    "restaurant": "和顺\n小馆",
    "time": "2026-11-24T06:30:00+00:00",
    "due": "2026-11-24T06:45:00+00:00",
    "since": "2026-11-23T00:00:00+00:00",
    "until": "2026-11-24T00:00:00+00:00",
    "by": "Sue",
    "upheld": [["missing_hat", 3]],
    "offline": 2,
    "path": "/alerts/1",
}


@pytest.mark.parametrize(
    "trigger", ["alert_upheld", "alert_withdrawn", "alert_late", "camera_offline", "digest", "test"]
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_message_has_words_in_both_languages(trigger: Trigger, language: str) -> None:
    facts = {
        k: v for k, v in FACTS.items() if trigger == "digest" or k not in ("upheld", "offline")
    }
    reader = Reader(language, "Asia/Shanghai", "Desk")  # type: ignore[arg-type]  # a language
    told = compose(trigger, facts, reader, "https://kitchens.example.org")
    assert "\n" not in told.subject and "\r" not in told.subject and "%(" not in told.text
    assert told.link == "https://kitchens.example.org/alerts/1" and told.link in told.text
    chinese = any("\u4e00" <= sign <= "\u9fff" for sign in told.text.replace("和顺\n小馆", ""))
    assert chinese is (language == "zh")
    assert compose(trigger, facts, reader, None).link is None
