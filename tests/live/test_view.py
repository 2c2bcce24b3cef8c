"""A live camera's picture is known by heart: what covers, blurs, turns or freezes it shows."""

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.vision.scenes import floor
from vision.frames import Frame, Image
from vision.health import State
from vision.live.view import ViewSensor, load_views, save_views

ROOM = floor(640, 360)
ROOM[40:160, 60:200] = (40, 90, 160)
ROOM[200:330, 380:600] = (150, 160, 60)
GRAIN = np.random.default_rng(5).normal(0, 3, (420, 700, 1))
Change = Callable[[Image, int], Image]


def plain(image: Image, _second: int) -> Image:
    return image


def frames(begin: int, count: int, change: Change = plain, noise: bool = True) -> Iterator[Frame]:
    for t in range(begin, begin + count):
        picture = change(ROOM.copy(), t).astype(np.float32)
        if noise:
            top, left = (t * 7) % 60, (t * 13) % 60
            picture += GRAIN[top : top + 360, left : left + 640]
        yield Frame(picture.clip(0, 255).astype(np.uint8), float(t))


def learned() -> ViewSensor:
    sensor = ViewSensor()
    assert {sensor.read(frame).state for frame in frames(0, 80)} == {"ok"}
    return sensor


def after(sensor: ViewSensor, change: Change, seconds: int = 45) -> list[State]:
    return [sensor.read(frame).state for frame in frames(80, seconds, change)]


def hand(image: Image, _second: int) -> Image:
    return np.full_like(image, 90)


def grease(image: Image, _second: int) -> Image:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 9), np.uint8)


def turned(image: Image, _second: int) -> Image:
    return np.ascontiguousarray(np.roll(image, (90, 170), axis=(0, 1))[:, ::-1])


@pytest.mark.parametrize(
    ("change", "state"), [(hand, "covered"), (turned, "moved")], ids=["hand", "turned"]
)
def test_what_hides_or_turns_the_view_is_told_after_a_while(change: Change, state: State) -> None:
    states = after(learned(), change)
    assert states[0] == "ok" and states[-1] == state


def test_grease_on_the_lens_is_told_even_though_the_sensor_still_has_noise() -> None:
    assert after(learned(), grease)[-1] == "blurred"


def test_it_counts_from_when_it_began_and_ends_at_once() -> None:
    sensor = learned()
    last = [sensor.read(frame) for frame in frames(80, 40, hand)][-1]
    assert last.state == "covered" and last.since_s == 80.0
    assert [sensor.read(frame).state for frame in frames(120, 2)] == ["ok", "ok"]


def test_people_who_walk_past_are_no_trouble() -> None:
    def people(image: Image, t: int) -> Image:
        left = (t * 60) % 500
        image[60:360, left : left + 140] = (70, 60, 90)
        return image

    assert set(after(learned(), people, 60)) == {"ok"}


def test_the_light_going_on_and_off_is_no_trouble() -> None:
    def dim(image: Image, t: int) -> Image:
        return (image * (0.45 if t % 20 < 10 else 1.1)).clip(0, 255).astype(np.uint8)

    assert set(after(learned(), dim, 60)) == {"ok"}


def test_infrared_at_night_is_a_second_view_not_another_place() -> None:
    def infrared(image: Image, _t: int) -> Image:
        grey = 255 - cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        return np.repeat(np.asarray(grey, np.uint8)[:, :, None], 3, axis=2)

    assert set(after(learned(), infrared, 60)) == {"ok"}


def test_a_picture_in_which_only_the_clock_runs_is_frozen() -> None:
    def clock(image: Image, t: int) -> Image:
        image[10:26, 500:580] = 20 + 17 * (t % 10)
        return image

    sensor = learned()
    states = [sensor.read(frame).state for frame in frames(80, 50, clock, noise=False)]
    assert states[-1] == "frozen" and states[5] == "ok"


def test_a_sensor_that_sees_a_still_room_is_not_frozen() -> None:
    assert set(after(learned(), plain, 100)) == {"ok"}


def test_what_was_learned_outlives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "views.npz"
    save_views(learned().views, path)
    assert after(ViewSensor(load_views(path)), turned)[-1] == "moved"


def test_a_damaged_memory_of_the_view_is_learned_anew(tmp_path: Path) -> None:
    path = tmp_path / "views.npz"
    path.write_bytes(b"PK not a zip")
    assert load_views(path) == {} and load_views(tmp_path / "none.npz") == {}


def test_zones_drawn_anew_make_the_present_view_the_right_one() -> None:
    sensor = learned()
    assert after(sensor, turned)[-1] == "moved"
    sensor.forget()
    assert {sensor.read(frame).state for frame in frames(125, 90, turned)} == {"ok"}
