"""One case from the alert to its closing (销号), by the five people who have a part in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect

from api.cases.worker import Worker
from api.database import now
from tests.api.web.footage import make_footage
from tests.browser.conftest import Complaints, Site
from tests.browser.test_access import serious_issues
from tests.browser.test_custody import sign_in
from tests.browser.test_review import expect_toast

pytestmark = pytest.mark.browser

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}


def photo(colour: str) -> FilePayload:
    """What a phone's camera gives."""
    content = BytesIO()
    Image.new("RGB", (1600, 1200), colour).save(content, "JPEG")
    return {"name": "kitchen.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


@dataclass
class Loop:
    """The site, and a browser of their own for each person."""

    site: Site
    browser: Browser
    complaints: Complaints
    size: dict[str, Any]
    case: str = ""

    def open(self, name: str, address: str) -> Page:
        """As that person, on that page, in the size of this walk."""
        context = self.browser.new_context(locale="en", **self.size)
        page = context.new_page()
        page.on("console", self.complaints.hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        sign_in(self.site, page, name, address)
        return page

    def act(self, page: Page, form: str, fields: dict[str, str], colour: str = "") -> None:
        """Fill in one form of the case's page and send it."""
        box = page.locator("details", has=page.locator("summary", has_text=re.compile(f"^{form}$")))
        if box.get_attribute("open") is None:
            box.locator("summary").click()
        for label, text in fields.items():
            box.get_by_label(label).fill(text)
        if colour:
            box.locator("input[type=file]").set_input_files(photo(colour))
        box.get_by_role("button", name=form).click()
        expect(page.locator(".note[role=status]")).to_contain_text("Done")

    def bring_on(self, ahead: timedelta) -> None:
        """What happens by itself, as if so much time had passed."""
        Worker(self.site.kitchen.database).round(now() + ahead)


@pytest.fixture(params=["desk", "phone"])
def loop(
    request: pytest.FixtureRequest, site: Site, browser: Browser, complaints: Complaints
) -> Loop:
    return Loop(site, browser, complaints, DESK if request.param == "desk" else PHONE)


def test_five_people_bring_a_rodent_from_alert_to_closed(loop: Loop) -> None:
    upheld_by_patrol(loop)
    chen = answered_by_the_restaurant(loop)
    ordered_by_an_inspector(loop)
    rectified_by_the_restaurant(loop, chen)
    checked_and_signed_by_another_inspector(loop)
    closed_by_the_supervisor(loop)
    chen.reload()
    expect(chen.get_by_text("It is done.")).to_be_visible()
    expect(chen.get_by_text("What to do now")).to_have_count(0)
    assert chen.evaluate("document.documentElement.scrollWidth <= innerWidth")


def upheld_by_patrol(loop: Loop) -> None:
    kitchen = loop.site.kitchen
    restaurant = kitchen.add_restaurant("Heshun Bistro")
    camera = kitchen.add_camera(restaurant, "Cam 2")
    kitchen.add_person("Chen", "restaurant", restaurant)
    for name in ("Li", "Wang"):
        kitchen.add_person(name, "inspector")
    about = {"rule": "pest_rodent", "zone_type": "storage", "severity": "critical"}
    kitchen.post_alert(camera, make_footage(1), **about)
    page = loop.open("Pat", "/review")
    expect(page.locator("bk-player")).to_be_visible()
    page.keyboard.press("1")
    expect_toast(page, "Upheld")
    loop.bring_on(timedelta(minutes=3))


def answered_by_the_restaurant(loop: Loop) -> Page:
    page = loop.open("Chen", "/cases")
    page.get_by_role("link", name="Open case").click()
    expect(page.get_by_text("People are blurred in these pictures.")).to_be_visible()
    expect(page.get_by_text("notified, awaiting answer")).to_be_visible()
    assert serious_issues(page) == []
    loop.case = page.url.removeprefix(loop.site.address)
    loop.act(page, "Send the answer", {"What happened": "A gap under the door; we close it."})
    expect(page.get_by_text("answered, office decides")).to_be_visible()
    return page


def ordered_by_an_inspector(loop: Loop) -> None:
    page = loop.open("Li", loop.case)
    expect(page.get_by_text("A gap under the door; we close it.")).to_be_visible()
    loop.act(page, "Issue the order", {"What is to be put right": "Fit a door guard; set traps."})
    expect(page.get_by_text("being rectified")).to_be_visible()
    if loop.size is PHONE:
        return
    # Fonts for Chinese and Latin are cut to size for each paper, which takes its time.
    with page.expect_download(timeout=120_000) as waiting:
        page.get_by_role("link", name="Print (PDF in English)").click()
    assert waiting.value.suggested_filename.endswith("-en.pdf")


def rectified_by_the_restaurant(loop: Loop, page: Page) -> None:
    page.reload()
    expect(page.locator("#order")).to_contain_text("Fit a door guard; set traps.")
    loop.act(page, "Send the proof", {"What did you put right": "Guard fitted."}, "tan")
    loop.bring_on(timedelta())
    page.reload()
    expect(page.locator("#look-back")).to_contain_text("Video alone never clears this.")


def checked_and_signed_by_another_inspector(loop: Loop) -> None:
    page = loop.open("Wang", loop.case)
    expect(page.locator("#steps img")).to_have_count(1)
    loop.act(page, "On site: put right", {"What did you see": "No droppings, gap shut."}, "grey")
    loop.act(page, "Sign as the first person", {"Why can it be closed": "Guard and traps seen."})
    expect(page.get_by_text("You signed first. Another person closes the case.")).to_be_visible()
    expect(page.get_by_role("button", name="Sign as the second person")).to_have_count(0)


def closed_by_the_supervisor(loop: Loop) -> None:
    page = loop.open("Sue", loop.case)
    second = "Sign as the second person and close"
    loop.act(page, second, {"What did you compare": "Both photos with the picture."})
    steps = page.locator("#steps")
    expect(steps.locator("li").first).to_contain_text("Second person signed: closed")
    for name in ("Chen", "Li", "Wang", "Sue"):
        expect(steps).to_contain_text(name)
    assert serious_issues(page) == []
