"""How long evidence is kept: nothing that is held ever comes due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from api.evidence.keeping import Facts, Policy, automatic_holds, due_at, verdict_hold

SETTLED = datetime(2026, 5, 1, 12, tzinfo=UTC)
moments = st.integers(-4000, 4000).map(lambda hours: SETTLED + timedelta(hours=hours))
policies = st.builds(Policy, st.integers(1, 4000), st.integers(1, 4000))
facts = st.builds(
    Facts,
    st.sampled_from(["waiting", "second_review", "upheld", "dismissed"]),
    st.none() | moments,
    st.none() | moments,
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
POLICY = Policy(dismissed_days=30, upheld_days=730)


@given(facts, policies)
def test_what_is_held_never_comes_due(alert: Facts, policy: Policy) -> None:
    held = alert.placed or bool(automatic_holds(alert))
    assert held or not (alert.in_case or alert.appealed)
    assert (due_at(alert, policy) is None) == held


@given(facts, policies)
def test_nothing_comes_due_before_its_days_are_over(alert: Facts, policy: Policy) -> None:
    due = due_at(alert, policy)
    if due is not None and alert.settled_at is not None:
        assert due >= alert.settled_at + timedelta(days=policy.days(alert.status))


@given(facts, policies)
def test_an_open_alert_is_always_held(alert: Facts, policy: Policy) -> None:
    if alert.status in ("waiting", "second_review"):
        assert verdict_hold(alert) == "open"


def test_a_dismissed_alert_goes_after_its_days() -> None:
    assert due_at(Facts("dismissed", SETTLED), POLICY) == SETTLED + timedelta(days=30)


def test_an_upheld_alert_stays_until_somebody_releases_it() -> None:
    assert due_at(Facts("upheld", SETTLED), POLICY) is None
    soon, late = SETTLED + timedelta(days=3), SETTLED + timedelta(days=900)
    assert due_at(Facts("upheld", SETTLED, soon), POLICY) == SETTLED + timedelta(days=730)
    assert due_at(Facts("upheld", SETTLED, late), POLICY) == late


def test_a_new_verdict_brings_the_hold_back() -> None:
    before = SETTLED - timedelta(days=1)
    assert verdict_hold(Facts("upheld", SETTLED, before)) == "upheld"
