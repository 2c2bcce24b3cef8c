"""How much was observed: told by cameras, added up by hour and day, never flattered."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from httpx2 import Response
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from api.exposures.models import ExposureDayRow
from api.exposures.rules import Seconds, of_hour
from api.exposures.store import assessable_s, note_missing, seconds_between
from tests.api.building import Kitchen, assert_problem, key_of
from vision.exposure import Exposure
from vision.exposure_hours import HourIn, Stretch, hours_of

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TODAY = NOW.date()
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _at_noon() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def hour(at: datetime = NOW - HOUR * 3, **changes: Any) -> dict[str, Any]:
    """An hour of which nearly everything was seen, with one person."""
    told = {"hour_at": at.isoformat(), "scheduled_s": 3600, "effective_s": 3000}
    return told | {"hat_person_s": 3000, "mask_person_s": 1500} | changes


def put(kitchen: Kitchen, *hours: dict[str, Any], camera: Any = None, **changes: Any) -> Response:
    """Tell them with the camera's key."""
    camera = camera or kitchen.camera
    body = {"origin": "camera", "source": "run-1", "hours": list(hours)} | changes
    path = f"/api/v1/cameras/{camera.id}/exposure"
    return kitchen.anonymous.put(path, json=body, headers=key_of(camera))


def day(kitchen: Kitchen, of: date = TODAY) -> Seconds:
    """What that day came to."""
    with kitchen.database.reading() as session:
        row = session.scalars(select(ExposureDayRow).where(ExposureDayRow.day == of)).one()
        return Seconds(row.scheduled_s, row.effective_s, row.hat_person_s, row.mask_person_s)


def test_the_same_again_changes_nothing_and_more_replaces_it(kitchen: Kitchen) -> None:
    assert put(kitchen, hour()).json() == {"hours": 1, "changed": 1}
    assert put(kitchen, hour()).json() == {"hours": 1, "changed": 0}
    assert put(kitchen, hour(effective_s=3300)).json() == {"hours": 1, "changed": 1}
    assert day(kitchen) == Seconds(3600, 3300, 3000, 1500)


def test_two_runs_in_one_hour_add_up_but_never_beyond_it(kitchen: Kitchen) -> None:
    put(kitchen, hour(effective_s=1000, hat_person_s=1000))
    put(kitchen, hour(effective_s=1200, hat_person_s=2000), source="run-2")
    assert day(kitchen).effective == 2200 and day(kitchen).hat == 3000
    put(kitchen, hour(effective_s=3500), source="run-3")
    assert day(kitchen).effective == 3600


def test_live_and_recorded_are_the_same_hour(kitchen: Kitchen) -> None:
    put(kitchen, hour(effective_s=1000))
    put(kitchen, hour(effective_s=2500), origin="batch", source="a" * 64)
    assert day(kitchen) == Seconds(3600, 2500, 3000, 1500)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"effective_s": 3601, "scheduled_s": 3600}, "hours.0.effective_s"),
        ({"scheduled_s": 1000}, "hours.0"),
        ({"effective_s": -1}, "hours.0.effective_s"),
        ({"hat_person_s": 400_000}, "hours.0.hat_person_s"),
        ({"hat_person_s": 3000, "effective_s": 10}, "hours.0"),
        ({"hour_at": "2026-11-24T01:30:00Z"}, "hours.0"),
        ({"hour_at": "2026-11-24T01:00:00"}, "hours.0.hour_at"),
        ({"hour_at": "2026-11-24T05:00:00Z"}, "hours"),
        ({"hour_at": "2026-11-24T04:00:00Z"}, "hours"),
        ({"hour_at": "1999-11-24T04:00:00Z"}, "hours"),
        ({"seen_s": 10}, "hours.0.seen_s"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    kitchen: Kitchen, changes: dict[str, Any], field: str
) -> None:
    assert_problem(put(kitchen, hour() | changes), 422, "invalid", field)
    with kitchen.database.reading() as session:
        assert session.scalars(select(ExposureDayRow)).all() == []


def test_an_hour_is_told_once_a_request(kitchen: Kitchen) -> None:
    assert put(kitchen, hour(), hour()).status_code == 422


def test_a_camera_tells_of_itself_alone(kitchen: Kitchen) -> None:
    path = f"/api/v1/cameras/{kitchen.other_camera.id}/exposure"
    body = {"origin": "camera", "source": "1", "hours": [hour()]}
    sent = kitchen.anonymous.put(path, json=body, headers=key_of(kitchen.camera))
    assert_problem(sent, 404, "not-found")


def test_time_that_can_be_judged_is_asked_for_by_rule_and_part_hours_count(
    kitchen: Kitchen,
) -> None:
    put(kitchen, hour(NOW - HOUR * 3), hour(NOW - HOUR * 2))
    since, until = NOW - HOUR * 2.5, NOW

    def judged(rule: str) -> float:
        with kitchen.database.reading() as session:
            return assessable_s(session, kitchen.restaurant, rule, since, until)

    assert judged("missing_hat") == 4500
    assert judged("mask_worn_wrong") == 2250
    assert judged("pest_rodent") == 4500
    kitchen.posted(started_at=(NOW - HOUR * 1.2).isoformat())
    assert judged("missing_hat") == 1500, "an alert that waits says nothing yet about its hour"
    assert judged("pest_rodent") == 4500


def test_a_day_is_a_local_one(kitchen: Kitchen) -> None:
    put(kitchen, hour(datetime(2026, 11, 23, 15, tzinfo=UTC)),
        hour(datetime(2026, 11, 23, 16, tzinfo=UTC)))  # fmt: skip
    assert day(kitchen, date(2026, 11, 23)).effective == 3000
    assert day(kitchen, date(2026, 11, 24)).effective == 3000


def test_a_camera_that_falls_silent_stays_in_the_statistics(kitchen: Kitchen) -> None:
    two_days_ago = [NOW - DAY * 2 - HOUR * n for n in range(3)]
    put(kitchen, *(hour(at) for at in two_days_ago))
    put(kitchen, hour(two_days_ago[0] + DAY))
    yesterday = (NOW - DAY).date()
    with kitchen.database.writing() as session:
        assert note_missing(session, yesterday) == 2
        assert note_missing(session, yesterday) == 0
    assert day(kitchen, yesterday) == Seconds(3 * 3600, 3000, 3000, 1500)
    put(kitchen, hour(two_days_ago[1] + DAY))
    assert day(kitchen, yesterday) == Seconds(3 * 3600, 6000, 6000, 3000)


def test_the_other_restaurant_has_its_own(kitchen: Kitchen) -> None:
    put(kitchen, hour())
    put(kitchen, hour(effective_s=60, hat_person_s=0, mask_person_s=0), camera=kitchen.other_camera)
    with kitchen.database.reading() as session:
        seen = seconds_between(session, kitchen.other_restaurant, NOW - DAY, NOW)
    assert seen == Seconds(3600, 60, 0, 0)


seconds = st.floats(0, 3600)


@given(st.lists(st.builds(Seconds, seconds, seconds, seconds, seconds), min_size=1, max_size=3))
def test_no_hour_has_more_than_an_hour(told: list[Seconds]) -> None:
    seen = of_hour({str(n): one for n, one in enumerate(told)})
    assert seen.effective <= seen.scheduled <= 3600


@given(
    st.lists(
        st.tuples(
            st.integers(0, 20_000), st.integers(1, 9_000), st.floats(0, 1), st.integers(0, 9)
        ),
        min_size=1,
        max_size=6,
    )
)
def test_stretches_of_observation_keep_their_sums_when_they_become_hours(
    parts: list[tuple[int, int, float, int]],
) -> None:
    offset, stretches = 0, []
    for gap, length, share, people in parts:
        began = NOW + timedelta(seconds=offset + gap)
        offset += gap + length
        seen = Exposure(length * share, length * share * people, 0.0)
        stretches.append(Stretch(began, began + timedelta(seconds=length), seen))
    hours = hours_of(stretches)
    assert all(isinstance(one, HourIn) for one in hours)
    assert [one.hour_at for one in hours] == sorted({one.hour_at for one in hours})
    length_s = sum((one.ended_at - one.began_at).total_seconds() for one in stretches)
    assert sum(one.scheduled_s for one in hours) == pytest.approx(length_s, abs=0.1)
    assert sum(one.hat_person_s for one in hours) == pytest.approx(
        sum(one.seen.hat_s for one in stretches), abs=0.1
    )
