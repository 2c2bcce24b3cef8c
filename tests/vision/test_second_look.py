"""A closer look where something moved: bounded, counted, and never a second of the same thing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import Box, make_detections
from tests.vision.scenes import HEIGHT_PX, WIDTH_PX, Scene, fill
from tests.vision.test_motion import rat_at
from vision.detections import HEAD, Detections, FloatArray, MotionState
from vision.frames import Frame, Image
from vision.geometry import box_iou
from vision.motion import MotionSensor
from vision.pipeline import Pipeline
from vision.rulepacks import load_pack
from vision.second_look import (
    LOOKS_A_FRAME,
    SAME_IOU,
    SEARCHES_PER_S,
    SecondLook,
    animals_in,
    merged,
    tile_around,
)
from vision.tracker import NearestTracker
from vision.zones import Zone, whole_picture

BOXES = st.tuples(st.floats(0, 900), st.floats(0, 500), st.floats(4, 60), st.floats(4, 40)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)
BLANK = np.zeros((HEIGHT_PX, WIDTH_PX, 3), np.uint8)
UNTOLD = MotionSensor().step(BLANK, 0.0)


class FromCloseUp:
    """Knows a dark patch for a rodent when it is shown larger than in the whole picture."""

    def __init__(self) -> None:
        self.tiles: list[tuple[int, int]] = []

    def detect(self, frame: Frame) -> Detections:
        if frame.width == WIDTH_PX:
            return Detections.empty()
        self.tiles.append((frame.width, frame.height))
        rows, columns = np.nonzero(frame.image[:, :, 1] < 60)
        if len(rows) < 20:
            return Detections.empty()
        box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        return make_detections(box, kind="rodent")


def runs(image: Image, time_s: float) -> None:
    fill(image, rat_at(time_s, length=14), 20)


def plain(scene: Scene) -> Scene:
    scene.room = np.full((HEIGHT_PX, WIDTH_PX, 3), 150, np.uint8)
    return scene


def watched(scene: Scene, zone: Zone) -> tuple[list[str], Pipeline, FromCloseUp]:
    detector = FromCloseUp()
    pipeline = Pipeline(detector, NearestTracker(), [zone], load_pack("strict").pack)
    closed = [f for frame in scene.frames() for f in pipeline.step(frame).closed]
    rules: list[str] = [f.setting.id for f in (*closed, *pipeline.finish())]
    return rules, pipeline, detector


def test_a_rat_too_small_for_the_whole_picture_is_found_from_close_up() -> None:
    rules, pipeline, detector = watched(plain(Scene(runs, seconds=5)), whole_picture("cooking"))
    assert rules == ["pest_rodent"]
    assert pipeline.looks.found > 5 and pipeline.looks.tiles == len(detector.tiles)


def test_nothing_is_looked_at_where_no_pest_rule_holds_or_nothing_moves() -> None:
    ignored, _, detector = watched(plain(Scene(runs, seconds=3)), whole_picture("ignore"))
    assert ignored == [] and detector.tiles == []
    still = plain(Scene(lambda image, _t: fill(image, (400, 400, 414, 406), 20), seconds=3))
    _, pipeline, _ = watched(still, whole_picture("cooking"))
    assert pipeline.looks.tiles == 0


def looked(places: list[Box], seen: Detections, frames: int = 1, step_s: float = 0.2) -> SecondLook:
    """Second looks at the same places, frame after frame, by a detector that finds nothing."""
    second, motion = SecondLook(), MotionSensor().step(BLANK, 0.0)
    where = np.array(places, np.float32).reshape(-1, 4)
    for k in range(frames):
        second.look(FromCloseUp(), Frame(BLANK + 90, k * step_s), seen, motion, where)
    return second


@given(st.lists(BOXES, max_size=12), st.integers(1, 30))
def test_looks_are_bounded_whatever_moves(places: list[Box], frames: int) -> None:
    count = looked(places, Detections.empty(), frames).count
    assert count.tiles <= LOOKS_A_FRAME * frames
    assert count.searched <= SEARCHES_PER_S * (1 + 0.2 * frames)


def test_a_place_where_nothing_was_found_is_left_alone_for_a_while() -> None:
    assert looked([(400, 400, 420, 410)], Detections.empty(), frames=5).count.searched == 1


def test_what_a_cook_does_with_his_hands_is_not_searched() -> None:
    cook = make_detections((400, 100, 440, 150))
    assert looked([(430, 300, 450, 315)], cook).count.searched == 0
    assert looked([(800, 300, 820, 315)], cook).count.searched == 1


def test_an_animal_that_was_seen_is_not_searched_again() -> None:
    rat = make_detections((400, 400, 440, 416), kind="rodent")
    assert looked([(405, 402, 438, 415)], rat).count.searched == 0


def test_a_found_animal_is_followed_when_it_stops() -> None:
    def stops(image: Image, time_s: float) -> None:
        fill(image, rat_at(min(time_s, 2), length=14), 20)

    _, pipeline, _ = watched(plain(Scene(stops, seconds=6)), whole_picture("cooking"))
    assert pipeline.looks.followed >= 20


@given(BOXES, st.integers(1, 2000), st.integers(1, 2000))
def test_a_tile_lies_in_the_picture_and_around_its_place(box: Box, width: int, height: int) -> None:
    place = np.array(box, np.float32).clip(0, min(width, height))
    left, top, right, bottom = tile_around(place, width, height)
    assert 0 <= left < right <= width and 0 <= top < bottom <= height
    x, y = (place[0] + place[2]) / 2, (place[1] + place[3]) / 2
    assert left - 1 <= x <= right + 1 and top - 1 <= y <= bottom + 1


def test_boxes_of_a_tile_come_back_in_pixels_of_the_frame() -> None:
    image = np.full((HEIGHT_PX, WIDTH_PX, 3), 150, np.uint8)
    fill(image, (500, 300, 530, 312), 20)
    found = animals_in(FromCloseUp(), Frame(image, 0.0), (400, 250, 720, 430), UNTOLD)
    assert found.xyxy.tolist() == [[500, 300, 530, 312]]


def test_what_the_edge_of_a_tile_cuts_is_left_out() -> None:
    image = np.full((HEIGHT_PX, WIDTH_PX, 3), 150, np.uint8)
    fill(image, (390, 300, 420, 312), 20)
    assert len(animals_in(FromCloseUp(), Frame(image, 0.0), (400, 250, 720, 430), UNTOLD)) == 0
    fill(image, (0, 300, 30, 312), 20)
    assert len(animals_in(FromCloseUp(), Frame(image, 0.0), (0, 250, 320, 430), UNTOLD)) == 1


@given(st.lists(BOXES, max_size=6), st.lists(BOXES, max_size=6))
def test_one_animal_stays_one_and_heads_are_left_alone(first: list[Box], second: list[Box]) -> None:
    both = merged(make_detections(*first), make_detections(*second, kind="rodent", confidence=0.6))
    assert int((both.class_id == HEAD).sum()) == len(first)
    animals: FloatArray = both.xyxy[both.class_id != HEAD]
    overlap = box_iou(animals, animals)
    np.fill_diagonal(overlap, 0)
    assert (overlap <= SAME_IOU).all() and len(animals) >= min(len(second), 1)


def test_the_surer_of_two_views_stays() -> None:
    unsure = make_detections((10, 10, 30, 20), kind="rodent", confidence=0.5)
    sure = make_detections((11, 10, 31, 20), kind="rodent", confidence=0.8)
    assert merged(unsure, sure).confidence.tolist() == merged(sure, unsure).confidence.tolist()
    assert merged(unsure, sure).motion.tolist() == [MotionState.UNTOLD]


class Unsure(FromCloseUp):
    """Sees a rodent everywhere it is told to, and is never sure."""

    def __init__(self, where: Callable[[float], Box]) -> None:
        super().__init__()
        self._where = where

    def consider(self, frame: Frame) -> tuple[Detections, Detections]:
        if frame.width < WIDTH_PX:
            return Detections.empty(), Detections.empty()
        unsure = make_detections(self._where(frame.time_s), kind="rodent", confidence=0.3)
        return Detections.empty(), unsure


def unsure_rules(scene: Scene, where: Callable[[float], Box]) -> list[str]:
    pack = load_pack("strict").pack
    pipeline = Pipeline(Unsure(where), NearestTracker(), [whole_picture("cooking")], pack)
    closed = [f for frame in scene.frames() for f in pipeline.step(frame).closed]
    return [f.setting.id for f in (*closed, *pipeline.finish())]


def test_an_unsure_animal_counts_where_it_moves_and_nowhere_else() -> None:
    def where(time_s: float) -> Box:
        return rat_at(time_s, length=14)

    assert unsure_rules(plain(Scene(runs, seconds=4)), where) == ["pest_rodent"]
    assert unsure_rules(plain(Scene(seconds=4)), where) == []
