"""A supervisor's precision board, and minutes judged by keys alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # none
from playwright.sync_api import Page, expect
from sqlalchemy import select

from api.samples.models import SampleMarkRow
from tests.api.web import measured
from tests.browser.conftest import Complaints, Site
from tests.browser.test_access import DESK, PHONE, SERIOUS

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Figures:
    """A site with figures, and the minutes that wait."""

    site: Site
    minutes: list[str]


@pytest.fixture
def figures(site: Site) -> Figures:
    """Verdicts at two cameras; one sent clips, the other frames."""
    kitchen = site.kitchen
    restaurant = kitchen.add_restaurant("Heshun Bistro")
    clips, frames = (kitchen.add_camera(restaurant, name) for name in ("Cam 1", "Cam 2"))
    first, second = (measured.own(kitchen, one, restaurant) for one in (clips, frames))
    measured.add_verdicts(kitchen, first, "missing_hat", 120, 0.6)
    measured.add_verdicts(kitchen, second, "pest_rodent", 3, 0.0, 1)
    minutes = measured.add_minutes(kitchen, clips)
    minutes += measured.add_minutes(kitchen, frames, with_clip=False)
    return Figures(site, minutes)


def judged(figures: Figures, status: str = "reviewed") -> int:
    """How many minutes stand so."""
    return list(measured.statuses(figures.site.kitchen).values()).count(status)


def test_minutes_are_judged_marked_and_undone_by_keys(figures: Figures, page: Page) -> None:
    site = figures.site
    site.sign_in(page)
    page.goto(f"{site.address}/samples")
    first = page.locator(".minute-item").get_attribute("data-sample")
    page.keyboard.press("1")
    expect(page.locator(".minute-item")).not_to_have_attribute("data-sample", str(first))
    assert judged(figures) == 1
    page.keyboard.press("u")
    expect(page.locator(".minute-item")).to_have_attribute("data-sample", str(first))
    assert judged(figures) == 0
    page.keyboard.press("2")
    expect(page.locator("#marking")).to_be_visible()
    for key in ("4", "ArrowLeft", "ArrowUp", "Shift+ArrowRight", "o", "a", "1"):
        page.keyboard.press(key)
    expect(page.locator("[data-count]")).to_have_text("1 marked")
    page.keyboard.press("Enter")
    expect(page.locator(".minute-item")).not_to_have_attribute("data-sample", str(first))
    assert marks(figures) == [("pest_rodent", True), ("missing_hat", False)]
    page.keyboard.press("3")
    expect(page.locator("[data-undo]")).to_be_visible()
    page.wait_for_function("document.querySelector('.minute-item')")
    assert judged(figures) == 2


def marks(figures: Figures) -> list[tuple[str, bool]]:
    """What was marked."""
    with figures.site.kitchen.database.reading() as session:
        rows = session.scalars(select(SampleMarkRow).order_by(SampleMarkRow.position))
        return [(row.rule, row.ongoing) for row in rows]


def test_a_box_is_drawn_with_the_mouse_where_the_miss_is(figures: Figures, page: Page) -> None:
    figures.site.sign_in(page)
    page.goto(f"{figures.site.address}/samples")
    page.get_by_role("button", name="Mark a miss").click()
    box = page.locator(".marks").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.1)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.3)
    page.mouse.up()
    first = page.locator(".minute-item").get_attribute("data-sample")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".minute-item")).not_to_have_attribute("data-sample", str(first))
    with figures.site.kitchen.database.reading() as session:
        mark = session.scalars(select(SampleMarkRow)).one()
        drawn = (mark.left, mark.top, mark.right, mark.bottom)
    assert drawn == pytest.approx((0.2, 0.1, 0.5, 0.3), abs=0.02)


def test_the_board_filters_in_its_address_and_a_proposal_is_accepted(
    figures: Figures, page: Page
) -> None:
    site = figures.site
    site.sign_in(page, "Sue")
    page.goto(f"{site.address}/precision")
    expect(page.get_by_role("row", name="No hat").first).to_be_visible()
    expect(page.get_by_text("too few to name a rate")).to_be_visible()
    page.get_by_label("Rule").select_option("missing_hat")
    page.wait_for_url("**/precision?*rule=missing_hat*")
    page.get_by_role("link", name="By camera").click()
    page.wait_for_url("**by=camera*")
    assert "rule=missing_hat" in page.url
    page.get_by_role("link", name="show the alerts").first.click()
    expect(page.get_by_role("heading", name="Alerts behind the figure")).to_be_visible()
    page.goto(f"{site.address}/precision/thresholds?rule=missing_hat&target=80")
    page.get_by_label("Reason").first.fill("too many false alerts")
    page.get_by_role("button", name="Accept").first.click()
    expect(page.get_by_text("Accepted. The camera fetches it")).to_be_visible()
    expect(page.get_by_role("heading", name="Decisions")).to_be_visible()


def in_main(page: Page) -> list[str]:
    """What axe calls serious or critical in the page's own part; the bar has tests of its own."""
    found = Axe().run(page, context="main").response["violations"]
    return [
        f"{issue['id']}: {[node['html'][:120] for node in issue['nodes']]}"
        for issue in found
        if issue["impact"] in SERIOUS
    ]


ADDRESSES = (
    "/precision",
    "/precision?by=hour",
    "/precision/alerts?by=rule&key=missing_hat",
    "/precision/thresholds",
    "/samples",
    "/notifications",
)


@pytest.mark.parametrize(("language", "theme"), [("en", "dark"), ("zh", "light")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    figures: Figures, page: Page, language: str, theme: str, complaints: Complaints
) -> None:
    site = figures.site
    site.sign_in(page, "Sue")
    cookies: Any = [
        {"name": f"brightkitchen_{name}", "value": value, "url": site.address}
        for name, value in (("theme", theme), ("language", language))
    ]
    page.context.add_cookies(cookies)
    for size in (DESK, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # playwright's TypedDict
        for address in ADDRESSES:
            page.goto(site.address + address)
            assert in_main(page) == [], address
            wide = page.evaluate("document.querySelector('main').scrollWidth")
            assert wide <= size["width"], (address, size)
    page.goto(site.address + "/samples")
    page.keyboard.press("2")
    assert in_main(page) == [], "marking"
