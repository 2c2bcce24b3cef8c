"""The report and the comparison, opened from disk: both languages, desk and phone, axe content."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # none
from playwright.sync_api import Page, expect

from tests.vision.clips import numbered, render_clip
from vision.analyze_cli import write_results
from vision.batch import Options, analyse
from vision.compare_cli import compare_folders
from vision.model import DEFAULT_MODEL
from vision.recordings import everywhere
from vision.zones import whole_picture

pytestmark = pytest.mark.browser
SAMPLES = Path(__file__).parent.parent.parent / "sample_videos"
STRICT = Options(DEFAULT_MODEL, "strict", everywhere([whole_picture("cooking")], "灶台 Range"))
SIZES = ((1366, 768), (390, 844))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The report of a sample, a still room and a broken file; and that of another rule pack."""
    root = tmp_path_factory.mktemp("archive")
    footage = root / "footage"
    footage.mkdir()
    sample = (SAMPLES / "range-no-hat.mp4").read_bytes()
    (footage / "2026-11-24_08-30-00.mp4").write_bytes(sample)
    render_clip(footage / "still.mp4", [numbered(0)] * 50)
    (footage / "broken.mp4").write_bytes(b"no video")
    for name, options in (("a", STRICT), ("b", replace(STRICT, rules="hats-only"))):
        write_results(analyse([footage], root / name, options), root / name)
    compare_folders(root / "a", root / "b", as_json=True, page=root / "difference.html")
    return {"report": root / "a" / "report.html", "comparison": root / "difference.html"}


@pytest.mark.parametrize("which", ["report", "comparison"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["中文", "English"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_without_a_server_is_whole_and_fits(
    pages: dict[str, Path], page: Page, which: str, size: tuple[int, int], language: str,
    scheme: str,
) -> None:  # fmt: skip
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of two literals
    page.goto(pages[which].as_uri())
    page.get_by_label(language).check()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out"
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [n["html"][:120] for n in one["nodes"]]) for one in found] == []
    assert not [url for url in asked if url.startswith("http")], "it asks nobody for anything"


def test_each_reader_finds_their_answer_in_the_report(pages: dict[str, Path], page: Page) -> None:
    page.goto(pages["report"].as_uri())
    page.get_by_label("English").check()
    for reader in ("The restaurant", "The inspector", "The analyst"):
        link = page.get_by_role("link", name=reader)
        target = link.get_attribute("href") or ""
        link.click()
        expect(page.locator(target)).to_be_in_viewport()
    expect(page.get_by_text("08:30").first).to_be_visible()


def test_the_comparison_shows_what_was_lost_with_pictures(
    pages: dict[str, Path], page: Page
) -> None:
    page.goto(pages["comparison"].as_uri())
    page.get_by_label("English").check()
    expect(page.locator("main")).to_contain_text("lost")
    picture = page.locator("main img, main image").first
    expect(picture).to_be_attached()
