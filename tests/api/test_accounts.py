"""Signing in, staying signed in, and proving that a request is one's own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.accounts.models import SessionRow, UserRow
from api.accounts.passwords import AT_ONCE, Passwords
from api.accounts.schemas import NewUser
from api.accounts.sessions import COOKIE
from api.accounts.store import create_user
from api.accounts.throttle import Throttle
from api.database import now
from api.errors import ThrottledError
from api.settings import Settings
from tests.api.building import PASSWORD, Kitchen, assert_problem, review
from vision.errors import ConflictError, InvalidError, NotFoundError

SESSIONS = "/api/v1/sessions"
CURRENT = "/api/v1/sessions/current"


def test_signing_in_gives_a_session_that_no_script_can_read(kitchen: Kitchen) -> None:
    user_id = kitchen.add_user("Li Wei", "patrol")
    client = TestClient(kitchen.app)
    answer = client.post(SESSIONS, json={"name": "LI WEI", "password": PASSWORD})
    assert answer.status_code == 201
    assert answer.json()["person"] == {
        "id": user_id,
        "name": "Li Wei",
        "role": "patrol",
        "restaurant_id": None,
        "station_id": None,
        "district_id": None,
    }
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "secure" not in cookie
    assert client.get(CURRENT).json() == answer.json()


def test_over_https_the_cookie_is_secure(kitchen: Kitchen) -> None:
    kitchen.add_user("Li", "patrol")
    client = TestClient(kitchen.app, base_url="https://kitchen.example")
    answer = client.post(SESSIONS, json={"name": "Li", "password": PASSWORD})
    assert "secure" in answer.headers["set-cookie"].lower()


def test_neither_token_nor_password_is_stored(kitchen: Kitchen) -> None:
    client = kitchen.person("patrol")
    with kitchen.database.reading() as session:
        row = session.scalars(select(SessionRow)).one()
        user = session.scalars(select(UserRow)).one()
    assert client.cookies[COOKIE] not in (row.id, row.token_sha256, row.csrf_token)
    assert user.password_hash.startswith("$argon2id$")


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(kitchen: Kitchen) -> None:
    kitchen.add_user("Li", "patrol")
    answers = [
        kitchen.anonymous.post(SESSIONS, json={"name": name, "password": "not this one"})
        for name in ("Li", "nobody", "a\u0301\U0001f600")
    ]
    for answer in answers:
        assert_problem(answer, 401, "sign-in-failed")
    assert len({answer.text for answer in answers}) == 1


def test_an_unknown_name_costs_a_password_check_too(kitchen: Kitchen) -> None:
    passwords = kitchen.app.state.passwords
    assert passwords.match("no account has this password", None) is False


def test_attempts_are_limited_for_one_name_from_one_address(kitchen: Kitchen) -> None:
    kitchen.add_user("Li", "patrol")
    kitchen.add_user("Wang", "patrol")
    wrong = {"name": "Li", "password": "not this one"}
    for _ in range(10):
        assert kitchen.anonymous.post(SESSIONS, json=wrong).status_code == 401
    answer = kitchen.anonymous.post(SESSIONS, json=wrong | {"password": PASSWORD})
    assert_problem(answer, 429, "throttled")
    assert int(answer.headers["retry-after"]) > 0
    kitchen.signed_in("Wang")
    elsewhere = TestClient(kitchen.app, client=("198.51.100.7", 1))
    assert elsewhere.post(SESSIONS, json={"name": "Li", "password": PASSWORD}).status_code == 201


def test_the_right_password_ends_the_count(kitchen: Kitchen) -> None:
    throttle = Throttle(kitchen.database, attempts=2, window_s=60)
    for _ in range(5):
        throttle.count("Li", "here")
        throttle.forget("li", "here")
    throttle.count("Li", "here")
    throttle.count("Li", "here")
    with pytest.raises(ThrottledError):
        throttle.count("LI", "here")


def test_a_flood_of_sign_ins_is_turned_away_and_passes() -> None:
    passwords = Passwords(memory_kib=65_536, rounds=4, longest_wait_s=0.001)

    def turned_away(_: int) -> bool:
        try:
            passwords.match(PASSWORD, None)
        except ThrottledError:
            return True
        return False

    with ThreadPoolExecutor(AT_ONCE * 4) as pool:
        answers = list(pool.map(turned_away, range(AT_ONCE * 4)))
    assert answers.count(False) >= AT_ONCE
    assert True in answers
    assert turned_away(0) is False


def test_a_session_ends_when_idle_and_in_any_case_at_its_end(
    kitchen: Kitchen, settings: Settings
) -> None:
    client, begun = kitchen.person("patrol"), now()
    idle = timedelta(seconds=settings.session_idle_s)
    with time_machine.travel(begun, tick=False) as clock:
        while now() + idle * 0.9 < begun + timedelta(seconds=settings.session_lifetime_s):
            clock.shift(idle * 0.9)
            assert client.get(CURRENT).status_code == 200
        clock.shift(idle * 0.9)
        assert_problem(client.get(CURRENT), 401, "not-signed-in")
    other = kitchen.signed_in("patrol")
    with time_machine.travel(now() + idle * 1.01, tick=False):
        assert_problem(other.get(CURRENT), 401, "not-signed-in")


def test_signing_out_ends_the_session_on_the_server(kitchen: Kitchen) -> None:
    client = kitchen.person("patrol")
    token = client.cookies[COOKIE]
    assert client.delete(CURRENT).status_code == 204
    assert COOKIE not in client.cookies
    thief = TestClient(kitchen.app, cookies={COOKIE: token})
    assert_problem(thief.get(CURRENT), 401, "not-signed-in")


def test_an_unsafe_request_repeats_the_csrf_token(kitchen: Kitchen) -> None:
    client, alert_id = kitchen.person("patrol"), kitchen.posted()
    token = client.headers.pop("X-CSRF-Token")
    assert_problem(review(client, alert_id, "upheld"), 403, "forbidden")
    client.headers["X-CSRF-Token"] = kitchen.signed_in("patrol").headers["X-CSRF-Token"]
    assert_problem(review(client, alert_id, "upheld"), 403, "forbidden")
    client.headers["X-CSRF-Token"] = token
    assert review(client, alert_id, "upheld").status_code == 201


def test_a_form_may_carry_the_csrf_token_in_a_field(kitchen: Kitchen) -> None:
    client = kitchen.person("patrol")
    token = client.headers.pop("X-CSRF-Token")
    refused = client.request("DELETE", CURRENT, data={"csrf_token": "wrong"})
    assert_problem(refused, 403, "forbidden")
    assert client.request("DELETE", CURRENT, data={"csrf_token": token}).status_code == 204


def test_another_sites_page_cannot_sign_anybody_in(kitchen: Kitchen) -> None:
    kitchen.add_user("Li", "patrol")
    answer = kitchen.anonymous.post(
        SESSIONS,
        json={"name": "Li", "password": PASSWORD},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert_problem(answer, 403, "forbidden")


def test_a_new_password_ends_every_session(kitchen: Kitchen) -> None:
    client, other = kitchen.person("patrol"), kitchen.signed_in("patrol")
    path, new = "/api/v1/users/me/password", "another good password"
    wrong = client.put(path, json={"current": "not this one", "new": new})
    assert_problem(wrong, 422, "invalid", "current")
    short = client.put(path, json={"current": PASSWORD, "new": "short"})
    assert_problem(short, 422, "invalid", "new")
    assert client.put(path, json={"current": PASSWORD, "new": new}).status_code == 204
    for ended in (client, other):
        assert ended.get(CURRENT).status_code == 401
    again = kitchen.anonymous.post(SESSIONS, json={"name": "patrol", "password": new})
    assert again.status_code == 201


@pytest.mark.parametrize(
    ("new", "error", "field"),
    [
        (NewUser("Li", "patrol", "short"), InvalidError, "password"),
        (NewUser("Li", "patrol", "1q2w3e4r5t"), InvalidError, "password"),
        (NewUser("Li", "inspector", PASSWORD, station="N", district="D"), InvalidError, "district"),
        (NewUser("Li", "admin", PASSWORD, district="Harbour"), InvalidError, "district"),
        (NewUser("Li", "patrol", "x" * 300), InvalidError, "password"),
        (NewUser("Li", "cook", PASSWORD), InvalidError, "role"),
        (NewUser("  ", "patrol", PASSWORD), InvalidError, "name"),
        (NewUser("Li", "restaurant", PASSWORD), InvalidError, "restaurant"),
        (NewUser("Li", "patrol", PASSWORD, restaurant_id="1"), InvalidError, "restaurant"),
        (NewUser("Li", "inspector", PASSWORD), InvalidError, "station"),
        (NewUser("Li", "admin", PASSWORD, station="North"), InvalidError, "station"),
        (NewUser("Li", "restaurant", PASSWORD, restaurant_id="1"), NotFoundError, None),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_account_that_makes_no_sense_is_not_made(
    kitchen: Kitchen, new: NewUser, error: type[Exception], field: str | None
) -> None:
    with pytest.raises(error) as caught, kitchen.database.writing() as session:
        create_user(session, new, kitchen.app.state.passwords)
    if isinstance(caught.value, InvalidError):
        assert caught.value.field == field
    with kitchen.database.reading() as session:
        assert session.scalars(select(UserRow)).all() == []


def test_names_that_look_alike_are_one_name(kitchen: Kitchen) -> None:
    kitchen.add_user("Li Wei", "patrol")
    with pytest.raises(ConflictError):
        kitchen.add_user("ＬＩ wei ", "admin")
