import numpy as np

from vision.frames import Frame
from vision.health import FROZEN_AFTER_S, HealthMonitor, Interval

NOISE = np.random.default_rng(3)


def lively(time_s: float) -> Frame:
    return Frame(NOISE.integers(40, 200, (90, 160, 3), np.uint8), time_s)


def still(time_s: float) -> Frame:
    return Frame(np.full((90, 160, 3), 120, np.uint8), time_s)


def black(time_s: float) -> Frame:
    return Frame(NOISE.integers(0, 3, (90, 160, 3), np.uint8), time_s)


def states(*frames: Frame) -> list[str]:
    monitor = HealthMonitor()
    return [monitor.check(frame) for frame in frames]


def test_a_moving_picture_is_ok() -> None:
    assert states(*(lively(t) for t in range(20))) == ["ok"] * 20


def test_a_picture_that_never_changes_is_frozen_after_a_while() -> None:
    found = states(*(still(float(t)) for t in range(10)))
    assert found == ["ok"] * int(FROZEN_AFTER_S) + ["frozen"] * (10 - int(FROZEN_AFTER_S))


def test_black_is_dark_even_with_the_noise_of_a_sensor() -> None:
    assert states(black(0.0), black(1.0)) == ["dark", "dark"]


def test_the_stretch_counts_from_when_the_picture_stood_still() -> None:
    monitor = HealthMonitor()
    for frame in (lively(0.0), *(still(float(t)) for t in range(1, 12)), lively(12.0)):
        monitor.check(frame)
    assert monitor.intervals == (Interval("frozen", 1.0, 11.0),)
