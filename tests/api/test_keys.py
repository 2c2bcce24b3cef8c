"""Camera keys: whose they are, what they may do, how long they work, who may make them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.cameras.keys import KEY
from api.cameras.models import CameraKeyRow, CameraRow
from api.database import now
from tests.api.building import JPEG, Kitchen, assert_problem, ref

KEYS = "/api/v1/camera-keys"


def made(office: TestClient, **fields: Any) -> dict[str, Any]:
    """The answer to a new key."""
    answer = office.post(KEYS, json=fields)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def post(kitchen: Kitchen, key: str, **changes: Any) -> int:
    """What posting an alert with the key answers."""
    headers = {"Authorization": f"Bearer {key}"}
    alert = kitchen.alert(**changes)
    return kitchen.anonymous.post("/api/v1/alerts", json=alert, headers=headers).status_code


def test_a_key_is_shown_once_and_kept_nowhere(kitchen: Kitchen) -> None:
    office = kitchen.person("supervisor")
    answer = made(office, camera_id=kitchen.camera.id, name="range, main")
    key, prefix = answer["key"], answer["about"]["prefix"]
    assert KEY.fullmatch(key) and key.startswith(f"bk_{prefix}_")
    assert post(kitchen, key) == 201
    assert key not in office.get(KEYS).text
    with kitchen.database.reading() as session:
        assert session.get_one(CameraKeyRow, prefix).sha256 not in key


def test_a_restaurants_key_posts_for_each_of_its_cameras_and_for_no_other(
    kitchen: Kitchen,
) -> None:
    office = kitchen.person("supervisor")
    key = made(office, restaurant_id=kitchen.restaurant)["key"]
    headers = {"Authorization": f"Bearer {key}"}
    file = ref(JPEG)
    alert = kitchen.alert(evidence=[file.model_dump()])
    assert kitchen.anonymous.post("/api/v1/alerts", json=alert, headers=headers).status_code == 201
    path = f"/api/v1/alerts/{alert['id']}"
    changed = kitchen.anonymous.patch(path, json={"subjects": 2}, headers=headers)
    assert changed.status_code == 200
    sent = kitchen.anonymous.put(f"{path}/evidence/{file.sha256}", content=JPEG, headers=headers)
    assert sent.status_code == 201
    assert post(kitchen, key, camera_id=kitchen.other_camera.id) == 403
    assert post(kitchen, key, camera_id="no such camera") == 403
    foreign = kitchen.posted(camera_id=kitchen.other_camera.id)
    refused = kitchen.anonymous.patch(
        f"/api/v1/alerts/{foreign}", json={"subjects": 2}, headers=headers
    )
    assert_problem(refused, 404, "not-found")


@pytest.mark.parametrize("body", ["", "{", "[]", '"text"', '{"camera_id": 7}', "\ud7ff", "[" * 500])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_body_that_makes_no_sense_breaks_nothing(kitchen: Kitchen, body: str) -> None:
    key = made(kitchen.person("supervisor"), restaurant_id=kitchen.restaurant)["key"]
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    answer = kitchen.anonymous.post("/api/v1/alerts", content=body.encode(), headers=headers)
    assert answer.status_code in (403, 422)


def test_a_key_may_do_what_it_was_made_for(kitchen: Kitchen) -> None:
    office = kitchen.person("supervisor")
    place = {"camera_id": kitchen.camera.id}
    reads = made(office, **place, scopes=["settings:read"])["key"]
    posts = made(office, **place, scopes=["alerts:post"])["key"]
    settings = f"/api/v1/cameras/{kitchen.camera.id}/settings"

    def read(key: str, path: str = settings) -> int:
        headers = {"Authorization": f"Bearer {key}"}
        return kitchen.anonymous.get(path, headers=headers).status_code

    assert (post(kitchen, posts), post(kitchen, reads)) == (201, 403)
    assert read(reads) == 200
    assert read(reads, settings.replace(kitchen.camera.id, kitchen.other_camera.id)) == 404
    assert_problem(office.post(KEYS, json=place | {"scopes": []}), 422, "invalid", "scopes")


def test_a_key_ends_when_it_was_made_to(kitchen: Kitchen) -> None:
    key = made(kitchen.person("supervisor"), camera_id=kitchen.camera.id, days=30)["key"]
    with time_machine.travel(now() + timedelta(days=29, hours=23), tick=False):
        assert post(kitchen, key) == 201
    with time_machine.travel(now() + timedelta(days=30, seconds=1), tick=False):
        assert post(kitchen, key) == 401


def test_a_successor_works_at_once_and_the_old_key_for_some_hours_more(kitchen: Kitchen) -> None:
    office = kitchen.person("supervisor")
    old = made(office, restaurant_id=kitchen.restaurant, name="gateway", days=365)
    path = f"{KEYS}/{old['about']['prefix']}/rotation"
    new = office.post(path, json={"overlap_h": 2}).json()
    assert new["about"]["name"] == "gateway" and new["about"]["camera_id"] is None
    assert post(kitchen, old["key"]) == post(kitchen, new["key"]) == 201
    with time_machine.travel(now() + timedelta(hours=2, seconds=1), tick=False):
        assert (post(kitchen, old["key"]), post(kitchen, new["key"])) == (401, 201)
        again = kitchen.signed_in("supervisor").post(path, json={})
        assert_problem(again, 409, "conflict")
    assert office.post(path, json={"overlap_h": 0}).status_code == 201
    assert post(kitchen, old["key"]) == 401


def test_a_revoked_key_stops_at_once(kitchen: Kitchen) -> None:
    office = kitchen.person("supervisor")
    answer = made(office, camera_id=kitchen.camera.id)
    path = f"{KEYS}/{answer['about']['prefix']}"
    assert office.delete(path).status_code == office.delete(path).status_code == 204
    assert post(kitchen, answer["key"]) == 401
    assert post(kitchen, kitchen.camera.key) == 201, "the camera's other key goes on"


def test_a_camera_that_is_switched_off_posts_nothing(kitchen: Kitchen) -> None:
    site = made(kitchen.person("supervisor"), restaurant_id=kitchen.restaurant)["key"]
    with kitchen.database.writing() as session:
        session.get_one(CameraRow, kitchen.camera.id).active = False
    assert (post(kitchen, kitchen.camera.key), post(kitchen, site)) == (401, 403)


def test_the_last_use_is_noted_once_a_minute(kitchen: Kitchen) -> None:
    def used() -> Any:
        with kitchen.database.reading() as session:
            wanted = select(CameraKeyRow.last_used_at)
            return session.scalar(wanted.where(CameraKeyRow.camera_id == kitchen.camera.id))

    assert used() is None
    with time_machine.travel(now(), tick=False) as clock:
        post(kitchen, kitchen.camera.key)
        first = used()
        assert first == now()
        clock.shift(59)
        post(kitchen, kitchen.camera.key)
        assert used() == first
        clock.shift(2)
        post(kitchen, kitchen.camera.key)
        assert used() == now()


def test_keys_are_made_and_seen_within_ones_scope(kitchen: Kitchen) -> None:
    north = kitchen.person("supervisor", "north", station="North")
    city = kitchen.person("supervisor", "city")
    assert north.post(KEYS, json={"restaurant_id": kitchen.other_restaurant}).status_code == 404
    assert north.post(KEYS, json={"camera_id": kitchen.other_camera.id}).status_code == 404
    foreign = made(city, restaurant_id=kitchen.other_restaurant)["about"]["prefix"]
    assert north.post(f"{KEYS}/{foreign}/rotation", json={}).status_code == 404
    assert north.delete(f"{KEYS}/{foreign}").status_code == 404
    shown = {key["restaurant_name"] for key in north.get(KEYS).json()["items"]}
    assert shown == {"Golden Wok"}
    assert len(city.get(KEYS).json()["items"]) == 3
    assert_problem(kitchen.person("patrol").get(KEYS), 403, "forbidden")


def test_keys_are_found_by_name_and_state_page_by_page(kitchen: Kitchen) -> None:
    office = kitchen.person("supervisor")
    for number in range(4):
        answer = made(office, camera_id=kitchen.camera.id, name=f"key {number}")
    office.delete(f"{KEYS}/{answer['about']['prefix']}")
    first = office.get(KEYS, params={"limit": 4, "q": "key"}).json()
    second = office.get(KEYS, params={"limit": 1}).json()
    third = office.get(KEYS, params={"limit": 9, "cursor": second["next_cursor"]}).json()
    assert len(first["items"]) == 4 and first["next_cursor"] is None
    assert len(third["items"]) == 5
    states = {state: len(office.get(KEYS, params={"state": state}).json()["items"])
              for state in ("working", "expired", "revoked")}  # fmt: skip
    assert states == {"working": 5, "expired": 0, "revoked": 1}


def test_one_place_is_named_and_not_two(kitchen: Kitchen) -> None:
    office = kitchen.person("supervisor")
    both = {"camera_id": kitchen.camera.id, "restaurant_id": kitchen.restaurant}
    for body in ({}, both):
        assert_problem(office.post(KEYS, json=body), 422, "invalid", "camera_id")
