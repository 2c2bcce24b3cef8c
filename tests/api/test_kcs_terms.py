"""What the terms of the score come to: weights, caps, evidence, grades, costs."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from api.policy.rules import check, shipped
from api.scores.costs import with_costs
from api.scores.explain import score_log
from api.scores.facts import Handling
from api.scores.gamma import quantiles
from tests.api.scoring import ALL, NOW, TODAY, at, days, episode, log, score
from vision.intervals import gamma_quantile


@pytest.mark.parametrize(
    ("change", "factor"),
    [
        (lambda: None, 1.0),
        (lambda: Handling("c", at(-1)), 1.0),
        (lambda: Handling("c", at(2)), 1.5),
        (lambda: Handling("c", at(2), met_at=at(1)), 1.5),
        (lambda: Handling("c", at(2), met_at=at(3)), 1.0),
        (lambda: Handling("c", at(2), met_at=at(3), passed_at=at(1)), 0.5),
        (lambda: Handling("c", at(2), met_at=at(1), passed_at=at(1)), 0.75),
    ],
)
def test_an_episode_weighs_by_what_became_of_it(
    change: Callable[[], Handling | None], factor: float
) -> None:
    told = log(episode(5, handling=change()))
    (cost,) = with_costs(score(told), told, NOW, shipped()).episodes or ()
    assert cost.factor == factor


def test_the_same_again_soon_after_it_was_rectified_weighs_twice() -> None:
    first = episode(40, handling=Handling("c", at(35), met_at=at(36), passed_at=at(33)))
    again, later, elsewhere = episode(20), episode(3), episode(20, zone_type="service")
    told = log(first, again, later, elsewhere)
    costs = with_costs(score(told), told, NOW, shipped()).episodes or ()
    factors = {str(one.alert_id): one.factor for one in costs}
    assert factors == {first.id: 0.5, again.id: 2.0, later.id: 1.0, elsewhere.id: 1.0}


def test_an_open_pest_holds_the_score_below_a_passing_grade() -> None:
    open_, cleared = episode(30, rule="pest_rodent"), Handling("c", None, at(20), at(20))
    held = score(log(open_))
    assert (held.value, held.grade, held.caps[0].name) == (59.0, "D", "open_pest")
    assert str(held.caps[0].episode_ids[0]) == open_.id
    freed = score(log(replace(open_, handling=cleared)))
    assert freed.value is not None and freed.value > 75 and not freed.caps


def test_a_repeated_violation_with_an_overdue_order_holds_it_below_b() -> None:
    first = episode(40, handling=Handling("c", at(35), met_at=at(36), passed_at=at(33)))
    again = episode(20, handling=Handling("c", due_at=at(10)))
    held = score(log(first, again))
    assert (held.value, held.caps[0].name) == (74.0, "repeated_overdue")


def test_cameras_that_see_too_little_leave_no_grade() -> None:
    seldom = score(log(days=days(60, effective_s=10 * 3600.0)))
    assert seldom.value is not None and seldom.seen == 0.5 and seldom.grade is None


@pytest.mark.parametrize("what", ["days", "hours", "reviewed"])
def test_without_enough_evidence_there_is_no_score_but_what_is_missing(what: str) -> None:
    few = {
        "days": log(days=days(7)),
        "hours": log(days=days(60, hat_person_s=600)),
        "reviewed": log(*(episode(n, settled_at=None) for n in range(20))),
    }[what]
    told = score(few)
    assert told.value is None and told.grade is None and told.interval is None
    terms = next(part.terms for part in told.parts if part.name == "hat")
    need = next(one for one in (terms.needs if terms else ()) if one.what == what)
    assert need.have < need.need
    assert told.evidence == pytest.approx(need.have / need.need, abs=1e-5)


def test_what_is_not_asked_for_takes_no_part() -> None:
    told = score(log(episode(3, rule="missing_mask"), required=ALL - {"mask"}))
    assert [part.name for part in told.parts] == ["pests", "hat", "rectification", "observability"]
    assert sum(part.weight for part in told.parts) == pytest.approx(1, abs=1e-5)
    assert told.value == score(log(required=ALL - {"mask"})).value


def test_a_grade_changes_only_when_the_interval_leaves_its_band() -> None:
    told = log(*(episode(n % 60, hour=n % 20) for n in range(70)))
    fresh = score(told)
    assert fresh.grade == "B" and fresh.interval and fresh.interval.high < 90
    assert score(told, before="A").grade == "B"
    close = log(*(episode(n % 60, hour=n % 20) for n in range(45)))
    assert score(close).grade == "B"
    told_close = score(close)
    assert told_close.interval and told_close.interval.high >= 90
    assert score(close, before="A").grade == "A"


def test_each_cost_is_the_difference_that_it_makes() -> None:
    told = log(episode(4), episode(50, subjects=3), episode(9, rule="pest_cockroach"))
    whole = with_costs(score(told), told, NOW, shipped())
    assert whole.episodes and whole.uncapped is not None
    for cost in whole.episodes:
        gone = score(told.without([str(cost.alert_id)])).uncapped
        passed = score(told.passed([str(cost.alert_id)], NOW.at)).uncapped
        assert gone is not None and passed is not None
        assert cost.points == pytest.approx(gone - whole.uncapped, abs=1e-5) and cost.points > 0
        assert cost.points_if_passed == pytest.approx(gone - passed, abs=1e-5)
        assert cost.points_if_passed < cost.points
    assert [cost.points for cost in whole.episodes] == sorted(
        (cost.points for cost in whole.episodes), reverse=True
    )


def test_of_cameras_that_saw_the_same_one_alone_has_a_cost() -> None:
    one = episode(4)
    told = log(one, replace(one, id=str(uuid.uuid4()), camera_id="2"))
    costs = with_costs(score(told), told, NOW, shipped()).episodes or ()
    assert sorted(cost.points > 0 for cost in costs) == [False, True]
    shadow = next(cost for cost in costs if cost.state == "same")
    assert shadow.same_as in {cost.alert_id for cost in costs} - {shadow.alert_id}


def test_another_policy_is_another_score_and_says_so() -> None:
    other = check(shipped().text.replace("tolerated = 5", "tolerated = 2", 2))
    told = log(episode(3))
    mild, hard = score(told), score_log("r", told, NOW, other)
    assert mild.policy.sha256 != hard.policy.sha256
    assert mild.value is not None and hard.value is not None and hard.value < mild.value


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_the_table_of_quantiles_agrees_with_the_exact_ones(share: float) -> None:
    shapes = np.exp(np.linspace(np.log(0.02), np.log(3000), 23))
    exact = [gamma_quantile(share, float(shape)) for shape in shapes]
    assert quantiles(shapes, share) == pytest.approx(exact, rel=2e-3, abs=5e-3)
    assert quantiles(np.array([0.0]), share) == 0


def test_the_end_of_a_local_day_lies_in_that_day() -> None:
    assert NOW.at.isoformat() == "2026-11-24T15:59:59.999999+00:00" and NOW.day == TODAY
