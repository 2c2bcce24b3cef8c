"""Restaurants, stations and districts, and who may change them."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient

from tests.api.building import Kitchen, assert_problem

RESTAURANTS = "/api/v1/restaurants"


def stations(admin: TestClient) -> dict[str, str]:
    """The id of each station by its name."""
    return {item["name"]: item["id"] for item in admin.get("/api/v1/places").json()["stations"]}


def test_a_restaurant_keeps_what_is_known_of_it(kitchen: Kitchen) -> None:
    admin = kitchen.person("admin")
    given: dict[str, Any] = {
        "name": "Lotus House",
        "station_id": stations(admin)["North"],
        "risk": "D",
        "address": "世纪大道 100 号",
        "phone": "+86 21 5555 0101",
    }
    made = admin.post(RESTAURANTS, json=given).json()
    assert made | given == made and made["station_name"] == "North"
    assert admin.get(f"{RESTAURANTS}/{made['id']}").json() == made
    for wrong in ({"risk": "E"}, {"phone": "call me"}, {"name": " "}):
        assert_problem(
            admin.post(RESTAURANTS, json=given | wrong), 422, "invalid", next(iter(wrong))
        )


def test_restaurants_are_found_page_by_page_within_ones_scope(kitchen: Kitchen) -> None:
    admin = kitchen.person("admin")
    for number in range(3):
        admin.post(RESTAURANTS, json={"name": "Same name", "address": f"No. {number}"})
    names, cursor = [], None
    while True:
        asked = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = admin.get(RESTAURANTS, params=asked).json()
        names += [item["name"] for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert names == ["Golden Wok", "Jade Garden", "Same name", "Same name", "Same name"]
    assert len(admin.get(RESTAURANTS, params={"q": "no. 2"}).json()["items"]) == 1
    inspector = kitchen.person("inspector", station="South")
    assert [i["name"] for i in inspector.get(RESTAURANTS).json()["items"]] == ["Jade Garden"]
    foreign = inspector.get(RESTAURANTS, params={"cursor": kitchen.restaurant})
    assert_problem(foreign, 422, "invalid", "cursor")


def test_a_limited_supervisor_changes_risk_at_home_and_moves_nothing_away(kitchen: Kitchen) -> None:
    admin = kitchen.person("admin")
    north = kitchen.person("supervisor", station="North")
    there = stations(admin)
    own = f"{RESTAURANTS}/{kitchen.restaurant}"
    kept = {"name": "Golden Wok", "station_id": there["North"]}
    assert north.put(own, json=kept | {"risk": "D"}).json()["risk"] == "D"
    assert north.put(own, json=kept | {"station_id": there["South"]}).status_code == 404
    assert_problem(north.put(own, json={"name": "Golden Wok"}), 422, "invalid", "station_id")
    foreign = f"{RESTAURANTS}/{kitchen.other_restaurant}"
    assert north.put(foreign, json=kept).status_code == 404
    assert (
        north.post(RESTAURANTS, json={"name": "X", "station_id": there["South"]}).status_code == 404
    )
    assert_problem(kitchen.person("patrol").put(own, json=kept), 403, "forbidden")


def test_districts_and_stations_are_the_administrators(kitchen: Kitchen) -> None:
    admin, supervisor = kitchen.person("admin"), kitchen.person("supervisor")
    district = admin.post("/api/v1/districts", json={"name": "Harbour"}).json()["id"]
    again = admin.post("/api/v1/districts", json={"name": " Harbour "}).json()["id"]
    assert again == district
    quay = admin.post("/api/v1/stations", json={"name": "Quay", "district_id": district}).json()
    assert quay["district_id"] == district
    taken = admin.put(f"/api/v1/stations/{quay['id']}", json={"name": "North"})
    assert_problem(taken, 409, "conflict")
    nowhere = admin.post("/api/v1/stations", json={"name": "Pier", "district_id": "none"})
    assert_problem(nowhere, 404, "not-found")
    assert_problem(supervisor.post("/api/v1/districts", json={"name": "Y"}), 403, "forbidden")
