"""Boxes, closeups, picture sizes and the evidence curve: pure, in drawing units."""

from __future__ import annotations

import json
import struct
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from api.web.boxes import WIDTH, Scene, closeup, overlay, plain_overlay, read_scene
from api.web.curve import FLOOR, LEFT, RIGHT, TOP, evidence_curve
from api.web.sizes import picture_size
from tests.api.web.footage import HEIGHT, SUBJECT, boxes, drawn_kitchen, head, jpeg
from tests.api.web.footage import WIDTH as PIXELS

EDGE = st.floats(0, 1, width=32)
BOXES = st.tuples(EDGE, EDGE, EDGE, EDGE).map(
    lambda e: (min(e[0], e[2]), min(e[1], e[3]), max(e[0], e[2]), max(e[1], e[3]))
)


def scene(**changes: Any) -> Scene:
    """The usual data file with some parts changed."""
    read = read_scene(json.dumps(boxes() | changes).encode())
    assert read is not None
    return read


def test_the_subject_lies_where_the_alert_says_and_is_drawn_last() -> None:
    drawn = overlay(scene(), 0, "", "missing_hat")
    subject = drawn.shapes[-1]
    assert subject.subject and subject.look == "violation"
    assert abs(subject.rect.x - SUBJECT[0] * WIDTH) < 0.1
    assert abs(subject.rect.y - SUBJECT[1] * WIDTH * HEIGHT / PIXELS) < 0.1


def test_other_heads_show_their_state_and_unclear_ones_are_dashed() -> None:
    looks = {shape.state: shape.look for shape in overlay(scene(), 0, "", "missing_hat").shapes}
    assert looks == {"missing": "violation", "worn": "fine", "unclear": "unsure"}


def test_heads_are_not_drawn_on_a_pest_alert_but_their_eyes_can_be_blurred() -> None:
    seen = [
        head((0.1, 0.1, 0.2, 0.3), "worn"),
        {"kind": "rodent", "box": SUBJECT, "confidence": 0.8, "subject": True},
    ]
    drawn = overlay(scene(frames=[{"time_s": 1, "detections": seen}]), 0, "", "pest_rodent")
    assert [shape.about for shape in drawn.shapes] == ["rodent"]
    assert len(drawn.eyes) == 1


def test_a_frame_is_found_by_its_hash_before_its_place() -> None:
    frames = [
        {"sha256": digit * 64, "time_s": time_s, "detections": []}
        for digit, time_s in (("a", 5.0), ("b", 3.0))
    ]
    told = scene(frames=frames)
    assert overlay(told, 1, "b" * 64, "missing_hat").offset_s == -2.0
    assert overlay(told, 1, "c" * 64, "missing_hat").shapes == ()


def test_offsets_are_counted_from_the_best_frame() -> None:
    offsets = [overlay(scene(), index, "", "missing_hat").offset_s for index in range(4)]
    assert offsets == [None, -2.0, 3.0, None]


def test_a_zone_of_the_whole_picture_is_not_outlined() -> None:
    whole = {"name": "all", "type": "cooking", "polygon": [(0, 0), (1, 0), (1, 1), (0, 1)]}
    assert overlay(scene(zone=whole), 0, "", "missing_hat").zone == ""
    assert len(overlay(scene(), 0, "", "missing_hat").zone.split()) == 4


def test_a_box_that_reaches_over_the_edge_ends_there() -> None:
    seen = [head((-0.1, 0.5, 0.2, 1.00001), "missing", subject=True)]
    drawn = overlay(scene(frames=[{"time_s": 1, "detections": seen}]), 0, "", "missing_hat")
    rect = drawn.shapes[0].rect
    assert (rect.x, rect.w) == (0, 200)
    assert abs(rect.y + rect.h - drawn.height) < 0.2


def test_data_that_cannot_be_read_gives_no_scene() -> None:
    for content in (b"", b"{}", b"[1]", b'{"schema": "brightkitchen.boxes/2"}', b"\xff"):
        assert read_scene(content) is None


@given(BOXES, st.floats(100, 3000))
def test_a_closeup_stays_inside_the_picture(
    box: tuple[float, float, float, float], tall: float
) -> None:
    x, y, w, h = (float(part) for part in closeup(box, tall).split())
    assert x >= 0 and y >= 0 and w > 0 and h > 0
    assert x + w <= WIDTH + 0.2 and y + h <= tall + 0.2


@given(BOXES)
def test_a_plain_box_keeps_its_share_of_any_picture(box: tuple[float, float, float, float]) -> None:
    drawn = plain_overlay(box, 1920, 1080)
    rect = drawn.shapes[0].rect
    assert abs(rect.x / WIDTH - box[0]) < 1e-3 and abs(rect.y / drawn.height - box[1]) < 1e-3


def test_the_size_of_a_jpeg_and_a_png_is_read_from_their_heads() -> None:
    assert picture_size(jpeg(drawn_kitchen(0))) == (PIXELS, HEIGHT)
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 8, 6)
    assert picture_size(png) == (8, 6)


@given(st.binary(max_size=64))
def test_the_size_of_anything_else_is_not_guessed(rest: bytes) -> None:
    for start in (b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n"):
        size = picture_size(start + rest)
        assert size is None or min(size) > 0


def test_the_curve_marks_where_the_evidence_sufficed() -> None:
    curve = evidence_curve(scene())
    assert curve is not None and curve.fired is not None
    assert curve.fired[1] == curve.goal_y
    assert curve.first_s == -5.0 and curve.top_s == 6.0


def test_neighbouring_states_are_one_cell_and_cover_the_whole_width() -> None:
    curve = evidence_curve(scene())
    assert curve is not None
    assert [cell.fill for cell in curve.cells] == ["unclear", "ok", "bad", "unclear", "bad"]
    assert abs(sum(cell.w for cell in curve.cells) - (RIGHT - LEFT)) < 1


def test_no_curve_is_drawn_without_its_data() -> None:
    assert evidence_curve(None) is None
    assert evidence_curve(scene(evidence_curve=[])) is None
    assert evidence_curve(scene(on_delay_s=None)) is None


@given(st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 60), st.text(max_size=5)), min_size=2))
def test_the_curve_never_leaves_its_drawing(points: list[tuple[float, float, str]]) -> None:
    curve = evidence_curve(scene(evidence_curve=sorted(points)))
    assert curve is not None
    for pair in curve.line.removeprefix("M").split(" L"):
        x, y = (float(part) for part in pair.split())
        assert LEFT <= x <= RIGHT and TOP <= y <= FLOOR
