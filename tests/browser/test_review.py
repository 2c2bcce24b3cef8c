"""Review by keyboard, and what the database and the audit log say afterwards."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import delete, select

from api.alerts.models import AlertRow
from api.audit import AuditRow, verify_audit
from api.reviews.models import ClaimRow, ReviewRow
from tests.api.web.footage import HEIGHT, SUBJECT, WIDTH, make_footage
from tests.browser.conftest import Complaints, Site

pytestmark = pytest.mark.browser
COLOURS_INSIDE_THE_BOX = """async () => {
  const svg = document.querySelector("[data-stage] svg");
  const box = svg.querySelector(".box.subject");
  const src = svg.querySelector("image").href.baseVal;
  const picture = Object.assign(new Image(), {src});
  await picture.decode();
  const pen = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  pen.drawImage(picture, 0, 0);
  const scale = picture.width / svg.viewBox.baseVal.width;
  const at = (share) => [
    (box.x.baseVal.value + box.width.baseVal.value * share) * scale,
    (box.y.baseVal.value + box.height.baseVal.value * share) * scale,
  ];
  const colour = (share) => [...pen.getImageData(...at(share), 1, 1).data];
  return [...colour(0.1), ...colour(0.9)];
}"""


def shown(page: Page) -> str:
    """The alert on the screen."""
    return page.locator("bk-player").get_attribute("data-item") or ""


def press(page: Page, *keys: str) -> None:
    """Press keys one after the other."""
    for key in keys:
        page.keyboard.press(key)


def expect_toast(page: Page, words: str) -> None:
    """Wait until the server has it and the page says so."""
    toast = page.locator(".toast:not(.pending)")
    expect(toast).to_contain_text(words)


def reviews(site: Site) -> list[tuple[str, str, str | None, bool]]:
    """Alert, verdict, reason and whether it was undone, in the order given."""
    with site.kitchen.database.reading() as session:
        rows = session.scalars(select(ReviewRow).order_by(ReviewRow.created_at)).all()
        return [(str(r.alert_id), r.verdict, r.reason, r.undone_at is not None) for r in rows]


def statuses(site: Site) -> dict[str, str]:
    """Each alert's status."""
    with site.kitchen.database.reading() as session:
        return {str(row.id): row.status for row in session.scalars(select(AlertRow))}


def audited(site: Site) -> list[tuple[str, str]]:
    """What was done to which alert, in order; the log itself must be whole."""
    with site.kitchen.database.reading() as session:
        assert verify_audit(session).broken_at is None
        rows = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
        return [(r.action, r.subject) for r in rows if r.action.startswith("review.")]


def test_three_alerts_are_reviewed_by_keyboard_and_one_is_undone(
    site: Site, alerts: list[str], page: Page
) -> None:
    site.sign_in(page)
    assert shown(page) == alerts[0]
    press(page, "1")
    expect_toast(page, "Upheld")
    expect(page.locator("bk-player")).to_have_attribute("data-item", alerts[1])
    press(page, "2", "2")
    expect_toast(page, "Not assessable")
    expect(page.locator("bk-player")).to_have_attribute("data-item", alerts[2])
    press(page, "3")
    expect_toast(page, "goes to a second person")
    expect(page.locator("bk-player")).to_have_attribute("data-item", alerts[3])
    press(page, "u")
    expect_toast(page, "Verdict undone")
    expect(page.locator("bk-player")).to_have_attribute("data-item", alerts[2])
    expect(page.locator("[data-count=done]")).to_have_text("2")

    assert reviews(site) == [
        (alerts[0], "upheld", None, False),
        (alerts[1], "dismissed", "not_assessable", False),
        (alerts[2], "unsure", None, True),
    ]
    assert statuses(site) == dict(
        zip(alerts, ("upheld", "dismissed", "waiting", "waiting"), strict=True)
    )
    assert audited(site) == [
        ("review.given", alerts[0]),
        ("review.given", alerts[1]),
        ("review.given", alerts[2]),
        ("review.undone", alerts[2]),
    ]


def test_the_subjects_box_lies_where_the_alert_says(
    site: Site, alerts: list[str], page: Page
) -> None:
    site.sign_in(page)
    best = page.locator("[data-stage] svg").first
    picture = best.locator("image").first.bounding_box()
    box = best.locator(".box.subject").bounding_box()
    assert picture and box
    scale = min(picture["width"] / WIDTH, picture["height"] / HEIGHT)
    left = picture["x"] + (picture["width"] - WIDTH * scale) / 2
    top = picture["y"] + (picture["height"] - HEIGHT * scale) / 2
    found = (box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"])
    asked = (
        left + SUBJECT[0] * WIDTH * scale,
        top + SUBJECT[1] * HEIGHT * scale,
        left + SUBJECT[2] * WIDTH * scale,
        top + SUBJECT[3] * HEIGHT * scale,
    )
    assert max(abs(a - b) for a, b in zip(found, asked, strict=True)) < 2.5


def test_the_box_lies_on_the_head_in_the_picture_itself(
    site: Site, alerts: list[str], page: Page
) -> None:
    site.sign_in(page)
    colour = page.evaluate(COLOURS_INSIDE_THE_BOX)
    for corner in (colour[:3], colour[4:7]):
        assert max(abs(a - b) for a, b in zip(corner, (224, 172, 140), strict=True)) < 12


def test_no_key_decides_with_a_modifier_or_inside_the_help(
    site: Site, alerts: list[str], page: Page
) -> None:
    site.sign_in(page)
    press(page, "Control+1", "Alt+3", "Meta+1", "?", "1", "3", "Escape")
    expect(page.locator("#help")).not_to_be_visible()
    press(page, "2", "Escape", "ArrowRight", "ArrowLeft")
    expect(page.locator("bk-player")).to_have_attribute("data-item", alerts[0])
    assert reviews(site) == []


def test_the_next_pictures_are_loaded_before_they_are_needed(
    site: Site, alerts: list[str], page: Page
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    site.sign_in(page)
    page.wait_for_load_state("networkidle")
    assert any(f"/review/items/{alerts[1]}/evidence/" in url for url in asked)
    asked.clear()
    press(page, "1")
    expect(page.locator("bk-player")).to_have_attribute("data-item", alerts[1])
    expect(page.locator("[data-stage] svg").first).to_be_visible()
    pictures = [f.sha256 for f in make_footage(1).files if f.kind == "frame"]
    assert not [url for url in asked if url.endswith((alerts[1], *pictures))]


def test_the_clip_plays_steps_and_changes_speed_by_keyboard(
    site: Site, alerts: list[str], page: Page
) -> None:
    site.sign_in(page)
    video = page.locator("video")
    press(page, " ")
    expect(video).to_be_visible()
    expect(page.locator(".clip output")).to_have_text(re.compile(r"^(0\.[2-9]|[1-9]\d?\.\d) /"))
    press(page, " ")
    assert video.evaluate("video => video.paused")
    before = video.evaluate("video => video.currentTime")
    press(page, ".")
    expect(video).not_to_have_js_property("currentTime", before)
    assert video.evaluate("video => video.currentTime") > before
    press(page, "s")
    assert video.evaluate("video => video.playbackRate") == 0.5
    press(page, "Escape")
    expect(video).not_to_be_visible()


def test_a_verdict_waits_out_a_lost_connection(
    site: Site, alerts: list[str], page: Page, complaints: Complaints
) -> None:
    page.route("**/reviews", lambda route: route.abort())
    site.sign_in(page)
    press(page, "1")
    trouble = page.locator("[data-trouble=network]")
    expect(trouble).to_contain_text("Verdict not saved.")
    assert reviews(site) == []
    page.unroute("**/reviews")
    expect(trouble).not_to_be_visible()
    expect_toast(page, "Upheld")
    assert reviews(site) == [(alerts[0], "upheld", None, False)]
    complaints.forgive("ERR_FAILED")


def test_a_verdict_survives_closing_the_tab(
    site: Site, alerts: list[str], page: Page, complaints: Complaints
) -> None:
    page.route("**/reviews", lambda route: route.abort())
    site.sign_in(page)
    press(page, "1")
    expect(page.locator("[data-trouble=network]")).to_be_visible()
    other = page.context.new_page()
    page.close()
    with other.expect_response("**/reviews"):
        other.goto(f"{site.address}/review")
    assert reviews(site) == [(alerts[0], "upheld", None, False)]
    complaints.forgive("ERR_FAILED")
    complaints.forgive("409")  # the closed tab may have got its last try through


def test_an_answer_lost_on_the_way_does_not_make_two_verdicts(
    site: Site, alerts: list[str], page: Page, complaints: Complaints
) -> None:
    calls: list[str] = []

    def lose_first_answer(route: Route) -> None:
        calls.append(route.request.method)
        if len(calls) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/reviews", lose_first_answer)
    site.sign_in(page)
    press(page, "1")
    expect_toast(page, "Upheld")
    expect(page.locator("[data-trouble=network]")).not_to_be_visible()
    assert calls == ["POST", "POST", "GET"]
    assert reviews(site) == [(alerts[0], "upheld", None, False)]
    complaints.forgive("ERR_FAILED")
    complaints.forgive("409")


def decide_elsewhere(site: Site, alert: str) -> None:
    """The claim ran out, and somebody else is faster."""
    with site.kitchen.database.writing() as session:
        session.execute(delete(ClaimRow))
    sue = site.kitchen.browser("Sue")
    token = sue.get("/api/v1/sessions/current").json()["csrf_token"]
    body: dict[str, Any] = {"verdict": "dismissed", "reason": "not_staff"}
    answer = sue.post(f"/api/v1/alerts/{alert}/reviews", json=body, headers={"X-CSRF-Token": token})
    assert answer.status_code == 201


def test_somebody_elses_verdict_stands_and_is_told(
    site: Site, alerts: list[str], page: Page, complaints: Complaints
) -> None:
    site.sign_in(page)
    decide_elsewhere(site, alerts[0])
    press(page, "1")
    expect_toast(page, "Decided by another person first")
    expect(page.locator("bk-player")).to_have_attribute("data-item", alerts[1])
    expect(page.locator("[data-count=done]")).to_have_text("0")
    assert reviews(site) == [(alerts[0], "dismissed", "not_staff", False)]
    complaints.forgive("409")


def test_evidence_that_arrives_late_appears_by_itself(site: Site, page: Page) -> None:
    kitchen = site.kitchen
    camera = kitchen.add_camera(kitchen.add_restaurant("Heshun Bistro"), "Cam 2")
    alert = kitchen.announce(camera, make_footage(9))
    page.clock.install()
    site.sign_in(page)
    expect(page.get_by_text("The evidence has not arrived yet")).to_be_visible()
    press(page, "1", "3", "2")
    assert reviews(site) == []
    kitchen.upload(camera, alert, make_footage(9))
    page.clock.run_for(10_000)
    expect(page.locator("[data-stage] svg").first).to_be_visible()
    press(page, "1")
    expect_toast(page, "Upheld")


def test_an_earlier_verdict_is_undone_on_its_own_page(
    site: Site, alerts: list[str], page: Page
) -> None:
    site.sign_in(page)
    press(page, "1")
    expect(page.locator("bk-player")).to_have_attribute("data-item", alerts[1])
    press(page, "3")
    expect(page.locator("bk-player")).to_have_attribute("data-item", alerts[2])
    press(page, "ArrowLeft", "ArrowLeft")
    expect(page.locator("bk-player")).to_have_attribute("data-item", alerts[0])
    expect(page.locator(".decided")).to_contain_text("Upheld")
    press(page, "u")
    expect_toast(page, "Verdict undone")
    undone = {alert: was for alert, _, _, was in reviews(site)}
    assert undone == {alerts[0]: True, alerts[1]: False}


def test_an_ended_session_is_told_and_the_verdict_is_sent_after_signing_in(
    site: Site, alerts: list[str], page: Page, complaints: Complaints
) -> None:
    site.sign_in(page)
    page.context.clear_cookies()
    press(page, "1")
    trouble = page.locator("[data-trouble=signed-out]")
    expect(trouble).to_contain_text("You are signed out.")
    assert reviews(site) == []
    page.once("dialog", lambda dialog: dialog.accept())
    trouble.get_by_role("link", name="Sign in again").click()
    with page.expect_response("**/reviews"):
        site.sign_in(page)
    assert reviews(site) == [(alerts[0], "upheld", None, False)]
    complaints.forgive("401")


def test_the_queue_ends_with_a_plain_word_and_goes_on_when_an_alert_comes(
    site: Site, alerts: list[str], page: Page
) -> None:
    site.sign_in(page)
    for alert in alerts:
        expect(page.locator("bk-player")).to_have_attribute("data-item", alert)
        press(page, "1")
    expect(page.get_by_text("Nothing to review")).to_be_visible()
    expect_toast(page, "Upheld")
    press(page, "ArrowLeft")
    expect(page.locator(".decided")).to_contain_text("by you")
    expect(page.get_by_text("This camera and rule so far")).to_be_visible()
    assert [verdict for _, verdict, _, _ in reviews(site)] == ["upheld"] * 4


def test_blur_covers_the_eyes_until_it_is_pressed_again(
    site: Site, alerts: list[str], page: Page
) -> None:
    site.sign_in(page)
    bands = page.locator("[data-stage] svg .bands").first
    assert bands.evaluate("bands => getComputedStyle(bands).visibility") == "hidden"
    press(page, "b")
    assert bands.evaluate("bands => getComputedStyle(bands).visibility") == "visible"
    press(page, "ArrowRight")
    expect(page.locator("[data-go=blur]")).to_have_attribute("aria-pressed", "true")


def test_nothing_typed_by_a_person_runs(site: Site, page: Page) -> None:
    name = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"
    camera = site.kitchen.add_camera(site.kitchen.add_restaurant(name), name)
    for seed in range(2):
        site.kitchen.post_alert(camera, make_footage(seed), zone="<svg onload=alert(1)>")
    site.sign_in(page)
    press(page, "1")
    expect_toast(page, "<img src=x")
    assert page.title() == "Review · Bright Kitchen"
    assert page.locator(".toast img").count() == 0
