"""The page of ``compare``: what was lost first, pictures of both sides, verdicts where known."""

from __future__ import annotations

import json
import re
from pathlib import Path
from uuid import UUID

import pytest

from tests.commands import Run
from tests.vision.test_compare import make_analysis, make_episode, make_video
from tests.vision.test_compare_cli import written
from vision.compare import compare
from vision.compare_page import Places, render
from vision.compare_verdicts import precisions, read_verdicts
from vision.errors import ConfigError
from vision.results import Analysis
from vision.summary import Verdicts

NAMES = "best.jpg", "clip.mp4"


def proof() -> list[dict[str, str]]:
    kinds = ("frame", "clip")
    return [
        {"path": f"evidence/{name}", "sha256": "0" * 64, "kind": kind}
        for name, kind in zip(NAMES, kinds, strict=True)
    ]


def kept(folder: Path, analysis: Analysis) -> Path:
    """With the files that its episodes name."""
    written(folder, analysis)
    (folder / "evidence").mkdir()
    for name in NAMES:
        (folder / "evidence" / name).write_bytes(f"{folder.name} {name}".encode())
    return folder


def analyses() -> tuple[Analysis, Analysis]:
    """B lost the first, moved the second and gained the third."""
    a = make_analysis(
        make_episode(1, 5, evidence=proof(), rule="pest_rodent"),
        make_episode(10, 20, evidence=proof()),
    )
    b = make_analysis(
        make_episode(12, 20, evidence=proof(), id=UUID(int=7)),
        make_episode(40, 50, evidence=proof(), id=UUID(int=8)),
    )
    return a, b


def test_what_was_lost_comes_first_and_each_side_has_its_own_picture(
    run: Run, tmp_path: Path
) -> None:
    a, b = analyses()
    page = tmp_path / "page.html"
    outcome = run("compare", kept(tmp_path / "a", a), kept(tmp_path / "b", b), "--html", page)
    text = page.read_text("utf-8")
    assert outcome.code == 0 and outcome.out.splitlines()[-1] == f"side by side: {page}"
    assert re.findall(r'<section class="card" data-verdict="(\w+)"', text) == [
        "lost",
        "gained",
        "moved",
    ]
    assert text.count("data:image/jpeg") == 4 and "http" not in text.replace("http-equiv", "")


def test_pictures_that_are_gone_are_said_to_be(tmp_path: Path) -> None:
    text = render(compare(*analyses()), Places(tmp_path, tmp_path, tmp_path / "p.html"), {})
    assert text.count("no longer in the folder") == 4 and "data:image" not in text


def test_what_does_not_fit_into_the_page_is_linked_from_where_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vision.compare_page.EMBED_BYTES", 0)
    a, b = analyses()
    places = Places(kept(tmp_path / "a", a), kept(tmp_path / "b", b), tmp_path / "sub" / "p.html")
    text = render(compare(a, b), places, {})
    assert 'src="../a/evidence/best.jpg"' in text and 'src="../b/evidence/best.jpg"' in text


def test_a_verdict_on_one_side_counts_for_the_same_episode_on_the_other() -> None:
    a, b = analyses()
    verdicts: Verdicts = {UUID(int=0): "dismissed", UUID(int=1): "upheld", UUID(int=8): "upheld"}
    hats, rodents = precisions(compare(a, b), verdicts)
    assert (hats.rule, hats.decided_a, hats.decided_b) == ("missing_hat", 1, 2)
    assert hats.precision_b is not None and hats.precision_b.value == 1
    assert hats.gained == (1, 0) and hats.lost == (0, 0)
    assert (rodents.decided_a, rodents.decided_b, rodents.lost) == (1, 0, (0, 1))
    assert rodents.precision_b is None


def test_an_episodes_own_verdict_goes_before_the_other_sides() -> None:
    a, b = analyses()
    verdicts: Verdicts = {UUID(int=1): "upheld", UUID(int=7): "dismissed"}
    (hats,) = precisions(compare(a, b), verdicts)
    assert hats.precision_a is not None and hats.precision_a.value == 1
    assert hats.precision_b is not None and hats.precision_b.value == 0


def test_verdicts_are_read_as_the_api_lists_alerts(run: Run, tmp_path: Path) -> None:
    a, b = analyses()
    alerts = [
        {"id": str(UUID(int=0)), "status": "upheld", "rule": "pest_rodent"},
        {"id": str(UUID(int=1)), "status": "open"},
    ]
    told = tmp_path / "alerts.json"
    told.write_text("\n".join(json.dumps({"items": [one], "next": None}) for one in alerts))
    folders = written(tmp_path / "a", a), written(tmp_path / "b", b)
    outcome = run("compare", *folders, "--verdicts", told)
    assert outcome.out.splitlines()[-1].startswith("pest_rodent upheld: A 100% of 1 reviewed")
    document = json.loads(run("compare", *folders, "--verdicts", told, "--json").out)
    assert [one["lost"] for one in document["precisions"]] == [[1, 0]]


@pytest.mark.parametrize("text", ["no json", '{"a": 1}', '[{"id": "x", "status": "open"}]'])
def test_what_holds_no_verdicts_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"alerts\.json holds no verdicts"):
        read_verdicts(text, "alerts.json")


def test_footage_of_which_nothing_is_the_same_is_refused(run: Run, tmp_path: Path) -> None:
    a = written(tmp_path / "a", make_analysis(videos=[make_video("a.mp4", "1")]))
    for name, videos in (("other", [make_video("b.mp4")]), ("recut", [make_video("a.mp4", "2")])):
        outcome = run("compare", a, written(tmp_path / name, make_analysis(videos=videos)))
        assert outcome.code == 2 and outcome.out == ""
        assert "cannot be compared" in outcome.err and len(outcome.err.splitlines()) == 1
