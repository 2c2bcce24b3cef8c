from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vision.test_compare import make_analysis, make_episode, make_video
from vision.summary import by_camera, by_rule, rate

# Garwood's exact 90 % bounds of a count, from a table of the Poisson distribution.
EXACT = [(0, 0.0, 2.996), (1, 0.0513, 4.744), (3, 0.818, 7.754), (10, 5.425, 16.96)]


def exposure(camera_s: float, hat_s: float) -> dict[str, object]:
    return {"camera_effective_s": camera_s, "person_assessable_s": {"hat": hat_s, "mask": 0}}


def test_a_hat_counts_against_person_time_and_a_pest_against_camera_time() -> None:
    found = make_analysis(
        make_episode(),
        make_episode(rule="pest_rodent", severity="critical"),
        videos=(make_video(exposure=exposure(36_000, 72_000)),),
    )
    pest, hat = by_rule(found, {})
    assert (pest.rule, pest.unit, pest.observed_s) == ("pest_rodent", "camera", 36_000)
    assert (hat.rule, hat.unit, hat.observed_s) == ("missing_hat", "hat", 72_000)
    assert pest.rate and hat.rate and (pest.rate.value, hat.rate.value) == (10, 5)


def test_less_than_an_hour_gives_no_rate() -> None:
    (hat,) = by_rule(make_analysis(make_episode()), {})
    assert hat.count == 1 and hat.rate is None


def test_precision_is_of_what_people_decided() -> None:
    found = make_analysis(make_episode(0, 5), make_episode(10, 15), make_episode(20, 25))
    first, second, _ = (episode.id for episode in found.episodes)
    (hat,) = by_rule(found, {first: "upheld", second: "dismissed", UUID(int=9): "upheld"})
    assert hat.decided == 2 and hat.precision and hat.precision.value == 0.5


def test_recordings_stand_under_their_camera_in_order_of_time() -> None:
    def taken(path: str, hour: int | None, camera: str | None = "range") -> dict[str, object]:
        at = None if hour is None else f"2026-11-24T{hour:02d}:00:00Z"
        told = at and {"started_at": at, "source": "name", "uncertainty_s": 1}
        return make_video(path, camera=camera, recorded=told)

    videos = (taken("b", 9), taken("c", 8), taken("a", None), taken("z", 7, None))
    cameras = by_camera(make_analysis(videos=videos))
    assert [camera.name for camera in cameras] == ["range", None]
    assert [video.path for video, _ in cameras[0].videos] == ["c", "b", "a"]


@pytest.mark.parametrize(("count", "low", "high"), EXACT)
def test_the_interval_of_a_rate_is_the_exact_one(count: int, low: float, high: float) -> None:
    found = rate(count, 100 * 3600)
    assert found and found.low == pytest.approx(low, rel=2e-3)
    assert found.high == pytest.approx(high, rel=2e-3)


@given(st.integers(0, 10_000), st.floats(3600, 1e9))
def test_a_rate_lies_within_its_interval(count: int, observed_s: float) -> None:
    found = rate(count, observed_s)
    assert found and 0 <= found.low <= found.value <= found.high
