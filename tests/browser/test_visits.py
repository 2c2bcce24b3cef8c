"""A visit on a phone: without a network, with photos, sent once; conflicts, sign-out, weight."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Dialog, FilePayload, Page, expect
from sqlalchemy import select

from api.accounts.models import UserRow
from api.accounts.schemas import Person
from api.cases.models import OrderRow
from api.inspections import store
from api.inspections.models import FindingRow, VisitFileRow, VisitRow
from api.inspections.schemas import VisitIn
from tests.api.inspecting import Phone, ordered, photo, signature
from tests.api.web.kitchens import PASSWORD
from tests.browser.conftest import Complaints, Site
from tests.browser.test_access import serious_issues

pytestmark = pytest.mark.browser
PHONE: Any = {"width": 390, "height": 844}
FIRST_LOAD_BYTES = 150_000


@pytest.fixture
def restaurant(site: Site) -> str:
    """One restaurant of the station North, where Ines inspects."""
    site.kitchen.add_person("Ines", "inspector")
    return site.kitchen.add_restaurant("Heshun Bistro")


def on_phone(site: Site, page: Page, name: str = "Ines") -> None:
    """Sign in on a phone and go to the visits."""
    page.set_viewport_size(PHONE)
    page.goto(f"{site.address}/sign-in?next=/visits")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/visits")
    expect(page.locator("[data-slot=day]")).to_contain_text("planned")
    page.evaluate("navigator.serviceWorker.ready")


def as_api(site: Site, name: str = "Ines") -> Phone:
    """The same person with another phone."""
    client = TestClient(site.kitchen.app)
    answer = client.post("/api/v1/sessions", json={"name": name, "password": PASSWORD})
    client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return Phone(client)


def planned(site: Site, restaurant: str) -> str:
    """A visit of today, planned by the office; its id."""
    visit_id = uuid.uuid4()
    given = VisitIn(restaurant_id=restaurant, checklist="spot_check")
    with site.kitchen.database.writing() as session:
        sue = session.scalars(select(UserRow.id).where(UserRow.name == "Sue")).one()
        today = store.today_of("Asia/Shanghai")
        store.plan(session, Person(sue, "Sue", "supervisor"), visit_id, given, today)
    return str(visit_id)


def fill_in(page: Page, failing: str | None = None) -> None:
    """Answer every item: all met but the one with these words, which gets two photos."""
    expect(page.locator("[data-slot=count]").first).to_contain_text("1 / ")
    count = int((page.locator("[data-slot=count]").first.text_content() or "").split("/")[1])
    for place in range(1, count + 1):
        expect(page.locator("[data-slot=count]").first).to_have_text(f"{place} / {count}")
        text = page.locator("[data-slot=text]").text_content() or ""
        if failing and failing in text:
            page.locator("[data-answer=not_met]").click()
            page.get_by_label("What was found").fill("a gap of 15 mm under the door")
            shots = [
                FilePayload(name=f"{n}.jpg", mimeType="image/jpeg", buffer=photo(n)) for n in (1, 2)
            ]
            page.locator("input[type=file]").set_input_files(shots)
            expect(page.locator(".photos figure")).to_have_count(2)
        else:
            page.locator("[data-answer=met]").click()
        page.get_by_role("button", name="Save, next").click()
    expect(page.get_by_role("button", name="Go to signature")).to_be_visible()


def sign(page: Page) -> None:
    """Go to the signature, write the name and draw it with a finger."""
    page.get_by_role("button", name="Go to signature").click()
    page.get_by_label("Name").first.fill("Mr Wang")
    pad = page.locator("[data-pad=signature]")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 8):
        page.mouse.move(box["x"] + 30 + step * 25, box["y"] + 60 + (step % 3) * 12)
    page.mouse.up()
    expect(page.locator("[data-view=sign] [data-slot=missing]")).to_be_empty()
    page.get_by_role("button", name="Save; sent when online").click()


def counts(site: Site) -> dict[str, int]:
    """What the server has."""
    with site.kitchen.database.reading() as session:
        return {
            "done": len(session.scalars(select(VisitRow).where(VisitRow.state == "done")).all()),
            "visits": len(session.scalars(select(VisitRow)).all()),
            "findings": len(session.scalars(select(FindingRow)).all()),
            "orders": len(session.scalars(select(OrderRow)).all()),
            "files": len(session.scalars(select(VisitFileRow)).all()),
        }


def test_a_visit_without_a_network_is_sent_later_and_once(
    site: Site, restaurant: str, page: Page, complaints: Complaints
) -> None:
    on_phone(site, page)
    page.wait_for_function("caches.match('/visits').then(Boolean)")
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_text("Offline").first).to_be_visible()

    page.get_by_role("button", name="Visit", exact=True).click()
    page.get_by_label("Checklist").select_option("spot_check")
    page.get_by_role("button", name="Start", exact=True).click()
    fill_in(page, failing="door guards")
    page.get_by_role("button", name="3 days").click()
    sign(page)
    expect(page.locator(".draft")).to_contain_text("waits for the network")
    assert counts(site)["visits"] == 0
    page.reload()  # the phone was switched off and on again
    expect(page.locator(".draft")).to_contain_text("photos: 2")

    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(".draft")).to_contain_text("sent")
    expect(page.get_by_role("link", name="Read")).to_be_visible()
    once = {"done": 1, "visits": 1, "findings": 1, "orders": 1, "files": 3}
    assert counts(site) == once

    page.evaluate(AS_IF_THE_ANSWER_WAS_LOST)
    page.reload()
    expect(page.get_by_role("link", name="Read")).to_be_visible()
    assert counts(site) == once
    complaints.forgive("ERR_INTERNET_DISCONNECTED")


AS_IF_THE_ANSWER_WAS_LOST = """
new Promise((done) => {
  const asked = indexedDB.open("brightkitchen-visits");
  asked.onsuccess = () => {
    const rows = asked.result.transaction("drafts", "readwrite").objectStore("drafts");
    rows.getAll().onsuccess = (found) => {
      const [draft] = found.target.result;
      rows.put({ ...draft, state: "waiting" }).onsuccess = () => { asked.result.close(); done(); };
    };
  };
})
"""


def test_who_comes_second_is_told_and_loses_nothing(
    site: Site, restaurant: str, page: Page, complaints: Complaints
) -> None:
    site.kitchen.add_person("Otto", "inspector")
    visit = planned(site, restaurant)
    on_phone(site, page)
    page.get_by_role("button", name="Start", exact=True).first.click()
    fill_in(page)
    other = as_api(site, "Otto")
    other.visit_id = visit
    assert other.finish(other.result(checklist="spot_check")).status_code == 201
    sign(page)
    draft = page.locator(".draft")
    expect(draft).to_contain_text("Otto finished this visit already")
    draft.get_by_role("button", name="Send as a visit of its own").click()
    expect(draft.get_by_role("link", name="Read")).to_be_visible()
    assert (counts(site)["done"], counts(site)["files"]) == (2, 1)
    complaints.forgive("409")


def test_signing_out_says_what_waits_and_leaves_nothing_behind(
    site: Site, restaurant: str, page: Page
) -> None:
    on_phone(site, page)
    page.get_by_role("button", name="Visit", exact=True).click()
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator("[data-answer=met]").click()
    asked: list[str] = []
    answers = [False, True]

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept() if answers.pop(0) else dialog.dismiss()

    page.on("dialog", answer)
    page.get_by_role("button", name="Menu").click()
    for _ in range(2):
        page.locator("#menu").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    assert asked == ["Visits on this phone that are not sent: 1. Sign out and lose them?"] * 2
    names = page.evaluate("indexedDB.databases().then((all) => all.map((one) => one.name))")
    workers = page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)")
    kept = page.evaluate("caches.keys()")
    assert ("brightkitchen-visits" in names, workers, kept) == (False, 0, [])


def test_the_first_load_is_light_enough_for_a_thin_network(
    site: Site, restaurant: str, page: Page
) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{site.address}/sign-in?next=/visits")
    page.get_by_label("Name").fill("Ines")
    page.get_by_label("Password").fill(PASSWORD)
    wire, sizes = page.context.new_cdp_session(page), list[float]()
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    wire.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/visits")
    expect(page.locator("[data-slot=day]")).to_contain_text("planned")
    expect(page.locator("#suggested .stop")).to_have_count(1)
    assert len(sizes) > 5 and sum(sizes) <= FIRST_LOAD_BYTES, sum(sizes)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_fits_a_phone_and_axe_finds_nothing(
    site: Site, restaurant: str, page: Page, language: str
) -> None:
    made = as_api(site)
    made.plan(restaurant)
    drawn = made.sent(signature(), kind="signature")
    told = ordered(made.result(), "hats") | {"files": [made.sent(photo(), item="hats")]}
    made.finish(told | {"signature": {"name": "Mr Wang", "file_id": drawn}})
    body = {"name": "term start", "starts_on": "2026-11-24", "ends_on": "2099-12-31"}
    campaign = made.client.post("/api/v1/campaigns", json=body | {"restaurant_ids": [restaurant]})
    on_phone(site, page)
    cookie: Any = {"name": "brightkitchen_language", "value": language, "url": site.address}
    page.context.add_cookies([cookie])
    pages = ("/visits", "/visits/all?q=Heshun", f"/visits/{made.visit_id}", "/campaigns?find=true")
    for address in (*pages, f"/campaigns/{campaign.json()['id']}"):
        page.goto(site.address + address)
        assert serious_issues(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
    page.goto(f"{site.address}/visits")
    page.locator("#stops button").first.click()
    for view in ("item", "order", "sign"):
        page.locator(f".steps [data-tab={view}]").click()
        expect(page.locator(f"[data-view={view}]")).to_be_visible()
        assert serious_issues(page) == [], view
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], view
