"""Signing in through an OpenID provider, against a real one on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import time_machine
from fastapi.testclient import TestClient
from httpx2 import Response
from joserfc.jwk import RSAKey
from pydantic import SecretStr
from sqlalchemy import select

from api.accounts.identities import new_trip
from api.accounts.models import IdentityRow, UserRow
from api.accounts.oidc import Client, Provider
from api.accounts.sessions import COOKIE
from api.app import create_app
from api.audit import AuditRow
from api.database import now
from api.errors import ProviderError
from api.settings import Settings
from tests.api.building import PASSWORD, Kitchen
from tests.api.openid import CLIENT, SECRET, OpenId, serving
from vision.errors import ConfigError

CURRENT = "/api/v1/sessions/current"
LI = {"sub": "li-1", "name": "Li Wei", "roles": ["kitchen-patrol", "cantine"]}


@pytest.fixture(scope="module")
def running() -> Iterator[OpenId]:
    """One provider for all tests."""
    with serving(OpenId()) as provider:
        yield provider


@pytest.fixture
def openid(running: OpenId) -> OpenId:
    """It vouches for Li Wei, and is in order."""
    running.claims, running.changes = dict(LI), {}
    running.signs_with, running.algorithm, running.broken = None, "RS256", False
    return running


@pytest.fixture
def kitchen(openid: OpenId, settings: Settings) -> Iterator[Kitchen]:
    """An application that trusts the provider."""
    given = settings.model_dump() | {
        "oidc_issuer": openid.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SecretStr(SECRET),
        "oidc_roles": {
            "kitchen-patrol": "patrol",
            "kitchen-inspector": "inspector",
            "kitchen-owner": "restaurant",
        },
        "oidc_station_claim": "place.station",
        "oidc_restaurant_claim": "restaurants",
        "oidc_label": "Shanghai SSO",
    }
    app = create_app(Settings(**given))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Kitchen(app, client)


def visitor(kitchen: Kitchen) -> TestClient:
    """A browser that follows nothing by itself."""
    return TestClient(
        kitchen.app,
        follow_redirects=False,
        headers={"Accept": "text/html", "Accept-Language": "en"},
    )


def agree(there: str) -> str:
    """Follow the way to the provider; the way back, as path and query."""
    answer = httpx2.get(there, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    parts = urlsplit(answer.headers["location"])
    return f"{parts.path}?{parts.query}"


def sign_in(kitchen: Kitchen, browser: TestClient | None = None, next_path: str = "/") -> Response:
    """The whole way; gives the last answer."""
    browser = browser or visitor(kitchen)
    left = browser.get("/sign-in/provider", params={"next": next_path})
    assert left.status_code == 303, left.text
    return browser.get(agree(left.headers["location"]))


def users(kitchen: Kitchen) -> list[tuple[str, str]]:
    """Name and role of each account."""
    with kitchen.database.reading() as session:
        return [(name, role) for name, role in session.execute(select(UserRow.name, UserRow.role))]


def test_somebody_known_to_the_provider_signs_in_and_gets_an_account(kitchen: Kitchen) -> None:
    browser = visitor(kitchen)
    answer = sign_in(kitchen, browser, "/alerts?rule=animal")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/alerts?rule=animal"
    person = browser.get(CURRENT).json()["person"]
    assert (person["name"], person["role"]) == ("Li Wei", "patrol")
    sign_in(kitchen)
    assert users(kitchen) == [("Li Wei", "patrol")], "the second time it is the same account"
    with kitchen.database.reading() as session:
        assert [row.subject for row in session.scalars(select(IdentityRow))] == ["li-1"]


def test_the_browser_is_sent_with_state_nonce_and_a_hashed_verifier(kitchen: Kitchen) -> None:
    left = visitor(kitchen).get("/sign-in/provider")
    asked = parse_qs(urlsplit(left.headers["location"]).query)
    assert asked["response_type"] == ["code"] and asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://testserver/sign-in/provider/back"]
    secrets = {asked[name][0] for name in ("state", "nonce", "code_challenge")}
    assert len(secrets) == 3 and min(map(len, secrets)) >= 43
    cookie = left.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie


def test_the_sign_in_page_names_the_provider(kitchen: Kitchen) -> None:
    page = visitor(kitchen).get("/sign-in?next=/alerts")
    assert "Sign in through Shanghai SSO" in page.text
    assert 'href="/sign-in/provider?next=/alerts"' in page.text


def test_another_state_than_this_browsers_is_refused(kitchen: Kitchen) -> None:
    thief, victim = visitor(kitchen), visitor(kitchen)
    planted = agree(thief.get("/sign-in/provider").headers["location"])
    answer = victim.get(planted)  # a link that signs the victim in as the thief
    assert answer.status_code == 401 and COOKIE not in victim.cookies
    victim.get("/sign-in/provider")
    assert victim.get(planted).status_code == 401
    assert victim.get("/sign-in/provider/back?code=x").status_code == 401
    assert users(kitchen) == []


def test_a_way_back_works_once_and_not_for_long(kitchen: Kitchen) -> None:
    browser = visitor(kitchen)
    back = agree(browser.get("/sign-in/provider").headers["location"])
    kept = dict(browser.cookies)
    assert browser.get(back).status_code == 303
    again = TestClient(kitchen.app, cookies=kept, follow_redirects=False)
    assert again.get(back).status_code == 401
    late = visitor(kitchen)
    back = agree(late.get("/sign-in/provider").headers["location"])
    with time_machine.travel(now() + timedelta(minutes=11), tick=False):
        assert late.get(back).status_code == 401


def test_a_code_that_was_used_before_is_refused(kitchen: Kitchen) -> None:
    browser = visitor(kitchen)
    first = agree(browser.get("/sign-in/provider").headers["location"])
    code = parse_qs(urlsplit(first).query)["code"][0]
    assert browser.get(first).status_code == 303
    other = visitor(kitchen)
    state = parse_qs(urlsplit(other.get("/sign-in/provider").headers["location"]).query)["state"][0]
    replayed = other.get("/sign-in/provider/back", params={"code": code, "state": state})
    assert replayed.status_code == 401 and COOKIE not in other.cookies


def foreign_key(openid: OpenId) -> None:
    openid.signs_with = RSAKey.generate_key(2048, {"kid": "one"})


def unknown_key(openid: OpenId) -> None:
    openid.signs_with = RSAKey.generate_key(2048, {"kid": "two"})


def no_signature(openid: OpenId) -> None:
    openid.algorithm = "none"


def changed(**claims: object) -> Callable[[OpenId], None]:
    def change(openid: OpenId) -> None:
        openid.changes = claims

    return change


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(changed(aud="another-client"), id="wrong audience"),
        pytest.param(changed(aud=[CLIENT, "other"]), id="several audiences, no authorized party"),
        pytest.param(changed(azp="another-client"), id="made for another party"),
        pytest.param(changed(iss="http://127.0.0.1:1"), id="wrong issuer"),
        pytest.param(changed(nonce="another"), id="wrong nonce"),
        pytest.param(changed(exp=1_700_000_000), id="expired"),
        pytest.param(changed(nbf=4_000_000_000), id="not yet valid"),
        pytest.param(changed(at_hash="AAAA"), id="another access token"),
        pytest.param(changed(sub=""), id="no subject"),
        pytest.param(changed(sub=7), id="a subject that is no text"),
        pytest.param(foreign_key, id="signed with a foreign key"),
        pytest.param(unknown_key, id="signed with a key that the provider does not name"),
        pytest.param(no_signature, id="not signed at all"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_token_that_proves_nothing_is_refused(
    kitchen: Kitchen, openid: OpenId, spoil: Callable[[OpenId], None]
) -> None:
    spoil(openid)
    browser = visitor(kitchen)
    answer = sign_in(kitchen, browser)
    assert answer.status_code == 401
    assert "The organisation refused the sign-in." in answer.text
    assert COOKIE not in browser.cookies
    assert users(kitchen) == []


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"roles": ["cantine"]}, "no role"),
        ({"roles": []}, "no role"),
        ({"roles": {"kitchen-patrol": True}}, "no role"),
        ({"roles": ["kitchen-patrol", "kitchen-owner"]}, "more than one role"),
        ({"roles": "kitchen-inspector", "place": {"station": "Nowhere"}}, "not known here"),
        ({"roles": "kitchen-inspector", "place": {"station": ["North", "South"]}}, "one value"),
        ({"roles": "kitchen-owner", "restaurants": ["No such place"]}, "do not fit"),
        ({"roles": "kitchen-patrol", "name": "  "}, "no name"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_claims_that_fit_no_table_are_refused_and_never_made_a_default(
    kitchen: Kitchen, openid: OpenId, claims: dict[str, object], told: str
) -> None:
    openid.changes = claims
    browser = visitor(kitchen)
    answer = sign_in(kitchen, browser)
    assert answer.status_code == 403 and COOKIE not in browser.cookies
    assert "ask your administrator" in answer.text
    assert users(kitchen) == []
    with kitchen.database.reading() as session:
        entry = session.scalars(select(AuditRow).where(AuditRow.action == "session.refused")).one()
    assert entry.subject == "li-1" and told in entry.detail


def test_role_and_scope_follow_the_claims_at_each_sign_in(kitchen: Kitchen, openid: OpenId) -> None:
    sign_in(kitchen)
    openid.changes = {"roles": ["kitchen-inspector"], "place": {"station": "North"}}
    browser = visitor(kitchen)
    sign_in(kitchen, browser)
    alert_id = kitchen.posted(camera_id=kitchen.other_camera.id)
    assert browser.get(CURRENT).json()["person"]["role"] == "inspector"
    assert browser.get(f"/api/v1/alerts/{alert_id}").status_code == 404
    openid.changes = {"roles": "kitchen-owner", "restaurants": ["Golden Wok", "Jade Garden"]}
    owner = visitor(kitchen)
    sign_in(kitchen, owner)
    shown = owner.get("/api/v1/restaurants").json()["items"]
    assert {item["name"] for item in shown} == {"Golden Wok", "Jade Garden"}
    assert users(kitchen) == [("Li Wei", "restaurant")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_name_that_somebody_has_is_not_taken_over(kitchen: Kitchen) -> None:
    kitchen.add_user("Li Wei", "admin")
    answer = sign_in(kitchen)
    assert answer.status_code == 403
    assert users(kitchen) == [("Li Wei", "admin")]
    still = kitchen.anonymous.post(
        "/api/v1/sessions", json={"name": "Li Wei", "password": PASSWORD}
    )
    assert still.status_code == 201


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_account_that_is_switched_off_stays_off(kitchen: Kitchen) -> None:
    sign_in(kitchen)
    admin = kitchen.person("admin")
    user = next(u for u in admin.get("/api/v1/users").json()["items"] if u["name"] == "Li Wei")
    admin.put(f"/api/v1/users/{user['id']}/active", json={"active": False})
    assert sign_in(kitchen).status_code == 403


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_somebody_of_the_provider_has_no_password_that_could_be_guessed(kitchen: Kitchen) -> None:
    sign_in(kitchen)
    for password in ("", " ", "no account has this password", PASSWORD):
        given = {"name": "Li Wei", "password": password or "x"}
        assert kitchen.anonymous.post("/api/v1/sessions", json=given).status_code == 401


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_provider_that_is_down_is_told_and_passwords_go_on_working(
    kitchen: Kitchen, openid: OpenId
) -> None:
    openid.broken = True
    browser = visitor(kitchen)
    answer = browser.get("/sign-in/provider")
    assert answer.status_code == 502
    assert "The organisation cannot be reached." in answer.text
    assert kitchen.person("patrol").get(CURRENT).status_code == 200


def test_nobody_answers_at_that_address() -> None:
    provider = Provider(Client("http://127.0.0.1:1", CLIENT), timeout_s=2)
    with pytest.raises(ProviderError):
        provider.address(new_trip(), "http://here/back")
    provider.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_new_keys_of_the_provider_are_taken_on(
    kitchen: Kitchen, openid: OpenId, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sign_in(kitchen).status_code == 303
    monkeypatch.setattr("api.accounts.oidc.KEYS_AGAIN_S", 0.0)
    before, openid.key = openid.key, RSAKey.generate_key(2048, {"kid": "three"})
    assert sign_in(kitchen).status_code == 303
    openid.key = before


def test_a_provider_without_tls_elsewhere_is_not_taken() -> None:
    with pytest.raises(ConfigError, match="https"):
        Provider(Client("http://sso.example", CLIENT))


def test_a_provider_needs_its_client_and_its_table(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="CLIENT_ID"):
        create_app(Settings(data=tmp_path, oidc_issuer="https://sso.example"))
