"""What wakes a quiet camera, and what does not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vision.frames import Image
from vision.live.gate import Gate

ROOM = cv2.GaussianBlur(
    np.random.default_rng(1).integers(40, 160, (135, 240), dtype=np.uint8), (9, 9), 3
)


def room(number: int, noise: float = 1.5) -> Image:
    """The room as the sensor sees it that time."""
    drawn = np.random.default_rng(number).normal(0, noise, ROOM.shape)
    picture: Image = (ROOM + drawn).clip(0, 255).astype(np.uint8)
    return picture


def with_clock(picture: Image, time_s: float) -> Image:
    """Burned in by the recorder; the seconds tick."""
    text = f"2026-11-24 20:{int(time_s) // 60:02d}:{int(time_s) % 60:02d}"
    cv2.putText(picture, text, (90, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.35, 255, 1)
    return picture


def with_rat(picture: Image, left_px: int) -> Image:
    picture[100:104, left_px : left_px + 8] = 230
    return picture


def test_noise_and_light_do_not_wake() -> None:
    gate = Gate()
    pictures = [*(room(k) for k in range(20)), *(np.minimum(room(k), 225) + 30 for k in range(20))]
    assert not any(gate.moved(picture, k / 5) for k, picture in enumerate(pictures))


@pytest.mark.parametrize("every_s", [0.2, 1.0, 2.0])
def test_a_clock_that_ticks_wakes_only_at_first_and_when_its_minutes_change(every_s: float) -> None:
    gate, count = Gate(), int(120 / every_s)
    times = [every_s * k for k in range(count)]
    woke = [t for t in times if gate.moved(with_clock(room(int(10 * t)), t), t)]
    assert woke
    assert [t for t in woke if t > 15 and t % 60 > every_s] == []


@pytest.mark.parametrize("every_s", [0.2, 2.0])
def test_a_rat_wakes_beside_a_clock_that_has_long_been_left_alone(every_s: float) -> None:
    gate = Gate()
    for k in range(int(30 / every_s)):
        gate.moved(with_clock(room(k), every_s * k), every_s * k)
    assert gate.moved(with_rat(with_clock(room(999), 30.0), 50), 30.0 + every_s)


def test_a_rat_that_wanders_is_never_left_alone() -> None:
    gate = Gate()
    gate.moved(room(0), 0.0)
    woke = [gate.moved(with_rat(room(k), 10 + k), k / 5) for k in range(1, 200)]
    assert all(woke)
