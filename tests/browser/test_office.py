"""The office's pages as a supervisor and an administrator walk them."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from api.database import now
from api.history.generate import Size, generate
from api.reports.worker import ReportWorker
from api.restaurants.models import RestaurantRow
from tests.browser.conftest import Site
from tests.browser.test_access import DESK, PHONE
from tests.browser.test_measured import in_main

pytestmark = pytest.mark.browser
ADDRESSES = ("/office", "/office/ranking", "/ledger", "/reports", "/office/policy")
TABLE = "餐馆编号,餐馆,监管所\nA1,和顺小馆,城东所\nA2,百味楼,城东所\n"


@pytest.fixture
def office(site: Site) -> Site:
    """A site with a generated fortnight and its reports."""
    size = Size(restaurants=3, cameras=1, days=14, alerts=2.0)
    generate(site.kitchen.database, size, now(), ZoneInfo("Asia/Shanghai"))
    ReportWorker(site.kitchen.database, site.kitchen.app.state.settings).round()
    return site


def restaurants(site: Site) -> int:
    """How many there are."""
    with site.kitchen.database.reading() as session:
        return session.scalar(select(func.count(RestaurantRow.id))) or 0


def test_each_figure_leads_to_the_list_behind_it(office: Site, page: Page) -> None:
    office.sign_in(page, "Sue")
    page.goto(f"{office.address}/office?span=year")
    expect(page.get_by_text("they are no real ones")).to_be_visible()
    figure = page.locator(".answers a[href^='/ledger?']").first
    count = figure.inner_text()
    figure.click()
    page.wait_for_url("**/ledger?*by=order*")
    expect(page.locator("tbody tr")).to_have_count(int(count))


def test_a_policy_shows_its_effect_before_it_is_in_force(office: Site, page: Page) -> None:
    office.sign_in(page, "Sue")
    page.goto(f"{office.address}/office/policy")
    text = page.locator("textarea")
    text.fill(text.input_value().replace("answer_h = 2", "answer_h = 3"))
    page.get_by_role("button", name="Try on last month").click()
    expect(page.locator(".diff .added")).to_contain_text("answer_h = 3")
    page.goto(f"{office.address}/office/policy")
    assert "answer_h = 2" in page.locator("textarea").input_value()


def test_a_table_is_tried_before_it_is_imported(site: Site, page: Page) -> None:
    site.kitchen.add_person("Ada", "admin")
    before = restaurants(site)
    site.sign_in(page, "Ada")
    page.goto(f"{site.address}/admin/import")
    table = {"name": "places.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
    page.locator("input[type=file]").set_input_files(table)  # type: ignore[arg-type]  # a FilePayload
    page.get_by_role("button", name="Check the table").click()
    expect(page.get_by_text("和顺小馆").first).to_be_visible()
    assert restaurants(site) == before
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_role("link", name="Result as CSV")).to_be_visible()
    assert restaurants(site) == before + 2


@pytest.mark.parametrize(("language", "theme"), [("en", "dark"), ("zh", "light")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    office: Site, page: Page, language: str, theme: str
) -> None:
    office.sign_in(page, "Sue")
    cookies: Any = [
        {"name": f"brightkitchen_{name}", "value": value, "url": office.address}
        for name, value in (("theme", theme), ("language", language))
    ]
    page.context.add_cookies(cookies)
    for size in (DESK, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # playwright's TypedDict
        for address in ADDRESSES:
            page.goto(office.address + address)
            assert in_main(page) == [], (address, size)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], (address, size)
