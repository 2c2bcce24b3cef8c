"""A reviewer's hour by keyboard alone, two reviewers at once, and the supervisor's quality page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # none
from playwright.sync_api import Page, expect
from sqlalchemy import select

from api.alerts.models import AlertRow
from api.reviews.models import KnownAnswerRow, KnownItemRow, KnownShowRow, ReviewRow
from tests.api.web.footage import make_footage
from tests.browser.conftest import Complaints, Site
from tests.browser.test_review import expect_toast, press, reviews, shown, statuses

pytestmark = pytest.mark.browser


def rows(site: Site) -> list[ReviewRow]:
    """Every verdict, in the order given."""
    with site.kitchen.database.reading() as session:
        return list(session.scalars(select(ReviewRow).order_by(ReviewRow.created_at)))


def ago(minutes: float) -> dict[str, Any]:
    """When an alert began and ended."""
    began = datetime.now(UTC) - timedelta(minutes=minutes)
    return {"started_at": began, "ended_at": began + timedelta(seconds=30)}


def expect_item(page: Page, alert: str) -> None:
    """Wait until this alert is on the screen."""
    expect(page.locator("bk-player")).to_have_attribute("data-item", alert)


@pytest.fixture
def morning(site: Site) -> dict[str, list[str]]:
    """A rat, three hats of one camera, and a mask elsewhere, in the order of the queue."""
    kitchen = site.kitchen
    here = kitchen.add_camera(kitchen.add_restaurant("Heshun Bistro"), "Cam 2")
    there = kitchen.add_camera(kitchen.add_restaurant("Lanting"), "Cam 1")
    rat = kitchen.post_alert(here, make_footage(1), rule="pest_rodent", severity="critical")
    hats = [kitchen.post_alert(here, make_footage(2 + n), **ago(9 - n)) for n in range(3)]
    mask = kitchen.post_alert(there, make_footage(7), rule="missing_mask", severity="minor")
    return {"rat": [rat], "hats": hats, "mask": [mask]}


def test_an_hour_at_the_desk_by_keyboard_alone(
    site: Site, morning: dict[str, list[str]], page: Page
) -> None:
    site.sign_in(page)
    expect_item(page, morning["rat"][0])
    put_box_right_comment_and_uphold(site, page)
    expect_item(page, morning["hats"][0])
    dismiss_together_undo_and_dismiss(site, page, morning)
    expect_item(page, morning["mask"][0])
    step_clip_leave_undo_and_dismiss(site, page, morning["mask"][0])
    standing = [row for row in rows(site) if row.undone_at is None]
    assert (len(standing), len(rows(site))) == (5, 9)
    find_it_in_the_history_and_undo(site, page, morning["rat"][0])


def put_box_right_comment_and_uphold(site: Site, page: Page) -> None:
    """Digits decide nothing while a box is put right or a comment is written."""
    press(page, "e", "1", "3", "ArrowRight", "Shift+ArrowDown", "Alt+ArrowLeft", "Enter")
    expect(page.locator("[data-go=box]")).to_have_attribute("aria-pressed", "true")
    press(page, "c")
    page.keyboard.type("a cat, 1 or 2 of them")
    press(page, "Escape", "1")
    expect_toast(page, "Upheld")
    (first,) = rows(site)
    assert (first.verdict, first.comment) == ("upheld", "a cat, 1 or 2 of them")
    assert first.box_class == "rodent" and first.took_s is not None
    corrected = (first.box_left, first.box_top, first.box_right, first.box_bottom)
    # 6 units right, 1 back, of 1000; the foot 6 units down, of a picture 562.5 high.
    assert corrected == pytest.approx((0.105, 0.2, 0.305, 0.4 + 6 / 562.5), abs=0.0002)


def dismiss_together_undo_and_dismiss(
    site: Site, page: Page, morning: dict[str, list[str]]
) -> None:
    """Three alike go together, come back together, and go again."""
    hats = morning["hats"]
    for key in ("Escape", "2"):
        press(page, "a")
        expect(page.locator("#burst")).to_be_visible()
        expect(page.locator("#burst [data-alert]")).to_have_count(3)
        press(page, key)
        expect(page.locator("#burst")).not_to_be_visible()
    expect_toast(page, "Dismissed together")
    expect_item(page, morning["mask"][0])
    assert {statuses(site)[hat] for hat in hats} == {"dismissed"}
    press(page, "u")
    expect_toast(page, "Verdict undone")
    assert {statuses(site)[hat] for hat in hats} == {"waiting"}
    expect_item(page, hats[0])
    press(page, "a")
    expect(page.locator("#burst")).to_be_visible()
    expect(page.locator("#burst [data-alert]")).to_have_count(3)
    press(page, "1")
    expect_toast(page, "Dismissed together")


def step_clip_leave_undo_and_dismiss(site: Site, page: Page, mask: str) -> None:
    """The clip is stepped; it is left to somebody else, taken back, and dismissed."""
    press(page, ".", ".", "s", "Escape", "3")
    expect_toast(page, "goes to a second person")
    expect(page.get_by_text("Nothing to review")).to_be_visible()
    press(page, "u")
    expect_toast(page, "Verdict undone")
    expect_item(page, mask)
    press(page, "2", "5")
    expect_toast(page, "Not staff")
    assert statuses(site)[mask] == "dismissed"


def find_it_in_the_history_and_undo(site: Site, page: Page, rat: str) -> None:
    """Each verdict of the hour is there, undone ones too."""
    page.goto(f"{site.address}/review/history")
    expect(page.locator("tr.linked")).to_have_count(9)
    page.get_by_label("Verdict").select_option("upheld")
    expect(page.locator("tr.linked")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("tr.linked .badge", has_text="undone")).to_be_visible()
    assert statuses(site)[rat] == "waiting"


def test_a_box_is_drawn_with_the_mouse(site: Site, alerts: list[str], page: Page) -> None:
    site.sign_in(page)
    press(page, "e")
    picture = page.locator("[data-stage] svg").first.bounding_box()
    assert picture
    scale = min(picture["width"] / 1000, picture["height"] / 562.5)
    left = picture["x"] + (picture["width"] - 1000 * scale) / 2
    top = picture["y"] + (picture["height"] - 562.5 * scale) / 2
    page.mouse.move(left + 200 * scale, top + 100 * scale)
    page.mouse.down()
    page.mouse.move(left + 500 * scale, top + 300 * scale, steps=4)
    page.mouse.up()
    page.get_by_label("What it is").select_option("cat")
    page.get_by_role("button", name="Keep").click()
    press(page, "1")
    expect_toast(page, "Upheld")
    row = rows(site)[0]
    drawn = (row.box_left, row.box_top, row.box_right, row.box_bottom)
    assert drawn == pytest.approx((0.2, 100 / 562.5, 0.5, 300 / 562.5), abs=0.003)
    assert row.box_class == "cat"


def test_a_hidden_known_item_passes_like_any_other(
    site: Site, alerts: list[str], page: Page
) -> None:
    kitchen = site.kitchen
    camera = kitchen.add_camera(kitchen.add_restaurant("Jade Garden"), "Cam 9")
    known = kitchen.post_alert(camera, make_footage(30), **ago(15))
    sue = kitchen.browser("Sue")
    token = sue.get("/api/v1/sessions/current").json()["csrf_token"]
    verdict = {"verdict": "dismissed", "reason": "allowed_here"}
    path = f"/api/v1/alerts/{known}/reviews"
    sue.post(path, headers={"X-CSRF-Token": token}, json=verdict)
    sue.post(f"/review/quality/known/{known}", data={"csrf_token": token})
    put_into_the_queue(site, known)
    site.sign_in(page)
    met: list[str] = []
    for _ in range(5):
        met.append(shown(page))
        press(page, "1")
        expect(page.locator(f'bk-player[data-item="{met[-1]}"]')).to_have_count(0)
    strange = [item for item in met if item not in alerts]
    assert len(strange) == 1 and known not in met
    expect_toast(page, "Upheld")
    assert len(reviews(site)) == 5 and statuses(site)[known] == "dismissed"
    with kitchen.database.reading() as session:
        assert session.scalars(select(KnownAnswerRow.verdict)).all() == ["upheld"]


def put_into_the_queue(site: Site, known: str) -> None:
    """What chance does now and then."""
    person = site.kitchen.browser("Pat").get("/api/v1/sessions/current").json()["person"]["id"]
    with site.kitchen.database.writing() as session:
        item = session.scalars(select(KnownItemRow)).one()
        alert = session.get_one(AlertRow, item.alert_id)
        times = {"started_at": alert.started_at, "received_at": alert.received_at}
        show = KnownShowRow(id=uuid4(), alert_id=alert.id, person_id=person, place=2, **times)
        show.due_at = alert.due_at
        session.add(show)


def test_two_people_at_once_never_see_the_same_alert(
    site: Site, alerts: list[str], page: Page
) -> None:
    site.sign_in(page, "Pat")
    page.wait_for_load_state("networkidle")
    other = page.context.browser.new_context(locale="en")  # type: ignore[union-attr]  # it has one
    second = other.new_page()
    site.sign_in(second, "Sue")
    mine = set(page.evaluate("performance.getEntriesByType('resource').map((e) => e.name)"))
    assert shown(second) not in {shown(page), ""}
    assert not any(f"/review/items/{shown(second)}" in url for url in mine)
    second.goto(f"{site.address}/review?item={shown(page)}")
    expect(second.locator(".decided")).to_contain_text("Another person is looking at this one")
    page.goto(f"{site.address}/alerts")  # leaving the desk gives everything back
    second.goto(f"{site.address}/review?item={alerts[0]}")
    expect(second.locator("[data-verdict=upheld]")).to_be_visible()
    other.close()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_review(
    site: Site, alerts: list[str], page: Page, theme: str, language: str, complaints: Complaints
) -> None:
    site.sign_in(page, "Sue")
    for name, value in (("theme", theme), ("language", language)):
        cookie = {"name": f"brightkitchen_{name}", "value": value, "url": site.address}
        page.context.add_cookies([cookie])  # type: ignore[list-item]  # playwright's TypedDict
    page.goto(f"{site.address}/review")
    for keys, what in ((("e",), "box"), (("Escape", "2"), "reasons"), (("Escape", "a"), "burst")):
        press(page, *keys)
        if what == "burst":
            expect(page.locator("#burst [data-alert]")).to_have_count(4)
        assert issues(page) == [], what
    press(page, "2")
    expect(page.locator(".toast[data-said=burst]")).to_be_visible()
    press(page, "u")
    expect(page.locator("bk-player")).to_be_visible()
    assert issues(page) == [], "toast"
    for address in ("/review/queue", "/review/history", "/review/quality", f"/alerts/{alerts[0]}"):
        page.goto(site.address + address)
        assert issues(page) == [], address


def issues(page: Page) -> list[str]:
    """Everything that axe finds, but for the switches of every page's bar."""
    found = Axe().run(page, context={"exclude": [["form.segments"]]}).response["violations"]
    return [f"{one['id']}: {[node['html'][:100] for node in one['nodes']]}" for one in found]


def test_the_supervisor_sees_figures_together_and_persons_only_after_a_reason(
    site: Site, alerts: list[str], page: Page
) -> None:
    site.sign_in(page, "Sue")
    press(page, "1")
    expect_toast(page, "Upheld")
    page.goto(f"{site.address}/review/quality")
    expect(page.get_by_text("too few: 1 of 20").first).to_be_visible()
    page.get_by_label("Why it is needed").fill("training")
    page.get_by_role("button", name="Show each person").click()
    expect(page.get_by_role("cell", name="Sue")).to_be_visible()
