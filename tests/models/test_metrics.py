"""Figures: what counts as found, and what a verdict of ``missing`` is worth."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.metrics import (
    FEW,
    Answers,
    Matches,
    answer_figures,
    average_precision,
    join,
    lowest_threshold,
    match,
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


def test_a_set_full_of_bare_heads_does_not_flatter_the_verdict_missing() -> None:
    bare, hatted = [[0.1, 0.9]] * (100 * FEW), [[0.1, 0.9], [0.9, 0.1]] * FEW
    probabilities = np.array(bare + hatted, np.float32)
    truth = np.array([1] * (100 * FEW) + [0] * (2 * FEW), np.int64)
    answers = Answers(probabilities, truth)
    assert answer_figures(answers, np.zeros(2, np.float32), 1)["missing_precision"] > 0.98
    assert answers.trusted_from(1, 0.95, [0.5, 0.8], otherwise=0.99) == 0.99


def test_unclear_heads_count_against_coverage_not_against_precision() -> None:
    probabilities = np.array([[0.1, 0.9], [0.4, 0.6], [0.9, 0.1]], np.float32)
    answers = Answers(probabilities, np.array([1, 0, 0], np.int64))
    figures = answer_figures(answers, np.array([0.7, 0.7], np.float32), missing=1)
    assert figures["coverage"] == pytest.approx(0.667)
    assert figures["missing_precision"] == 1
    assert figures["wrongly_missing"] == 0
    assert figures["accuracy"] == pytest.approx(0.667)
