import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.factories import make_detections
from vision.detections import FloatArray
from vision.geometry import box_iou, gaps, inside, nearest_pairs

# Halved, a subnormal pixel may vanish: no camera sees one.
pixels = st.floats(0, 4096, width=32, allow_subnormal=False)
corners = hnp.arrays(np.float32, (4, 4), elements=pixels)
boxes = corners.map(lambda c: np.hstack([np.sort(c[:, ::2]), np.sort(c[:, 1::2])])[:, [0, 2, 1, 3]])
distances = hnp.arrays(
    np.float32, st.tuples(st.integers(0, 6), st.integers(0, 6)), elements=st.floats(0, 10, width=32)
)
TRIANGLE = np.array([[0, 0], [10, 0], [0, 10]], np.float32)


@given(boxes, boxes)
def test_iou_is_symmetric_and_bounded(a: FloatArray, b: FloatArray) -> None:
    iou = box_iou(a, b)
    assert np.allclose(iou, box_iou(b, a).T)
    assert ((iou >= 0) & (iou <= 1 + 1e-5)).all()


def test_iou_of_half_shifted_square_is_one_third() -> None:
    a = make_detections((0, 0, 2, 2)).xyxy
    b = make_detections((1, 0, 3, 2)).xyxy
    assert box_iou(a, b) == np.float32(1 / 3)


@given(boxes, st.floats(0.25, 8))
def test_gaps_count_in_body_lengths_so_scale_does_not_matter(a: FloatArray, zoom: float) -> None:
    scaled = (a * np.float32(zoom)).astype(np.float32)
    assert np.allclose(gaps(a, a), gaps(scaled, scaled), atol=1e-2, equal_nan=True)


def test_no_boxes_are_normal_everywhere() -> None:
    none = make_detections().xyxy
    one = make_detections((0, 0, 2, 2)).xyxy
    assert box_iou(none, one).shape == (0, 1)
    assert gaps(one, none).shape == (1, 0)
    assert inside(none[:, :2], TRIANGLE).shape == (0,)
    assert nearest_pairs(gaps(none, one), 1.0) == []


def test_a_point_is_inside_a_polygon_or_not() -> None:
    points = np.array([[1, 1], [6, 6], [-1, 0.5], [4, 4]], np.float32)
    assert inside(points, TRIANGLE).tolist() == [True, False, False, True]


@given(distances, st.floats(0, 10))
def test_nearest_pairs_use_nothing_twice_and_stay_within_reach(d: FloatArray, limit: float) -> None:
    pairs = nearest_pairs(d, limit)
    assert len({row for row, _ in pairs}) == len(pairs) == len({column for _, column in pairs})
    assert all(d[pair] <= limit for pair in pairs)
