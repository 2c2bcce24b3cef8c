"""Recordings in the browser: upload, progress, report, cancel, resume."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from api.analyses.folders import job_folder
from api.analyses.results import read_batch
from api.analyses.runner import Runner
from tests.browser.conftest import Complaints, Site
from tests.browser.test_access import serious_issues
from tests.browser.test_custody import sign_in
from tests.vision.clips import numbered, render_clip
from vision.report import write_report

pytestmark = pytest.mark.browser
SAMPLE = Path(__file__).parent.parent.parent / "sample_videos" / "range-no-hat.mp4"


@pytest.fixture
def running(site: Site) -> Iterator[None]:
    """The part of `serve` that runs analyses."""
    state = site.kitchen.app.state
    with Runner(state.database, state.settings, state.storage).running():
        yield


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A sample under the name that a recorder gives."""
    path = tmp_path / "2026-11-24_08-30-00.mp4"
    path.write_bytes(SAMPLE.read_bytes())
    return path


def begin(page: Page, *videos: Path, camera: str = "") -> None:
    """Fill in the form and upload."""
    page.get_by_label("Name, to know it again").fill("Tuesday <b>morning</b>")
    if camera:
        page.get_by_label("Camera that took them").select_option(label=camera)
        page.get_by_label("Enter the episodes into review").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Video files").set_input_files(list(videos))
    page.get_by_role("button", name="Upload and begin").click()


def test_a_video_is_uploaded_analysed_reported_and_entered_into_review(
    site: Site, page: Page, recorded: Path, running: None, complaints: Complaints,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    missing: list[str] = []
    page.context.on("response", lambda got: missing.append(got.url) if got.status == 404 else None)
    site.kitchen.add_camera(site.kitchen.add_restaurant("Heshun Bistro"), "Cam 2")
    sign_in(site, page, "Sue", "/recorded")
    expect(page.get_by_text("No recording was analysed yet")).to_be_visible()
    assert serious_issues(page) == []
    begin(page, recorded, camera="Heshun Bistro · Cam 2")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tuesday <b>morning</b>")
    now = page.locator("#progress")
    expect(now.get_by_role("status")).to_contain_text("finished", timeout=120_000)
    assert serious_issues(page) == []
    expect(now.get_by_text("To the review queue")).to_be_visible()
    with page.expect_popup() as opened:
        now.get_by_role("link", name="Open the report").click()
    report = opened.value
    expect(report.get_by_role("heading", level=1)).to_contain_text("疑似")
    report.get_by_label("English").check()
    expect(report.get_by_role("heading", level=1)).to_contain_text("suspected")
    assert shows(report)
    place = job_folder(site.kitchen.app.state.settings, page.url.rpartition("/")[2])
    monkeypatch.setattr("vision.report.EMBED_BYTES", 0)
    write_report(read_batch(place), place.out)
    report.reload()
    assert "data:image" not in report.content()
    assert shows(report), "files beside the report are shown as well"
    # The report names no icon of its own, so the browser looks for one.
    assert missing == [f"{site.address}/favicon.ico"] * len(missing)
    complaints.forgive("404")
    report.close()
    page.goto(f"{site.address}/alerts")
    expect(page.get_by_text("Heshun Bistro").first).to_be_visible()


def shows(report: Page) -> bool:
    """Whether the first picture and the first clip can be seen."""
    width = report.locator(".pictures svg image").first.evaluate(
        "async (image) => { const copy = new Image(); copy.src = image.href.baseVal;"
        " await copy.decode(); return copy.naturalWidth; }"
    )
    clip = report.locator("video").first
    clip.evaluate("(video) => { video.preload = 'metadata'; video.load(); }")
    # The page may run no script, so nothing can be waited for inside it.
    for _ in range(100):
        if clip.evaluate("(video) => video.readyState") >= 1:
            return bool(width)
        report.wait_for_timeout(100)
    return False


def test_a_running_analysis_is_cancelled_and_resumed(
    site: Site, page: Page, tmp_path: Path, running: None
) -> None:
    pictures = (numbered(index % 200) for index in range(25 * 40))
    video = render_clip(tmp_path / "long.mp4", pictures)
    sign_in(site, page, "Sue", "/recorded")
    page.get_by_label("Pictures looked at a second").fill("25")
    begin(page, video)
    now = page.locator("#progress")
    expect(now.get_by_role("status")).to_contain_text("running")
    now.get_by_role("button", name="Cancel the analysis").click()
    expect(now.get_by_role("status")).to_contain_text("cancelled")
    now.get_by_role("button", name="Resume").click()
    expect(now.get_by_role("status")).to_contain_text("finished", timeout=200_000)
    page.get_by_role("link", name="All analyses").click()
    expect(page.locator("#jobs")).to_contain_text("finished")


@pytest.fixture
def archive(site: Site, tmp_path: Path) -> Path:
    """A folder of recordings that lie at the server."""
    state = site.kitchen.app.state
    archive = tmp_path / "archive"
    (archive / "ch01" / "2026-11-24").mkdir(parents=True)
    (archive / "ch02").mkdir()
    pictures = (numbered(index) for index in range(50))
    render_clip(archive / "ch01" / "2026-11-24" / "08-30-00.mp4", pictures)
    state.settings = state.settings.model_copy(update={"footage_folder": archive})
    return archive


def test_a_folder_of_the_server_is_walked_into_and_analysed(
    archive: Path, site: Site, page: Page, running: None
) -> None:
    sign_in(site, page, "Sue", "/recorded")
    new = page.get_by_role("region", name="New analysis")
    expect(new.get_by_role("link", name="ch02")).to_be_visible()
    new.get_by_role("link", name="ch01").click()
    expect(new.get_by_text("/ch01", exact=True)).to_be_visible()
    new.get_by_role("link", name="2026-11-24").click()
    expect(new.get_by_text("1 video directly in it")).to_be_visible()
    page.get_by_role("link", name="one up").click()
    page.get_by_label("in a folder of the server").check()
    assert serious_issues(page) == []
    page.get_by_label("Name, to know it again").fill("Channel 1")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Channel 1")
    expect(page.locator("#progress").get_by_role("status")).to_contain_text(
        "finished", timeout=120_000
    )
    (job,) = site.kitchen.app.state.settings.data.joinpath("analyses").iterdir()
    told = json.loads((job / "out" / "episodes.json").read_text("utf-8"))
    assert [video["path"] for video in told["videos"]] == ["2026-11-24/08-30-00.mp4"]
    assert (archive / "ch01" / "2026-11-24" / "08-30-00.mp4").is_file()


def test_a_broken_video_is_told_with_its_reason(
    site: Site, page: Page, tmp_path: Path, running: None
) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no video at all")
    sign_in(site, page, "Sue", "/recorded")
    begin(page, bad)
    alert = page.locator("#progress").get_by_role("alert")
    expect(alert).to_contain_text("None of the videos could be read", timeout=60_000)
    expect(page.locator("#progress .lines")).to_contain_text("bad.mp4")
    assert serious_issues(page) == []
