"""Every route asks who is there, unless it is listed here."""

from __future__ import annotations

from typing import Final

import pytest
from fastapi.testclient import TestClient

from tests.api.building import Kitchen, assert_problem
from tests.api.tenants import Tenants, send
from tests.api.walking import Operation, operations, pages

PUBLIC: Final = {
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "POST /api/v1/sessions",
}
# Whoever comes here has no session yet, or needs none.
OPEN_PAGES: Final = {
    "GET /",
    "GET /sign-in",
    "POST /sign-in",
    "GET /sign-in/provider",
    "GET /sign-in/provider/back",
    "POST /preferences",
    "GET /first-run",
    "POST /first-run",
    "GET /set-password",
    "POST /set-password",
    "GET /c/{code}",
}
LEAST_GUARDED: Final = 60
LEAST_PAGES: Final = 12
LEAST_UNSAFE: Final = 40
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def tenants(kitchen: Kitchen) -> Tenants:
    """Ids for every path."""
    return Tenants(kitchen)


def guarded(kitchen: Kitchen) -> list[Operation]:
    """Every route of the API but the public ones."""
    return [found for found in operations(kitchen.app) if str(found) not in PUBLIC]


def test_every_other_route_refuses_a_stranger(kitchen: Kitchen, tenants: Tenants) -> None:
    found = guarded(kitchen)
    assert len(found) >= LEAST_GUARDED
    for operation in found:
        answer = send(tenants, operation, tenants.foreign, TestClient(kitchen.app))
        assert answer.status_code == 401, (str(operation), answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


def test_every_page_sends_a_stranger_to_sign_in(kitchen: Kitchen, tenants: Tenants) -> None:
    found = [page for page in pages(kitchen.app) if str(page) not in OPEN_PAGES]
    assert len(found) >= LEAST_PAGES
    for page in found:
        stranger = TestClient(kitchen.app, headers={"Accept": "text/html"})
        answer = send(tenants, page, tenants.foreign, stranger)
        assert answer.status_code == 303, (str(page), answer.text[:300])
        assert answer.headers["location"].startswith("/sign-in"), str(page)


def test_a_session_is_no_camera_key_and_a_key_is_no_session(kitchen: Kitchen) -> None:
    admin = kitchen.person("admin")
    assert_problem(admin.post("/api/v1/alerts", json=kitchen.alert()), 401, "camera-key")
    key = {"Authorization": f"Bearer {kitchen.camera.key}"}
    assert_problem(kitchen.anonymous.get("/api/v1/alerts", headers=key), 401, "not-signed-in")


def test_every_unsafe_route_and_page_of_a_person_asks_for_the_csrf_token(
    kitchen: Kitchen, tenants: Tenants
) -> None:
    client = kitchen.person("admin")
    del client.headers["X-CSRF-Token"]
    every = operations(kitchen.app) + pages(kitchen.app)
    unsafe = [
        found
        for found in every
        if not found.safe and "session" in found.secured_by and str(found) not in OPEN_PAGES
    ]
    assert len(unsafe) >= LEAST_UNSAFE
    for operation in unsafe:
        answer = send(tenants, operation, tenants.foreign, client)
        assert_problem(answer, 403, "forbidden")
        assert "CSRF" in answer.json()["detail"], str(operation)


def test_nothing_unsafe_lets_a_session_in_without_saying_so(kitchen: Kitchen) -> None:
    for operation in guarded(kitchen):
        assert operation.secured_by, f"{operation} names no session and no key"


def test_every_route_says_which_problems_it_gives(kitchen: Kitchen) -> None:
    for operation in operations(kitchen.app):
        if str(operation) in PUBLIC and operation.safe:
            continue
        problems = [
            status
            for status, answer in operation.spec["responses"].items()
            if "application/problem+json" in answer.get("content", {})
        ]
        assert "401" in problems, str(operation)
        assert operation.spec["description"], str(operation)
