"""Batch analysis: the same bytes every time, nothing lost, evidence that holds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from tests.vision.clips import numbered, render_clip
from vision import watching
from vision.alert import Alert
from vision.batch import Batch, Options, Silent, analyse
from vision.chain import verify
from vision.engines import Done, Engine, Here, Processes, ResultT, TaskT
from vision.model import DEFAULT_MODEL
from vision.recordings import Place, Places, everywhere
from vision.results import Analysis, VideoRecord, write_json
from vision.segments import plan
from vision.video import file_sha256
from vision.watching import Seen, Task
from vision.zones import whole_picture

SAMPLES = Path(__file__).parent.parent.parent / "sample_videos"
ENGINES: tuple[Engine, ...] = (Here(), Processes(2))
RECORDED_AT = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
OPTIONS = Options(DEFAULT_MODEL, "strict", everywhere([whole_picture("cooking")]))


class Heard(Silent):
    """Remembers what was looked at and what was finished."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.looked_at: list[tuple[str, int]] = []
        self.finished: list[str] = []
        self._stop_after = stop_after

    def looked(self, task: Task, seen: Seen) -> None:
        """Break off after so many, as a killed run would."""
        self.looked_at.append((task.footage.label, task.segment.index))
        if len(self.looked_at) == self._stop_after:
            raise KeyboardInterrupt

    def filed(self, video: VideoRecord, episodes: int) -> None:
        """One more."""
        self.finished.append(video.path)


@pytest.fixture
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recordings are looked at in pieces of three seconds."""
    monkeypatch.setattr(watching, "plan", partial(plan, segment_s=3.0))


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
        analyse([tmp_path / "footage"], tmp_path / f"out{n}", OPTIONS, engine).analysis.to_json()
        for n, engine in enumerate(ENGINES)
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
    heard = Heard()
    both = analyse([footage], tmp_path / "out", OPTIONS, observer=heard)
    assert both.analysis.videos[0] == first.analysis.videos[0]
    assert heard.finished == ["a.mp4", "b.mp4"]
    assert [label for label, _ in heard.looked_at] == ["b.mp4"]


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


def joined(path: Path) -> Path:
    """A recording with its clock set back in the middle."""
    part = short_clip(path.with_name("part.ts"), seconds=5)
    path.write_bytes(part.read_bytes() * 2)
    part.unlink()
    return path


@pytest.mark.parametrize("engine", ENGINES)
def test_pieces_give_the_bytes_of_the_whole(
    tmp_path: Path, sample: tuple[Path, Batch], in_pieces: None, engine: Engine
) -> None:
    heard = Heard()
    split = analyse([SAMPLES / "range-no-hat.mp4"], tmp_path, OPTIONS, engine, heard)
    assert sorted(heard.looked_at) == [("range-no-hat.mp4", n) for n in range(3)]
    assert split.analysis.to_json() == sample[1].analysis.to_json()


def test_a_piece_that_was_looked_at_is_not_looked_at_again(
    tmp_path: Path, sample: tuple[Path, Batch], in_pieces: None
) -> None:
    footage, heard = [SAMPLES / "range-no-hat.mp4"], Heard()
    with pytest.raises(KeyboardInterrupt):
        analyse(footage, tmp_path, OPTIONS, observer=Heard(stop_after=2))
    again = analyse(footage, tmp_path, OPTIONS, observer=heard)
    assert [piece for _, piece in heard.looked_at] == [2]
    assert again.analysis.to_json() == sample[1].analysis.to_json()
    assert not list((tmp_path / "parts").glob("*.seen"))


def test_a_piece_of_a_video_that_changed_since_is_looked_at_again(
    tmp_path: Path, in_pieces: None
) -> None:
    clip, heard = short_clip(tmp_path / "a.mp4", seconds=9), Heard()
    with pytest.raises(KeyboardInterrupt):
        analyse([clip], tmp_path / "out", OPTIONS, observer=Heard(stop_after=1))
    short_clip(clip, seconds=10)
    analyse([clip], tmp_path / "out", OPTIONS, observer=heard)
    assert [piece for _, piece in heard.looked_at] == [0, 1, 2]


def test_a_recording_that_cannot_be_trusted_in_pieces_is_read_in_one_go(
    tmp_path: Path, in_pieces: None
) -> None:
    clip, heard = joined(tmp_path / "joined.ts"), Heard()
    split = analyse([clip], tmp_path / "split", OPTIONS, observer=heard)
    assert len(heard.looked_at) > 1 and heard.looked_at[-1] == ("joined.ts", 0)
    (video,) = split.analysis.videos
    assert video.frames_decoded == 250 and video.error


def test_a_process_that_was_killed_costs_its_own_recording_alone(tmp_path: Path) -> None:
    clips = [short_clip(tmp_path / name) for name in ("a.mp4", "b.mp4")]
    analysis = analyse(clips, tmp_path / "out", OPTIONS, Fails("a.mp4")).analysis
    first, second = analysis.videos
    assert first.error == watching.KILLED and first.frames_analysed == 0
    assert second.error is None and second.frames_analysed == 10


class Fails:
    """An engine whose process is killed at one recording, twice."""

    def __init__(self, label: str) -> None:
        self._label = label

    def run(
        self, function: Callable[[TaskT], ResultT], tasks: Sequence[TaskT]
    ) -> Iterator[Done[TaskT, ResultT]]:
        """As Processes tells it."""
        for task in tasks:
            dies = getattr(task, "footage").label == self._label  # noqa: B009  # any task has one
            yield Done(task, None if dies else function(task))
