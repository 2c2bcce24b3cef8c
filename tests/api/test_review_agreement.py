"""Kappa against published figures, order and clocks as properties, known items in time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from api.reviews.agreement import Answer, Evidence, Took, Twice, by_week, cohen, figures
from api.reviews.known import OLDEST, Known, chance, suitable, times_for
from api.reviews.order import (
    DEFAULT_POLICY,
    HEAD_START,
    due_at,
    lateness,
    queue_key,
    queued_at,
)
from api.reviews.rules import doubled
from vision.names import SEVERITIES, Severity

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
verdicts = st.sampled_from(["upheld", "dismissed"])
pairs = st.lists(st.tuples(verdicts, verdicts), min_size=1, max_size=60)
severities: st.SearchStrategy[Severity] = st.sampled_from(SEVERITIES)
risks = st.sampled_from(sorted(HEAD_START))
moments = st.timedeltas(timedelta(days=-2000), timedelta(days=1000)).map(lambda since: NOW + since)


def test_kappa_is_that_of_the_textbook() -> None:
    # Cohen's grant example: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no gives kappa 0.4.
    table = [("u", "u")] * 20 + [("u", "d")] * 5 + [("d", "u")] * 10 + [("d", "d")] * 15
    kappa = cohen(table)
    assert kappa is not None and kappa.value == pytest.approx(0.4)
    assert kappa.agreement.value == pytest.approx(0.7)
    # 20,000 such tables drawn at random scatter with a standard error of 0.126.
    assert kappa.low == pytest.approx(0.4 - 1.96 * 0.1264, abs=0.005)


@given(pairs)
def test_kappa_does_not_depend_on_who_was_first_nor_on_the_order(
    table: list[tuple[str, str]],
) -> None:
    one, other = cohen(table), cohen([(b, a) for a, b in reversed(table)])
    assert one is not None and other is not None
    assert (one.value is None) == (other.value is None)
    if one.value is not None and other.value is not None:
        assert one.value == pytest.approx(other.value)
        assert one.low is not None and one.high is not None
        assert -1 <= one.low <= one.value + 1e-9 and one.value - 1e-9 <= one.high <= 1


@given(pairs)
def test_full_agreement_is_one_unless_chance_alone_would_do(table: list[tuple[str, str]]) -> None:
    same = [(first, first) for first, _ in table]
    kappa = cohen(same)
    assert kappa is not None
    if len({first for first, _ in same}) == 1:
        assert kappa.value is None
    else:
        assert kappa.value == pytest.approx(1.0)
        assert kappa.low is not None and kappa.low < 1.0, "agreement is not certain for ever"


def test_nothing_is_told_below_the_smallest_count() -> None:
    few = Evidence(
        [Answer(NOW, "upheld", "upheld")] * 19,
        [Twice(NOW, "upheld", "upheld")] * 19,
        [Took(NOW, 4.0)] * 19,
    )
    told = figures(few)
    assert (told.known_right, told.kappa, told.pace) == (None, None, None)
    assert (told.known, told.pairs, told.timed) == (19, 19, 19)


def test_unsure_on_a_known_item_is_neither_right_nor_wrong() -> None:
    answers = [Answer(NOW, "upheld", verdict) for verdict in ["upheld"] * 15 + ["dismissed"] * 5]
    told = figures(Evidence([*answers, Answer(NOW, "upheld", "unsure")], [], []))
    assert told.known_right is not None and told.known_right.value == 0.75
    assert (told.known, told.known_unsure) == (21, 1)


@given(st.lists(moments, min_size=1, max_size=30))
def test_weeks_begin_on_monday_follow_each_other_and_hold_everything(ats: list[datetime]) -> None:
    assume(max(ats) - min(ats) < timedelta(days=900))
    zone = ZoneInfo("Asia/Shanghai")
    weeks = by_week(Evidence([], [], [Took(at, 1.0) for at in ats]), zone)
    starts = [start for start, _ in weeks]
    assert all(start.weekday() == 0 for start in starts)
    assert starts == [starts[0] + timedelta(weeks=n) for n in range(len(starts))]
    assert sum(len(item.took) for _, item in weeks) == len(ats)
    assert starts[0] <= min(ats).astimezone(zone).date() < starts[0] + timedelta(weeks=1)
    assert isinstance(starts[0], date)


@given(severities, moments, moments, risks, risks)
def test_the_queue_goes_by_severity_then_age_and_risk_never_outweighs_its_head_start(
    severity: Severity, one: datetime, other: datetime, risk: str, other_risk: str
) -> None:
    first = queued_at(one, severity, risk, DEFAULT_POLICY)
    second = queued_at(other, severity, other_risk, DEFAULT_POLICY)
    if HEAD_START[risk] >= HEAD_START[other_risk] and one <= other:
        assert first <= second, "older and at least as risky: not behind"
    most = DEFAULT_POLICY.time_for(severity) / 2
    if one + most < other:
        assert first < second, "nobody waits for ever"


@given(severities, severities, moments, moments)
def test_a_more_severe_alert_always_comes_first(
    one: Severity, other: Severity, at: datetime, then: datetime
) -> None:
    assume(SEVERITIES.index(one) > SEVERITIES.index(other))
    assert queue_key(one, at, UUID(int=1)) < queue_key(other, then, UUID(int=0))


@given(severities, moments, st.timedeltas(timedelta(0), timedelta(days=2)))
def test_a_clock_turns_amber_then_red_and_never_back(
    severity: Severity, opened: datetime, later: timedelta
) -> None:
    due, allowed = due_at(opened, severity, DEFAULT_POLICY), DEFAULT_POLICY.time_for(severity)
    order = ["in_time", "soon", "late"]
    now, then = lateness(due, allowed, opened), lateness(due, allowed, opened + later)
    assert now == "in_time" and order.index(then) >= order.index(now)
    assert (then == "late") == (later > allowed)
    assert (then == "soon") == (0.75 * allowed <= later <= allowed)


@given(moments, st.timedeltas(timedelta(0), timedelta(hours=2)), moments)
def test_a_known_item_is_shown_at_its_own_time_of_day_on_the_last_day_possible(
    began: datetime, lasted: timedelta, now: datetime
) -> None:
    received = began + timedelta(seconds=5)
    item = Known(uuid4(), "major", began, began + lasted, received)
    times = times_for(item, now)
    moved = times.started_at - began
    assert moved % timedelta(days=1) == timedelta(0)
    assert times.received_at - times.started_at == timedelta(seconds=5)
    ended = began + lasted + moved
    assert max(ended, times.received_at) <= now < max(ended, times.received_at) + timedelta(days=1)
    assert suitable([item], now) == ([item] if now - times.received_at <= OLDEST else [])


def test_chances_give_the_share_that_was_asked_for() -> None:
    assert chance(0.0) == 0.0 and chance(1.0) == 1.0
    assert chance(0.02) / (1 + chance(0.02)) == pytest.approx(0.02)


def test_about_the_share_asked_for_is_judged_twice_and_the_seed_decides_which() -> None:
    ids = [UUID(int=number) for number in range(20_000)]
    chosen = {i for i in ids if doubled("one", i, 0.05)}
    assert 0.045 < len(chosen) / len(ids) < 0.055
    assert chosen != {i for i in ids if doubled("another", i, 0.05)}
    assert chosen <= {i for i in ids if doubled("one", i, 0.1)}, "a larger share keeps them"
