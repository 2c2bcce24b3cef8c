"""Measured precision and its interval."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.stats.rules import wilson
from tests.api.building import Kitchen, review

counts = st.tuples(st.integers(0, 5000), st.integers(1, 5000)).map(
    lambda pair: (min(pair), max(pair))
)


@given(counts)
def test_the_interval_surrounds_the_share(pair: tuple[int, int]) -> None:
    measured = wilson(*pair)
    assert measured is not None
    assert 0 <= measured.low <= measured.value <= measured.high <= 1
    assert measured.low < measured.high


@given(counts)
def test_success_and_failure_mirror_each_other(pair: tuple[int, int]) -> None:
    successes, trials = pair
    measured, mirrored = wilson(successes, trials), wilson(trials - successes, trials)
    assert measured is not None and mirrored is not None
    assert measured.low == pytest.approx(1 - mirrored.high, abs=1e-12)


@given(counts, st.integers(2, 10))
def test_more_of_the_same_narrows_the_interval(pair: tuple[int, int], times: int) -> None:
    few, many = wilson(*pair), wilson(pair[0] * times, pair[1] * times)
    assert few is not None and many is not None
    assert many.high - many.low < few.high - few.low


def test_published_values_are_met() -> None:
    # Newcombe (1998), table I: 81 of 263 and 0 of 20.
    measured, none = wilson(81, 263), wilson(0, 20)
    assert measured is not None and none is not None
    assert (measured.low, measured.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert (none.low, none.high) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_without_trials_there_is_no_share() -> None:
    assert wilson(0, 0) is None
    with pytest.raises(ValueError, match="successes"):
        wilson(2, 1)


def test_precision_counts_decided_alerts_rule_by_rule(kitchen: Kitchen) -> None:
    patrol = kitchen.person("patrol")
    for verdict, more in (
        ("upheld", {}),
        ("upheld", {}),
        ("dismissed", {"reason": "wrong_object"}),
        ("unsure", {}),
    ):
        review(patrol, kitchen.posted(), verdict, **more)
    kitchen.posted(rule="pest_rodent", camera_id=kitchen.other_camera.id)
    items = patrol.get("/api/v1/stats/precision").json()["items"]
    assert [item["rule"] for item in items] == ["missing_hat", "pest_rodent"]
    hats, rodents = items
    assert (hats["upheld"], hats["dismissed"], hats["decided"]) == (2, 1, 3)
    assert hats["precision"] == pytest.approx(2 / 3)
    assert hats["low"] < 2 / 3 < hats["high"]
    assert (rodents["decided"], rodents["precision"], rodents["low"]) == (0, None, None)
    inspector = kitchen.person("inspector", station="South")
    seen = inspector.get("/api/v1/stats/precision").json()["items"]
    assert [item["rule"] for item in seen] == ["pest_rodent"]
