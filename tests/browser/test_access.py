"""Every page for everybody: axe finds nothing serious; nothing scrolls sideways."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # none
from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints, Site

pytestmark = pytest.mark.browser
SERIOUS = ("serious", "critical")
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


def serious_issues(page: Page) -> list[str]:
    """What axe calls serious or critical, with the elements."""
    found = Axe().run(page).response["violations"]
    return [
        f"{issue['id']}: {[node['html'][:120] for node in issue['nodes']]}"
        for issue in found
        if issue["impact"] in SERIOUS
    ]


@pytest.fixture
def addresses(site: Site, alerts: list[str]) -> list[str]:
    """One of each page."""
    camera = site.kitchen.add_camera(site.kitchen.add_restaurant("Lanting"), "Cam 1")
    bare = site.kitchen.post_alert(camera)
    return [
        "/review",
        f"/review?item={bare}",
        "/alerts",
        "/alerts?rule=animal",
        f"/alerts/{alerts[0]}",
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_axe_finds_nothing_serious(
    site: Site, addresses: list[str], page: Page, theme: str, language: str, complaints: Complaints
) -> None:
    page.goto(f"{site.address}/sign-in")
    assert serious_issues(page) == []
    site.sign_in(page)
    for name, value in (("theme", theme), ("language", language)):
        cookie = {"name": f"brightkitchen_{name}", "value": value, "url": site.address}
        page.context.add_cookies([cookie])  # type: ignore[list-item]  # playwright's TypedDict
    for address in addresses:
        page.goto(site.address + address)
        assert serious_issues(page) == [], address
    page.goto(site.address + "/review")
    page.keyboard.press("2")
    assert serious_issues(page) == [], "reasons"
    page.keyboard.press("1")
    expect(page.locator(".toast:not(.pending)")).to_be_visible()
    assert serious_issues(page) == [], "toast"
    page.keyboard.press("?")
    assert serious_issues(page) == [], "help"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_fit_a_desk_and_a_phone(
    site: Site, addresses: list[str], page: Page, language: str
) -> None:
    site.sign_in(page)
    cookie = {"name": "brightkitchen_language", "value": language, "url": site.address}
    page.context.add_cookies([cookie])  # type: ignore[list-item]  # playwright's TypedDict
    for size in (DESK, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # playwright's TypedDict
        for address in addresses:
            page.goto(site.address + address)
            wide, high = page.evaluate(
                "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
            )
            assert wide <= size["width"], address
            if size is DESK and address.startswith("/review"):
                assert high <= size["height"], address


def test_on_a_phone_every_verdict_is_a_large_button(
    site: Site, alerts: list[str], page: Page
) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # playwright's TypedDict
    site.sign_in(page)
    for button in page.locator(".verdicts button").all():
        box = button.bounding_box()
        assert box and box["height"] >= 44 and box["width"] >= 44
    page.get_by_role("button", name="Dismiss…").click()
    expect(page.locator(".reasons button").first).to_be_visible()
    for button in page.locator(".reasons li button").all():
        box = button.bounding_box()
        assert box and box["height"] >= 44


def test_theme_and_language_switch_from_any_page(site: Site, page: Page) -> None:
    site.sign_in(page)
    page.get_by_role("button", name="Dark").first.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto(f"{site.address}/alerts?status=upheld")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="中文").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert page.url.endswith("/alerts?status=upheld")


def test_the_list_filters_without_a_reload(site: Site, alerts: list[str], page: Page) -> None:
    site.sign_in(page)
    page.goto(f"{site.address}/alerts")
    expect(page.locator("tr.linked")).to_have_count(4)
    page.get_by_label("Status").select_option("upheld")
    expect(page.get_by_text("Nothing fits this filter.")).to_be_visible()
    assert "status=upheld" in page.url
    page.get_by_role("link", name="Show all").click()
    page.locator("tr.linked a.open").first.click()
    expect(page.get_by_text("Not reviewed yet")).to_be_visible()
