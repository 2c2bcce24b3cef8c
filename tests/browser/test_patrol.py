"""A patrol round by keyboard, from its start to its report, and what waits in review afterwards."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect
from sqlalchemy import select

from api.alerts.models import AlertRow
from api.audit import AuditRow, verify_audit
from api.cameras.keys import NewCamera
from api.cameras.models import CameraRow
from api.database import now
from api.patrols.models import LookRow, RoundRow
from tests.api.building import key_of
from tests.api.web.footage import drawn_kitchen, jpeg
from tests.browser.conftest import Site
from tests.browser.test_access import serious_issues

pytestmark = pytest.mark.browser
HEADS = "0.42,0.2,0.5,0.36"


@pytest.fixture(autouse=True)
def pictures_stay_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is slow: what is looked at must not grow stale in between."""
    monkeypatch.setenv("BRIGHTKITCHEN_PICTURE_STALE_S", "3600")


@pytest.fixture
def cameras(site: Site) -> list[NewCamera]:
    """Three cameras that sent a picture, in the order of their turn, and one that never did."""
    restaurant = site.kitchen.add_restaurant("Heshun Bistro")
    made = [site.kitchen.add_camera(restaurant, f"Cam {n}") for n in range(1, 5)]
    with site.kitchen.database.writing() as session:
        for place, camera in enumerate(made):
            session.get_one(CameraRow, camera.id).position = place
    for seed, camera in enumerate(made[:3]):
        send(site, camera, seed)
    return made


def send(site: Site, camera: NewCamera, seed: int) -> None:
    """Put a picture with the camera's key."""
    answer = TestClient(site.kitchen.app, headers=key_of(camera)).put(
        f"/api/v1/cameras/{camera.id}/picture",
        params={"taken_at": now().isoformat(), "heads": HEADS},
        content=jpeg(drawn_kitchen(seed)),
    )
    assert answer.status_code == 201, answer.text


def begin(site: Site, page: Page) -> None:
    """Go to the wall with the keyboard alone."""
    page.goto(f"{site.address}/patrol")
    page.get_by_role("button", name="Begin the round").press("Enter")
    page.wait_for_url("**/patrol/wall")
    expect(page.locator(".tile")).to_have_count(4)


def end(page: Page) -> None:
    """End the round and read its record."""
    page.get_by_role("button", name="End the round").press("Enter")
    page.wait_for_url(re.compile(r"/patrol/rounds/\w+"))
    expect(page.locator("tbody tr")).to_have_count(5)
    expect(page.locator(".figures")).to_contain_text("4 of 36 planned")


def expect_chosen(page: Page, camera: NewCamera) -> None:
    """The keys are about this camera now."""
    expect(page.locator(".tile[aria-pressed=true]")).to_have_attribute("data-camera", camera.id)


def looks(site: Site) -> list[tuple[str, str | None, bool]]:
    """Outcome, reason and whether undone, in order."""
    with site.kitchen.database.reading() as session:
        rows = session.scalars(select(LookRow).order_by(LookRow.at)).all()
        return [(row.outcome, row.reason, row.undone_at is not None) for row in rows]


def test_a_round_goes_by_keyboard_from_its_start_to_its_report(
    site: Site, cameras: list[NewCamera], page: Page
) -> None:
    site.sign_in(page)
    begin(site, page)
    expect_chosen(page, cameras[0])
    tile = page.locator(".tile")

    page.keyboard.press("Space")
    expect(tile.nth(0)).to_contain_text("Seen, nothing wrong")
    expect_chosen(page, cameras[1])
    page.keyboard.press("u")
    expect(tile.nth(0)).not_to_contain_text("Seen, nothing wrong")
    expect_chosen(page, cameras[0])
    page.keyboard.press("Space")
    expect(tile.nth(0)).to_contain_text("Seen, nothing wrong")

    page.keyboard.press("r")
    expect(page.locator(".enlarged svg")).to_be_visible()
    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowLeft", "1", "Enter"):
        page.keyboard.press(key)
    expect(tile.nth(1)).to_contain_text("Reported")
    expect_chosen(page, cameras[2])
    page.keyboard.press("x")
    expect(tile.nth(2)).to_contain_text("Not clear enough to judge")
    page.keyboard.press("Space")
    expect(tile.nth(3)).to_contain_text("No picture has come")

    page.keyboard.press("n")
    expect(page.get_by_text("No further camera")).to_be_visible()
    end(page)
    assert looks(site) == [
        ("clear", None, True),
        ("clear", None, False),
        ("reported", None, False),
        ("not_seen", "unclear", False),
        ("not_seen", "none", False),
    ]
    with site.kitchen.database.reading() as session:
        assert session.scalars(select(RoundRow)).one().ended_at is not None
        assert verify_audit(session).broken_at is None
        actions = session.scalars(select(AuditRow.action).order_by(AuditRow.seq)).all()
    assert [a for a in actions if a.startswith("round.")] == ["round.started", "round.ended"]


def test_what_was_reported_waits_for_another_person(
    site: Site, cameras: list[NewCamera], page: Page
) -> None:
    site.sign_in(page)
    begin(site, page)
    for key in ("r", "ArrowDown", "1", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".tile").nth(0)).to_contain_text("Reported")
    with site.kitchen.database.reading() as session:
        alert = session.scalars(select(AlertRow)).one()
    assert (alert.origin, alert.status, alert.rule) == ("patrol", "waiting", "missing_hat")
    page.goto(f"{site.address}/review")
    expect(page.get_by_text("Nothing to review")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in*")
    site.sign_in(page, "Sue")
    expect(page.locator("bk-player")).to_have_attribute("data-item", str(alert.id))
    expect(page.locator("[data-stage] .box.subject")).to_be_visible()


def test_a_box_is_drawn_with_the_mouse_and_lies_where_it_was_drawn(
    site: Site, cameras: list[NewCamera], page: Page
) -> None:
    site.sign_in(page)
    begin(site, page)
    page.keyboard.press("r")
    svg = page.locator(".enlarged svg")
    expect(svg).to_be_visible()
    place = page.evaluate(
        """() => {
            const svg = document.querySelector(".enlarged svg");
            const at = svg.getScreenCTM();
            const {width, height} = svg.viewBox.baseVal;
            return [at.e, at.f, at.a * width, at.d * height];
        }"""
    )
    left, top, wide, tall = place
    page.mouse.move(left + 0.2 * wide, top + 0.3 * tall)
    page.mouse.down()
    page.mouse.move(left + 0.3 * wide, top + 0.4 * tall)
    page.mouse.move(left + 0.4 * wide, top + 0.6 * tall)
    page.mouse.up()
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    expect(page.locator(".tile").nth(0)).to_contain_text("Reported")
    with site.kitchen.database.reading() as session:
        alert = session.scalars(select(AlertRow)).one()
    drawn = (alert.left, alert.top, alert.right, alert.bottom)
    asked = (0.2, 0.3, 0.4, 0.6)
    assert alert.rule == "pest_rodent" and alert.severity == "critical"
    assert max(abs(a - b) for a, b in zip(drawn, asked, strict=True)) < 0.01


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_wall_needs_no_scrolling_and_axe_finds_nothing_serious(
    site: Site, cameras: list[NewCamera], page: Page, language: str
) -> None:
    site.sign_in(page)
    cookie = {"name": "brightkitchen_language", "value": language, "url": site.address}
    page.context.add_cookies([cookie])  # type: ignore[list-item]  # playwright's TypedDict
    page.goto(f"{site.address}/patrol")
    assert serious_issues(page) == []
    page.locator("main form button.first").click()
    page.wait_for_url("**/patrol/wall")
    expect(page.locator(".tile")).to_have_count(4)
    sizes = "() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    assert page.evaluate(sizes) == [1366, 768]
    assert serious_issues(page) == []
    page.keyboard.press("r")
    expect(page.locator(".enlarged svg")).to_be_visible()
    assert page.evaluate(sizes) == [1366, 768]
    assert serious_issues(page) == []
