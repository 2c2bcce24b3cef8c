"""One detector in several formats: the same boxes, and what the graph says of itself."""

import sys
from pathlib import Path

import cv2
import numpy as np
import openvino as ov
import pytest

from models.bundle import thresholds_hash
from models.formats import cpu_ms, processor, to_int8, to_openvino
from models.labels import Picture
from models.stamp import facts
from vision.detector import OpenVinoDetector
from vision.errors import ConfigError
from vision.frames import Frame, Image
from vision.model import DEFAULT_MODEL, load_model

COOK = Path(__file__).parents[2] / "sample_videos" / "range-no-hat.mp4"


def a_frame() -> Image:
    """A frame of a cook at the range."""
    film = cv2.VideoCapture(str(COOK))
    film.set(cv2.CAP_PROP_POS_FRAMES, 20)
    got, image = film.read()
    film.release()
    assert got
    return np.asarray(image, np.uint8)


def test_openvinos_own_format_finds_what_the_onnx_finds(tmp_path: Path) -> None:
    shipped = load_model(DEFAULT_MODEL)
    converted = to_openvino(shipped, tmp_path)
    assert converted.manifest.files.keys() >= {"detector.xml", "detector.bin"}
    assert "detector.onnx" not in converted.manifest.files
    frame = Frame(a_frame(), 0.0)
    one, other = (
        OpenVinoDetector(bundle, precision="f32").detect(frame) for bundle in (shipped, converted)
    )
    assert len(one) and np.array_equal(one.class_id, other.class_id)
    assert np.abs(one.xyxy - other.xyxy).max() < 1
    assert np.abs(one.confidence - other.confidence).max() < 0.02


def test_int8_without_its_package_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nncf", None)
    with pytest.raises(ConfigError, match="pip install nncf"):
        to_int8(load_model(DEFAULT_MODEL), [], tmp_path)


def test_the_processor_takes_a_format_that_it_can_do() -> None:
    told = processor()
    assert told["name"] and "FP32" in told["can"]
    assert told["takes"] in ("f32", "bf16", "f16", "float32", "bfloat16", "float16")


def test_the_shipped_graph_tells_its_classes_input_and_thresholds() -> None:
    bundle = load_model(DEFAULT_MODEL)
    graph = ov.Core().read_model(bundle.detector_path)
    told = {
        name: value.value if hasattr(value, "value") else value
        for name, value in graph.get_rt_info()["framework"].items()
    }
    tables = bundle.manifest.model_dump(mode="json", by_alias=True)
    assert told == facts(tables)
    assert told["thresholds_sha256"] == thresholds_hash(tables)


def test_the_time_of_each_format_is_told(tmp_path: Path) -> None:
    shipped, path = load_model(DEFAULT_MODEL), tmp_path / "cook.png"
    cv2.imwrite(str(path), a_frame())
    shown = Picture("mine", path, "g", (), frozenset())
    took = cpu_ms({"one": (shipped, "auto"), "other": (shipped, "f32")}, [shown])
    assert set(took) == {"one", "other"} and min(took.values()) > 1
