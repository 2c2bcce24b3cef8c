"""Measured precision, counted in the database by any dimension."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.building import Kitchen, assert_problem, review

ADDRESS = "/api/v1/stats/precision"


def items(client: TestClient, **params: str) -> list[dict[str, Any]]:
    """The figures, as told."""
    answer = client.get(ADDRESS, params=params)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def judge(client: TestClient, alert_id: str, verdict: str) -> None:
    """A verdict, with a reason where one is needed."""
    reason = {"reason": "wrong_object"} if verdict == "dismissed" else {}
    assert review(client, alert_id, verdict, **reason).status_code == 201


def judged(kitchen: Kitchen, client: TestClient, *verdicts: str, **changes: Any) -> None:
    """Alerts with these verdicts."""
    for verdict in verdicts:
        judge(client, kitchen.posted(**changes), verdict)


def test_precision_counts_decided_alerts_rule_by_rule(kitchen: Kitchen) -> None:
    patrol = kitchen.person("patrol")
    judged(kitchen, patrol, "upheld", "upheld", "dismissed", "unsure")
    kitchen.posted(rule="pest_rodent", camera_id=kitchen.other_camera.id)
    hats, rodents = items(patrol)
    assert hats["group"] == {"rule": "missing_hat"}
    assert (hats["upheld"], hats["dismissed"], hats["decided"], hats["open"]) == (2, 1, 3, 1)
    assert hats["precision"] == pytest.approx(2 / 3)
    assert hats["low"] < 2 / 3 < hats["high"]
    assert (rodents["decided"], rodents["precision"], rodents["low"]) == (0, None, None)
    inspector = kitchen.person("inspector", station="South")
    assert [item["group"]["rule"] for item in items(inspector)] == ["pest_rodent"]
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    assert_problem(owner.get(ADDRESS), 403, "forbidden")


def test_an_undone_verdict_is_no_verdict(kitchen: Kitchen) -> None:
    patrol, alert_id = kitchen.person("patrol"), kitchen.posted()
    given = review(patrol, alert_id, "upheld").json()["id"]
    assert items(patrol)[0]["decided"] == 1
    patrol.delete(f"/api/v1/alerts/{alert_id}/reviews/{given}")
    assert (items(patrol)[0]["decided"], items(patrol)[0]["open"]) == (0, 1)


def test_a_second_review_does_not_count_twice(kitchen: Kitchen) -> None:
    patrol, alert_id = kitchen.person("patrol"), kitchen.posted()
    judge(patrol, alert_id, "unsure")
    judge(kitchen.person("supervisor"), alert_id, "upheld")
    assert (items(patrol)[0]["upheld"], items(patrol)[0]["decided"]) == (1, 1)


def test_what_people_reported_is_not_the_models_work(kitchen: Kitchen) -> None:
    patrol = kitchen.person("patrol")
    judged(kitchen, patrol, "upheld", origin="batch")
    judged(kitchen, patrol, "dismissed", origin="patrol")
    assert [(item["upheld"], item["dismissed"]) for item in items(patrol)] == [(1, 0)]


def test_groups_by_several_dimensions_and_names_what_has_a_name(kitchen: Kitchen) -> None:
    patrol = kitchen.person("patrol")
    judged(kitchen, patrol, "upheld", "dismissed")
    judged(kitchen, patrol, "upheld", camera_id=kitchen.other_camera.id, rule="pest_rodent")
    newer = {"name": "kitchen-s", "sha256": "c" * 64}
    judged(kitchen, patrol, "upheld", model=newer)
    told = items(patrol, by="camera,model")
    assert {(item["names"]["camera"], item["names"]["model"]) for item in told} == {
        ("Golden Wok · range", "kitchen-n"),
        ("Golden Wok · range", "kitchen-s"),
        ("Jade Garden · sink", "kitchen-n"),
    }
    assert sum(item["decided"] for item in told) == 4
    for by in ("restaurant", "pack", "zone_type", "rule", "camera", "model", "hour", "week"):
        assert sum(item["decided"] for item in items(patrol, by=by)) == 4, by
    (one,) = items(patrol, by="rule", model="c" * 64)
    assert one["decided"] == 1


def test_hours_and_weeks_are_local(kitchen: Kitchen) -> None:
    patrol = kitchen.person("patrol")
    # 17:30 on Sunday in UTC is half past one on Monday in Shanghai, in another week.
    judged(kitchen, patrol, "upheld", started_at="2026-11-22T17:30:00Z")
    judged(kitchen, patrol, "dismissed", started_at="2026-11-22T15:59:59Z")
    assert [(i["group"]["hour"], i["upheld"]) for i in items(patrol, by="hour")] == [
        ("01", 1),
        ("23", 0),
    ]
    weeks = items(patrol, by="week")
    assert [i["group"]["week"] for i in weeks] == ["2026-W47", "2026-W48"]
    assert [(i["upheld"], i["dismissed"]) for i in weeks] == [(0, 1), (1, 0)]


def test_a_period_holds_what_began_in_it(kitchen: Kitchen) -> None:
    patrol = kitchen.person("patrol")
    for day in (20, 21, 22):
        judged(kitchen, patrol, "upheld", started_at=f"2026-11-{day}T00:00:00Z")
    since, until = "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"
    (one,) = items(patrol, since=since, until=until)
    assert one["decided"] == 1
    assert items(patrol, since=since)[0]["decided"] == 2
    assert_problem(patrol.get(ADDRESS, params={"since": until, "until": since}), 422, "invalid")


@pytest.mark.parametrize(
    "params",
    [
        {"by": ""}, {"by": "rule,rule"}, {"by": "password"}, {"by": "rule;DROP TABLE alerts"},
        {"since": "yesterday"}, {"since": "2026-11-21T00:00:00"}, {"since": "0001-01-01T00:00:00Z"},
        {"rule": "nonsense"}, {"interval": "wald"}, {"model": "' OR 1=1"}, {"other": "1"},
        {"camera": "\x00"},
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused_by_its_field(
    kitchen: Kitchen, params: dict[str, str]
) -> None:
    assert_problem(kitchen.person("patrol").get(ADDRESS, params=params), 422, "invalid")


def test_a_beta_interval_can_be_asked_for_and_says_so(kitchen: Kitchen) -> None:
    patrol = kitchen.person("patrol")
    judged(kitchen, patrol, "upheld", "upheld", "dismissed")
    answer = patrol.get(ADDRESS, params={"interval": "beta"}).json()
    assert (
        "Jeffreys" in answer["definition"]
        and "upheld / (upheld + dismissed)" in answer["definition"]
    )
    assert answer["items"][0]["precision"] == pytest.approx(2.5 / 4)


def test_the_table_for_spreadsheets_runs_nothing(kitchen: Kitchen) -> None:
    from api.cameras.store import create_camera

    with kitchen.database.writing() as session:
        camera = create_camera(session, kitchen.restaurant, "=HYPERLINK(1)")
    patrol = kitchen.person("patrol")
    alert = kitchen.alert(camera_id=camera.id)
    assert kitchen.post(alert, camera).status_code == 201
    judge(patrol, alert["id"], "upheld")
    answer = patrol.get(ADDRESS + ".csv", params={"by": "camera,rule"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row["rule"], row["upheld"], row["precision"]) for row in rows] == [
        ("missing_hat", "1", "1.000000")
    ]
    assert rows[0]["camera_name"] == "Golden Wok · =HYPERLINK(1)"
    assert "upheld / (upheld + dismissed)" in rows[0]["definition"]
