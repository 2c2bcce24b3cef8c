import numpy as np

from vision.frames import Frame
from vision.health import FROZEN_AFTER_S, HealthLog, HealthSensor, Interval

NOISE = np.random.default_rng(3)


def lively(time_s: float) -> Frame:
    return Frame(NOISE.integers(40, 200, (90, 160, 3), np.uint8), time_s)


def still(time_s: float) -> Frame:
    return Frame(np.full((90, 160, 3), 120, np.uint8), time_s)


def black(time_s: float) -> Frame:
    return Frame(NOISE.integers(0, 3, (90, 160, 3), np.uint8), time_s)


def states(*frames: Frame) -> list[str]:
    sensor = HealthSensor()
    return [sensor.read(frame).state for frame in frames]


def test_a_moving_picture_is_ok() -> None:
    assert states(*(lively(t) for t in range(20))) == ["ok"] * 20


def test_a_picture_that_never_changes_is_frozen_after_a_while() -> None:
    found = states(*(still(float(t)) for t in range(10)))
    assert found == ["ok"] * int(FROZEN_AFTER_S) + ["frozen"] * (10 - int(FROZEN_AFTER_S))


def test_black_is_dark_even_with_the_noise_of_a_sensor() -> None:
    assert states(black(0.0), black(1.0)) == ["dark", "dark"]


def test_the_stretch_counts_from_when_the_picture_stood_still() -> None:
    sensor, log = HealthSensor(), HealthLog()
    for frame in (lively(0.0), *(still(float(t)) for t in range(1, 12)), lively(12.0)):
        reading = sensor.read(frame)
        log.note(reading.state, reading.since_s, frame.time_s)
    assert log.intervals == (Interval("frozen", 1.0, 11.0),)


def night(time_s: float, key_every_s: float = 2.0) -> Frame:
    """A still room as encoders send it: noise comes with a key picture and stays until the next."""
    noise = np.random.default_rng(int(time_s / key_every_s)).normal(0, 1.5, (90, 160, 3))
    return Frame((60 + noise).clip(0, 255).astype(np.uint8), time_s)


def test_a_still_room_whose_noise_changes_with_each_key_picture_is_not_frozen() -> None:
    assert set(states(*(night(k / 5) for k in range(150)))) == {"ok"}


def test_two_readings_of_one_picture_have_one_digest_and_those_of_another_do_not() -> None:
    picture = lively(0.0)
    first, again = HealthSensor().read(picture), HealthSensor().read(Frame(picture.image, 9.0))
    assert first.digest == again.digest != HealthSensor().read(lively(0.0)).digest
