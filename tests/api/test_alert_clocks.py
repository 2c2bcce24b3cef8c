"""Clocks that run ahead, posts that come late, twice, or in another order."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.alerts.rules import Progress, advanced
from api.alerts.schemas import AlertOut
from tests.api.building import Kitchen, assert_problem, key_of
from vision.alert import AlertUpdate

BEGAN = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


def soon(**ahead: float) -> str:
    """A moment in the future."""
    return (datetime.now(UTC) + timedelta(**ahead)).isoformat()


def test_a_clock_a_little_ahead_is_taken_and_flagged(kitchen: Kitchen) -> None:
    usual = kitchen.post(kitchen.alert(started_at=soon(seconds=40)))
    ahead = kitchen.post(kitchen.alert(started_at=soon(minutes=3)))
    assert (usual.status_code, usual.json()["clock_ahead_s"]) == (201, 0)
    assert ahead.status_code == 201 and 170 <= ahead.json()["clock_ahead_s"] <= 180


@pytest.mark.parametrize("field", ["started_at", "ended_at"])
def test_a_clock_far_ahead_is_refused_by_field_and_may_be_set_and_posted_again(
    kitchen: Kitchen, field: str
) -> None:
    alert = kitchen.alert()
    wrong = alert | {"ended_at": soon(minutes=20)}
    wrong |= {"started_at": soon(minutes=10)} if field == "started_at" else {}
    assert_problem(kitchen.post(wrong), 422, "invalid", field)
    assert kitchen.post(alert).status_code == 201, "nothing of the refused one was kept"
    path = f"/api/v1/alerts/{alert['id']}"
    update = {"ended_at": soon(minutes=10)}
    answer = kitchen.anonymous.patch(path, json=update, headers=key_of(kitchen.camera))
    assert_problem(answer, 422, "invalid", "ended_at")


def test_an_alert_that_comes_late_waits_from_when_it_came(kitchen: Kitchen) -> None:
    late = kitchen.post(kitchen.alert(started_at=(BEGAN - timedelta(days=400)).isoformat())).json()
    told = AlertOut.model_validate(late)
    assert told.due_at - told.received_at == timedelta(hours=1)
    assert told.clock_ahead_s == 0


def test_posts_replayed_in_any_order_leave_the_same_alerts(kitchen: Kitchen) -> None:
    alerts = [kitchen.alert(subjects=n) for n in range(1, 6)]
    first = {a["id"]: kitchen.post(a).json() for a in alerts}
    replayed = alerts * 3
    random.Random(7).shuffle(replayed)
    for alert in replayed:
        answer = kitchen.post(alert)
        assert (answer.status_code, answer.json()) == (200, first[alert["id"]])


def test_updates_in_any_order_and_repeated_end_in_the_same_place(kitchen: Kitchen) -> None:
    updates: list[dict[str, Any]] = [
        {"subjects": 2, "confidence": 0.91},
        {"subjects": 3, "confidence": 0.8},
        {"subjects": 3, "ended_at": "2026-11-24T06:31:00Z", "confidence": 0.85},
        {"subjects": 4, "ended_at": "2026-11-24T06:33:00Z", "confidence": 0.7},
    ]
    for seed in range(4):
        alert_id = kitchen.posted()
        sent = updates * 2
        random.Random(seed).shuffle(sent)
        for update in sent:
            answer = kitchen.anonymous.patch(
                f"/api/v1/alerts/{alert_id}", json=update, headers=key_of(kitchen.camera)
            )
            assert answer.status_code == 200
        assert updates[-1].items() <= answer.json().items()


def test_an_update_that_overtakes_its_alert_is_not_found_and_can_be_sent_again(
    kitchen: Kitchen,
) -> None:
    alert = kitchen.alert()
    path, update = f"/api/v1/alerts/{alert['id']}", {"subjects": 2}
    early = kitchen.anonymous.patch(path, json=update, headers=key_of(kitchen.camera))
    assert_problem(early, 404, "not-found")
    kitchen.post(alert)
    again = kitchen.anonymous.patch(path, json=update, headers=key_of(kitchen.camera))
    assert again.json()["subjects"] == 2


steps = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 3), st.floats(0, 1)), min_size=1, max_size=8
)


@given(steps, st.randoms(use_true_random=False))
def test_any_order_of_updates_gives_the_latest_end_and_the_most_subjects(
    grown: list[tuple[int, int, float]], chance: random.Random
) -> None:
    minute = subjects = 0
    updates = []
    for minutes, more, confidence in grown:
        minute, subjects = minute + minutes, subjects + more
        ended_at = BEGAN + timedelta(minutes=minute)
        updates.append(AlertUpdate(ended_at=ended_at, subjects=subjects, confidence=confidence))
    shuffled = updates * 2
    chance.shuffle(shuffled)
    known = Progress(None, 1, 0.5)
    for update in shuffled:
        known = advanced(known, update)
    last = updates[-1]
    assert last.confidence is not None
    assert known == Progress(last.ended_at, subjects, last.confidence)
