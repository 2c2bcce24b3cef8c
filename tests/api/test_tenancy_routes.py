"""Another tenant's id says no more than one that does not exist, on every route there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.accounts.sessions import COOKIE
from tests.api.building import Kitchen
from tests.api.tenants import FOREIGN, Tenants, send, site_key
from tests.api.walking import Operation, operations, pages

LEAST_ROUTES: Final = 40
LEAST_PAGES: Final = 3
LEAST_NOT_FOUND: Final = 25
KEY: Final = "camera key"
SHORT: Final = 4  # a number as short as this may stand anywhere in an answer
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def tenants(kitchen: Kitchen) -> Tenants:
    """Both restaurants, and something of everything in the other."""
    return Tenants(kitchen)


def asked(kitchen: Kitchen) -> list[Operation]:
    """Every route and page that names an id."""
    every = operations(kitchen.app) + pages(kitchen.app)
    return [operation for operation in every if named(operation)]


def named(operation: Operation) -> set[str]:
    """The ids that it takes: all of the path's, and those of query and body that are known."""
    return {*operation.parameters("path")} | (operation.names() & set(FOREIGN))


def people(kitchen: Kitchen) -> dict[str, TestClient]:
    """Somebody of each role who is limited to the kitchen's own restaurant or station."""
    return {
        "restaurant": kitchen.person("restaurant", restaurant_id=kitchen.restaurant),
        "inspector": kitchen.person("inspector", station="North"),
        "patrol": kitchen.person("patrol", station="North"),
        "supervisor": kitchen.person("supervisor", station="North"),
    }


def machines(tenants: Tenants) -> dict[str, TestClient]:
    """What posts for the kitchen's own restaurant."""
    keys = {"camera": tenants.kitchen.camera.key, "gateway": site_key(tenants)}
    return {
        name: TestClient(tenants.kitchen.app, headers={"Authorization": f"Bearer {key}"})
        for name, key in keys.items()
    }


def complaint(operation: Operation, tenants: Tenants, foreign: Response, unknown: Response) -> str:
    """What is wrong with the answers, or nothing."""
    status, told = foreign.status_code, foreign.text
    for name in named(operation):
        if len(tenants.foreign(name)) > SHORT:
            told = told.replace(tenants.foreign(name), tenants.unknown(name))
    if status == 422 and not about_an_id(operation, foreign):
        return f"{status}: give a body that is right in BODIES of tests/api/tenants.py: {told}"
    if operation.parameters("path") and status not in (403, 404):
        return f"{status} instead of 404: {told[:200]}"
    same = (status, told) == (unknown.status_code, unknown.text)
    if status < 400 and not (same and operation.method == "delete"):
        return f"{status}: an id of another tenant was taken: {told[:200]}"
    return "" if same else f"{status} tells more than {unknown.status_code}: {told[:200]}"


def about_an_id(operation: Operation, answer: Response) -> bool:
    """Whether a body was refused for its ids alone; a page says so in a form shown again."""
    if operation.parameters("path"):
        return False
    if "json" not in answer.headers["content-type"]:
        return True
    return {error["field"] for error in answer.json()["errors"]} <= named(operation)


def walk(tenants: Tenants) -> Iterator[tuple[str, int, str]]:
    """Each asker on each route: who and where, the status, what is wrong."""
    askers = people(tenants.kitchen), machines(tenants)
    for operation in asked(tenants.kitchen):
        for clients, wanted in zip(askers, ("session", KEY), strict=True):
            if wanted not in operation.secured_by:
                continue
            for name, client in clients.items():
                foreign = send(tenants, operation, tenants.foreign, client)
                unknown = send(tenants, operation, tenants.unknown, client)
                wrong = complaint(operation, tenants, foreign, unknown)
                yield f"{name}: {operation}", foreign.status_code, wrong


def test_another_tenants_id_is_not_found_on_any_route(tenants: Tenants) -> None:
    walked = list(walk(tenants))
    wrong = [f"{where}: {what}" for where, _, what in walked if what]
    assert not wrong, "\n".join(wrong)
    not_found = {where.partition(": ")[2] for where, status, _ in walked if status == 404}
    assert len(not_found) >= LEAST_NOT_FOUND


def test_as_many_routes_are_walked_as_we_think(kitchen: Kitchen) -> None:
    found = asked(kitchen)
    assert len([operation for operation in found if not operation.page]) >= LEAST_ROUTES
    assert len([operation for operation in found if operation.page]) >= LEAST_PAGES


def test_the_kitchens_own_ids_are_found_by_those_who_look_after_it(kitchen: Kitchen) -> None:
    alert_id = kitchen.posted()
    for name, client in people(kitchen).items():
        expected = 404 if name == "restaurant" else 200  # not upheld yet
        assert client.get(f"/api/v1/alerts/{alert_id}").status_code == expected, name
        assert client.get(f"/api/v1/restaurants/{kitchen.restaurant}").status_code == 200, name


def test_a_session_id_of_before_the_sign_in_is_never_taken_over(kitchen: Kitchen) -> None:
    thief = kitchen.person("patrol", "thief")
    planted = thief.cookies[COOKIE]
    kitchen.add_user("victim", "admin")
    for path, body in (("/api/v1/sessions", "json"), ("/sign-in", "data")):
        victim = TestClient(kitchen.app, cookies={COOKIE: planted})
        given = {"name": "victim", "password": "correct horse battery"}
        answer = victim.request("POST", path, **{body: given}, follow_redirects=False)  # type: ignore[arg-type]
        assert answer.status_code in (201, 303)
        own = answer.cookies[COOKIE]
        assert own not in ("", planted)
        assert thief.get("/api/v1/sessions/current").status_code == 401, "the planted one ends"
        current = TestClient(kitchen.app, cookies={COOKIE: own}).get("/api/v1/sessions/current")
        assert current.json()["person"]["name"] == "victim"
        thief = kitchen.signed_in("thief")
        planted = thief.cookies[COOKIE]


def test_a_token_that_nobody_was_given_opens_nothing(kitchen: Kitchen) -> None:
    kitchen.add_user("victim", "admin")
    made_up = "A" * 43
    browser = TestClient(kitchen.app, cookies={COOKIE: made_up})
    answer = browser.post(
        "/api/v1/sessions", json={"name": "victim", "password": "correct horse battery"}
    )
    assert answer.cookies[COOKIE] != made_up
    stranger = TestClient(kitchen.app, cookies={COOKIE: made_up})
    assert stranger.get("/api/v1/sessions/current").status_code == 401
