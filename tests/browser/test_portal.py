"""The restaurant at its phone: reads its score, appeals, gets its points back."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from api.database import now
from tests.api.web.footage import make_footage
from tests.api.web.scored import upheld_episode, watch
from tests.browser.conftest import Complaints, Site
from tests.browser.test_access import DESK, PHONE, serious_issues
from tests.browser.test_custody import sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def episode(site: Site) -> str:
    """Heshun Bistro with two months of hours and one upheld episode; Wang runs it."""
    restaurant = site.kitchen.add_restaurant("Heshun Bistro")
    camera = site.kitchen.add_camera(restaurant, "Cam 2")
    watch(site.kitchen, restaurant)
    site.kitchen.add_person("Wang", "restaurant", restaurant)
    return upheld_episode(site.kitchen, camera, make_footage(3), "Pat")


def photo(folder: Path) -> Path:
    """What the phone's camera would have made."""
    path = folder / "delivery.jpg"
    sink = io.BytesIO()
    Image.new("RGB", (800, 600), "green").save(sink, "JPEG")
    path.write_bytes(sink.getvalue())
    return path


def score_on(page: Page) -> int:
    """The figure that stands first on the page."""
    return int(page.locator(".huge").inner_text())


def score_yesterday(page: Page) -> float:
    """What the score of the day before is now said to have been."""
    address, _, place = page.url.partition("?")[0].rpartition("/score/")
    at = (now() - timedelta(days=1)).isoformat()
    told = page.request.get(f"{address}/api/v1/restaurants/{place}/score", params={"at": at})
    return float(told.json()["value"])


def send_appeal(page: Page, proof: Path) -> str:
    """From the episode's page; gives the appeal's address."""
    page.get_by_role("link", name="Appeal (19 days left)").click()
    page.get_by_label("What is not right?").fill("That was the man who delivers the vegetables.")
    page.get_by_label("Photographs").set_input_files(proof)
    page.get_by_role("button", name="Send the appeal").click()
    expect(page.get_by_text("Your appeal is with the office.")).to_be_visible()
    expect(page.get_by_role("img", name="Photograph 1")).to_be_visible()
    return page.url.split("?")[0]


def grant(site: Site, browser: Browser, size: Any) -> None:
    """Somebody of the office who did not judge it."""
    office = browser.new_context(viewport=size, locale="en").new_page()
    sign_in(site, office, "Sue", "/appeals")
    office.get_by_role("link", name="Open the appeal").click()
    expect(office.get_by_text("That was the man who delivers")).to_be_visible()
    assert serious_issues(office) == []
    office.get_by_label("Grant: the episode is dismissed").check()
    office.get_by_label("When granted").select_option("not_staff")
    office.get_by_label("Reason; the restaurant reads it").fill("The delivery man, not staff.")
    office.get_by_role("button", name="Decide").click()
    expect(office.get_by_text("Granted: the episode is taken back")).to_be_visible()
    office.context.close()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_an_appeal_that_is_granted_brings_the_points_back(
    site: Site, episode: str, page: Page, browser: Browser, tmp_path: Path, size: Any
) -> None:
    page.set_viewport_size(size)
    sign_in(site, page, "Wang", "/notifications")
    page.goto(site.address)
    page.wait_for_url("**/score/*")
    before, yesterday = score_on(page), score_yesterday(page)
    expect(page.get_by_text("A working figure, not a legal grade.")).to_be_visible()
    expect(page.get_by_role("heading", name="Missing hats cost you most.")).to_be_visible()
    cost = float(page.locator(".episode .cost b").inner_text().removeprefix("−"))
    assert cost > 1
    page.locator(".episode").get_by_role("link", name="No hat").click()
    expect(page.get_by_text("Looked at by a person: upheld")).to_be_visible()

    appeal = send_appeal(page, photo(tmp_path))
    grant(site, browser, size)

    page.goto(appeal)
    expect(page.get_by_text("The delivery man, not staff.")).to_be_visible()
    page.get_by_role("link", name="See the score").click()
    expect(page.locator(".episode")).to_have_count(0)
    after = score_on(page)
    assert after > before
    assert abs((after - before) - cost) <= 1, "what it cost is what comes back"
    assert score_yesterday(page) > yesterday + 1, "as if it had never happened, on past days too"
    expect(page.get_by_role("heading", name="Nothing was found.")).to_be_visible()


def test_whoever_upheld_it_is_offered_no_decision(site: Site, page: Page) -> None:
    restaurant = site.kitchen.add_restaurant("Heshun Bistro")
    camera = site.kitchen.add_camera(restaurant, "Cam 2")
    site.kitchen.add_person("Wang", "restaurant", restaurant)
    alert = upheld_episode(site.kitchen, camera, None, "Sue")
    sign_in(site, page, "Wang", f"/appeals/new?alert={alert}")
    page.get_by_label("What is not right?").fill("Not so.")
    page.get_by_role("button", name="Send the appeal").click()
    expect(page.get_by_text("Your appeal is with the office.")).to_be_visible()
    appeal = page.url.removeprefix(site.address).split("?")[0]
    page.context.clear_cookies()
    sign_in(site, page, "Sue", appeal)
    expect(page.get_by_text("Another person decides.")).to_be_visible()
    expect(page.get_by_role("button", name="Decide")).to_have_count(0)


def test_a_day_is_confirmed_on_the_phone_and_stays_as_it_was(
    site: Site, episode: str, page: Page, complaints: Complaints
) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # playwright's TypedDict
    sign_in(site, page, "Wang", "/notifications")
    page.goto(f"{site.address}/sheets")
    page.locator(".days a.open").last.click()
    page.get_by_role("button", name="Confirm the sheet").click()
    expect(page.get_by_text("Not confirmed yet")).to_be_visible()
    complaints.forgive("422")
    for group in page.get_by_role("group").all():
        if group.locator("input:checked").count() == 0:
            group.get_by_label("in order").check()
    page.get_by_label("Food safety officer").fill("王芳")
    page.get_by_role("button", name="Confirm the sheet").click()
    expect(page.get_by_text("The sheet is confirmed.")).to_be_visible()
    expect(page.get_by_text("zero risk").first).to_be_visible()
    expect(page.get_by_role("button", name="Confirm the sheet")).to_have_count(0)
    page.get_by_text("Add something…").click()
    page.get_by_label("What is to be added").fill("The trap was set again.")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("The trap was set again.")).to_be_visible()


def test_the_office_shows_a_card_and_a_guest_reads_it(
    site: Site, episode: str, page: Page, browser: Browser
) -> None:
    sign_in(site, page, "Sue", "/card")
    page.get_by_role("link", name="Heshun Bistro").click()
    page.get_by_role("button", name="Show the card to everybody").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    address = page.locator("a[href*='/c/']").inner_text()
    guest = browser.new_context(viewport=PHONE, locale="zh-CN").new_page()  # type: ignore[arg-type]
    guest.goto(address)
    expect(guest.get_by_role("heading", name="Heshun Bistro")).to_be_visible()
    expect(guest.get_by_text("不是法定等级")).to_be_visible()
    assert serious_issues(guest) == []
    guest.get_by_role("link", name="English").click()
    expect(guest.get_by_text("not a legal grade")).to_be_visible()
    guest.context.close()
    page.get_by_role("button", name="Hide the card").click()
    expect(page.get_by_text("not shown", exact=True)).to_be_visible()
    assert httpx2.get(address).status_code == 404, "a browser may keep the old page for a while"


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh", "dark")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    site: Site, episode: str, page: Page, language: str, theme: str
) -> None:
    sign_in(site, page, "Wang", "/notifications")
    for name, value in (("theme", theme), ("language", language)):
        cookie = {"name": f"brightkitchen_{name}", "value": value, "url": site.address}
        page.context.add_cookies([cookie])  # type: ignore[list-item]  # playwright's TypedDict
    page.goto(f"{site.address}/score")
    place = page.url.rpartition("/")[2]
    addresses = [f"/score/episodes/{episode}", f"/appeals/new?alert={episode}", "/appeals",
                 f"/sheets/{place}", f"/card/{place}", f"/score/{place}"]  # fmt: skip
    for address in addresses:
        page.set_viewport_size(DESK)  # type: ignore[arg-type]  # playwright's TypedDict
        page.goto(site.address + address)
        assert serious_issues(page) == [], address
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # playwright's TypedDict
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
    page.goto(f"{site.address}/sheets/{place}")
    page.locator(".days a.open").last.click()
    assert serious_issues(page) == [], "a sheet to confirm"
