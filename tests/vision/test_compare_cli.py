"""``compare`` from outside: what changed in the making first, one document with ``--json``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands import Run
from tests.vision.test_compare import make_analysis, make_episode, make_video
from vision.results import Analysis, write_json


def written(folder: Path, analysis: Analysis) -> Path:
    """The analysis as ``analyze`` leaves it."""
    folder.mkdir()
    write_json(analysis, folder / "episodes.json")
    return folder


@pytest.fixture
def before(tmp_path: Path) -> Path:
    episodes = (make_episode(1, 5), make_episode(), make_episode(rule="pest_rodent"))
    return written(tmp_path / "before", make_analysis(*episodes))


@pytest.fixture
def after(tmp_path: Path) -> Path:
    episodes = (
        make_episode(1, 5, confidence=0.95, subjects=2, severity="minor"),
        make_episode(12, 21),
        make_episode(40, 50),
    )
    analysis = make_analysis(*episodes, model={"name": "kitchen-s", "sha256": "c" * 64})
    return written(tmp_path / "after", analysis)


def words(line: str) -> str:
    return " ".join(line.split())


def test_the_text_names_what_changed_first_and_then_each_episode(
    run: Run, before: Path, after: Path
) -> None:
    outcome = run("compare", before, after)
    assert (outcome.code, outcome.err) == (0, "")
    assert [words(line) for line in outcome.out.splitlines() if line.strip()] == [
        f"A {before}",
        f"B {after}",
        "differs A B",
        "model kitchen-n aaaaaaaaaaaa kitchen-s cccccccccccc",
        "rule A B same moved lost gained",
        "missing_hat 2 3 1 1 0 1",
        "pest_rodent 1 0 0 0 1 0",
        "video rule zone verdict A (s) B (s) B against A",
        "a.mp4 missing_hat range same 1.0 - 5.0 1.0 - 5.0 "
        "confidence +0.0500, subjects +1, severity major -> minor",
        "a.mp4 missing_hat range moved 10.0 - 20.0 12.0 - 21.0 start +2.0 s, end +1.0 s",
        "a.mp4 pest_rodent range lost 10.0 - 20.0",
        "a.mp4 missing_hat range gained 40.0 - 50.0",
        "1 videos in both; episodes: 1 same, 1 moved, 1 lost, 1 gained, 0 not compared",
    ]


def test_text_that_goes_into_a_pipe_is_plain_and_breaks_no_line(run: Run, tmp_path: Path) -> None:
    name = f"{'long name [bold] :smile: ' * 12}.mp4"
    with_it = make_analysis(make_episode(video=name), videos=[make_video(name, "1")])
    without = make_analysis(videos=[make_video(name, "1")])
    outcome = run("compare", written(tmp_path / "a", with_it), written(tmp_path / "b", without))
    assert name in outcome.out and outcome.out.isascii() and "\x1b" not in outcome.out


def test_json_is_one_document_and_nothing_else(run: Run, before: Path, after: Path) -> None:
    outcome = run("compare", before, after, "--json")
    told = json.loads(outcome.out)
    assert (outcome.code, outcome.err) == (0, "")
    assert told["schema"] == "brightkitchen.comparison/1"
    assert [d["what"] for d in told["differences"]] == ["model"]
    assert [e["verdict"] for e in told["episodes"]] == ["same", "moved", "lost", "gained"]
    assert told["episodes"][0]["change"]["subjects"] == 1
    assert told["episodes"][2]["b"] is None


def test_an_analysis_compared_with_itself_differs_in_nothing(run: Run, before: Path) -> None:
    outcome = run("compare", before, before)
    assert outcome.code == 0 and "model, rules and options are the same" in outcome.out
    assert "3 same, 0 moved, 0 lost, 0 gained" in outcome.out and "verdict" not in outcome.out


def test_footage_that_is_not_the_same_is_named(run: Run, tmp_path: Path) -> None:
    a = [
        make_video("cut.mp4", "1"),
        make_video("old.mp4"),
        make_video("same.mp4", "3"),
        make_video("short.mp4", "4"),
    ]
    b = [
        make_video("cut.mp4", "2"),
        make_video("new.mp4"),
        make_video("moved/same.mp4", "3"),
        make_video("short.mp4", "4", analysed_s=12.5, error="damaged at 12.5 s"),
    ]
    outcome = run(
        "compare",
        written(tmp_path / "a", make_analysis(videos=a)),
        written(tmp_path / "b", make_analysis(videos=b)),
    )
    assert outcome.code == 0
    assert outcome.out.splitlines()[-7:-1] == [
        "cut.mp4: matched by its name alone; the content is not known to be the same",
        "same.mp4: called moved/same.mp4 in B",
        "short.mp4: 60.0 s analysed in A, 12.5 s in B",
        "short.mp4: in A whole; in B damaged at 12.5 s",
        "old.mp4: only in A; its episodes are not compared",
        "new.mp4: only in B; its episodes are not compared",
    ]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "holds no episodes.json"),
        ("{ not json", "no JSON"),
        ("[]", "of schema unknown"),
        ('{"schema": "brightkitchen.episodes/9"}', "of schema brightkitchen.episodes/9"),
        ('{"schema": "brightkitchen.episodes/1"}', "altered or broken off"),
    ],
)
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_what_is_no_analysis_is_exit_2_and_one_sentence(
    run: Run, tmp_path: Path, before: Path, content: str | None, complaint: str, options: list[str]
) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    if content is not None:
        (folder / "episodes.json").write_text(content)
    for pair in ((before, folder), (folder, before)):
        outcome = run("compare", *pair, *options)
        assert (outcome.code, outcome.out) == (2, "") and len(outcome.err.splitlines()) == 1
        assert complaint in outcome.err and str(folder) in outcome.err and "analyze" in outcome.err
