"""A case is passed by video: from hours that the camera itself told, to two signatures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from tests.api.building import Kitchen, key_of, review
from tests.api.test_cases import Loop, states

# The proof comes at full hour, so that each hour told lies wholly after it.
PROOF = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TWO_PEOPLE_S = 7_200.0


def watched(loop: Loop, first: int, last: int, origin: str = "camera") -> None:
    """The camera tells those hours since the proof: two people at work, all of it seen."""
    kitchen = loop.kitchen
    hours = [
        {
            "hour_at": (PROOF + HOUR * number).isoformat(),
            "scheduled_s": 3600,
            "effective_s": 3600,
            "hat_person_s": TWO_PEOPLE_S,
            "mask_person_s": 0,
        }
        for number in range(first, last)
    ]
    path = f"/api/v1/cameras/{kitchen.camera.id}/exposure"
    body = {"origin": origin, "source": "run-1", "hours": hours}
    answer = kitchen.anonymous.put(path, json=body, headers=key_of(kitchen.camera))
    assert answer.status_code == 200, answer.text


@pytest.fixture
def rectified(kitchen: Kitchen) -> tuple[Loop, str]:
    """An order that the restaurant met at ``PROOF``."""
    with time_machine.travel(PROOF - HOUR, tick=False):
        loop = Loop(kitchen)
        when = {"started_at": PROOF - 3 * HOUR, "ended_at": PROOF - 3 * HOUR}
        case_id = loop.opened(**{name: at.isoformat() for name, at in when.items()})
        loop.order("Li", case_id)
    with time_machine.travel(PROOF, tick=False):
        loop.act("Cook", case_id, "rectify")
    return loop, case_id


def look(loop: Loop, case_id: str, after: timedelta) -> Any:
    """What the system does so long after the proof, and the case then."""
    with time_machine.travel(PROOF + after, tick=False):
        loop.round()
        return loop.seen("Zhou", case_id)


def test_enough_hours_seen_pass_it_and_two_people_close_it(rectified: tuple[Loop, str]) -> None:
    loop, case_id = rectified
    with time_machine.travel(PROOF + 23 * HOUR, tick=False):
        watched(loop, 0, 22)
    early = look(loop, case_id, 71 * HOUR)
    assert (early.state, early.look_back_now.seen_h) == ("rectified", 44.0)
    short = look(loop, case_id, 72 * HOUR)
    assert short.state == "rectified"
    assert short.look_back_now.missing_h == pytest.approx(2.05, abs=0.01)
    assert [one.result for one in short.look_backs] == ["undecided"]

    with time_machine.travel(PROOF + 73 * HOUR, tick=False):
        watched(loop, 22, 24)
    passed = look(loop, case_id, 73 * HOUR)
    assert passed.state == "looked_back"
    assert [(one.result, one.seen_h) for one in passed.look_backs][-1] == ("passed", 48.0)
    with time_machine.travel(PROOF + 74 * HOUR, tick=False):
        loop.act("Li", case_id, "sign")
        loop.act("Wang", case_id, "close")
        case = loop.seen("Zhou", case_id)
    assert case.state == "closed" and "check_passed:checked" not in states(case)
    assert case.orders[0].met_at == PROOF


def test_an_alert_that_nobody_reviewed_leaves_it_open_and_one_upheld_fails_it(
    rectified: tuple[Loop, str],
) -> None:
    loop, case_id = rectified
    with time_machine.travel(PROOF + 40 * HOUR, tick=False):
        watched(loop, 0, 40)
        seen_at = (PROOF + 30 * HOUR).isoformat()
        again = loop.kitchen.posted(started_at=seen_at, ended_at=seen_at)
    waits = look(loop, case_id, 73 * HOUR)
    assert (waits.state, waits.look_back_now.waiting) == ("rectified", 1)
    assert waits.look_back_now.seen_h == 78.0, "its hour says nothing yet"
    with time_machine.travel(PROOF + 74 * HOUR, tick=False):
        patrol = loop.kitchen.person("patrol", "Pia")
        assert review(patrol, again, "upheld").status_code == 201
    failed = look(loop, case_id, 75 * HOUR)
    assert failed.state == "failed"
    assert failed.orders[0].failed_at is not None
