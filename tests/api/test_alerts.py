"""POST, PATCH and GET /alerts."""

from __future__ import annotations

import uuid
from typing import Any, Final

from api.cameras.store import rotate_key
from tests.api.building import JPEG, Kitchen, assert_problem, key_of, ref

ALERTS: Final = "/api/v1/alerts"
WRONG_FIELDS: Final[list[tuple[dict[str, Any], str]]] = [
    ({"rule": "no_such_rule"}, "rule"),
    ({"confidence": 1.5}, "confidence"),
    ({"confidence": None}, "confidence"),
    ({"box": [0.5, 0.2, 0.3, 0.4]}, "box"),
    ({"box": [0.1, 0.2, 0.3]}, "box.3"),
    ({"started_at": "2026-11-24T06:30:00"}, "started_at"),
    ({"started_at": "0001-01-01T00:00:00+14:00"}, "started_at"),
    ({"ended_at": "9999-12-31T23:59:59-12:00"}, "ended_at"),
    ({"ended_at": "2026-11-24T06:29:59Z"}, "ended_at"),
    ({"zone": "a\x00b"}, "zone"),
    ({"model": {"name": "a\x00", "sha256": "a" * 64}}, "model.name"),
    ({"subjects": 10**30}, "subjects"),
    ({"id": "7"}, "id"),
    ({"colour": "red"}, "colour"),
]
WRONG_QUERIES: Final[list[tuple[dict[str, str], str]]] = [
    ({"cursor": "nonsense"}, "cursor"),
    ({"limit": "0"}, "limit"),
    ({"status": "lost"}, "status"),
    ({"colour": "red"}, "colour"),
    ({"camera": "\x00"}, "camera"),
]


def test_a_new_alert_is_created_and_shown_as_posted(kitchen: Kitchen) -> None:
    alert = kitchen.alert(evidence=[ref(JPEG).model_dump()])
    answer = kitchen.post(alert)
    assert answer.status_code == 201
    stored = answer.json()
    assert stored["evidence"] == [alert["evidence"][0] | {"stored": False}]
    for name in alert.keys() - {"evidence"}:
        assert stored[name] == alert[name], name
    assert (stored["status"], stored["round"]) == ("waiting", 1)
    assert (stored["camera_name"], stored["restaurant_name"]) == ("range", "Golden Wok")


def test_posting_it_again_gives_the_same_stored_alert(kitchen: Kitchen) -> None:
    alert = kitchen.alert()
    first = kitchen.post(alert)
    again = kitchen.post(alert | {"started_at": "2026-11-24T14:30:00+08:00"})
    assert again.status_code == 200
    assert again.json() == first.json()


def test_the_same_id_with_other_content_is_a_conflict(kitchen: Kitchen) -> None:
    alert = kitchen.alert()
    kitchen.post(alert)
    assert_problem(kitchen.post(alert | {"subjects": 2}), 409, "conflict")
    assert kitchen.post(alert).json()["subjects"] == 1


def test_a_repeat_after_an_update_is_still_a_repeat(kitchen: Kitchen) -> None:
    alert = kitchen.alert()
    kitchen.post(alert)
    path = f"{ALERTS}/{alert['id']}"
    kitchen.anonymous.patch(path, json={"subjects": 3}, headers=key_of(kitchen.camera))
    again = kitchen.post(alert)
    assert (again.status_code, again.json()["subjects"]) == (200, 3)


def test_without_a_known_key_nothing_is_taken(kitchen: Kitchen) -> None:
    alert = kitchen.alert()
    for headers in (
        {},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Basic eDp5"},
        {"Authorization": f"Bearer {kitchen.camera.key[:-1]}"},
        {"Authorization": f"Bearer {kitchen.camera.key[:-2]}--"},
    ):
        answer = kitchen.anonymous.post(ALERTS, json=alert, headers=headers)
        assert_problem(answer, 401, "camera-key")
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_rotated_key_replaces_the_old_one_at_once(kitchen: Kitchen) -> None:
    with kitchen.database.writing() as session:
        renewed = rotate_key(session, kitchen.camera.id)
    assert_problem(kitchen.post(kitchen.alert()), 401, "camera-key")
    assert kitchen.post(kitchen.alert(), renewed).status_code == 201


def test_a_key_posts_for_its_own_camera_only(kitchen: Kitchen) -> None:
    answer = kitchen.post(kitchen.alert(), kitchen.other_camera)
    assert_problem(answer, 403, "forbidden")
    assert "another camera" in answer.json()["detail"]


def test_a_wrong_field_is_named(kitchen: Kitchen) -> None:
    for change, field in WRONG_FIELDS:
        answer = kitchen.post(kitchen.alert() | change)
        assert_problem(answer, 422, "invalid", field)


def test_a_missing_field_is_named(kitchen: Kitchen) -> None:
    alert = kitchen.alert()
    del alert["severity"]
    assert_problem(kitchen.post(alert), 422, "invalid", "severity")


def test_what_is_no_alert_is_refused(kitchen: Kitchen) -> None:
    headers = key_of(kitchen.camera) | {"Content-Type": "application/json"}
    for body in (
        b"",
        b"{",
        b"[]",
        b"null",
        rb'{"zone": "\ud800"}',
        b'{"confidence": NaN}',
        b"\xff",
    ):
        answer = kitchen.anonymous.post(ALERTS, content=body, headers=headers)
        assert_problem(answer, 422, "invalid")


def test_an_oversized_body_is_refused_with_and_without_a_length(kitchen: Kitchen) -> None:
    headers = key_of(kitchen.camera) | {"Content-Type": "application/json"}
    large = b'{"zone": "' + b"x" * 300_000 + b'"}'
    answer = kitchen.anonymous.post(ALERTS, content=large, headers=headers)
    assert_problem(answer, 413, "too-large")
    pieces = (large[start : start + 10_000] for start in range(0, len(large), 10_000))
    answer = kitchen.anonymous.post(ALERTS, content=pieces, headers=headers)
    assert_problem(answer, 413, "too-large")


def test_an_update_says_that_the_episode_ended(kitchen: Kitchen) -> None:
    alert_id = kitchen.posted()
    path = f"{ALERTS}/{alert_id}"
    update = {"ended_at": "2026-11-24T06:31:00Z", "subjects": 2, "confidence": 0.95}
    for _ in range(2):
        answer = kitchen.anonymous.patch(path, json=update, headers=key_of(kitchen.camera))
        assert answer.status_code == 200
        assert update.items() <= answer.json().items()


def test_an_update_must_fit_the_alert(kitchen: Kitchen) -> None:
    path = f"{ALERTS}/{kitchen.posted()}"
    key = key_of(kitchen.camera)
    early = kitchen.anonymous.patch(path, json={"ended_at": "2026-11-24T06:00:00Z"}, headers=key)
    assert_problem(early, 422, "invalid", "ended_at")
    unknown = kitchen.anonymous.patch(path, json={"rule": "pest_rodent"}, headers=key)
    assert_problem(unknown, 422, "invalid", "rule")


def test_another_cameras_alert_cannot_be_found_by_its_id(kitchen: Kitchen) -> None:
    key = key_of(kitchen.other_camera)
    for alert_id in (kitchen.posted(), str(uuid.uuid4())):
        answer = kitchen.anonymous.patch(f"{ALERTS}/{alert_id}", json={"subjects": 2}, headers=key)
        assert_problem(answer, 404, "not-found")


def test_pages_of_a_list_join_without_gap_or_repeat(kitchen: Kitchen) -> None:
    ids = [kitchen.posted() for _ in range(7)]
    patrol, seen, cursor = kitchen.person("patrol"), [], None
    while True:
        params = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = patrol.get(ALERTS, params=params).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ids[::-1]


def test_a_list_is_filtered(kitchen: Kitchen) -> None:
    kitchen.posted()
    rodent = kitchen.posted(rule="pest_rodent")
    elsewhere = kitchen.posted(camera_id=kitchen.other_camera.id)
    patrol = kitchen.person("patrol")
    for params, expected in (
        ({"rule": "pest_rodent"}, {rodent}),
        ({"camera": kitchen.other_camera.id}, {elsewhere}),
        ({"restaurant": kitchen.other_restaurant}, {elsewhere}),
        ({"status": "upheld"}, set()),
    ):
        found = patrol.get(ALERTS, params=params).json()["items"]
        assert {item["id"] for item in found} == expected


def test_a_wrong_query_is_named(kitchen: Kitchen) -> None:
    patrol = kitchen.person("patrol")
    for params, field in WRONG_QUERIES:
        assert_problem(patrol.get(ALERTS, params=params), 422, "invalid", field)
