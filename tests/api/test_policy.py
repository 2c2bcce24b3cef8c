"""The policy: it adds up or says why not, and a decision never rewrites the past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from api.accounts.schemas import Person
from api.audit import AuditRow, verify_audit
from api.policy.rules import Grades, check, shipped
from api.policy.store import current_policy, decide, history, keep_shipped
from tests.api.building import Kitchen, assert_problem
from vision.errors import ForbiddenError, InvalidError

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HARDER = shipped().text.replace("answer_h = 2 ", "answer_h = 1 ", 1)


def test_the_shipped_policy_is_the_one_that_the_documents_tell() -> None:
    score = shipped().score
    assert (score.weights.pests, score.weights.observability) == (0.4, 0.1)
    assert score.pests.rate_60 == 1 / 1000 and score.hat.rate_60 == 5 / 100
    assert (score.caps.open_pest, score.caps.repeated_overdue) == (59, 74)
    assert (score.evidence.days, score.evidence.camera_h, score.evidence.person_h) == (14, 100, 40)
    assert [shipped().grades.of(points) for points in (90, 89.9, 60, 59.9)] == ["A", "B", "C", "D"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("pests = 0.40", "pests = 0.35", "score.weights: weights must add up to 1, these add up"),
        ("open_pest = 59", "open_pest = 80", "caps go from the gravest up"),
        ("B = 75", "B = 95", "grades overlap"),
        ("C = 60", "C = 75", "grades overlap"),
        ("half_life_days = 60", "half_life_days = -1", "score.pests.half_life_days"),
        ("half_life_days = 60", "half_life_days = nan", "score.pests.half_life_days"),
        ("repeated_overdue = 74", "repeated_overdue = 95", "would still be an A"),
        ("overdue = 1.5", "overdue = 0.5", "must not fall"),
        ('rules = ["missing_hat"]', 'rules = ["missing_mask"]', "missing_mask is counted twice"),
        ("days = 14", "days = 200", "evidence.days"),
        ("[score.interval]", "[score.margin]", "score.interval: Field required"),
        ("reviewed = 0.80", "reviewed = 80", "score.evidence.reviewed"),
        ('hours = ["09:00-12:00"', 'hours = ["12:00-09:00"', "calendar"),
        ("answer_h = 2", "answer_hours = 2", "clocks.answer_hours"),
        ("[grades]", "[grades", "is not TOML"),
    ],
)
def test_a_policy_that_does_not_add_up_is_refused_in_one_sentence(
    old: str, new: str, complaint: str
) -> None:
    assert old in shipped().text
    with pytest.raises(InvalidError, match="the policy") as refused:
        check(shipped().text.replace(old, new, 1))
    assert complaint in str(refused.value) and "\n" not in str(refused.value)


def test_a_grade_is_a_band_without_gaps() -> None:
    grades = Grades(A=90, B=75, C=60)
    assert [grades.band(name) for name in ("D", "C", "B", "A")] == [
        (0, 60), (60, 75), (75, 90), (90, 101)
    ]  # fmt: skip


def test_what_was_decided_holds_from_its_time_on(kitchen: Kitchen) -> None:
    chief = Person(kitchen.add_user("chief", "supervisor"), "chief", "supervisor")
    with time_machine.travel(NOW, tick=False), kitchen.database.writing() as session:
        assert current_policy(session).version == 0
        later = decide(session, chief, HARDER, NOW + DAY, "answers come too late")
        assert later.version == 2
        assert current_policy(session).sha256 == shipped().sha256
        assert current_policy(session, NOW + DAY).clocks.answer_h == 1
        assert current_policy(session, NOW - DAY * 400).version == 1
        told = history(session)
        assert [(one.version, one.in_force, one.decided_by) for one in told] == [
            (2, False, "chief"), (1, True, None)
        ]  # fmt: skip
        entry = session.query(AuditRow).filter_by(action="policy.decided", subject="2").one()
        assert later.sha256 in entry.detail and verify_audit(session).broken_at is None


def test_the_past_is_not_rewritten(kitchen: Kitchen) -> None:
    chief = Person(kitchen.add_user("chief", "admin"), "chief", "admin")
    with kitchen.database.writing() as session, time_machine.travel(NOW, tick=False):
        with pytest.raises(InvalidError, match="lies in the past") as refused:
            decide(session, chief, HARDER, NOW - DAY, "as of yesterday")
        assert refused.value.field == "in_force_from"
        moved = shipped().text.replace("Asia/Shanghai", "Europe/Berlin")
        with pytest.raises(InvalidError, match="must stay Asia/Shanghai"):
            decide(session, chief, moved, None, "we moved")


def test_a_later_release_does_not_change_what_was_in_force(kitchen: Kitchen) -> None:
    with kitchen.database.writing() as session:
        keep_shipped(session)
        keep_shipped(session)
        assert [one.version for one in history(session)] == [1]
        assert current_policy(session).version == 1


def test_only_who_answers_for_the_whole_city_decides(kitchen: Kitchen) -> None:
    local = Person("1", "local", "supervisor", district_id="north")
    with kitchen.database.writing() as session, pytest.raises(ForbiddenError, match="whole city"):
        decide(session, local, HARDER, None, "ours alone")
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    assert owner.get("/api/v1/policies").json()["items"][0]["version"] == 0
    body = {"text": HARDER, "reason": "kinder to us"}
    assert_problem(owner.post("/api/v1/policies", json=body), 403, "forbidden")


def test_the_office_decides_over_the_wire(kitchen: Kitchen) -> None:
    chief = kitchen.person("supervisor")
    made = chief.post("/api/v1/policies", json={"text": HARDER, "reason": "answers come too late"})
    assert made.status_code == 201 and made.json()["in_force"] and made.json()["version"] == 2
    bad = {"text": HARDER.replace("A = 90", "A = 60"), "reason": "kinder"}
    assert_problem(chief.post("/api/v1/policies", json=bad), 422, "invalid", "text")
