"""The zone editor: draws, saves, reloads, refuses outlines that cross; with mouse and with keys."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect
from sqlalchemy import select

from api.cameras.keys import NewCamera
from api.cameras.models import ZoneVersionRow
from api.cameras.zone_store import ZONES
from api.database import now
from tests.api.building import key_of
from tests.api.web.footage import drawn_kitchen, jpeg
from tests.browser.conftest import Complaints, Site
from tests.browser.test_access import serious_issues
from vision.config import ZoneConfig

pytestmark = pytest.mark.browser
Corner = tuple[float, float]
SQUARE: list[Corner] = [(0.2, 0.2), (0.6, 0.2), (0.6, 0.7), (0.2, 0.7)]


@pytest.fixture
def camera(site: Site) -> NewCamera:
    """A camera with a picture."""
    made = site.kitchen.add_camera(site.kitchen.add_restaurant("Heshun Bistro"), "Cam 2")
    answer = TestClient(site.kitchen.app, headers=key_of(made)).put(
        f"/api/v1/cameras/{made.id}/picture",
        params={"taken_at": now().isoformat()},
        content=jpeg(drawn_kitchen(1)),
    )
    assert answer.status_code == 201, answer.text
    return made


@pytest.fixture
def editor(site: Site, camera: NewCamera, page: Page) -> Page:
    """The editor, open before a supervisor."""
    site.sign_in(page, "Sue")
    page.goto(f"{site.address}/cameras/{camera.id}/zones")
    expect_ready(page)
    return page


def expect_ready(page: Page) -> None:
    """The zones that are there have come."""
    expect(page.locator("svg[data-canvas] image")).to_be_visible()
    expect(page.locator("[data-go=new]")).to_be_enabled()


def click(page: Page, *corners: Corner) -> None:
    """Click at places given in shares of the picture."""
    box = page.locator("svg[data-canvas]").bounding_box()
    assert box
    for x, y in corners:
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def draw(page: Page, *corners: Corner) -> None:
    """Begin a zone, click its corners, close it."""
    page.get_by_role("button", name="New zone").click()
    click(page, *corners)
    page.keyboard.press("Enter")


def stored(site: Site, camera: NewCamera) -> list[tuple[ZoneConfig, ...]]:
    """The zones of every version."""
    with site.kitchen.database.reading() as session:
        rows = session.scalars(select(ZoneVersionRow).order_by(ZoneVersionRow.version)).all()
        return [ZONES.validate_json(row.zones) for row in rows if row.camera_id == camera.id]


def save(page: Page, version: int) -> None:
    """Save, and wait until the server has it."""
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".said")).to_contain_text(f"Saved as version {version}.")


def test_a_zone_is_drawn_saved_and_there_again_after_a_reload(
    site: Site, camera: NewCamera, editor: Page
) -> None:
    draw(editor, *SQUARE)
    expect(editor.get_by_text("not saved")).to_be_visible()
    editor.get_by_label("Zone name").fill("cold room")
    editor.get_by_label("Type").select_option("specialised_room")
    expect(editor.locator(".preview")).to_contain_text("In the specialised room a mask covers")
    editor.get_by_role("button", name="Add hours").click()
    editor.get_by_label("Until").fill("02:30")
    editor.get_by_label("Outside of them").select_option("off")
    save(editor, 1)
    ((zone,),) = stored(site, camera)
    assert (zone.name, zone.type, zone.outside_hours) == ("cold room", "specialised_room", "off")
    assert (zone.hours[0].opens, zone.hours[0].closes) == ("06:00", "02:30")
    for (x, y), (asked_x, asked_y) in zip(zone.polygon, SQUARE, strict=True):
        assert abs(x - asked_x) < 0.01 and abs(y - asked_y) < 0.01
    editor.reload()
    expect(editor.locator("[data-slot=version]")).to_have_text("Version 1")
    expect(editor.locator(".pick")).to_have_text("cold room")
    expect(editor.locator("svg[data-canvas] polygon")).to_have_count(1)
    expect(editor.get_by_text("not saved")).not_to_be_visible()


def test_an_outline_that_crosses_itself_is_refused_in_plain_words(
    site: Site, camera: NewCamera, editor: Page
) -> None:
    draw(editor, SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3])
    expect(editor.locator(".zone-item")).to_contain_text("Sides cross each other")
    editor.get_by_role("button", name="Save", exact=True).click()
    expect(editor.locator(".trouble")).to_contain_text("Mend what is marked first.")
    assert stored(site, camera) == []
    editor.get_by_role("button", name="Undo").click()
    expect(editor.locator(".zone-item")).to_have_count(0)


def test_the_keyboard_alone_makes_moves_and_undoes(
    site: Site, camera: NewCamera, editor: Page
) -> None:
    editor.keyboard.press("n")
    editor.keyboard.press("Enter")
    first = editor.locator("[data-corner='0']")
    expect(first).to_be_focused()
    for key in ("ArrowLeft", "ArrowLeft", "Shift+ArrowUp"):
        editor.keyboard.press(key)
    expect(editor.locator("[data-corner='0']")).to_have_attribute(
        "aria-label", "corner 1 of Zone 1: 29.0 per cent across, 25.0 down"
    )
    editor.keyboard.press("Control+z")
    editor.locator("[data-corner='2']").press("Delete")
    editor.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(editor.locator(".said")).to_contain_text("Saved as version 1.")
    ((zone,),) = stored(site, camera)
    assert zone.polygon == ((0.29, 0.3), (0.7, 0.3), (0.3, 0.7))


def test_an_earlier_version_comes_back_and_two_editors_do_not_overwrite_each_other(
    site: Site, camera: NewCamera, editor: Page, complaints: Complaints
) -> None:
    draw(editor, *SQUARE)
    save(editor, 1)
    other = editor.context.new_page()
    other.goto(editor.url)
    expect(other.locator(".pick")).to_have_count(1)
    draw(other, (0.7, 0.7), (0.9, 0.7), (0.9, 0.9))
    save(other, 2)
    draw(editor, (0.1, 0.8), (0.2, 0.8), (0.2, 0.9))
    editor.get_by_role("button", name="Save", exact=True).click()
    expect(editor.locator(".trouble")).to_contain_text("Somebody else saved other zones")
    complaints.forgive("409")
    other.reload()
    other.get_by_text("History").click()
    other.get_by_role("button", name="Restore").click()
    expect(other.locator("[data-slot=version]")).to_have_text("Version 3")
    expect(other.locator(".pick")).to_have_count(1)
    versions = stored(site, camera)
    assert versions[2] == versions[0] and len(versions[1]) == 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_axe_finds_nothing_serious_on_the_pages_of_a_camera(
    site: Site, camera: NewCamera, editor: Page, language: str
) -> None:
    cookie = {"name": "brightkitchen_language", "value": language, "url": site.address}
    editor.context.add_cookies([cookie])  # type: ignore[list-item]  # playwright's TypedDict
    editor.reload()
    expect_ready(editor)
    editor.keyboard.press("n")
    editor.keyboard.press("Enter")
    expect(editor.locator(".zone-item")).to_have_count(1)
    assert serious_issues(editor) == []
    editor.on("dialog", lambda dialog: dialog.accept())
    for address in ("/cameras", f"/cameras/{camera.id}", "/cameras/new", "/patrol/coverage"):
        editor.goto(site.address + address)
        assert serious_issues(editor) == [], address
