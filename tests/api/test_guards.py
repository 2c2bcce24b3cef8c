"""Every route asks who is there, unless it is listed here."""

from __future__ import annotations

import re
import uuid
from typing import Final

import pytest

from tests.api.building import Kitchen, assert_problem

PUBLIC: Final = {
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
    ("post", "/api/v1/sessions"),
}
LEAST_GUARDED: Final = 14
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def operations(kitchen: Kitchen) -> list[tuple[str, str]]:
    """Method and path of everything the OpenAPI document tells of."""
    paths = kitchen.anonymous.get("/api/openapi.json").json()["paths"]
    return [(method, path) for path, methods in paths.items() for method in methods]


def filled(path: str) -> str:
    """A path with plausible ids."""
    values = {"alert_id": str(uuid.uuid4()), "sha256": "a" * 64, "review_id": "a" * 16}
    return re.sub(r"{(\w+)}", lambda match: values[match.group(1)], path)


def test_every_other_route_refuses_a_stranger(kitchen: Kitchen) -> None:
    guarded = [route for route in operations(kitchen) if route not in PUBLIC]
    assert len(guarded) >= LEAST_GUARDED
    for method, path in guarded:
        answer = kitchen.anonymous.request(method.upper(), filled(path))
        assert answer.status_code == 401, (method, path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_session_is_no_camera_key_and_a_key_is_no_session(kitchen: Kitchen) -> None:
    admin = kitchen.person("admin")
    assert_problem(admin.post("/api/v1/alerts", json=kitchen.alert()), 401, "camera-key")
    key = {"Authorization": f"Bearer {kitchen.camera.key}"}
    assert_problem(kitchen.anonymous.get("/api/v1/alerts", headers=key), 401, "not-signed-in")


def test_every_unsafe_route_of_a_person_asks_for_the_csrf_token(kitchen: Kitchen) -> None:
    client = kitchen.person("admin")
    del client.headers["X-CSRF-Token"]
    asked = 0
    for method, path in operations(kitchen):
        if method == "get" or (method, path) in PUBLIC:
            continue
        answer = client.request(method.upper(), filled(path))
        if answer.json()["type"].endswith("camera-key"):
            continue
        assert_problem(answer, 403, "forbidden")
        asked += 1
    assert asked >= 4


def test_every_route_says_which_problems_it_gives(kitchen: Kitchen) -> None:
    paths = kitchen.anonymous.get("/api/openapi.json").json()["paths"]
    for path, methods in paths.items():
        for method, operation in methods.items():
            if (method, path) in PUBLIC and method == "get":
                continue
            problems = [
                status
                for status, answer in operation["responses"].items()
                if "application/problem+json" in answer.get("content", {})
            ]
            assert "401" in problems, (method, path)
            assert operation["description"], (method, path)
