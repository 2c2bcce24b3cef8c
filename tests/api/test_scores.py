"""Scores over the tables: what comes in changes them, what is overturned is gone from them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.schemas import Person
from api.alerts.models import AlertRow
from api.audit import AuditRow
from api.cameras.keys import Camera
from api.cameras.models import CameraRow
from api.exposures.store import put_hours
from api.policy.rules import check, shipped
from api.policy.store import decide, keep_shipped
from api.reviews.overturn import overturn
from api.scores.closing import closed_until
from api.scores.days_store import close_day, recompute
from api.scores.explain import sha256_of
from api.scores.models import DistrictRateRow, ScoreDayRow
from api.scores.preview import preview
from api.scores.schemas import Score
from api.scores.store import history, score_of, what_if
from api.scores.worker import ScoreWorker
from tests.api.building import Kitchen, assert_problem, review
from vision.exposure_hours import ExposureIn

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
ANEW = "score.made_anew"


def observe(kitchen: Kitchen, days: int = 30, hours: int = 10) -> None:
    """So many days, each with hours of which everything was seen, with two people."""
    told = [
        {
            "hour_at": NOW - DAY * (day + 1) + timedelta(hours=hour - 12),
            "scheduled_s": 3600,
            "effective_s": 3600,
            "hat_person_s": 7200,
            "mask_person_s": 7200,
        }
        for day in range(days)
        for hour in range(hours)
    ]
    given = ExposureIn.model_validate({"origin": "camera", "source": "run-1", "hours": told})
    with kitchen.database.writing() as session:
        put_hours(session, Camera(kitchen.camera.id, kitchen.restaurant), given)


def upheld(kitchen: Kitchen, days_ago: float, rule: str = "missing_hat", **more: Any) -> UUID:
    """An alert of some days ago, upheld an hour later."""
    began = NOW - DAY * days_ago
    times = {"started_at": began.isoformat(), "ended_at": (began + MINUTE).isoformat()}
    alert_id = UUID(kitchen.posted(rule=rule, **times, **more))
    with kitchen.database.writing() as session:
        row = session.get_one(AlertRow, alert_id)
        row.status, row.settled_at = "upheld", began + timedelta(hours=1)
    return alert_id


@pytest.fixture
def observed(kitchen: Kitchen) -> Any:
    """A kitchen with a month of observation, at a fixed time."""
    with time_machine.travel(NOW, tick=False):
        observe(kitchen)
        yield kitchen


def score(kitchen: Kitchen, **more: Any) -> Score:
    """Of the observed restaurant."""
    with kitchen.database.reading() as session:
        return score_of(session, kitchen.restaurant, **more)


def test_a_kitchen_is_scored_by_what_was_upheld_and_observed(observed: Kitchen) -> None:
    clean = score(observed)
    assert clean.value is not None and clean.value > 90 and clean.grade == "A" and clean.seen == 1
    alert_id = upheld(observed, 3)
    told = score(observed)
    assert told.value is not None and told.value < clean.value
    (cost,) = told.episodes or ()
    assert cost.alert_id == alert_id and cost.points > cost.points_if_passed > 0
    assert told.policy.sha256 == shipped().sha256


def test_a_camera_that_asks_for_less_takes_less_part(observed: Kitchen) -> None:
    with observed.database.writing() as session:
        session.get_one(CameraRow, observed.camera.id).rules = "hats-only"
    assert score(observed).required == ("hat",)


def test_what_waits_does_not_count_against_anybody(observed: Kitchen) -> None:
    observed.posted(started_at=(NOW - DAY * 2).isoformat())
    told = score(observed)
    assert told.waiting == 1 and told.episodes == ()
    hat = next(part.terms for part in told.parts if part.name == "hat")
    mask = next(part.terms for part in told.parts if part.name == "mask")
    assert hat and mask and hat.plain_hours == mask.plain_hours - 20


def test_a_moment_of_the_past_knows_nothing_of_what_came_later(observed: Kitchen) -> None:
    before = score(observed, at=NOW - DAY * 5)
    upheld(observed, 3)
    again = score(observed, at=NOW - DAY * 5)
    assert again.model_dump_json() == before.model_dump_json() and before.episodes == ()


def test_an_overturned_verdict_leaves_no_trace_in_any_day_since(observed: Kitchen) -> None:
    decider = Person(observed.add_user("chief", "supervisor"), "chief", "supervisor")
    first = (NOW - DAY * 6).date()
    days = [first + timedelta(days=n) for n in range(6)]
    clean = _closed(observed, days)
    wrong = upheld(observed, 5.2)
    dirty = _closed(observed, days)
    assert [a.value == b.value for a, b in zip(clean, dirty, strict=True)][1:] == [False] * 5
    with observed.database.writing() as session:
        overturn(session, decider, wrong, "wrong_object", "a cap was worn")
        assert recompute(session, observed.restaurant, days[0]) == 5
        rows = _days(session, observed)
    assert [row.sha256 for row in rows] == [sha256_of(one) for one in clean]


def _closed(kitchen: Kitchen, days: list[Any]) -> list[Score]:
    with kitchen.database.writing() as session:
        for row in session.scalars(select(DistrictRateRow)):
            session.delete(row)
        for day in days:
            close_day(session, day)
        rows = _days(session, kitchen)
    return [Score.model_validate_json(row.detail) for row in rows]


def _days(session: Session, kitchen: Kitchen) -> list[ScoreDayRow]:
    today = NOW.date()
    own = ScoreDayRow.restaurant_id == kitchen.restaurant, ScoreDayRow.day < today
    return list(session.scalars(select(ScoreDayRow).where(*own).order_by(ScoreDayRow.day)))


def test_a_day_that_is_closed_holds_what_the_score_says_at_its_end(observed: Kitchen) -> None:
    upheld(observed, 3)
    day = (NOW - DAY).date()
    with observed.database.writing() as session:
        close_day(session, day)
    with observed.database.reading() as session:
        (row,) = _days(session, observed)
        end = datetime.fromisoformat(json.loads(row.detail)["at"])
        again = score_of(session, observed.restaurant, end, costs=False)
    assert row.sha256 == sha256_of(again) and row.detail == again.model_dump_json()
    assert row.policy_sha256 == shipped().sha256


def test_the_worker_follows_verdicts_and_closes_days(observed: Kitchen) -> None:
    worker = ScoreWorker(observed.database)
    while len(_history(observed)) < 31:
        assert worker.round()
    before = _history(observed)[-1]
    assert before.day == NOW.date() and before.value is not None
    alert_id = observed.posted(started_at=(NOW - DAY).isoformat())
    assert review(observed.person("patrol"), alert_id, "upheld").status_code == 201
    worker.round()
    after = _history(observed)[-1]
    assert after.value is not None and after.value < before.value
    told = score(observed, costs=False)
    assert after.sha256 == sha256_of(told)
    with time_machine.travel(NOW + DAY, tick=False):
        assert worker.round() and worker.round()  # the day that is over, then the new one
        closed, begun = _history(observed)[-2:]
    assert (closed.day, begun.day) == (NOW.date(), (NOW + DAY).date())
    assert closed.value == after.value


def _history(kitchen: Kitchen) -> Any:
    with kitchen.database.reading() as session:
        return history(session, kitchen.restaurant)


def test_one_worker_at_a_time_keeps_the_scores(observed: Kitchen) -> None:
    assert ScoreWorker(observed.database).round()
    assert not ScoreWorker(observed.database).round()


def test_what_if_tells_what_an_appeal_a_look_back_and_time_would_bring(observed: Kitchen) -> None:
    alert_id = upheld(observed, 3, subjects=3)
    with observed.database.reading() as session:
        gone = what_if(session, observed.restaurant, without=[alert_id])
        passed = what_if(session, observed.restaurant, passed=[alert_id])
        later = what_if(session, observed.restaurant, days=30)
    assert gone.difference and passed.difference and later.difference
    assert gone.difference > passed.difference > 0 and later.difference > 0
    assert later.then.seen == 1


def test_a_policy_holds_from_its_time_on_and_not_before(observed: Kitchen) -> None:
    chief = Person(observed.add_user("chief", "supervisor"), "chief", "supervisor")
    upheld(observed, 3)
    before, past = score(observed), score(observed, at=NOW - DAY)
    harder = shipped().text.replace("tolerated = 5", "tolerated = 1", 1)
    with observed.database.writing() as session:
        keep_shipped(session)
        decide(session, chief, harder, None, "hats matter more")
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        after, past_again = score(observed), score(observed, at=NOW - DAY)
    assert before.value is not None and after.value is not None and after.value < before.value
    assert (after.policy.version, past_again.value) == (2, past.value)


def test_a_preview_says_whose_grade_another_policy_changes(observed: Kitchen) -> None:
    chief = Person("chief", "chief", "admin")
    for days in range(1, 15):
        upheld(observed, days)
    harder = shipped().text.replace("tolerated = 5", "tolerated = 0.5", 1)
    with observed.database.reading() as session:
        told = preview(session, chief, check(harder), NOW.date())
        same = preview(session, chief, shipped(), NOW.date())
    assert (told.restaurants, told.scored_now, told.lower, told.higher) == (2, 1, 1, 0)
    assert told.changes[0].restaurant_name == "Golden Wok"
    assert told.grades_now != told.grades_then
    assert same.changes == [] and same.grades_now == same.grades_then


def test_the_score_is_told_to_those_who_may_know_it(observed: Kitchen) -> None:
    owner = observed.person("restaurant", restaurant_id=observed.restaurant)
    path = f"/api/v1/restaurants/{observed.restaurant}/score"
    told = owner.get(path).json()
    assert told["value"] and told["parts"][0]["terms"]["needs"]
    assert owner.get(f"{path}/what-if", params={"days": 10}).json()["difference"] is not None
    assert owner.get(f"{path}/history").json() == {"items": []}
    other = f"/api/v1/restaurants/{observed.other_restaurant}/score"
    for tail in ("", "/history", "/what-if"):
        assert_problem(owner.get(other + tail), 404, "not-found")
    ahead = owner.get(path, params={"at": (NOW + DAY).isoformat()})
    assert_problem(ahead, 422, "invalid", "at")


def _late(kitchen: Kitchen, days_ago: int, effective_s: int, hours: int = 10) -> None:
    """Hours of a past day, told anew now."""
    told = [
        {
            "hour_at": NOW - DAY * days_ago + timedelta(hours=hour - 12),
            "scheduled_s": 3600,
            "effective_s": effective_s,
            "hat_person_s": 2 * effective_s,
            "mask_person_s": 2 * effective_s,
        }
        for hour in range(hours)
    ]
    given = ExposureIn.model_validate({"origin": "camera", "source": "run-1", "hours": told})
    with kitchen.database.writing() as session:
        put_hours(session, Camera(kitchen.camera.id, kitchen.restaurant), given)


def _worked(kitchen: Kitchen, worker: ScoreWorker, rounds: int = 1) -> list[tuple[Any, str]]:
    """Day and hash of each closed day after so many rounds."""
    for _ in range(rounds):
        assert worker.round()
    return [(day.day, day.sha256) for day in _history(kitchen) if day.day < NOW.date()]


def test_hours_that_come_late_count_as_if_they_had_come_in_time(observed: Kitchen) -> None:
    worker = ScoreWorker(observed.database)
    upheld(observed, 20)
    in_time = _worked(observed, worker, 32)
    _late(observed, 12, 600)
    poorer = _worked(observed, worker)
    assert [a == b for a, b in zip(in_time, poorer, strict=True)] == [True] * 18 + [False] * 12
    _late(observed, 12, 3600)
    assert _worked(observed, worker) == in_time
    with observed.database.reading() as session:
        told = select(AuditRow.action).where(AuditRow.action.in_(("exposure.late", ANEW)))
        assert session.scalars(told.order_by(AuditRow.seq)).all() == ["exposure.late", ANEW] * 2


def test_the_last_hour_of_a_day_is_not_late(observed: Kitchen) -> None:
    worker = ScoreWorker(observed.database)
    _worked(observed, worker, 32)
    midnight = datetime(2026, 11, 24, 16, tzinfo=UTC)
    for minutes, closed in ((60, False), (121, True)):
        with time_machine.travel(midnight + MINUTE * minutes, tick=False):
            _worked(observed, worker)
            with observed.database.reading() as session:
                assert (closed_until(session) == NOW.date()) is closed
