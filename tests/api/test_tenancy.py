"""Who sees whose alerts: a guessed id says no more than one that does not exist."""

from __future__ import annotations

import uuid

from fastapi.testclient import TestClient

from tests.api.building import Kitchen, assert_problem, review


def listed(client: TestClient) -> set[str]:
    """Every id of the list."""
    return {item["id"] for item in client.get("/api/v1/alerts").json()["items"]}


def test_a_restaurant_sees_its_own_upheld_alerts_alone(kitchen: Kitchen) -> None:
    patrol = kitchen.person("patrol")
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    upheld, waiting, dismissed = (kitchen.posted() for _ in range(3))
    foreign = kitchen.posted(camera_id=kitchen.other_camera.id)
    for alert_id in (upheld, foreign):
        given = review(patrol, alert_id, "upheld").json()["id"]
    review(patrol, dismissed, "dismissed", reason="allowed_here")
    assert listed(owner) == {upheld}
    assert owner.get(f"/api/v1/alerts/{upheld}").status_code == 200
    unknown = str(uuid.uuid4())
    for alert_id in (waiting, dismissed, foreign, unknown):
        answer = owner.get(f"/api/v1/alerts/{alert_id}")
        assert_problem(answer, 404, "not-found")
        hidden = answer.text.replace(alert_id, unknown)
        assert hidden == owner.get(f"/api/v1/alerts/{unknown}").text
    patrol.delete(f"/api/v1/alerts/{foreign}/reviews/{given}")


def test_a_verdict_taken_back_hides_the_alert_again(kitchen: Kitchen) -> None:
    patrol, alert_id = kitchen.person("patrol"), kitchen.posted()
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    given = review(patrol, alert_id, "upheld").json()["id"]
    assert listed(owner) == {alert_id}
    patrol.delete(f"/api/v1/alerts/{alert_id}/reviews/{given}")
    assert listed(owner) == set()


def test_filters_do_not_widen_what_is_seen(kitchen: Kitchen) -> None:
    patrol, foreign = kitchen.person("patrol"), kitchen.posted(camera_id=kitchen.other_camera.id)
    review(patrol, foreign, "upheld")
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    params = {"restaurant": kitchen.other_restaurant, "status": "upheld"}
    assert owner.get("/api/v1/alerts", params=params).json()["items"] == []


def test_an_inspector_sees_the_stations_alerts(kitchen: Kitchen) -> None:
    north, south = kitchen.posted(), kitchen.posted(camera_id=kitchen.other_camera.id)
    inspector = kitchen.person("inspector", station="North")
    assert listed(inspector) == {north}
    assert_problem(inspector.get(f"/api/v1/alerts/{south}"), 404, "not-found")
    assert_problem(inspector.get(f"/api/v1/alerts/{south}/reviews"), 404, "not-found")


def test_patrol_supervisor_and_admin_see_all(kitchen: Kitchen) -> None:
    everything = {kitchen.posted(), kitchen.posted(camera_id=kitchen.other_camera.id)}
    for client in (
        kitchen.person("patrol"),
        kitchen.person("supervisor"),
        kitchen.person("admin"),
    ):
        assert listed(client) == everything


def test_cameras_are_listed_within_ones_scope(kitchen: Kitchen) -> None:
    def names(client: TestClient) -> list[str]:
        return [item["name"] for item in client.get("/api/v1/cameras").json()["items"]]

    assert names(kitchen.person("patrol")) == ["range", "sink"]
    assert names(kitchen.person("inspector", station="South")) == ["sink"]
    assert names(kitchen.person("restaurant", restaurant_id=kitchen.restaurant)) == ["range"]
