"""The command line from outside: one sentence for each mistake, and the exit code that fits."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.commands import Run, said
from tests.vision.clips import numbered, render_clip
from vision.folders import only_one
from vision.model import DEFAULT_MODEL

# A file may grow to 20 kB and no further: what a full disk does, without one.
FULL_DISK = """
import resource, signal
from api.cli import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
main()
"""


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return render_clip(tmp_path / "good.mp4", (numbered(k % 200) for k in range(50)))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.mp4", None),
        ("empty.mp4", b""),
        ("text.mp4", b"this is not a video\n" * 200),
        ("head-only.mp4", b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41"),
    ],
)
def test_a_video_that_cannot_be_read_is_exit_3(
    run: Run, tmp_path: Path, name: str, content: bytes | None
) -> None:
    video = tmp_path / name
    if content is not None:
        video.write_bytes(content)
    outcome = run("analyze", video, "--out", tmp_path / "out")
    assert outcome.code == 3 and "Traceback" not in outcome.err
    assert name in outcome.err


def test_one_bad_video_among_good_ones_is_exit_4_and_the_rest_is_done(
    run: Run, tmp_path: Path, clip: Path
) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_text("no video")
    outcome = run("analyze", clip, bad, "--out", tmp_path / "out")
    videos = json.loads((tmp_path / "out" / "episodes.json").read_text())["videos"]
    assert outcome.code == 4
    assert [(v["path"], v["error"] is None) for v in videos] == [
        ("bad.mp4", False),
        ("good.mp4", True),
    ]


def test_an_analysis_lays_every_file_the_contract_names(
    run: Run, tmp_path: Path, clip: Path
) -> None:
    outcome = run("analyze", clip, "--out", tmp_path / "out", "--zone-type", "specialised_room")
    assert outcome.code == 0
    names = {"episodes.json", "report.html", "episodes.parquet", "episodes.xlsx", "evidence"}
    assert names <= {path.name for path in (tmp_path / "out").iterdir()}
    assert run("verify", tmp_path / "out").code == 0


def test_a_folder_that_is_not_empty_is_never_written_into(
    run: Run, tmp_path: Path, clip: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "precious.txt").write_text("mine")
    outcome = run("analyze", clip, "--out", tmp_path / "out")
    assert outcome.code == 2 and "--resume" in said(outcome)
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["precious.txt"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--rules", "no-such"], "gb31654, hats-only, strict"),
        (["--zone-type", "bathroom"], "specialised_room"),
        (["--zone-type", "cooking", "--camera", "c.toml"], "exclude each other"),
        (["--camera", "no-such.toml"], "no-such.toml"),
        (["--model", "no-such-model"], "no-such-model"),
        (["--recordings", "no-such.toml"], "no-such.toml"),
        (["--recordings", "r.toml", "--zone-type", "cooking"], "exclude each other"),
        (["--quiet", "--json"], "exclude each other"),
        (["--api", "http://127.0.0.1:9"], "go together"),
        (["--api", "ftp://127.0.0.1", "--key", __file__], "http://"),
        (["--api", "http://127.0.0.1:9", "--key", "no-such-key"], "no-such-key"),
        (["--list", "no-such-list"], "no-such-list"),
    ],
)
def test_wrong_arguments_are_exit_2_before_anything_is_written(
    run: Run, tmp_path: Path, clip: Path, options: list[str], complaint: str
) -> None:
    outcome = run("analyze", clip, "--out", tmp_path / "out", *options)
    assert outcome.code == 2 and complaint in said(outcome)
    assert not (tmp_path / "out").exists()


def test_an_engine_that_is_not_installed_is_named(
    run: Run, tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    outcome = run("analyze", clip, "--out", tmp_path / "out", "--engine", "ray")
    assert outcome.code == 2 and "bright-kitchen[cluster]" in said(outcome)


def test_two_runs_into_one_folder_do_not_meet(run: Run, tmp_path: Path, clip: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with only_one(out):
        outcome = run("analyze", clip, "--out", out, "--resume")
    assert outcome.code == 2 and "another run writes into" in said(outcome)
    assert run("analyze", clip, "--out", out, "--resume").code == 0


def test_progress_for_programs_is_one_json_object_a_line(
    run: Run, tmp_path: Path, clip: Path
) -> None:
    outcome = run("analyze", clip, "--out", tmp_path / "out", "--json")
    told = [json.loads(line) for line in outcome.out.splitlines()]
    steps = [line["event"] for line in told if line["event"] != "looking"]
    assert steps == ["began", "looked", "filed", "finished"]
    assert told[-1]["videos"] == 1 and told[-1]["report"].endswith("report.html")


def test_quiet_says_the_last_line_alone(run: Run, tmp_path: Path, clip: Path) -> None:
    outcome = run("analyze", clip, "--out", tmp_path / "out", "--quiet")
    assert outcome.err == "" and len(outcome.out.splitlines()) == 1


def test_a_model_that_was_altered_is_refused(run: Run, tmp_path: Path, clip: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(DEFAULT_MODEL, model)
    weights = next(model.glob("*.onnx"))
    weights.write_bytes(weights.read_bytes()[:-1] + b"!")
    outcome = run("analyze", clip, "--out", tmp_path / "out", "--model", model)
    assert outcome.code == 2 and weights.name in said(outcome)


def test_detect_prints_one_json_line_a_picture_and_nothing_else(run: Run, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.png", tmp_path / "bad.jpg"
    cv2.imwrite(str(good), np.full((120, 200, 3), 90, np.uint8))
    bad.write_text("no picture")
    outcome = run("detect", good, bad)
    first, second = (json.loads(line) for line in outcome.out.splitlines())
    assert outcome.code == 4
    assert (first["path"], first["width"], first["height"]) == (str(good), 200, 120)
    assert len(first["model"]) == 64 and first["detections"] == []
    assert second["path"] == str(bad) and second["error"]


def test_a_flipped_bit_in_the_evidence_is_found(run: Run, tmp_path: Path, clip: Path) -> None:
    folder = tmp_path / "evidence"
    sample = Path(__file__).parent.parent / "sample_videos" / "range-no-hat.mp4"
    run("analyze", sample, "--out", tmp_path / "out", "--fps", 2)
    shutil.copytree(tmp_path / "out" / "evidence", folder)
    assert run("verify", folder).code == 0
    picture = next(folder.glob("*.jpg"))
    content = bytearray(picture.read_bytes())
    content[len(content) // 2] ^= 1
    picture.write_bytes(content)
    outcome = run("verify", folder)
    assert outcome.code == 1 and picture.name in said(outcome)


def test_a_full_disk_stops_with_one_sentence_and_the_run_is_taken_up(
    run: Run, tmp_path: Path
) -> None:
    sample = Path(__file__).parent.parent / "sample_videos" / "range-no-hat.mp4"
    arguments = ["analyze", str(sample), "--out", str(tmp_path / "out"), "--fps", "2"]
    full = subprocess.run(
        [sys.executable, "-c", FULL_DISK, *arguments], capture_output=True, text=True, check=False
    )
    assert full.returncode == 1 and "Traceback" not in full.stderr
    assert "space" in full.stderr.strip().splitlines()[-1]
    assert not list((tmp_path / "out").rglob("*.part"))
    assert run(*arguments, "--resume").code == 0
    assert run("verify", tmp_path / "out").code == 0


def test_verify_of_what_is_no_evidence_says_so(run: Run, tmp_path: Path) -> None:
    outcome = run("verify", tmp_path / "nowhere")
    assert outcome.code != 0 and "nowhere" in said(outcome)


def test_admin_makes_a_restaurant_a_camera_and_a_person(run: Run, tmp_path: Path) -> None:
    data = ("--data", tmp_path / "data")
    restaurant = json.loads(run("admin", "create-restaurant", "--name", "和顺", *data).out)
    camera = json.loads(
        run("admin", "create-camera", "--restaurant", restaurant["id"], "--name", "1", *data).out
    )
    password = tmp_path / "password"
    password.write_text("correct horse battery\n")
    person = ("--name", "lin", "--role", "patrol", "--password-file", password)
    assert json.loads(run("admin", "create-user", *person, *data).out)["id"]
    assert camera["id"] and len(camera["key"]) > 20
    assert "entries, all whole" in run("admin", "verify-audit", *data).out
    again = run("admin", "create-user", *person, *data)
    assert again.code == 2 and "lin" in said(again)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["create-camera", "--restaurant", "nope", "--name", "1"], "nope"),
        (
            ["create-user", "--name", "a", "--role", "king", "--password-file", "p"],
            "a role is one of",
        ),
        (["create-user", "--name", "a", "--role", "patrol", "--password-file", "gone"], "gone"),
    ],
)
def test_admin_mistakes_are_one_sentence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], complaint: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p").write_text("correct horse battery")
    outcome = run("admin", *arguments, "--data", tmp_path / "data")
    assert outcome.code == 2 and complaint in said(outcome)


def test_doctor_finds_a_whole_installation_whole(run: Run) -> None:
    outcome = run("doctor")
    assert "model" in outcome.out and "rule packs: gb31654" in outcome.out
    assert "MEND model" not in outcome.out
