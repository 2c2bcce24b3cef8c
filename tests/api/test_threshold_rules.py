"""From verdicts to a threshold."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.thresholds.rules import ENOUGH, Judged, Level, isotonic, mean_at, precision_at, propose

judged = st.builds(Judged, st.integers(0, 100).map(lambda n: n / 100), st.booleans())
many = st.lists(judged, max_size=80)
thresholds = st.integers(0, 100).map(lambda n: n / 100)


def ordered(items: list[Judged]) -> list[Judged]:
    return sorted(items, key=lambda item: item.confidence)


@given(many)
def test_the_fit_never_falls_and_keeps_the_number_of_upheld(items: list[Judged]) -> None:
    fitted = isotonic(ordered(items))
    assert all(a <= b + 1e-12 for a, b in pairwise(fitted))
    assert sum(fitted) == pytest.approx(sum(item.upheld for item in items))
    assert len(fitted) == len(items)


@given(many)
def test_the_fit_is_the_closest_one_that_never_falls(items: list[Judged]) -> None:
    told = ordered(items)
    fitted = isotonic(told)
    error = sum((f - item.upheld) ** 2 for f, item in zip(fitted, told, strict=True))
    mean = sum(fitted) / len(fitted) if fitted else 0.0
    flat = sum((mean - item.upheld) ** 2 for item in told)
    assert error <= flat + 1e-9


@given(st.lists(judged, min_size=2, max_size=60))
def test_equal_confidences_get_equal_chances(items: list[Judged]) -> None:
    told = ordered(items)
    chances: dict[float, set[float]] = {}
    for item, chance in zip(told, isotonic(told), strict=True):
        chances.setdefault(item.confidence, set()).add(round(chance, 12))
    assert all(len(values) == 1 for values in chances.values())


@given(many, thresholds, thresholds)
def test_a_higher_threshold_drops_more_and_is_no_less_precise(
    items: list[Judged], one: float, other: float
) -> None:
    level, low, high = Level(items), min(one, other), max(one, other)
    assert level.below(low) <= level.below(high)
    shares = level.tail(low).share, level.tail(high).share
    if None not in shares:
        assert shares[0] <= shares[1] + 1e-9  # type: ignore[operator]  # neither is None


@given(many, thresholds)
def test_what_is_dropped_and_what_is_kept_are_all(items: list[Judged], threshold: float) -> None:
    level = Level(items)
    assert sum(level.below(threshold)) + level.tail(threshold).alerts == len(items)
    dropped = [item for item in items if item.confidence < threshold]
    assert level.below(threshold) == (
        sum(item.upheld for item in dropped),
        sum(not item.upheld for item in dropped),
    )


@given(many, many, many, thresholds)
def test_a_figure_lies_in_its_interval(
    own: list[Judged], near: list[Judged], far: list[Judged], threshold: float
) -> None:
    told = precision_at([Level(own), Level(own + near), Level(own + near + far)], threshold)
    assert 0 <= told.low <= told.value <= told.high <= 1


@given(many, many, st.floats(0.5, 0.99))
def test_a_proposal_is_never_below_what_is_in_force_and_reaches_its_target(
    own: list[Judged], rest: list[Judged], target: float
) -> None:
    levels = [Level(own), Level(own), Level(own + rest)]
    made = propose(levels, target, current=0.3)
    assert made.threshold >= 0.3
    if made.outcome in ("raise", "keep"):
        assert mean_at(levels, made.threshold) >= target
        assert levels[2].tail(made.threshold).alerts >= ENOUGH or made.outcome == "keep"
    if made.outcome == "raise":
        assert mean_at(levels, made.threshold - 0.01) < target or made.threshold <= 0.31
        assert len(own) < 10 or levels[0].tail(made.threshold).alerts > 0
    else:
        assert made.threshold == 0.3


def drawn(seed: int, size: int, knee: float) -> list[Judged]:
    """Alerts whose chance of being true rises at ``knee``."""
    chance = random.Random(seed)
    confidences = [chance.random() for _ in range(size)]
    return [Judged(c, chance.random() < (0.95 if c > knee else 0.2)) for c in confidences]


def test_the_threshold_is_found_where_alerts_become_true() -> None:
    own = Level(drawn(1, 600, knee=0.6))
    made = propose([own, own, own], target=0.9)
    assert made.outcome == "raise"
    assert 0.5 <= made.threshold <= 0.66
    assert made.then.low < 0.9 <= made.then.value
    assert made.dropped_dismissed > 3 * made.dropped_upheld
    assert made.now.high < made.then.low


def test_a_camera_with_three_verdicts_follows_the_others_one_with_hundreds_itself() -> None:
    everybody = drawn(2, 800, knee=0.6)
    few, many_own = drawn(3, 3, knee=0.2), drawn(4, 400, knee=0.2)
    quiet = propose([Level(few), Level(few), Level(few + everybody)], target=0.9)
    loud = propose([Level(many_own), Level(many_own), Level(many_own + everybody)], target=0.9)
    assert quiet.threshold > 0.45
    assert loud.threshold < 0.35


def test_too_few_verdicts_propose_nothing() -> None:
    level = Level(drawn(5, ENOUGH - 1, knee=0.5))
    made = propose([level, level, level], target=0.9)
    assert (made.outcome, made.threshold) == ("few", 0.0)


def test_a_target_that_no_threshold_reaches_is_said_to_be_so() -> None:
    level = Level([Judged(n / 100, n % 2 == 0) for n in range(100)])
    assert propose([level, level, level], target=0.95).outcome == "unreachable"


def test_what_is_precise_enough_is_left_alone() -> None:
    level = Level([Judged(n / 100, upheld=n % 20 != 0) for n in range(100)])
    assert propose([level, level, level], target=0.9).outcome == "keep"
