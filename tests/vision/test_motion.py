"""Only what moves by itself is a pest, however sure the detector is of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import Box
from tests.vision.clips import render_clip
from tests.vision.scenes import SPOT, Insists, Painter, Scene, box_at, fill, floor
from vision.detections import MotionState
from vision.frames import Image
from vision.motion import LONG_SIDE, MotionSensor, small_grey
from vision.pipeline import Pipeline
from vision.rulepacks import load_pack
from vision.shift import Still, explained_shift
from vision.tracker import NearestTracker
from vision.video import open_video
from vision.zones import whole_picture

RATES = [2.0, 10.0]
Where = Callable[[float], Box | None]


def episodes(scene: Scene, where: Where) -> list[str]:
    """The rules broken in a scene whose detector calls what is ``where`` a rodent."""
    zone, pack = whole_picture("cooking"), load_pack("strict").pack
    pipeline = Pipeline(Insists(where), NearestTracker(), [zone], pack)
    closed = [f for frame in scene.frames() for f in pipeline.step(frame).closed]
    return [f.setting.id for f in (*closed, *pipeline.finish())]


def spot(image: Image, _time_s: float) -> None:
    fill(image, SPOT, 40)


def unsteady(time_s: float) -> Box:
    """The spot's box as a detector gives it: it jumps by half its length."""
    dx, dy = np.random.default_rng(round(time_s * 100)).uniform(-9, 9, 2)
    return (SPOT[0] + dx, SPOT[1] + dy, SPOT[2] + dx, SPOT[3] + dy)


def drain(image: Image, _time_s: float) -> None:
    for x in range(380, 420, 8):
        fill(image, (x, 400, x + 4, 430), 30)


def person(image: Image, time_s: float) -> None:
    x = 80 * time_s
    fill(image, (x, 120, x + 90, 420), 210)
    fill(image, (x + 10, 420, x + 40, 440), 20)


def passes_by(image: Image, time_s: float) -> None:
    spot(image, time_s)
    person(image, time_s)


def shadow(image: Image, time_s: float) -> None:
    x = round(80 * time_s)
    image[330:480, max(x - 130, 0) : x] = (image[330:480, max(x - 130, 0) : x] * 0.55).astype(
        np.uint8
    )


def shaded_spot(image: Image, time_s: float) -> None:
    spot(image, time_s)
    shadow(image, time_s)


def trolley(image: Image, time_s: float) -> None:
    x = 90 * time_s
    fill(image, (x, 200, x + 160, 400), 190)
    for wheel in (x + 10, x + 126):
        fill(image, (wheel, 392, wheel + 24, 416), 25)


def wheel_of(time_s: float) -> Box:
    return (90 * time_s + 10, 392, 90 * time_s + 34, 416)


def rat_at(time_s: float, length: float = 12, speed: float = 70) -> Box:
    return box_at(60 + speed * time_s, 430 + 6 * np.sin(4 * time_s), length, length / 2.4)


def rat(image: Image, time_s: float) -> None:
    fill(image, rat_at(time_s), 45)


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("paint", [spot, drain, passes_by, shaded_spot])
def test_a_still_thing_is_no_pest_whoever_or_whatever_passes(paint: Painter, fps: float) -> None:
    assert episodes(Scene(paint, fps), unsteady) == []


@pytest.mark.parametrize("fps", RATES)
def test_a_passing_shadow_is_no_pest(fps: float) -> None:
    scene = Scene(shadow, fps)
    assert episodes(scene, lambda t: (80 * t - 130, 330, 80 * t, 480)) == []
    assert episodes(scene, lambda t: (80 * t - 60, 440, 80 * t, 480)) == []


@pytest.mark.parametrize("fps", RATES)
def test_the_wheel_of_a_trolley_is_no_pest(fps: float) -> None:
    assert episodes(Scene(trolley, fps), wheel_of) == []


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("far_px", [2, 5, 14])
def test_a_spot_under_a_shaking_camera_is_no_pest(far_px: int, fps: float) -> None:
    def shake(time_s: float) -> tuple[int, int]:
        dx, dy = np.random.default_rng(round(time_s * 100)).integers(-far_px, far_px + 1, 2)
        return int(dx), int(dy)

    def where(time_s: float) -> Box:
        dx, dy = shake(time_s)
        return (SPOT[0] + dx, SPOT[1] + dy, SPOT[2] + dx, SPOT[3] + dy)

    assert episodes(Scene(spot, fps, shift=shake), where) == []


@pytest.mark.parametrize("fps", RATES)
def test_a_spot_that_a_turning_camera_passes_is_no_pest(fps: float) -> None:
    def pan(time_s: float) -> tuple[int, int]:
        return round(25 * time_s), 0

    def where(time_s: float) -> Box:
        return (SPOT[0] + 25 * time_s, SPOT[1], SPOT[2] + 25 * time_s, SPOT[3])

    assert episodes(Scene(spot, fps, shift=pan, seconds=9), where) == []


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("level", [0.5, 1.6])
def test_a_spot_is_no_pest_when_the_light_changes(level: float, fps: float) -> None:
    def light(time_s: float) -> float:
        return 1.0 if 3 < time_s < 5 else level

    assert episodes(Scene(spot, fps, light=light), unsteady) == []


@pytest.mark.parametrize("fps", RATES)
def test_a_spot_under_a_lamp_that_is_switched_on_is_no_pest(fps: float) -> None:
    def lit(image: Image, time_s: float) -> None:
        spot(image, time_s)
        if time_s >= 4:
            y, x = np.ogrid[: image.shape[0], : image.shape[1]]
            beam = 90 * np.exp(-(((x - 420) / 150) ** 2) - ((y - 420) / 110) ** 2)
            image[:] = (image + beam[..., None]).clip(0, 255).astype(np.uint8)

    assert episodes(Scene(lit, fps), unsteady) == []


@pytest.mark.parametrize("fps", RATES)
def test_what_a_person_puts_down_is_no_pest(fps: float) -> None:
    def puts_down(image: Image, time_s: float) -> None:
        if time_s >= 5.5:
            fill(image, (460, 390, 500, 414), 40)
        person(image, time_s)

    scene = Scene(puts_down, fps, seconds=9)
    assert episodes(scene, lambda t: (460, 390, 500, 414) if t > 6 else None) == []


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("speed", [12, 70, 200])
def test_a_rat_of_twelve_pixels_that_runs_is_a_pest(speed: float, fps: float) -> None:
    def runs(image: Image, time_s: float) -> None:
        fill(image, rat_at(time_s, speed=speed), 45)

    scene = Scene(runs, fps, seconds=4)
    assert episodes(scene, lambda t: rat_at(t, speed=speed)) == ["pest_rodent"]


@pytest.mark.parametrize("fps", RATES)
def test_a_rat_that_stops_after_running_stays_a_pest(fps: float) -> None:
    def until_two(time_s: float) -> Box:
        return rat_at(min(time_s, 2), length=24)

    scene = Scene(lambda image, t: fill(image, until_two(t), 45), fps, seconds=14)
    zone, pack = whole_picture("cooking"), load_pack("strict").pack
    pipeline = Pipeline(Insists(until_two), NearestTracker(), [zone], pack)
    for frame in scene.frames():
        pipeline.step(frame)
    (finding,) = pipeline.finish()
    assert finding.episode.last_s > 13


@pytest.mark.parametrize("fps", RATES)
def test_a_rat_that_is_recognised_only_where_it_stopped_is_a_pest(fps: float) -> None:
    def until_three(time_s: float) -> Box:
        return rat_at(min(time_s, 3), length=24)

    scene = Scene(lambda image, t: fill(image, until_three(t), 45), fps)
    assert episodes(scene, lambda t: until_three(t) if t > 4 else None) == ["pest_rodent"]


def test_a_rat_that_runs_while_the_camera_turns_is_a_pest() -> None:
    def where(time_s: float) -> Box:
        left, top, right, bottom = rat_at(time_s, 24)
        dx = round(25 * time_s)
        return (left + dx, top, right + dx, bottom)

    scene = Scene(
        lambda image, t: fill(image, rat_at(t, 24), 45),
        shift=lambda t: (round(25 * t), 0),
        seconds=6,
    )
    assert episodes(scene, where) == ["pest_rodent"]


@pytest.mark.parametrize(("paint", "found"), [(spot, []), (rat, ["pest_rodent"])])
def test_the_same_holds_behind_a_cheap_cameras_encoder(
    paint: Painter, found: list[str], tmp_path: Path
) -> None:
    scene = Scene(paint, fps=25, seconds=5)
    path = render_clip(tmp_path / "a.mp4", (f.image for f in scene.frames()), crf="30")
    where: Where = rat_at if found else unsteady
    pipeline = Pipeline(
        Insists(where), NearestTracker(), [whole_picture("cooking")], load_pack("strict").pack
    )
    with open_video(path) as video:
        for frame in video.frames(5.0):
            pipeline.step(frame)
    assert [f.setting.id for f in pipeline.finish()] == found


@given(st.integers(8, 700), st.integers(8, 700))
def test_the_small_picture_is_the_mean_of_the_large_one(width: int, height: int) -> None:
    image = np.full((height, width, 3), 77, np.uint8)
    grey, step = small_grey(image)
    assert np.allclose(grey, 77) and max(grey.shape) <= 2 * LONG_SIDE
    assert grey.shape[0] * step <= height and grey.shape[1] * step <= width


@settings(deadline=None, max_examples=20)
@given(st.integers(-40, 40), st.integers(-20, 20))
def test_a_picture_that_was_moved_tells_how_far(dx: int, dy: int) -> None:
    large = small_grey(floor(1400, 900))[0]
    before = large[40:140, 60:240]
    after = large[40 - dy : 140 - dy, 60 - dx : 240 - dx]
    limit = np.full(before.shape, 12, np.float32)
    assert explained_shift(Still.of(before), Still.of(after), limit, 0.05) == pytest.approx(
        (dx, dy), abs=0.6
    )


def test_a_picture_of_something_else_is_no_shift() -> None:
    one, other = (Still.of(small_grey(floor(960, 540, seed))[0]) for seed in (1, 2))
    limit = np.full(one.grey.shape, 12, np.float32)
    assert explained_shift(one, other, limit, 0.05) is None


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 1000))
def test_noise_alone_never_moves(seed: int) -> None:
    sensor, random, room = MotionSensor(), np.random.default_rng(seed), floor()
    for k in range(5):
        noise = random.normal(0, 3, (*room.shape[:2], 1))
        motion = sensor.step((room + noise).clip(0, 255).astype(np.uint8), k * 0.2)
        assert len(motion.places()) == 0
    assert motion.states(np.array([SPOT], np.float32))[0] == MotionState.STILL


def test_the_first_picture_tells_nothing() -> None:
    motion = MotionSensor().step(floor(), 0.0)
    assert motion.states(np.array([SPOT], np.float32))[0] == MotionState.UNTOLD
