"""From torch to the file that ships, and a training on somebody's own pictures, whole."""

import importlib.util
import shutil
import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from models.box_calibration import Line, fold
from models.bundle import update
from models.cli import app
from models.export import BOX_TOLERANCE_PX, CONFIDENCE_TOLERANCE, export_detector
from models.pictures import read_image
from models.seen import open_bare
from vision.detections import HEAD
from vision.detector import OpenVinoDetector
from vision.frames import Frame
from vision.model import DEFAULT_MODEL, load_model

pytestmark = [
    pytest.mark.train,
    pytest.mark.skipif(
        not all(importlib.util.find_spec(name) for name in ("torch", "ultralytics", "onnx")),
        reason="needs the extra train",
    ),
    pytest.mark.filterwarnings("ignore"),  # torch and ultralytics warn of themselves
]
FILMS = Path(__file__).parents[2] / "sample_videos"
NIGHT_RAT = "0 0.5 0.5 0.1 0.1"


def frames(folder: Path, film: str, count: int) -> list[Path]:
    """Pictures out of a sample clip."""
    folder.mkdir(parents=True, exist_ok=True)
    reader = cv2.VideoCapture(str(FILMS / f"{film}.mp4"))
    paths = []
    for index in range(count):
        reader.set(cv2.CAP_PROP_POS_FRAMES, 4 * index)
        got, image = reader.read()
        assert got
        paths.append(folder / f"{film}-{index}.jpg")
        cv2.imwrite(str(paths[-1]), np.asarray(image))
    reader.release()
    return paths


def test_the_shipped_graph_answers_as_the_shipped_weights(tmp_path: Path) -> None:
    from models.export import compare_detector

    pictures = frames(tmp_path, "range-no-hat", 4) + frames(tmp_path, "night-rodent", 4)
    weights = DEFAULT_MODEL / "detector.pt"
    apart = compare_detector(weights, load_model(DEFAULT_MODEL).detector_path, pictures)
    assert 0 < apart["box_px"] <= BOX_TOLERANCE_PX
    assert 0 < apart["confidence"] <= CONFIDENCE_TOLERANCE


def test_a_line_folded_into_the_weights_is_what_the_graph_then_says(tmp_path: Path) -> None:
    picture, folded = frames(tmp_path, "range-no-hat", 1)[0], tmp_path / "bundle"
    shutil.copytree(DEFAULT_MODEL, folded)
    line = Line(0.5, -0.3)
    fold(folded / "detector.pt", {"head": line})
    export_detector(folded / "detector.pt", folded / "detector.onnx")
    update(folded, {})
    frame = Frame(read_image(picture), 0.0)
    before, after = (
        open_bare(load_model(bundle), precision="f32").detect(frame)
        for bundle in (DEFAULT_MODEL, folded)
    )
    told = [each.confidence[each.class_id == HEAD] for each in (before, after)]
    sure = line.of(told[0][told[0] > 0.5])
    assert len(sure) and np.abs(told[1][: len(sure)] - sure).max() < CONFIDENCE_TOLERANCE


def lay_own(root: Path) -> Path:
    """A YOLO folder that knows rats alone, as somebody might have one."""
    for side, count in (("train", 8), ("val", 3)):
        for path in frames(root / "images" / side, "night-rodent", count):
            label = root / "labels" / side / f"{path.stem}.txt"
            label.parent.mkdir(parents=True, exist_ok=True)
            label.write_text(NIGHT_RAT, "utf-8")
    text = "train: images/train\nval: images/val\nnames: [rat]\n"
    (root / "data.yaml").write_text(text, "utf-8")
    return root


@pytest.mark.timeout(1200)
def test_a_folder_of_ones_own_is_trained_on_and_exported_whole(tmp_path: Path) -> None:
    data, out, bundle = lay_own(tmp_path / "data"), tmp_path / "out", tmp_path / "bundle"
    words = ["--data", str(data), "--out", str(out)]
    runner = CliRunner()
    trained = runner.invoke(app, ["train", *words, "--epochs", "2", "--px", "160"])
    assert trained.exit_code == 0, trained.output
    exported = runner.invoke(app, ["export", *words, "--model", str(bundle)])
    assert exported.exit_code == 0, exported.output
    manifest = load_model(bundle).manifest
    shipped = load_model(DEFAULT_MODEL).manifest
    assert manifest.head_state == shipped.head_state
    assert manifest.files["detector.pt"] != shipped.files["detector.pt"]
    tables = tomllib.loads((bundle / "manifest.toml").read_text("utf-8"))
    assert tables["metrics"]["detector"]["overall"]["pictures"] == 3
    # Three boxes say nothing about a threshold: it stays as it was.
    assert manifest.detector.thresholds == shipped.detector.thresholds
    assert not manifest.training["box_calibration"]
    image = read_image(data / "images" / "val" / "night-rodent-0.jpg")
    found = OpenVinoDetector(load_model(bundle)).detect(Frame(image, 0.0))
    assert (found.confidence >= min(manifest.detector.thresholds.values())).all()
