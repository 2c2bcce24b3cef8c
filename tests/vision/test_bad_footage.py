"""A folder as one finds it on old disks: everything is told, nothing stops the rest."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import av
import pytest

from tests.commands import Run
from tests.vision import bad_footage
from tests.vision.clips import number_of
from vision.batch import Batch, Options, analyse
from vision.engines import Processes
from vision.model import DEFAULT_MODEL
from vision.reasons import KINDS, UNKNOWN, by_kind, kind_of, reason
from vision.recordings import everywhere
from vision.report import write_report
from vision.video import open_video
from vision.watching import KILLED, Seen, Task
from vision.zones import whole_picture

OPTIONS = Options(DEFAULT_MODEL, "strict", everywhere([whole_picture("cooking")]), fps=1.0)
EXPECTED = {
    "empty": "Empty files",
    "text": "No video, or its index is lost",
    "header": "No video, or its index is lost",
    "cut_index": "No video, or its index is lost",
    "noise": "No video, or its index is lost",
    "damaged": "Damaged in part",
    "sound": "No picture in them",
    "unreadable": "Files that cannot be read",
    "link_to_nowhere": "Files that cannot be read",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Batch]:
    """A hundred files, analysed once."""
    root = tmp_path_factory.mktemp("old")
    made = bad_footage.make(root / "disk", 100)
    assert set(made) == {*bad_footage.SHARES, "good"}
    out = root / "out"
    return out, analyse([root / "disk"], out, OPTIONS)


def test_each_file_is_in_the_result_and_each_failure_has_its_reason(
    folder: tuple[Path, Batch],
) -> None:
    _, batch = folder
    assert len(batch.analysis.videos) == 100
    for video in batch.analysis.videos:
        kind = re.sub(r"^.*?\d{5}-", "", video.path).partition(".")[0]
        if kind in EXPECTED:
            assert video.error and kind_of(video.error).name.en == EXPECTED[kind], video
            assert "/" not in video.error.replace(video.path, ""), "no place of this machine"
        elif kind != "cut":
            assert video.error is None and video.frames_analysed > 0, video


def test_a_flipped_bit_makes_no_day_of_two_seconds(folder: tuple[Path, Batch]) -> None:
    _, batch = folder
    damaged = [video for video in batch.analysis.videos if "damaged" in video.path]
    assert damaged and all(video.duration_s < 3 for video in damaged)
    told = [batch.observed[video.path] for video in damaged]
    assert [len(spans) for spans in told] == [1] * len(told), "nor a day of minutes to remember"


def test_every_reason_is_said_in_chinese_too(folder: tuple[Path, Batch]) -> None:
    _, batch = folder
    errors = {video.error for video in batch.analysis.videos if video.error}
    for error in (*errors, KILLED):
        assert kind_of(error) is not UNKNOWN, error
        assert re.search("[一-鿿]", reason(error).zh) and reason(error).en == error


def test_an_unknown_reason_is_shown_as_it_is() -> None:
    assert reason("the moon is full").zh == "the moon is full"
    assert kind_of("the moon is full") is UNKNOWN
    assert len({kind.name.zh for kind in KINDS}) == len(KINDS)


def test_the_report_groups_the_failures_and_names_each(folder: tuple[Path, Batch]) -> None:
    out, batch = folder
    text = write_report(batch, out).read_text("utf-8")
    kinds = by_kind(batch.analysis.videos)
    assert [len(videos) for _, videos in kinds] == sorted(
        (len(videos) for _, videos in kinds), reverse=True
    )
    failed = text.partition('id="failed"')[2].partition('id="method"')[0]
    assert failed.count("<details") == len(kinds)
    for kind, videos in kinds:
        assert kind.name.zh in failed and all(video.path in failed for video in videos)


def test_ten_bits_fields_and_a_missing_rate_are_read_like_any_other(tmp_path: Path) -> None:
    for name, content in bad_footage.rare(tmp_path).items():
        path = tmp_path / name
        path.write_bytes(content)
        video = open_video(path)
        frames = list(video.frames())
        video.close()
        assert [number_of(frame.image) for frame in frames] == list(range(50)), name
        assert [frame.time_s for frame in frames] == [n / 25 for n in range(50)], name
        assert (video.duration_s, video.error) == (2.0, None), name


def test_the_rare_kinds_are_what_their_names_say(tmp_path: Path) -> None:
    made = bad_footage.rare(tmp_path)
    for name in ("ten-bit.mp4", "ten-bit-hevc.mp4"):
        with av.open(io.BytesIO(made[name]), "r") as container:
            assert container.streams.video[0].pix_fmt == "yuv420p10le"
    with av.open(io.BytesIO(made["interlaced.ts"]), "r") as container:
        assert all(picture.interlaced_frame for picture in container.decode(video=0))
    header = made["no-rate.avi"][: made["no-rate.avi"].index(b"movi")]
    assert header[header.index(b"strh") + 28 :][:8] == bytes(8), "scale and rate"


def kill_one(task: Task) -> Seen:
    """Looks at everything but dies of one recording, as for want of memory."""
    from vision.watching import look_at

    if "plain" in task.footage.label:
        os.kill(os.getpid(), 9)
    return look_at(task)


@pytest.mark.cluster  # each process that is killed has a new one start, and that loads everything
def test_a_recording_that_takes_its_process_along_is_named_and_the_rest_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = tmp_path / "parts"
    parts.mkdir()
    footage = tmp_path / "footage"
    footage.mkdir()
    sound = bad_footage.good(parts)
    for name in ("hevc.mp4", "plain.mp4", "plain.ts", "rotated.mp4"):
        (footage / name).write_bytes(sound[name])
    monkeypatch.setattr("vision.batch.look_at", kill_one)
    analysis = analyse([footage], tmp_path / "out", OPTIONS, Processes(2)).analysis
    errors = {video.path: video.error for video in analysis.videos}
    killed = [path for path, error in errors.items() if error == KILLED]
    assert killed == ["plain.mp4", "plain.ts"] and len(errors) == 4


def test_a_recording_that_grows_while_it_is_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = tmp_path / "plain.ts"
    clip.write_bytes(bad_footage.good(tmp_path)["plain.ts"])

    def grows(task: Task) -> Seen:
        seen = before(task)
        with clip.open("ab") as file:
            file.write(clip.read_bytes()[:1880])
        return seen

    from vision import watching

    before = watching.look_at_file
    monkeypatch.setattr(watching, "look_at_file", grows)
    (video,) = analyse([clip], tmp_path / "out", OPTIONS).analysis.videos
    assert video.error is not None and "changed while it was read" in video.error
    assert video.frames_analysed > 0


def test_a_full_disk_ends_the_run_with_a_sentence_and_it_is_taken_up_again(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if path.suffix == ".part":
            raise OSError(28, "No space left on device")
        return write(path, content)

    clip = tmp_path / "plain.ts"
    clip.write_bytes(bad_footage.good(tmp_path)["plain.ts"])
    with monkeypatch.context() as small:
        small.setattr(Path, "write_bytes", full)
        told = run("analyze", clip, "--out", tmp_path / "out", "--workers", 1, "--quiet")
    assert told.code == 1 and len(told.err.strip().splitlines()) == 1
    assert "no room left" in told.err and "--resume" in told.err
    assert run("analyze", clip, "--out", tmp_path / "out", "--workers", 1, "--resume").code == 0


def test_a_second_run_into_one_folder_is_refused(tmp_path: Path, run: Run) -> None:
    from vision.folders import only_one

    clip = tmp_path / "plain.ts"
    clip.write_bytes(bad_footage.good(tmp_path)["plain.ts"])
    out = tmp_path / "out"
    out.mkdir()
    with only_one(out):
        told = run("analyze", clip, "--out", out, "--resume")
    assert told.code == 2 and "another run writes into" in told.err
