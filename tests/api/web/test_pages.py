"""Every page: in both languages, under the strict policy, to the right people."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient

from api.web.catalogue import read_catalogue
from tests.api.web.footage import make_footage
from tests.api.web.kitchens import Kitchen
from tests.api.web.reading import Page

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


@dataclass(frozen=True)
class Filled:
    """A kitchen with one alert of each kind of state."""

    kitchen: Kitchen
    upheld: str
    waiting: str
    without_evidence: str


@pytest.fixture
def filled(kitchen: Kitchen) -> Filled:
    """A restaurant with a hostile name, a camera, an owner, three alerts."""
    restaurant = kitchen.add_restaurant(HOSTILE)
    camera = kitchen.add_camera(restaurant, "Cam & 1")
    kitchen.add_person("Owner", "restaurant", restaurant)
    kitchen.add_person("Ina", "inspector")
    made = Filled(
        kitchen,
        upheld=kitchen.post_alert(camera, make_footage(1)),
        waiting=kitchen.post_alert(camera, make_footage(2), zone=HOSTILE[:60]),
        without_evidence=kitchen.post_alert(camera, rule="pest_rodent", severity="minor"),
    )
    give(kitchen.browser("Sue"), made.upheld, verdict="upheld")
    return made


def give(person: TestClient, alert: str, **verdict: str) -> None:
    """A verdict, as the review page sends it."""
    token = person.get("/api/v1/sessions/current").json()["csrf_token"]
    address = f"/api/v1/alerts/{alert}/reviews"
    answer = person.post(address, json=verdict, headers={"X-CSRF-Token": token})
    assert answer.status_code == 201, answer.text


def pages_of(filled: Filled) -> list[str]:
    """Every address that a reviewer can open."""
    alerts = (filled.upheld, filled.waiting, filled.without_evidence)
    return [
        "/review",
        f"/review?item={filled.upheld}",
        *(f"/review/items/{alert}" for alert in alerts),
        "/review/queue",
        "/review/queue?severity=minor",
        "/review/history",
        "/alerts",
        "/alerts?status=dismissed",
        *(f"/alerts/{alert}" for alert in alerts),
        "/alerts/00000000-0000-0000-0000-000000000000",
        "/nothing-here",
    ]


def texts_only_english() -> set[str]:
    """Texts that a Chinese page must not show."""
    chinese = {message.id: message.string for message in read_catalogue("zh") if message.id}
    return {text for text, told in chinese.items() if isinstance(text, str) and told != text}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_renders_in_its_language_and_keeps_the_policy(
    filled: Filled, language: str
) -> None:
    pat = filled.kitchen.browser("Pat", language)
    for address in pages_of(filled):
        answer = pat.get(address, headers={"Accept": "text/html"})
        assert answer.status_code in (200, 404), address
        assert answer.headers["content-security-policy"].startswith("default-src 'self'")
        assert answer.headers["content-language"] == language
        page = Page(answer.text)
        assert page.refused == [], address
        assert len(set(page.ids)) == len(page.ids), address
        if language == "zh-CN":
            assert texts_only_english().isdisjoint(page.texts), address
        else:
            own = [text for text in page.texts if text not in ("中", "中文")]
            assert not re.search(r"[\u4e00-\u9fff]", " ".join(own)), address


def test_what_a_person_typed_stays_text(filled: Filled) -> None:
    pat = filled.kitchen.browser("Pat")
    for address in pages_of(filled):
        answer = pat.get(address, headers={"Accept": "text/html"})
        assert "<script>alert" not in answer.text and "<img src=x" not in answer.text, address
    assert HOSTILE in " ".join(Page(pat.get("/alerts").text).texts)


def test_the_review_page_opens_with_the_most_severe_alert_that_has_not_been_judged(
    filled: Filled,
) -> None:
    page = filled.kitchen.browser("Pat").get("/review").text
    assert f'data-item="{filled.waiting}"' in page


def test_an_alert_that_cannot_be_judged_yet_holds_nobody_up(kitchen: Kitchen) -> None:
    camera = kitchen.add_camera(kitchen.add_restaurant("Heshun"), "Cam 2")
    early = kitchen.announce(camera, make_footage(1), severity="critical")
    judged = kitchen.post_alert(camera, make_footage(2), severity="minor")
    pat = kitchen.browser("Pat")
    assert f'data-item="{judged}"' in pat.get("/review").text
    kitchen.upload(camera, early, make_footage(1))
    assert f'data-item="{early}"' in pat.get("/review").text


def test_an_alert_without_evidence_invites_no_verdict(filled: Filled) -> None:
    page = filled.kitchen.browser("Pat").get(f"/review/items/{filled.without_evidence}").text
    assert "The evidence will not come" in page
    assert "data-verdict" not in page and "data-reason" not in page


def test_how_often_a_camera_was_right_is_told_after_the_verdict_only(filled: Filled) -> None:
    pat = filled.kitchen.browser("Pat")
    told = "This camera and rule so far"
    assert told not in pat.get(f"/review/items/{filled.waiting}").text
    give(pat, filled.waiting, verdict="dismissed", reason="wrong_object")
    assert told in pat.get(f"/review/items/{filled.waiting}").text


def test_a_second_review_is_open_to_another_person_alone(filled: Filled) -> None:
    pat, sue = filled.kitchen.browser("Pat"), filled.kitchen.browser("Sue")
    give(pat, filled.waiting, verdict="unsure")
    assert 'data-state="decided"' in pat.get(f"/review/items/{filled.waiting}").text
    assert 'data-state="open"' in sue.get(f"/review/items/{filled.waiting}").text


def test_a_restaurant_learns_the_verdict_but_not_who_gave_it(filled: Filled) -> None:
    page = filled.kitchen.browser("Owner").get(f"/alerts/{filled.upheld}").text
    assert "Upheld" in page and "by a reviewer" in page
    assert "Sue" not in page


def test_eyes_are_blurred_and_the_clip_is_left_out_for_those_who_do_not_review(
    filled: Filled,
) -> None:
    for name, reviews in (("Owner", False), ("Ina", False), ("Sue", True)):
        page = filled.kitchen.browser(name).get(f"/alerts/{filled.upheld}").text
        assert ("<video" in page) is reviews
        assert ("Eyes are blurred here" in page) is not reviews


def test_only_those_who_review_get_the_review_page(filled: Filled) -> None:
    for name in ("Owner", "Ina"):
        person = filled.kitchen.browser(name)
        for address in (
            "/review",
            f"/review/items/{filled.upheld}",
            "/review/queue",
            "/review/history",
        ):
            assert person.get(address, headers={"Accept": "text/html"}).status_code == 403
        assert 'href="/review"' not in person.get("/alerts").text


def test_an_empty_queue_says_so(kitchen: Kitchen) -> None:
    page = kitchen.browser("Pat").get("/review").text
    assert "Nothing to review" in page and "<bk-player" not in page


def test_the_list_is_filtered_and_comes_in_pages(filled: Filled) -> None:
    pat = filled.kitchen.browser("Pat")
    first = pat.get("/alerts?limit=2").text
    assert first.count("linked") == 2
    more = re.findall(r'hx-get="(/alerts\?cursor=[^"]+)"', first)[0].replace("&amp;", "&")
    rows = pat.get(more, headers={"HX-Request": "true"}).text
    assert rows.count("linked") == 1 and "<html" not in rows and "Show more" not in rows
    waiting = pat.get(
        "/alerts?status=waiting&rule=", headers={"HX-Request": "true", "HX-Target": "list"}
    )
    assert waiting.text.count("linked") == 2 and "<html" not in waiting.text


def test_a_bad_filter_or_cursor_is_told_as_a_page(filled: Filled) -> None:
    pat = filled.kitchen.browser("Pat")
    for address in ("/alerts?status=nonsense", "/alerts?cursor=nonsense", "/alerts/7"):
        answer = pat.get(address, headers={"Accept": "text/html"})
        assert answer.status_code == 422
        assert "This address cannot be read" in answer.text


def test_times_are_shown_in_the_kitchens_zone(filled: Filled) -> None:
    row = filled.kitchen.browser("Pat", "zh").get("/alerts").text
    assert "11 月 24 日 14:30" in row
