"""The board, thresholds, samples and messages: in both languages, to the right people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.cameras.store import NewCamera
from api.web.catalogue import read_catalogue
from tests.api.web import measured
from tests.api.web.kitchens import Kitchen, open_kitchen
from tests.api.web.reading import Page

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
ADDRESSES = (
    "/precision",
    "/precision?by=camera&days=7",
    "/precision?by=restaurant",
    "/precision?by=model",
    "/precision?by=hour&days=0",
    "/precision?by=week&goal=95",
    "/precision?rule=animal",
    "/precision/alerts?by=rule&key=missing_hat&verdict=upheld",
    "/precision/alerts?by=hour&key=03",
    "/precision/thresholds?rule=missing_hat",
    "/precision/thresholds?rule=animal",
    "/samples",
    "/notifications",
)


@dataclass(frozen=True)
class Measured:
    """A kitchen with figures."""

    kitchen: Kitchen
    camera: NewCamera
    restaurant: str


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Measured]:
    """Verdicts on two rules, minutes that wait, people of each role."""
    kitchen = open_kitchen(tmp_path, review_double_share=0)
    for name, role in (("Pat", "patrol"), ("Sue", "supervisor"), ("Ina", "inspector")):
        kitchen.add_person(name, role)
    restaurant = kitchen.add_restaurant(HOSTILE)
    kitchen.add_person("Owner", "restaurant", restaurant)
    camera = kitchen.add_camera(restaurant, "Cam & 1")
    measured.add_verdicts(
        kitchen, measured.own(kitchen, camera, restaurant), "missing_hat", 80, 0.6
    )
    measured.add_verdicts(
        kitchen, measured.own(kitchen, camera, restaurant), "pest_rodent", 3, 0.0, 1
    )
    measured.add_minutes(kitchen, camera)
    yield Measured(kitchen, camera, restaurant)
    kitchen.database.close()


def token(browser: TestClient) -> str:
    """What unsafe requests repeat."""
    return str(browser.get("/api/v1/sessions/current").json()["csrf_token"])


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_renders_in_its_language_and_keeps_the_policy(
    filled: Measured, language: str
) -> None:
    chinese = {message.id: message.string for message in read_catalogue("zh") if message.id}
    english = {text for text, told in chinese.items() if isinstance(text, str) and told != text}
    sue = filled.kitchen.browser("Sue", language)
    for address in ADDRESSES:
        answer = sue.get(address, headers={"Accept": "text/html"})
        assert answer.status_code == 200, address
        page = Page(answer.text)
        assert page.refused == [], address
        assert len(set(page.ids)) == len(page.ids), address
        assert "<script>alert" not in answer.text and "<img src=x" not in answer.text
        if language == "zh-CN":
            assert english.isdisjoint(page.texts), (address, english & set(page.texts))
        else:
            own = [text for text in page.texts if text not in ("中", "中文")]
            assert not re.search(r"[\u4e00-\u9fff]", " ".join(own)), address


def test_a_figure_leads_to_exactly_the_alerts_it_counts(filled: Measured) -> None:
    pat = filled.kitchen.browser("Pat")
    page = pat.get("/precision").text
    links = re.findall(r'href="(/precision/alerts\?[^"]+)"[^>]*>(\d+)</a>', page)
    assert len(links) >= 6
    for link, count in links:
        behind = pat.get(unescape(link)).text
        assert behind.count('class="linked"') == int(count), link
    assert sum(int(count) for _, count in links[:3]) == 80


def test_few_verdicts_name_no_rate(filled: Measured) -> None:
    row = filled.kitchen.browser("Pat").get("/precision?rule=pest_rodent").text
    assert (
        "too few to name a rate" in row and '<circle class="dot' not in row.split("recall-title")[0]
    )


def test_a_rate_wholly_below_the_goal_is_marked_with_a_word(filled: Measured) -> None:
    pat = filled.kitchen.browser("Pat")
    assert "wholly below the goal</span>" in pat.get("/precision?goal=95").text
    assert "wholly below the goal</span>" not in pat.get("/precision?goal=50&rule=missing_hat").text


def test_a_supervisor_accepts_a_threshold_and_the_page_says_so(filled: Measured) -> None:
    sue = filled.kitchen.browser("Sue")
    address = "/precision/thresholds?rule=missing_hat&target=80"
    page = sue.get(address).text
    form = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.split("deciding")[1])
    )
    assert float(form["proposed"]) > 0.1
    unsaid = sue.post("/precision/thresholds", data=form | {"decision": "accepted"})
    assert unsaid.status_code == 422 and "give a reason" in unsaid.text
    given = form | {"decision": "accepted", "reason": HOSTILE}
    accepted = sue.post("/precision/thresholds", data=given)
    assert accepted.status_code == 200 and "Accepted. The camera fetches it" in accepted.text
    assert "<script>alert" not in accepted.text and "version 1" in accepted.text
    again = sue.post("/precision/thresholds", data=given)
    assert again.status_code == 409 and "changed the proposal meanwhile" in again.text
    forged = sue.post("/precision/thresholds", data=given | {"csrf_token": "x"})
    assert forged.status_code == 403


def test_who_sees_which_page(filled: Measured) -> None:
    allowed = {
        "/precision": {"Pat", "Sue", "Ina"},
        "/precision/alerts": {"Pat", "Sue", "Ina"},
        "/precision/thresholds": {"Sue"},
        "/samples": {"Pat", "Sue"},
        "/notifications": {"Sue", "Owner"},
    }
    for name in ("Pat", "Sue", "Ina", "Owner"):
        person = filled.kitchen.browser(name)
        for address, people in allowed.items():
            answer = person.get(address, headers={"Accept": "text/html"})
            assert answer.status_code == (200 if name in people else 403), (name, address)


def test_a_restaurant_subscribes_for_itself_and_sees_its_secret_once(filled: Measured) -> None:
    owner = filled.kitchen.browser("Owner")
    assert "all restaurants" not in owner.get("/notifications").text
    form = {
        "csrf_token": token(owner),
        "label": HOSTILE[:60],
        "place": filled.restaurant,
        "channel": "webhook",
        "target": "https://1.1.1.1/hook",
        "triggers": ["alert_upheld"],
        "quiet_from": "22:00",
        "quiet_until": "07:00",
    }
    made = owner.post("/notifications", data=form)
    assert made.status_code == 201
    (secret,) = re.findall(r'class="mono secret">([^<]+)<', made.text)
    page = owner.get("/notifications").text
    assert secret not in page and "quiet 22:00–07:00" in page and "<script>alert" not in page
    mistakes: tuple[dict[str, Any], ...] = (
        {"target": "https://127.0.0.1/"},
        {"target": "https://10.0.0.1/"},
        {"quiet_from": "noon"},
        {"label": ""},
        {"triggers": []},
    )
    for wrong in mistakes:
        answer = owner.post("/notifications", data=form | wrong)
        assert answer.status_code == 422 and "Not saved" in answer.text, wrong
    assert owner.post("/notifications", data=form | {"place": ""}).status_code == 404
    assert owner.post("/notifications", data=form | {"csrf_token": ""}).status_code == 403
    (one,) = owner.get("/api/v1/subscriptions").json()
    changed = owner.post("/notifications", data=form | {"id": one["id"], "label": "Kitchen"})
    assert "Saved." in changed.text and "stopped" in changed.text


def test_no_minute_waits_says_so(tmp_path: Path) -> None:
    kitchen = open_kitchen(tmp_path)
    kitchen.add_person("Pat", "patrol")
    assert "No minute waits" in kitchen.browser("Pat").get("/samples").text
    assert "No alert in this time" in kitchen.browser("Pat").get("/precision").text
    kitchen.database.close()
