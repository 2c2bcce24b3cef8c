"""Custody in the browser: hold, release, take the bundle away, ask for originals."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_access import serious_issues
from vision.chain import verify

pytestmark = pytest.mark.browser


def sign_in(site: Site, page: Page, name: str, address: str) -> None:
    """As that person, on that page."""
    page.goto(f"{site.address}/sign-in?next={address}")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{address}")


def test_a_supervisor_holds_releases_and_takes_the_bundle_away(
    site: Site, alerts: list[str], page: Page, tmp_path: Path
) -> None:
    address = f"/alerts/{alerts[0]}/custody"
    sign_in(site, page, "Sue", address)
    page.get_by_text("Place a hold…").click()
    page.get_by_label("Reason").last.fill("court <b>case</b>")
    page.get_by_role("button", name="Place hold").click()
    expect(page.locator(".holds")).to_contain_text("court <b>case</b>")
    page.get_by_text("Release…").click()
    page.get_by_label("Reason").first.fill("settled")
    page.get_by_role("button", name="Release", exact=True).click()
    expect(page.locator(".holds")).to_contain_text("settled")
    expect(page.locator(".holds .badge")).to_contain_text("ended")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download bundle").click()
    waiting.value.save_as(tmp_path / "bundle.zip")
    with zipfile.ZipFile(tmp_path / "bundle.zip") as packed:
        packed.extractall(tmp_path / "bundle")
    assert verify(tmp_path / "bundle").first_bad is None
    page.reload()
    log = page.get_by_role("region", name="Custody log")
    for step in ("hold placed", "hold released", "bundle downloaded", "file stored"):
        expect(log.get_by_text(step).first).to_be_visible()


def test_an_inspector_sees_originals_after_giving_a_reason(
    site: Site, alerts: list[str], page: Page
) -> None:
    site.kitchen.add_person("Ian", "inspector")
    address = f"/alerts/{alerts[0]}/custody"
    sign_in(site, page, "Ian", address)
    expect(page.get_by_text("Yours holds blurred copies.")).to_be_visible()
    page.get_by_label("Reason").fill("visit on Tuesday")
    page.get_by_role("button", name="Show originals").click()
    expect(page.get_by_text("You see originals until")).to_be_visible()
    expect(page.get_by_text("Yours holds blurred copies.")).to_have_count(0)
    expect(page.get_by_role("region", name="Custody log")).to_contain_text("originals asked for")


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh", "dark")])
def test_axe_finds_nothing_on_the_pages_of_custody(
    site: Site, alerts: list[str], page: Page, language: str, theme: str
) -> None:
    sign_in(site, page, "Sue", "/custody")
    for name, value in (("theme", theme), ("language", language)):
        cookie = {"name": f"brightkitchen_{name}", "value": value, "url": site.address}
        page.context.add_cookies([cookie])  # type: ignore[list-item]  # playwright's TypedDict
    for address in ("/custody", f"/alerts/{alerts[0]}/custody"):
        page.goto(site.address + address)
        for closed in page.locator("details").all():
            closed.locator("summary").click()
        assert serious_issues(page) == [], address
