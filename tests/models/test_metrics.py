"""Figures: what counts as found, and what a verdict of ``missing`` is worth."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.metrics import (
    FEW,
    Matches,
    average_precision,
    join,
    lowest_threshold,
    match,
    pairs,
    share,
    wilson,
)

BOX = [0, 0, 10, 10]
FAR = [100, 100, 110, 110]


def boxes(*rows: list[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.array(rows, np.float32).reshape(-1, 4)


def matches(confidence: list[float], correct: list[bool], to_find: int) -> Matches:
    return Matches(np.array(confidence, np.float32), np.array(correct, np.bool_), to_find)


def test_the_surest_of_two_boxes_on_one_thing_is_the_correct_one() -> None:
    found = match(boxes(BOX, BOX), np.array([0.6, 0.9], np.float32), boxes(BOX))
    assert found.tolist() == [False, True]


def test_a_box_elsewhere_finds_nothing() -> None:
    assert not match(boxes(FAR), np.ones(1, np.float32), boxes(BOX)).any()


def test_nothing_found_and_nothing_to_find_are_normal() -> None:
    assert not len(match(boxes(), np.zeros(0, np.float32), boxes(BOX)))
    assert not match(boxes(BOX), np.ones(1, np.float32), boxes()).any()
    assert math.isnan(average_precision(join([])))


def test_finding_everything_and_nothing_else_is_one() -> None:
    assert average_precision(matches([0.9, 0.8], [True, True], 2)) == pytest.approx(1)


def test_a_sure_mistake_costs_more_than_an_unsure_one() -> None:
    sure = average_precision(matches([0.9, 0.8], [False, True], 1))
    unsure = average_precision(matches([0.9, 0.8], [True, False], 1))
    assert sure == pytest.approx(0.5) and unsure == pytest.approx(1)


@given(
    st.lists(st.tuples(st.floats(0, 1, width=32), st.booleans()), max_size=30),
    st.integers(0, 20),
)
def test_average_precision_stays_between_nothing_and_one(
    rows: list[tuple[float, bool]], unseen: int
) -> None:
    correct = [right for _, right in rows]
    to_find = sum(correct) + unseen
    value = average_precision(matches([c for c, _ in rows], correct, to_find))
    assert math.isnan(value) if not to_find else -1e-9 <= value <= 1 + 1e-9


def test_the_threshold_is_the_lowest_from_which_precision_holds() -> None:
    found = matches([0.9, 0.7, 0.5, 0.3] * FEW, [True, True, False, True] * FEW, 3 * FEW)
    assert lowest_threshold(found, 1.0, [0.2, 0.4, 0.6, 0.8], otherwise=0.95) == 0.6


def test_without_a_good_threshold_the_careful_one_is_taken() -> None:
    found = matches([0.9] * FEW, [False] * FEW, FEW)
    assert lowest_threshold(found, 0.9, [0.2, 0.8], otherwise=0.95) == 0.95


def test_one_mistake_among_a_handful_of_detections_decides_nothing() -> None:
    found = matches([0.5] * FEW + [0.9], [True] * FEW + [False], FEW)
    assert lowest_threshold(found, 0.9, [0.2, 0.8], otherwise=0.95) == 0.2


def test_a_box_that_fits_only_loosely_counts_at_a_low_overlap_only() -> None:
    found, sure = boxes([0, 0, 10, 6]), np.ones(1, np.float32)
    assert match(found, sure, boxes(BOX), 0.5).all()
    assert not match(found, sure, boxes(BOX), 0.75).any()


def test_each_found_box_is_told_which_true_one_it_is() -> None:
    found, sure = boxes(FAR, BOX, BOX), np.array([0.5, 0.6, 0.9], np.float32)
    assert pairs(found, sure, boxes(BOX, FAR)).tolist() == [1, -1, 0]


@given(st.integers(0, 200), st.integers(0, 200))
def test_an_interval_holds_its_share_and_stays_between_nothing_and_one(a: int, b: int) -> None:
    hits, of = min(a, b), max(a, b)
    low, high = wilson(hits, of)
    assert 0 <= low <= high <= 1
    assert not of or low - 1e-9 <= hits / of <= high + 1e-9


def test_more_cases_make_a_narrower_interval() -> None:
    few, many = wilson(9, 10), wilson(900, 1000)
    assert many[1] - many[0] < few[1] - few[0]


def test_the_interval_is_wilsons() -> None:
    assert wilson(90, 100) == pytest.approx((0.8256, 0.9448), abs=1e-4)


def test_a_share_of_nothing_has_no_value() -> None:
    assert share(0, 0) == {"hits": 0, "of": 0, "low": 0.0, "high": 1.0}
