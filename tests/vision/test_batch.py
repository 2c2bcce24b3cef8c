"""Batch analysis: the same bytes every time, nothing lost, evidence that holds."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.vision.clips import numbered, render_clip
from vision.alert import Alert
from vision.batch import Batch, Options, analyse
from vision.chain import verify
from vision.model import DEFAULT_MODEL
from vision.recordings import Place, Places, everywhere
from vision.results import Analysis, write_json
from vision.video import file_sha256
from vision.zones import whole_picture

SAMPLES = Path(__file__).parent.parent.parent / "sample_videos"
RECORDED_AT = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
OPTIONS = Options(DEFAULT_MODEL, "strict", everywhere([whole_picture("cooking")]))


def short_clip(path: Path, seconds: int = 2) -> Path:
    return render_clip(path, (numbered(index % 200) for index in range(25 * seconds)))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Batch]:
    """One sample video in which something is found, analysed once for all tests here."""
    out = tmp_path_factory.mktemp("analysis")
    batch = analyse([SAMPLES / "range-no-hat.mp4"], out, OPTIONS)
    return out, batch


def test_the_same_footage_gives_the_same_bytes_on_one_process_or_two(tmp_path: Path) -> None:
    (tmp_path / "footage").mkdir()
    for name in ("a.mp4", "b.mp4"):
        short_clip(tmp_path / "footage" / name)
    texts = [
        analyse([tmp_path / "footage"], tmp_path / f"out{n}", OPTIONS, n).analysis.to_json()
        for n in (1, 2)
    ]
    assert texts[0] == texts[1]


def test_results_do_not_tell_where_the_footage_lay(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    short_clip(here / "a.mp4")
    shutil.copy(here / "a.mp4", there / "a.mp4")
    (here / "gone.mp4").write_bytes(b"")
    (there / "gone.mp4").write_bytes(b"")
    texts = [
        analyse([folder], tmp_path / f"out-{folder.name}", OPTIONS).analysis.to_json()
        for folder in (here, there)
    ]
    assert texts[0] == texts[1] and str(tmp_path) not in texts[0]


def test_the_bare_headed_cook_is_found_and_the_evidence_holds(
    sample: tuple[Path, Batch],
) -> None:
    out, batch = sample
    assert "missing_hat" in {episode.rule for episode in batch.analysis.episodes}
    assert verify(out / "evidence").first_bad is None
    for episode in batch.analysis.episodes:
        kinds = [item.kind for item in episode.evidence]
        assert kinds[0] == "frame" and kinds[-1] == "clip" and len(kinds) >= 3
        assert all(file_sha256(out / item.path) == item.sha256 for item in episode.evidence)


def test_boxes_are_kept_as_data_with_the_subject_marked(sample: tuple[Path, Batch]) -> None:
    out, batch = sample
    for filed in batch.filed:
        (path,) = (path for ref, path in filed.files if ref.kind == "data")
        told = json.loads((out / "evidence" / path).read_bytes())
        assert sum(seen["subject"] for seen in told["frames"][0]["detections"]) == 1
        assert told["evidence_curve"][0][0] >= 0 and told["zone"]["type"] == "cooking"


def test_an_episode_becomes_an_alert_that_stays_the_same(sample: tuple[Path, Batch]) -> None:
    _, batch = sample
    for filed in batch.filed:
        alert, files = filed.alert(batch.analysis, "camera-1", RECORDED_AT)
        assert Alert.model_validate_json(alert.model_dump_json()) == alert
        assert alert.id == filed.episode.id and alert.origin == "batch"
        assert (alert.started_at - RECORDED_AT).total_seconds() == filed.episode.start_s
        assert set(files) == {item.sha256 for item in alert.evidence}


def test_a_broken_off_run_is_taken_up(tmp_path: Path) -> None:
    footage = tmp_path / "footage"
    footage.mkdir()
    short_clip(footage / "a.mp4")
    first = analyse([footage / "a.mp4"], tmp_path / "out", OPTIONS)
    short_clip(footage / "b.mp4")
    done: list[str] = []
    both = analyse([footage], tmp_path / "out", OPTIONS, done=lambda video: done.append(video.path))
    assert both.analysis.videos[0] == first.analysis.videos[0]
    assert done == ["a.mp4", "b.mp4"]


def test_a_damaged_video_is_analysed_as_far_as_it_decodes(tmp_path: Path) -> None:
    whole = short_clip(tmp_path / "whole.ts", seconds=4)
    cut = tmp_path / "cut.ts"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    (video,) = analyse([cut], tmp_path / "out", OPTIONS).analysis.videos
    assert 0 < video.frames_decoded < 100


def test_the_results_are_written_whole(tmp_path: Path, sample: tuple[Path, Batch]) -> None:
    _, batch = sample
    write_json(batch.analysis, tmp_path / "episodes.json")
    assert Analysis.model_validate_json((tmp_path / "episodes.json").read_bytes()) == batch.analysis
    assert [p.name for p in tmp_path.iterdir()] == ["episodes.json"]


def test_a_recording_says_whose_it_is_and_when_it_was_taken(tmp_path: Path) -> None:
    (tmp_path / "ch01").mkdir()
    short_clip(tmp_path / "ch01" / "20261124143000.mp4")
    short_clip(tmp_path / "stray.mp4")
    place = Place((whole_picture("storage"),), "cold room")
    options = Options(DEFAULT_MODEL, "strict", Places((("ch01/*", place),)))
    told, stray = analyse([tmp_path], tmp_path / "out", options).analysis.videos
    assert told.camera == "cold room" and told.recorded is not None
    assert told.recorded.started_at == RECORDED_AT and told.recorded.source == "name"
    assert stray.error == "no entry of the list of recordings matches it; add one"
    assert stray.frames_analysed == 0
