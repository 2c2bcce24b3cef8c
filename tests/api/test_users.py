"""Accounts: made, changed, switched off, invited; where somebody is signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import given
from hypothesis import strategies as st

from api.accounts.links import make_link
from api.accounts.rules import Scope, require_password, require_scope
from api.accounts.schemas import MIN_PASSWORD
from api.accounts.sessions import COOKIE, DEVICE_COOKIE
from api.database import now
from api.options import open_database
from api.settings import Settings
from tests.api.building import PASSWORD, Kitchen, assert_problem
from vision.errors import InvalidError

USERS = "/api/v1/users"
SESSIONS = "/api/v1/sessions"
CURRENT = f"{SESSIONS}/current"
NEW = "noodles with seven vegetables"


def made(admin: TestClient, **fields: Any) -> dict[str, Any]:
    """The answer to a new account."""
    answer = admin.post(USERS, json={"name": "Li", "role": "patrol"} | fields)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def use_link(kitchen: Kitchen, path: str, password: str = NEW, **more: str) -> Response:
    """Open the link and set a password, as its person does."""
    browser = TestClient(kitchen.app, follow_redirects=False)
    assert browser.get(path).status_code == 200
    page, _, token = path.partition("?token=")
    form = {"token": token, "password": password, "again": password} | more
    return browser.post(page, data=form)


def signed_in(kitchen: Kitchen, name: str, password: str) -> int:
    """What signing in answers."""
    given = {"name": name, "password": password}
    return TestClient(kitchen.app).post(SESSIONS, json=given).status_code


def test_an_account_is_made_and_its_person_sets_the_password(kitchen: Kitchen) -> None:
    admin = kitchen.person("admin")
    answer = made(admin, role="inspector", district_id=district(admin, "Harbour"))
    assert answer["user"]["district"]["name"] == "Harbour" and not answer["user"]["has_password"]
    assert signed_in(kitchen, "Li", PASSWORD) == 401
    accepted = use_link(kitchen, answer["link"]["path"])
    assert accepted.status_code == 303 and accepted.cookies[COOKIE]
    assert signed_in(kitchen, "Li", NEW) == 201


def district(admin: TestClient, name: str) -> str:
    return str(admin.post("/api/v1/districts", json={"name": name}).json()["id"])


def test_a_link_works_once_and_not_for_ever_and_not_after_a_newer_one(kitchen: Kitchen) -> None:
    admin = kitchen.person("admin")
    first = made(admin)
    path = f"{USERS}/{first['user']['id']}/password-links"
    second, third = (admin.post(path).json()["path"] for _ in range(2))
    browser = TestClient(kitchen.app)
    for stale in (first["link"]["path"], second, "/set-password?token=made-up", "/set-password"):
        assert browser.get(stale).status_code == 404
    assert use_link(kitchen, third).status_code == 303
    assert browser.get(third).status_code == 404
    fourth = admin.post(path).json()["path"]
    with time_machine.travel(now() + timedelta(days=2, minutes=1), tick=False):
        assert browser.get(fourth).status_code == 404


def test_a_link_ends_the_sign_ins_of_the_old_password(kitchen: Kitchen) -> None:
    admin, victim = kitchen.person("admin"), kitchen.person("patrol")
    user_id = victim.get(CURRENT).json()["person"]["id"]
    link = admin.post(f"{USERS}/{user_id}/password-links").json()["path"]
    assert victim.get(CURRENT).status_code == 200, "until the link is used"
    use_link(kitchen, link)
    assert victim.get(CURRENT).status_code == 401
    assert signed_in(kitchen, "patrol", PASSWORD) == 401


@pytest.mark.parametrize(
    ("password", "again"),
    [
        ("short", "short"),
        ("1q2w3e4r5t", "1q2w3e4r5t"),
        (NEW, f"{NEW}!"),
        ("Li-Li-Li-Li", "Li-Li-Li-Li"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_bad_password_leaves_the_link_working(
    kitchen: Kitchen, password: str, again: str
) -> None:
    link = made(kitchen.person("admin"))["link"]["path"]
    assert use_link(kitchen, link, password, again=again).status_code == 422
    assert use_link(kitchen, link).status_code == 303


def test_a_change_of_scope_holds_from_the_next_request_on(kitchen: Kitchen) -> None:
    admin, patrol = kitchen.person("admin"), kitchen.person("patrol")
    user_id = patrol.get(CURRENT).json()["person"]["id"]
    alert_id = kitchen.posted(camera_id=kitchen.other_camera.id)
    assert patrol.get(f"/api/v1/alerts/{alert_id}").status_code == 200
    stations = admin.get("/api/v1/places").json()["stations"]
    north = next(item["id"] for item in stations if item["name"] == "North")
    wanted = {"name": "Li Wei", "role": "patrol", "station_id": north}
    assert admin.put(f"{USERS}/{user_id}", json=wanted).json()["name"] == "Li Wei"
    assert patrol.get(f"/api/v1/alerts/{alert_id}").status_code == 404


def test_a_district_is_its_stations(kitchen: Kitchen) -> None:
    admin = kitchen.person("admin")
    place = district(admin, "Harbour")
    stations = {s["name"]: s["id"] for s in admin.get("/api/v1/places").json()["stations"]}
    moved = {"name": "South", "district_id": place}
    admin.put(f"/api/v1/stations/{stations['South']}", json=moved)
    inspector = kitchen.person("inspector", district="Harbour")
    names = [item["name"] for item in inspector.get("/api/v1/restaurants").json()["items"]]
    assert names == ["Jade Garden"]
    admin.put(f"/api/v1/stations/{stations['South']}", json={"name": "South"})
    assert inspector.get("/api/v1/restaurants").json()["items"] == []


def test_the_owner_of_a_chain_sees_all_of_its_restaurants(kitchen: Kitchen) -> None:
    admin = kitchen.person("admin")
    ids = [kitchen.other_restaurant, kitchen.restaurant, kitchen.other_restaurant]
    answer = made(admin, role="restaurant", restaurant_ids=ids)
    assert [place["id"] for place in answer["user"]["restaurants"]] == ids[:2]
    use_link(kitchen, answer["link"]["path"])
    owner = TestClient(kitchen.app)
    owner.post(SESSIONS, json={"name": "Li", "password": NEW})
    assert len(owner.get("/api/v1/restaurants").json()["items"]) == 2
    wanted = {"name": "Li", "role": "restaurant", "restaurant_ids": ids[:1]}
    admin.put(f"{USERS}/{answer['user']['id']}", json=wanted)
    shown = owner.get("/api/v1/restaurants").json()["items"]
    assert [item["id"] for item in shown] == ids[:1]


def test_switching_an_account_off_ends_everything_and_on_brings_it_back(kitchen: Kitchen) -> None:
    admin, patrol = kitchen.person("admin"), kitchen.person("patrol")
    path = f"{USERS}/{patrol.get(CURRENT).json()['person']['id']}"
    link = admin.post(f"{path}/password-links").json()["path"]
    assert admin.put(f"{path}/active", json={"active": False}).json()["active"] is False
    assert patrol.get(CURRENT).status_code == 401
    assert signed_in(kitchen, "patrol", PASSWORD) == 401
    assert TestClient(kitchen.app).get(link).status_code == 404
    assert_problem(admin.post(f"{path}/password-links"), 409, "conflict")
    admin.put(f"{path}/active", json={"active": True})
    assert signed_in(kitchen, "patrol", PASSWORD) == 201
    assert patrol.get(CURRENT).status_code == 401, "the old sign-in stays ended"


def test_the_last_administrator_cannot_be_lost(kitchen: Kitchen) -> None:
    admin, other = kitchen.person("admin", "Ann"), kitchen.person("admin", "Bob")
    ann, bob = (who.get(CURRENT).json()["person"]["id"] for who in (admin, other))
    own = admin.put(f"{USERS}/{ann}/active", json={"active": False})
    assert_problem(own, 409, "conflict")
    assert admin.put(f"{USERS}/{bob}/active", json={"active": False}).status_code == 200
    demoted = admin.put(f"{USERS}/{ann}", json={"name": "Ann", "role": "patrol"})
    assert_problem(demoted, 409, "conflict")


def test_accounts_are_found_by_name_role_and_state_page_by_page(kitchen: Kitchen) -> None:
    admin = kitchen.person("admin", "Zed")
    for number in range(5):
        kitchen.add_user(f"Li {number}%", "patrol")
    names, cursor = [], None
    while True:
        page = admin.get(USERS, params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        names += [user["name"] for user in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert names == ["Li 0%", "Li 1%", "Li 2%", "Li 3%", "Li 4%", "Zed"]
    found = admin.get(USERS, params={"q": "3%"}).json()["items"]
    assert [user["name"] for user in found] == ["Li 3%"]
    assert len(admin.get(USERS, params={"role": "admin"}).json()["items"]) == 1
    assert admin.get(USERS, params={"active": "false"}).json()["items"] == []
    assert_problem(admin.get(USERS, params={"cursor": "nobody"}), 422, "invalid", "cursor")


def test_a_name_that_is_taken_is_refused(kitchen: Kitchen) -> None:
    admin = kitchen.person("admin")
    made(admin)
    again = admin.post(USERS, json={"name": " lI ", "role": "patrol"})
    assert_problem(again, 409, "conflict")


def test_one_sees_and_ends_ones_own_sign_ins(kitchen: Kitchen) -> None:
    here, there = kitchen.person("patrol"), kitchen.signed_in("patrol")
    stranger = kitchen.person("admin")
    mine = here.get(SESSIONS).json()["items"]
    assert [item["current"] for item in mine].count(True) == 1 and len(mine) == 2
    other = next(item["id"] for item in mine if not item["current"])
    assert_problem(stranger.delete(f"{SESSIONS}/{other}"), 404, "not-found")
    assert here.delete(f"{SESSIONS}/{other}").status_code == 204
    assert there.get(CURRENT).status_code == 401
    assert_problem(here.delete(f"{SESSIONS}/{other}"), 404, "not-found")
    third = kitchen.signed_in("patrol")
    assert here.delete(SESSIONS).status_code == 204
    assert (third.get(CURRENT).status_code, here.get(CURRENT).status_code) == (401, 200)


def test_an_administrator_ends_anothers_sign_ins(kitchen: Kitchen) -> None:
    admin, patrol = kitchen.person("admin"), kitchen.person("patrol")
    path = f"{USERS}/{patrol.get(CURRENT).json()['person']['id']}/sessions"
    (only,) = admin.get(path).json()["items"]
    assert only["browser"] == "testclient" and not only["current"]
    assert admin.delete(f"{path}/{only['id']}").status_code == 204
    assert patrol.get(CURRENT).status_code == 401
    again = kitchen.signed_in("patrol")
    assert admin.delete(path).status_code == 204
    assert again.get(CURRENT).status_code == 401


def test_a_known_browser_is_not_locked_out_by_strangers_at_its_address(kitchen: Kitchen) -> None:
    known = kitchen.person("patrol")
    assert DEVICE_COOKIE in known.cookies
    wrong = {"name": "patrol", "password": "not this one"}
    stranger = TestClient(kitchen.app)
    statuses = [stranger.post(SESSIONS, json=wrong).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    right = {"name": "patrol", "password": PASSWORD}
    assert stranger.post(SESSIONS, json=right).status_code == 429
    assert known.post(SESSIONS, json=right).status_code == 201
    statuses = [known.post(SESSIONS, json=wrong).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429], "it has a count of its own, not none"
    somebody_else = wrong | {"name": "admin"}
    kitchen.add_user("admin", "admin")
    assert [known.post(SESSIONS, json=somebody_else).status_code for _ in range(11)][-1] == 429


def test_a_made_up_device_exempts_nobody(kitchen: Kitchen) -> None:
    kitchen.add_user("patrol", "patrol")
    wrong = {"name": "patrol", "password": "not this one"}
    statuses = []
    for number in range(12):
        thief = TestClient(kitchen.app, cookies={DEVICE_COOKIE: f"made-up-{number}"})
        statuses.append(thief.post(SESSIONS, json=wrong).status_code)
    assert statuses[-1] == 429


def test_attempts_come_back_one_by_one(kitchen: Kitchen, settings: Settings) -> None:
    kitchen.add_user("Li", "patrol")
    wrong = {"name": "Li", "password": "not this one"}
    with time_machine.travel(now(), tick=False) as clock:
        for _ in range(10):
            kitchen.anonymous.post(SESSIONS, json=wrong)
        refused = kitchen.anonymous.post(SESSIONS, json=wrong)
        wait_s = int(refused.headers["retry-after"])
        assert wait_s == settings.sign_in_window_s / settings.sign_in_attempts
        clock.shift(wait_s)
        assert kitchen.anonymous.post(SESSIONS, json=wrong).status_code == 401
        assert kitchen.anonymous.post(SESSIONS, json=wrong).status_code == 429


def test_the_first_administrator_is_made_once(settings: Settings, kitchen: Kitchen) -> None:
    database = open_database(settings)
    with database.writing() as session:
        stale = make_link(session, "first_run", None, 3600).path
        link = make_link(session, "first_run", None, 3600).path
    database.close()
    assert TestClient(kitchen.app).get(stale).status_code == 404
    assert use_link(kitchen, link, name=" ").status_code == 422
    assert use_link(kitchen, link, name="Ann").headers["location"] == "/admin"
    assert TestClient(kitchen.app).get(link).status_code == 404
    assert signed_in(kitchen, "Ann", NEW) == 201


def test_a_first_run_link_is_dead_once_somebody_has_an_account(
    settings: Settings, kitchen: Kitchen
) -> None:
    database = open_database(settings)
    with database.writing() as session:
        link = make_link(session, "first_run", None, 3600).path
    database.close()
    kitchen.add_user("Bob", "admin")
    browser = TestClient(kitchen.app)
    form = {"token": link.rpartition("=")[2], "name": "Ann", "password": NEW, "again": NEW}
    assert browser.get(link).status_code == 404
    assert browser.post("/first-run", data=form).status_code == 404
    assert signed_in(kitchen, "Ann", NEW) == 401


def test_links_are_not_guessed_quicker_than_passwords(kitchen: Kitchen) -> None:
    browser = TestClient(kitchen.app)
    form = {"token": "x", "password": NEW, "again": NEW}
    statuses = [browser.post("/set-password", data=form).status_code for _ in range(11)]
    assert statuses == [404] * 10 + [429]


@given(st.text(min_size=1, max_size=12))
def test_no_short_text_is_a_password(text: str) -> None:
    if len(text) < MIN_PASSWORD:
        with pytest.raises(InvalidError):
            require_password(text, "somebody")


@given(st.text(alphabet="abcd", min_size=10, max_size=40), st.integers(1, 5))
def test_what_repeats_or_hardly_varies_is_no_password(text: str, size: int) -> None:
    for simple in (text, (text[:size] * 40)[:20]):
        with pytest.raises(InvalidError):
            require_password(simple, "")


@given(
    st.sampled_from(["patrol", "inspector", "restaurant", "supervisor", "admin"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_a_scope_fits_its_role_or_is_refused(
    role: str, restaurant: bool, station: bool, district: bool
) -> None:
    scope = Scope(("r",) if restaurant else (), "s" if station else None, "d" if district else None)
    limited = station or district
    fits = (restaurant == (role == "restaurant")) and not (station and district)
    fits = fits and not (limited and role in ("restaurant", "admin"))
    fits = fits and (limited or role != "inspector")
    try:
        require_scope(role, scope)
    except InvalidError:
        assert not fits
    else:
        assert fits
