"""Confidence that means probability, and thresholds that keep their promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calibrate import (
    FEW,
    cooled,
    half_of,
    isotonic,
    reliability,
    risen,
    surprise,
    temperature_of,
    threshold_for,
)

ROWS = st.lists(st.tuples(st.floats(0, 1, width=32), st.booleans()), min_size=1, max_size=60)


def soft(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    powers = np.exp(logits / temperature)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def honest(temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities told too surely by ``temperature``, and states drawn from the honest ones."""
    rng = np.random.default_rng(3)
    logits = rng.normal(0, 1.5, (6000, 3))
    chances = soft(logits)
    truth = np.array([rng.choice(3, p=row / row.sum()) for row in chances.astype(np.float64)])
    return soft(logits, temperature), truth


@pytest.mark.parametrize("too_sure", [0.5, 1.0, 2.0])
def test_the_temperature_undoes_an_over_or_under_sure_network(too_sure: float) -> None:
    told, truth = honest(too_sure)
    assert temperature_of(told, truth) == pytest.approx(1 / too_sure, rel=0.1)


def test_a_fitted_temperature_brings_confidence_close_to_truth() -> None:
    told, truth = honest(0.4)
    fitted = cooled(told, temperature_of(told, truth))
    before, after = (
        reliability(p.max(axis=1), p.argmax(axis=1) == truth).gap for p in (told, fitted)
    )
    assert before > 0.1
    assert after < 0.03
    assert surprise(fitted, truth) < surprise(told, truth)


SOME = honest(1.0)[0][:50]


@given(st.floats(0.3, 5))
def test_no_temperature_changes_which_state_is_likeliest(temperature: float) -> None:
    assert (cooled(SOME, temperature).argmax(axis=1) == SOME.argmax(axis=1)).all()


@given(ROWS)
def test_isotonic_steps_rise_and_keep_the_mean(rows: list[tuple[float, bool]]) -> None:
    confidence = np.array([value for value, _ in rows], np.float32)
    right = np.array([hit for _, hit in rows], np.bool_)
    edges, shares = isotonic(confidence, right)
    assert (np.diff(edges) >= 0).all() and (np.diff(shares) >= 0).all()
    assert ((shares >= 0) & (shares <= 1)).all()
    if len(set(confidence.tolist())) == len(confidence):
        fitted = risen((edges, shares), confidence)
        assert float(fitted.mean()) == pytest.approx(float(right.mean()), abs=1e-5)


@given(ROWS)
def test_the_gap_is_a_mean_of_differences(rows: list[tuple[float, bool]]) -> None:
    confidence = np.array([value for value, _ in rows], np.float32)
    right = np.array([hit for _, hit in rows], np.bool_)
    table = reliability(confidence, right)
    assert 0 <= table.gap <= 1
    assert sum(row["count"] for row in table.bins) == len(rows)


def test_confidence_that_is_always_right_about_itself_has_no_gap() -> None:
    confidence = np.repeat(np.float32(0.75), 8)
    right = np.array([True] * 6 + [False] * 2)
    assert reliability(confidence, right).gap == 0


def test_the_threshold_is_the_lowest_from_which_on_the_precision_holds() -> None:
    confidence = np.array([0.5] * FEW + [0.7] * FEW + [0.9] * FEW, np.float32)
    right = np.array([False] * FEW + [True] * 2 * FEW)
    assert threshold_for(confidence, right, 0.9, [0.4, 0.6, 0.8], 0.95) == 0.6


def test_without_a_threshold_that_holds_the_careful_one_is_taken() -> None:
    confidence = np.full(FEW, 0.99, np.float32)
    assert threshold_for(confidence, np.zeros(FEW, np.bool_), 0.9, [0.4, 0.8], 0.95) == 0.95


def test_a_whole_group_falls_into_one_half_and_both_halves_are_used() -> None:
    halves = [half_of("set", f"group-{number}") for number in range(400)]
    assert halves == [half_of("set", f"group-{number}") for number in range(400)]
    assert 150 < sum(halves) < 250
