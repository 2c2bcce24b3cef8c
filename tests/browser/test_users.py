"""From an empty database to people of each role, who see their own and nothing else."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # none
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from api.accounts.cli import announce_first_run
from api.restaurants.models import RestaurantRow
from tests.api.web.kitchens import open_kitchen
from tests.browser.conftest import Complaints, Site

pytestmark = pytest.mark.browser
PASSWORD = "noodles with seven vegetables"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Site]:
    """A server on which nobody has an account."""
    kitchen = open_kitchen(tmp_path)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(kitchen.app, log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield Site(kitchen, f"http://127.0.0.1:{listening.getsockname()[1]}")
        server.should_exit = True
        thread.join()


@pytest.fixture
def first_link(empty: Site, capsys: pytest.CaptureFixture[str]) -> str:
    """What the operator's terminal shows when the server starts."""
    port = int(empty.address.rpartition(":")[2])
    announce_first_run(empty.kitchen.app.state.settings, "127.0.0.1", port)
    (link,) = re.findall(r"http://\S+", capsys.readouterr().out)
    return str(link)


def begin(page: Page, link: str, name: str = "Ann") -> None:
    """Make the first administrator."""
    page.goto(link)
    page.get_by_label("Name", exact=True).fill(name)
    set_password(page)
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("heading", name="Users")).to_be_visible()


def set_password(page: Page) -> None:
    """Fill in both fields."""
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)


def add_places(page: Page, site: Site) -> None:
    """Two districts with a station each, and a restaurant at each station."""
    for district, station, restaurant in (
        ("Harbour", "Quay", "Golden Wok"),
        ("Hills", "Terrace", "Jade Garden"),
    ):
        page.goto(f"{site.address}/admin/places")
        new = page.locator("form[action$='/districts']")
        new.get_by_label("Name", exact=True).fill(district)
        new.get_by_role("button").click()
        new = page.locator("form[action$='/stations']")
        new.get_by_label("Name", exact=True).fill(station)
        new.get_by_label("In district").select_option(label=district)
        new.get_by_role("button").click()
        page.goto(f"{site.address}/admin/restaurants/new")
        page.get_by_label("Name", exact=True).fill(restaurant)
        page.get_by_label("Station").select_option(label=station)
        page.get_by_label("D, high").check()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved.")).to_be_visible()


def invite(page: Page, site: Site, name: str, role: str, place: str = "", owns: str = "") -> str:
    """Make an account; gives the link to hand over."""
    page.goto(f"{site.address}/admin/users/new")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Role").select_option(role)
    page.get_by_label("District or station").select_option(label=place or "no limit")
    page.get_by_label("Restaurants, one a line").fill(owns)
    page.get_by_role("button", name="Make the account").click()
    return page.get_by_label("Link", exact=True).input_value()


def accept(browser: Browser, link: str) -> BrowserContext:
    """The person's own browser, once they have set their password."""
    context = browser.new_context(locale="en", viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.goto(link)
    set_password(page)
    page.get_by_role("button", name="Set the password").click()
    expect(page.locator(".bar .person")).to_be_visible()
    return context


def alerts_of_both(site: Site) -> None:
    """An alert at each restaurant."""
    with site.kitchen.database.reading() as session:
        rows = session.execute(select(RestaurantRow.id, RestaurantRow.name)).all()
    for restaurant_id, name in rows:
        site.kitchen.post_alert(site.kitchen.add_camera(restaurant_id, f"range of {name}"))


def uphold_all(context: BrowserContext, site: Site) -> None:
    """Decide every open alert, as a reviewer's page does."""
    page = context.new_page()
    page.goto(f"{site.address}/alerts")
    token = page.locator("meta[name=csrf]").get_attribute("content") or ""
    ids = [
        (link.get_attribute("href") or "").rpartition("/")[2]
        for link in page.locator("tr.linked a.open").all()
    ]
    for alert in ids:
        answer = context.request.post(
            f"{site.address}/api/v1/alerts/{alert}/reviews",
            data={"verdict": "upheld"},
            headers={"X-CSRF-Token": token},
        )
        assert answer.status == 201, answer.text()


def seen(context: BrowserContext, site: Site) -> set[str]:
    """The restaurants in the list of alerts."""
    page = context.new_page()
    page.goto(f"{site.address}/alerts")
    return {cell.inner_text() for cell in page.locator("tr.linked .t-where").all()}


def test_from_the_first_run_to_a_person_of_each_role(
    empty: Site, first_link: str, page: Page, browser: Browser
) -> None:
    begin(page, first_link)
    add_places(page, empty)
    alerts_of_both(empty)
    everybody = {
        "patrol": invite(page, empty, "Pat", "patrol"),
        "inspector": invite(page, empty, "Ina", "inspector", "Quay"),
        "district": invite(page, empty, "Dis", "patrol", "Hills"),
        "supervisor": invite(page, empty, "Sue", "supervisor", "Harbour"),
        "owner": invite(page, empty, "Own", "restaurant", owns="Jade Garden"),
    }
    contexts = {who: accept(browser, link) for who, link in everybody.items()}
    assert seen(contexts["owner"], empty) == set(), "nothing is upheld yet"
    uphold_all(contexts["patrol"], empty)
    assert {who: seen(context, empty) for who, context in contexts.items()} == {
        "patrol": {"Golden Wok", "Jade Garden"},
        "inspector": {"Golden Wok"},
        "district": {"Jade Garden"},
        "supervisor": {"Golden Wok"},
        "owner": {"Jade Garden"},
    }
    for who, context in contexts.items():
        shown = context.pages[0]
        shown.goto(f"{empty.address}/alerts")
        office = shown.locator(".bar a[href='/admin']")
        assert (office.count() > 0) == (who == "supervisor"), who
        context.close()


def test_the_first_run_page_works_once(
    empty: Site, first_link: str, page: Page, complaints: Complaints
) -> None:
    begin(page, first_link)
    page.goto(first_link)
    expect(page.get_by_text("This link works no more.")).to_be_visible()
    complaints.forgive("404")


def test_a_bad_form_is_told_and_keeps_what_was_typed(
    empty: Site, first_link: str, page: Page, complaints: Complaints
) -> None:
    begin(page, first_link)
    page.goto(f"{empty.address}/admin/users/new")
    page.get_by_label("Name", exact=True).fill("Ina")
    page.get_by_label("Role").select_option("inspector")
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("alert")).to_contain_text("An inspector needs a district or a station.")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Ina")
    complaints.forgive("422")


def test_an_account_is_switched_off_from_its_page_and_its_browser_is_out(
    empty: Site, first_link: str, page: Page, browser: Browser
) -> None:
    begin(page, first_link)
    context = accept(browser, invite(page, empty, "Pat", "patrol"))
    page.goto(f"{empty.address}/admin/users")
    page.get_by_role("link", name="Pat", exact=True).click()
    page.get_by_role("button", name="Switch the account off").click()
    expect(page.get_by_text("switched off")).to_be_visible()
    theirs = context.pages[0]
    theirs.goto(f"{empty.address}/alerts")
    expect(theirs.get_by_role("heading", name="Sign in")).to_be_visible()
    context.close()


def test_a_key_is_made_shown_once_replaced_and_stopped(
    empty: Site, first_link: str, page: Page
) -> None:
    begin(page, first_link)
    add_places(page, empty)
    page.goto(f"{empty.address}/admin/keys/new")
    page.get_by_role("link", name="Golden Wok").click()
    page.get_by_label("Name of the key").fill("gateway")
    page.get_by_role("button", name="Make the key").click()
    key = page.get_by_label("Key", exact=True).input_value()
    assert key.startswith("bk_")
    page.get_by_role("link", name="All keys").click()
    expect(page.locator("main")).not_to_contain_text(key)
    page.get_by_role("button", name="Replace").click()
    assert page.get_by_label("Key", exact=True).input_value() != key
    page.get_by_role("link", name="All keys").click()
    expect(page.locator(".keys-list > li")).to_have_count(2)
    page.get_by_role("button", name="Stop now").first.click()
    expect(page.locator(".keys-list .badge.bad")).to_have_text("stopped")


def test_ones_own_sign_ins_are_ended_from_the_account_page(
    empty: Site, first_link: str, page: Page, browser: Browser
) -> None:
    begin(page, first_link)
    other = browser.new_context(locale="en")
    there = other.new_page()
    there.goto(f"{empty.address}/sign-in")
    there.get_by_label("Name", exact=True).fill("Ann")
    there.get_by_label("Password", exact=True).fill(PASSWORD)
    there.get_by_role("button", name="Sign in", exact=True).click()
    expect(there.locator(".bar .person")).to_be_visible()
    page.goto(f"{empty.address}/account")
    page.get_by_role("button", name="End this one").click()
    expect(page.get_by_text("Signed out there.")).to_be_visible()
    there.goto(f"{empty.address}/account")
    expect(there.get_by_role("heading", name="Sign in")).to_be_visible()
    other.close()


def test_the_audit_page_tells_who_did_what_and_that_the_chain_is_whole(
    empty: Site, first_link: str, page: Page
) -> None:
    begin(page, first_link)
    add_places(page, empty)
    page.goto(f"{empty.address}/admin/audit")
    expect(page.get_by_text(re.compile(r"whole up to entry \d+"))).to_be_visible()
    page.get_by_label("What").select_option("district")
    page.get_by_label("Who: a name or number").fill("ann")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".audit-table tbody tr")).to_have_count(2)
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as CSV").click()
    assert "district.created" in download.value.path().read_text("utf-8-sig")


def addresses(page: Page, site: Site) -> list[str]:
    """One of each page of the office."""
    page.goto(f"{site.address}/admin/users")
    user = page.locator("a.open").first.get_attribute("href") or ""
    page.goto(f"{site.address}/admin/restaurants")
    restaurant = page.locator("a.open").first.get_attribute("href") or ""
    number = restaurant.rpartition("/")[2]
    fixed = ["/admin/users", "/admin/users/new", "/admin/users?q=nobody", "/admin/restaurants"]
    fixed += ["/admin/restaurants/new", "/admin/places", "/admin/keys", "/admin/keys/new"]
    key = f"/admin/keys/new?restaurant={number}"
    return [*fixed, key, "/admin/audit", "/account", user, restaurant]


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh", "dark")])
def test_axe_finds_nothing_on_the_offices_pages(
    empty: Site, first_link: str, page: Page, language: str, theme: str
) -> None:
    page.goto(first_link)
    assert issues(page) == [], "first run"
    begin(page, first_link)
    add_places(page, empty)
    link = invite(page, empty, "Pat", "patrol")
    assert issues(page) == [], "link"
    for name, value in (("theme", theme), ("language", language)):
        cookie = {"name": f"brightkitchen_{name}", "value": value, "url": empty.address}
        page.context.add_cookies([cookie])  # type: ignore[list-item]  # playwright's TypedDict
    for address in addresses(page, empty):
        page.goto(empty.address + address)
        assert issues(page) == [], address
    page.context.clear_cookies(name="bk_session")
    for address in (link, f"{empty.address}/sign-in"):
        page.goto(address)
        assert issues(page) == [], address


def issues(page: Page) -> list[str]:
    """What axe finds, with the elements."""
    found = Axe().run(page).response["violations"]
    return [f"{issue['id']}: {[node['html'][:120] for node in issue['nodes']]}" for issue in found]


def test_the_offices_pages_fit_a_phone(empty: Site, first_link: str, page: Page) -> None:
    begin(page, first_link)
    add_places(page, empty)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # playwright's TypedDict
    for address in addresses(page, empty):
        page.goto(empty.address + address)
        wide = page.locator("main").evaluate("main => main.scrollWidth")
        assert wide <= PHONE["width"], address
