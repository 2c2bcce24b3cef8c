"""Setting cameras up: who may, what is shown, and what is never shown."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.audit import AuditRow
from tests.api.building import Kitchen, assert_problem, key_of
from tests.api.patrolling import send

SECRET = "rtsp://8.8.8.8:554/stream?token=s3cret"


def details(client: TestClient, camera_id: str) -> dict[str, Any]:
    """One camera as this person sees it."""
    answer = client.get(f"/api/v1/cameras/{camera_id}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_the_office_makes_a_camera_whose_key_works(kitchen: Kitchen) -> None:
    sue = kitchen.person("supervisor")
    body = {"restaurant_id": kitchen.restaurant, "name": " Cold room ", "zone_type": "storage"}
    made = sue.post("/api/v1/cameras", json=body | {"rules": "gb31654", "position": 3})
    assert made.status_code == 201, made.text
    told = details(sue, made.json()["id"])
    assert (told["name"], told["zone_type"], told["rules"]) == ("Cold room", "storage", "gb31654")
    assert told["zone_types"] == ["storage"] and told["active"] and told["position"] == 3
    settings = kitchen.anonymous.get(
        f"/api/v1/cameras/{told['id']}/settings",
        headers={"Authorization": f"Bearer {made.json()['key']}"},
    )
    assert settings.status_code == 200 and settings.json()["rules"]["name"] == "gb31654"


@pytest.mark.parametrize("role", ["patrol", "inspector", "restaurant"])
def test_others_set_no_camera_up(kitchen: Kitchen, role: Any) -> None:
    scope = {"inspector": {"station": "North"}, "restaurant": {"restaurant_id": kitchen.restaurant}}
    client = kitchen.person(role, **scope.get(role, {}))
    address = f"/api/v1/cameras/{kitchen.camera.id}"
    body = {"restaurant_id": kitchen.restaurant, "name": "x"}
    assert_problem(client.post("/api/v1/cameras", json=body), 403, "forbidden")
    assert_problem(client.patch(address, json={"name": "x"}), 403, "forbidden")
    draw = client.put(f"{address}/zones", json={"base_version": 0, "zones": []})
    assert_problem(draw, 403, "forbidden")


def test_a_change_is_logged_and_a_stream_address_is_shown_to_nobody(kitchen: Kitchen) -> None:
    sue = kitchen.person("supervisor")
    address = f"/api/v1/cameras/{kitchen.camera.id}"
    changed = sue.patch(address, json={"stream_url": SECRET, "place": "door", "notes": "ours"})
    assert changed.status_code == 200, changed.text
    assert changed.json()["stream"] == "rtsp://8.8.8.8:554/…"
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    told = details(owner, kitchen.camera.id)
    assert (told["place"], told["notes"], told["stream"]) == ("door", "", None)
    settings = kitchen.anonymous.get(f"{address}/settings", headers=key_of(kitchen.camera))
    listed = sue.get("/api/v1/cameras/details")
    with kitchen.database.reading() as session:
        log = " ".join(session.scalars(select(AuditRow.detail)).all())
    for text in (changed.text, settings.text, listed.text, log):
        assert "s3cret" not in text and "stream?" not in text
    assert '"place": "door"' in log and '"stream_url": "set"' in log
    assert sue.patch(address, json={"stream_url": None}).json()["stream"] is None


BAD_STREAMS = (
    "rtsp://admin:12345@8.8.8.8/stream",
    "rtsp://127.0.0.1/stream",
    "rtsp://192.168.1.20/stream",
    "http://169.254.169.254/latest/meta-data",
    "rtsp://[::1]/stream",
    "rtsp://2130706433/stream",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "-i /etc/passwd",
    "rtsp://8.8.8.8/a b",
    "rtsp://8.8.8.8/\r\nX: y",
    "rtsp:///stream",
)


@pytest.mark.parametrize("url", BAD_STREAMS)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_stream_address_that_leads_where_it_must_not_is_refused(
    kitchen: Kitchen, url: str
) -> None:
    answer = kitchen.person("admin").patch(
        f"/api/v1/cameras/{kitchen.camera.id}", json={"stream_url": url}
    )
    assert_problem(answer, 422, "invalid", "stream_url")
    assert "12345" not in answer.text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": None}, "name"),
        ({"rules": "../../etc/passwd"}, "rules"),
        ({"zone_type": "kitchen"}, "zone_type"),
        ({"position": -1}, "position"),
        ({"place": "a\x00b"}, "place"),
        ({"restaurant_id": "other"}, "restaurant_id"),
        ({"looked_at": "2026-01-01T00:00:00Z"}, "looked_at"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_change_that_makes_no_sense_is_refused(
    kitchen: Kitchen, change: dict[str, Any], field: str
) -> None:
    answer = kitchen.person("admin").patch(f"/api/v1/cameras/{kitchen.camera.id}", json=change)
    assert_problem(answer, 422, "invalid", field)


def test_another_restaurants_camera_is_not_there(kitchen: Kitchen) -> None:
    for client in (
        kitchen.person("restaurant", restaurant_id=kitchen.restaurant),
        kitchen.person("inspector", station="North"),
    ):
        address = f"/api/v1/cameras/{kitchen.other_camera.id}"
        for path in (address, f"{address}/zones", f"{address}/settings", f"{address}/zones/file"):
            assert_problem(client.get(path), 404, "not-found")
        names = [item["name"] for item in client.get("/api/v1/cameras/details").json()["items"]]
        assert names == ["range"]


def test_a_list_is_narrowed_by_words_and_by_use(kitchen: Kitchen) -> None:
    sue = kitchen.person("supervisor")
    sue.patch(f"/api/v1/cameras/{kitchen.camera.id}", json={"place": "50%_door"})
    sue.patch(f"/api/v1/cameras/{kitchen.other_camera.id}", json={"active": False})

    def names(**params: Any) -> list[str]:
        items = sue.get("/api/v1/cameras/details", params=params).json()["items"]
        return [item["name"] for item in items]

    assert names() == ["range", "sink"]
    assert names(words="golden RANGE") == ["range"]
    assert names(words="%") == names(words="0%_d") == ["range"]
    assert names(words="a%r") == [] and names(active=False) == ["sink"]
    assert names(words="' OR 1=1 --") == []


def test_health_is_told_from_contact_problems_and_use(kitchen: Kitchen) -> None:
    sue = kitchen.person("supervisor")

    def state(camera_id: str) -> str:
        return str(details(sue, camera_id)["health"]["state"])

    assert state(kitchen.camera.id) == "silent"
    send(kitchen)
    assert state(kitchen.camera.id) == "ok"
    alert = kitchen.posted(rule="camera_dark", zone_type="cooking")
    assert state(kitchen.camera.id) == "dark"
    assert details(sue, kitchen.camera.id)["health"]["problems"] == ["camera_dark"]
    ended = {"ended_at": "2026-11-24T06:40:00Z"}
    kitchen.anonymous.patch(f"/api/v1/alerts/{alert}", json=ended, headers=key_of(kitchen.camera))
    assert state(kitchen.camera.id) == "ok"
    sue.patch(f"/api/v1/cameras/{kitchen.camera.id}", json={"active": False})
    assert state(kitchen.camera.id) == "inactive"


def test_a_camera_that_only_posts_alerts_is_heard_of_too(kitchen: Kitchen) -> None:
    kitchen.posted()
    told = details(kitchen.person("patrol"), kitchen.camera.id)["health"]
    assert told["state"] == "ok" and told["contact_at"]
