"""Camera faults: what each does to pictures, and that the camera's health tells of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.synthesis import faults
from models.synthesis.sensor import Picture
from models.synthesis.transmission import transmitted
from vision.frames import Frame
from vision.health import HealthSensor, State
from vision.live.view import ViewSensor, sharpness
from vision.video import open_video

CLIP = Path(__file__).parents[3] / "sample_videos" / "cat-storeroom.mp4"
FPS = 6
Change = Callable[[Picture, int], Picture]
CHANGES: dict[str, Change] = {
    "black": lambda picture, _: faults.black(picture),
    "blurred": lambda picture, _: faults.blurred(picture, 6),
    "greasy": lambda picture, _: faults.greasy(picture, 0.95, 1),
    "steamy": lambda picture, k: faults.steamy(picture, 0.8, k / FPS, 2),
    "covered": lambda picture, k: faults.covered(picture, 1.0, k),
    "knocked": lambda picture, _: faults.knocked(picture, 14, (0.3, 0.2)),
    "overexposed": lambda picture, _: faults.overexposed(picture, 3),
    "shadowed": lambda picture, _: faults.shadowed(picture, (0.5, 0.6), 0.2, 0.5),
    "clocked": lambda picture, _: faults.clocked(picture, "2026-11-24 20:15:00"),
}


@pytest.fixture(scope="module")
def footage() -> list[Picture]:
    """320x180 px, enough for what is tested and quick."""
    with open_video(CLIP) as video:
        return [np.ascontiguousarray(frame.image[::2, ::2, ::-1]) for frame in video.frames(FPS)]


@given(st.sampled_from(list(CHANGES)), st.integers(0, 2**16), st.integers(0, 60))
@settings(max_examples=30)
def test_a_fault_keeps_the_size_and_leaves_the_given_picture_alone(
    name: str, seed: int, index: int
) -> None:
    picture = np.random.default_rng(seed).integers(0, 255, (72, 128, 3)).astype(np.uint8)
    before = picture.copy()
    changed = CHANGES[name](picture, index)
    assert changed.shape == picture.shape and changed.dtype == np.uint8
    assert (picture == before).all()
    assert (CHANGES[name](picture, index) == changed).all()


@given(st.floats(0, 4), st.floats(0.2, 4))
def test_a_fault_is_there_from_its_first_second_to_its_last(start_s: float, lasts_s: float) -> None:
    clear = [np.full((8, 8, 3), 90, np.uint8) for _ in range(40)]
    span_s = (start_s, start_s + lasts_s)
    shown = faults.during(clear, FPS, span_s, lambda picture, _: faults.black(picture))
    for index, picture in enumerate(shown):
        assert picture.any() == (not span_s[0] <= index / FPS < span_s[1])


@given(st.floats(0, 1), st.integers(0, 99))
def test_a_dropped_frame_shows_the_one_before(share: float, seed: int) -> None:
    clear = [np.full((4, 4, 3), k, np.uint8) for k in range(30)]
    numbers = [int(picture[0, 0, 0]) for picture in faults.dropped(clear, share, seed)]
    assert numbers[0] == 0 and numbers == sorted(numbers)
    assert all(shown <= index for index, shown in enumerate(numbers))


def test_grease_that_grows_makes_the_picture_softer_and_softer(footage: list[Picture]) -> None:
    sharp = [sharpness(faults.greasy(footage[20], share, 1)) for share in (0, 0.3, 0.6, 0.9)]
    assert sharp == sorted(sharp, reverse=True) and sharp[-1] < 0.5 * sharp[0]


def test_strong_compression_and_lost_packets_spoil_a_clip_more_and_more(
    footage: list[Picture],
) -> None:
    clear = footage[:24]

    def worse(shown: list[Picture]) -> float:
        pairs = zip(shown, clear, strict=True)
        return float(np.mean([np.abs(a.astype(int) - b).mean() for a, b in pairs]))

    mild, strong = transmitted(clear, FPS, 20), transmitted(clear, FPS, 45)
    torn = transmitted(clear, FPS, 45, lost_share=0.4, seed=2)
    assert 0 < worse(mild) < worse(strong) < worse(torn)


def readings(
    sensor: HealthSensor | ViewSensor, pictures: Iterator[Picture], fps: float
) -> Iterator[State]:
    for index, picture in enumerate(pictures):
        yield sensor.read(Frame(np.ascontiguousarray(picture[..., ::-1]), index / fps)).state


@pytest.mark.parametrize(
    ("name", "told"), [("black", "dark"), ("covered", "dark"), ("shadowed", "ok")]
)
def test_analyze_tells_a_dark_picture(footage: list[Picture], name: str, told: State) -> None:
    ill = (CHANGES[name](picture, k) for k, picture in enumerate(footage[:12]))
    assert set(readings(HealthSensor(), ill, FPS)) == {told}


def test_analyze_tells_a_frozen_picture_after_five_seconds(footage: list[Picture]) -> None:
    shown = faults.frozen(footage, FPS, (2.0, 12.0))
    told = list(readings(HealthSensor(), iter(shown), FPS))
    assert told[: 6 * FPS] == ["ok"] * 6 * FPS and told[-1] == "frozen"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("blurred", "blurred"),
        ("greasy", "blurred"),
        ("knocked", "moved"),
        ("covered", "dark"),
        ("shadowed", "ok"),
        ("clocked", "ok"),
    ],
)
def test_a_live_camera_tells_what_befell_it(footage: list[Picture], name: str, told: State) -> None:
    """A minute and a half as it should be, then half a minute of the fault."""
    well = [footage[k % len(footage)] for k in range(90)]
    ill = [CHANGES[name](footage[k % len(footage)], k) for k in range(30)]
    assert list(readings(ViewSensor(), iter([*well, *ill]), 1.0))[-1] == told


def test_a_live_camera_tells_a_light_cloth_over_its_lens(footage: list[Picture]) -> None:
    rng = np.random.default_rng(1)
    well = [footage[k % len(footage)] for k in range(90)]
    cloth = [rng.normal(120, 1, footage[0].shape).astype(np.uint8) for _ in range(30)]
    assert list(readings(ViewSensor(), iter([*well, *cloth]), 1.0))[-1] == "covered"
