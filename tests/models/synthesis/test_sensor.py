from datetime import UTC, datetime

import numpy as np
import pytest

from models.synthesis.projection import Camera
from models.synthesis.sensor import GLYPHS, Sensor, develop, through_lens, write

AT_NIGHT = datetime(2026, 11, 18, 2, 36, 41, tzinfo=UTC)


def make_camera(barrel: float = 0.1) -> Camera:
    return Camera((0, -3, 2), (0, 0, 1), 60, 320, 180, barrel)


def make_sensor(infrared: bool = False) -> Sensor:
    return Sensor(noise=3, blur_px=0.6, vignette=0.2, label="CAM 02", infrared=infrared)


def test_a_straight_lens_changes_nothing() -> None:
    clean = np.random.default_rng(1).uniform(0, 255, (180, 320, 3))
    assert through_lens(make_camera(barrel=0), clean)[5:-5, 5:-5] == pytest.approx(
        clean[5:-5, 5:-5], abs=1e-6
    )


def test_a_barrel_lens_bends_a_straight_edge_outwards() -> None:
    clean = np.zeros((180, 320, 3))
    clean[:40] = 255
    bent = through_lens(make_camera(0.2), clean)[..., 0]
    edge_in_the_middle, edge_at_the_side = (bent[:, 160] > 128).sum(), (bent[:, 5] > 128).sum()
    assert edge_in_the_middle < edge_at_the_side


def test_the_same_seed_develops_the_same_picture() -> None:
    clean = np.full((180, 320, 3), 90, np.uint8)
    first, second = (
        develop(make_sensor(), make_camera(), clean, AT_NIGHT, np.random.default_rng(7))
        for _ in range(2)
    )
    assert (first == second).all()
    assert first.shape == clean.shape


def test_an_infrared_picture_has_no_colour() -> None:
    clean = np.random.default_rng(2).integers(0, 255, (180, 320, 3)).astype(np.uint8)
    seen = develop(make_sensor(True), make_camera(), clean, AT_NIGHT, np.random.default_rng(7))
    assert (seen[..., 0] == seen[..., 1]).all() and (seen[..., 1] == seen[..., 2]).all()


def test_every_letter_of_clock_and_label_can_be_written() -> None:
    assert set("0123456789-:CAM") <= set(GLYPHS)
    picture = np.zeros((30, 80, 3), np.uint8)
    write(picture, "18:42", (4, 4))
    assert picture.max() == 235
