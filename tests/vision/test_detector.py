import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.vision.bundles import BLUE, GREEN, RED, YELLOW, painted, write_bundle, write_manifest
from vision.boxes import read_raw, suppress
from vision.detections import KINDS, Detections, FloatArray, HatState, IntArray, MaskState
from vision.detector import (
    OpenVinoDetector,
    UltralyticsDetector,
    open_detector,
)
from vision.errors import ConfigError, ModelError, SourceError
from vision.frames import Frame, Image
from vision.geometry import box_iou
from vision.heads import choose_states, crop_square, head_crop, sharpness
from vision.letterbox import Letterbox
from vision.model import HatSpec, MaskSpec, load_model

Columns = tuple[FloatArray, FloatArray, IntArray]


@pytest.fixture(scope="module", params=["end2end", "raw"])
def detector(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> OpenVinoDetector:
    folder = tmp_path_factory.mktemp("models") / "colours"
    return OpenVinoDetector(load_model(write_bundle(folder, output=request.param)))


def look(detector: OpenVinoDetector, image: Image) -> Detections:
    return detector.detect(Frame(image, 0.0))


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (480, 640), (333, 517), (64, 48)])
def test_boxes_are_pixels_of_the_frame(detector: OpenVinoDetector, width: int, height: int) -> None:
    box = (width // 4, height // 4, width // 2, height // 2)
    found = look(detector, painted(width, height, (box, BLUE)))
    pixel = max(1.0, 1.5 * max(width, height) / 320)
    assert [KINDS[number] for number in found.class_id] == ["rodent"]
    assert found.xyxy[0] == pytest.approx(box, abs=pixel)
    assert found.confidence[0] == pytest.approx(0.9, abs=0.01)


def test_each_class_is_told_by_its_name_and_the_rest_is_unclear(detector: OpenVinoDetector) -> None:
    image = painted(640, 480, ((10, 10, 90, 90), GREEN), ((200, 200, 300, 300), BLUE))
    found = look(detector, image)
    assert {KINDS[number] for number in found.class_id} == {"rodent", "cockroach"}
    assert not found.hat.any() and not found.mask.any()


@pytest.mark.parametrize(
    ("colour", "hat", "mask"),
    [(YELLOW, HatState.WORN, MaskState.WORN), (RED, HatState.MISSING, MaskState.MISSING)],
)
def test_a_head_is_judged_from_the_frame_itself(
    detector: OpenVinoDetector, colour: object, hat: HatState, mask: MaskState
) -> None:
    found = look(detector, painted(1280, 720, ((600, 300, 700, 420), colour)))
    assert (found.hat[0], found.mask[0]) == (hat, mask)
    assert found.hat_confidence[0] > 0.85 and found.mask_confidence[0] > 0.85


def test_a_small_head_is_unclear(detector: OpenVinoDetector) -> None:
    found = look(detector, painted(320, 240, ((100, 100, 124, 124), YELLOW)))
    assert (found.hat[0], found.mask[0]) == (HatState.WORN, MaskState.UNCLEAR)
    found = look(detector, painted(320, 240, ((100, 100, 112, 112), YELLOW)))
    assert found.hat[0] == HatState.UNCLEAR and found.hat_confidence[0] == 1


def test_an_empty_kitchen_has_no_rows(detector: OpenVinoDetector) -> None:
    assert len(look(detector, painted(640, 360))) == 0


def test_the_same_frame_gives_the_same_bytes_on_any_number_of_threads(
    detector: OpenVinoDetector, tmp_path: Path
) -> None:
    image = painted(640, 360, ((99, 99, 207, 208), YELLOW), ((400, 10, 500, 77), BLUE))
    bundle = load_model(write_bundle(tmp_path / "m"))
    seen = {
        tuple(column.tobytes() for column in (found.xyxy, found.hat_confidence))
        for threads in (1, 2, None)
        for found in (look(OpenVinoDetector(bundle, threads), image),)
    }
    assert len(seen) == 1


def test_pictures_without_or_with_too_many_pixels_are_refused(detector: OpenVinoDetector) -> None:
    with pytest.raises(SourceError, match="0x0"):
        look(detector, np.zeros((0, 0, 3), np.uint8))
    with pytest.raises(SourceError, match="15360x8640"):
        look(detector, np.broadcast_to(np.zeros(3, np.uint8), (8640, 15360, 3)))


def test_more_shapes_than_are_kept_compiled_still_work(detector: OpenVinoDetector) -> None:
    for height in (180, 240, 320, 100, 140, 180):
        found = look(detector, painted(320, height, ((10, 10, 60, 60), BLUE)))
        assert found.xyxy[0] == pytest.approx((10, 10, 60, 60), abs=1)


def test_a_broken_graph_is_a_model_error(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "m")
    (folder / "detector.xml").write_text("<net/>")
    text = (folder / "manifest.toml").read_text()
    head, tail = text.split("[files]")[0], "[detector]" + text.split("[detector]")[1]
    literal = (head + "[files]\n\0\n" + tail).replace("{", "{{").replace("}", "}}")
    write_manifest(folder, literal.replace("\0", "{files}"))
    with pytest.raises(ModelError, match="cannot be read by OpenVINO"):
        open_detector(folder)


def test_open_detector_takes_a_folder_or_a_bundle(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "m")
    assert open_detector(folder).ref == open_detector(load_model(folder), threads=1).ref


@pytest.mark.skipif(
    importlib.util.find_spec("ultralytics") is not None, reason="ultralytics is installed"
)
def test_weights_without_ultralytics_say_how_to_get_it(tmp_path: Path) -> None:
    weights = tmp_path / "a.pt"
    weights.write_bytes(b"weights")
    with pytest.raises(ConfigError, match="pip install 'bright-kitchen\\[train\\]'"):
        open_detector(weights)
    with pytest.raises(ModelError, match="no weights file"):
        UltralyticsDetector(tmp_path / "none.pt")


sides = st.integers(1, 4000)


@settings(deadline=None)
@given(sides, sides, st.sampled_from([320, 416, 640]))
def test_the_input_is_as_small_as_the_network_allows(width: int, height: int, px: int) -> None:
    box = Letterbox.of(width, height, px)
    assert max(box.input_width, box.input_height) == px
    assert box.input_width % 32 == 0 and box.input_height % 32 == 0
    assert 0 <= box.input_width - box.inner_width < 32
    assert 0 <= box.input_height - box.inner_height < 32


@settings(deadline=None)
@given(sides, sides, st.sampled_from([320, 640]), st.data())
def test_a_box_comes_back_where_it_was(
    width: int, height: int, px: int, data: st.DataObject
) -> None:
    box = Letterbox.of(width, height, px)
    xs = sorted(data.draw(st.floats(0, width)) for _ in range(2))
    ys = sorted(data.draw(st.floats(0, height)) for _ in range(2))
    original = np.array([[xs[0], ys[0], xs[1], ys[1]]], np.float32)
    scale = np.array([box.inner_width / width, box.inner_height / height] * 2, np.float32)
    fitted = (original * scale + np.array([box.left, box.top] * 2)).astype(np.float32)
    assert box.to_frame(fitted) == pytest.approx(original, abs=0.05 + max(width, height) * 1e-4)


@settings(deadline=None)
@given(sides, sides, hnp.arrays(np.float32, (5, 4), elements=st.floats(-1e6, 1e6, width=32)))
def test_no_box_leaves_the_frame(width: int, height: int, boxes: FloatArray) -> None:
    back = Letterbox.of(width, height, 640).to_frame(boxes)
    assert (back >= 0).all() and (back <= [width, height, width, height]).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 700), st.integers(1, 700))
def test_the_picture_lies_in_the_middle_of_grey(width: int, height: int) -> None:
    box = Letterbox.of(width, height, 320)
    fitted = box.fit(np.full((height, width, 3), 7, np.uint8))
    assert fitted.shape == (box.input_height, box.input_width, 3)
    assert int((fitted == 7).all(axis=2).sum()) == box.inner_width * box.inner_height
    assert set(np.unique(fitted)) <= {7, 114}


@st.composite
def candidates(draw: st.DrawFn) -> Columns:
    n = draw(st.integers(0, 30))
    corners = draw(hnp.arrays(np.float32, (n, 4), elements=st.floats(0, 100, width=32)))
    boxes = np.hstack(
        [np.minimum(corners[:, :2], corners[:, 2:]), np.maximum(corners[:, :2], corners[:, 2:])]
    )
    confidence = draw(hnp.arrays(np.float32, n, elements=st.floats(0, 1, width=32)))
    return boxes, confidence, draw(hnp.arrays(np.int64, n, elements=st.integers(0, 2)))


@settings(deadline=None)
@given(candidates(), st.floats(0.1, 0.9))
def test_of_two_doubles_the_surer_one_stays(columns: Columns, limit: float) -> None:
    boxes, confidence, classes = columns
    kept = suppress(boxes, confidence, classes, limit)
    assert (np.diff(confidence[kept]) <= 0).all()
    iou = box_iou(boxes, boxes)
    for row in range(len(boxes)):
        rivals = [k for k in kept if classes[k] == classes[row] and iou[row, k] > limit]
        if row in kept:
            assert all(rival == row for rival in rivals) or iou[row, row] <= limit
        else:
            assert any(confidence[rival] >= confidence[row] for rival in rivals)


def test_a_raw_column_is_centre_and_size() -> None:
    xyxy, confidence, classes = read_raw(
        np.array([[50], [40], [20], [10], [0.2], [0.7]], np.float32)
    )
    assert xyxy.tolist() == [[40, 35, 60, 45]]
    assert confidence[0] == pytest.approx(0.7) and classes.tolist() == [1]


@settings(deadline=None)
@given(hnp.arrays(np.float32, 4, elements=st.floats(-50, 400, width=32)), st.floats(0, 1))
def test_any_head_gives_a_crop_of_the_same_size(corners: FloatArray, margin: float) -> None:
    image = np.full((200, 300, 3), 9, np.uint8)
    box = np.concatenate(
        [np.minimum(corners[:2], corners[2:]), np.maximum(corners[:2], corners[2:])]
    )
    assert head_crop(image, box, margin, 32).shape == (32, 32, 3)


def test_a_crop_is_square_about_the_head_and_grey_beyond_the_picture() -> None:
    box = np.array([0, 40, 20, 80], np.float32)
    assert crop_square(box, 0.25) == (-20, 30, 60)
    crop = head_crop(np.zeros((100, 100, 3), np.uint8), box, 0.25, 60)
    assert (crop[:, :20] == 114).all() and (crop[:, 20:] == 0).all()


def test_blur_takes_sharpness_away() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (32, 32, 3), np.uint8)
    smooth = np.full((32, 32, 3), 128, np.uint8)
    assert sharpness(noise) > 100 > sharpness(smooth) == 0


HAT = HatSpec(
    states=("worn", "missing"),
    min_head_px=20,
    min_sharpness=5,
    thresholds={"worn": 0.7, "missing": 0.85},
)
MASK = MaskSpec(
    states=("worn", "incorrect", "missing", "unseen"),
    min_head_px=20,
    min_sharpness=5,
    thresholds={"worn": 0.7, "incorrect": 0.8, "missing": 0.85},
)


@pytest.mark.parametrize(
    ("probabilities", "height", "sharp", "state", "confidence"),
    [
        ([0.8, 0.2], 40, 9, HatState.WORN, 0.8),
        ([0.1, 0.9], 40, 9, HatState.MISSING, 0.9),
        ([0.2, 0.8], 40, 9, HatState.UNCLEAR, 0.2),
        ([0.1, 0.9], 19, 9, HatState.UNCLEAR, 1.0),
        ([0.1, 0.9], 40, 4, HatState.UNCLEAR, 1.0),
    ],
)
def test_a_state_is_told_only_when_it_can_be(
    probabilities: list[float], height: float, sharp: float, state: HatState, confidence: float
) -> None:
    states, sure = choose_states(
        np.array([probabilities], np.float32),
        np.array([height], np.float32),
        np.array([sharp], np.float32),
        HAT,
    )
    assert states[0] == state and sure[0] == pytest.approx(confidence)


def test_a_face_turned_away_is_unclear_and_says_how_sure() -> None:
    rows = np.array([[0.1, 0.0, 0.0, 0.9], [0.0, 0.9, 0.1, 0.0]], np.float32)
    many = np.full(2, 50, np.float32)
    states, sure = choose_states(rows, many, many, MASK)
    assert states.tolist() == [MaskState.UNCLEAR, MaskState.INCORRECT]
    assert sure == pytest.approx([0.9, 0.9])


@settings(deadline=None)
@given(hnp.arrays(np.float32, (7, 2), elements=st.floats(0, 1, width=32)), st.floats(0, 60))
def test_a_smaller_head_never_gets_clearer(rows: FloatArray, height: float) -> None:
    sharp = np.full(7, 9, np.float32)
    states, sure = choose_states(rows, np.full(7, height, np.float32), sharp, HAT)
    smaller, _ = choose_states(rows, np.full(7, height / 2, np.float32), sharp, HAT)
    assert ((smaller == states) | (smaller == HatState.UNCLEAR)).all()
    assert ((sure >= 0) & (sure <= 1)).all()
