"""Shares, rates and their intervals, against published values and against themselves."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.intervals import (
    Prior,
    beta_cdf,
    beta_interval,
    beta_quantile,
    gamma_cdf,
    gamma_quantile,
    shrunk,
    wilson,
)

counts = st.tuples(st.integers(0, 5000), st.integers(1, 5000)).map(
    lambda pair: (min(pair), max(pair))
)
shapes = st.floats(0.5, 500)
shares = st.floats(0.001, 0.999)


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


@given(shares, shapes, shapes)
def test_a_beta_quantile_is_where_its_share_lies(share: float, alpha: float, beta: float) -> None:
    assert beta_cdf(beta_quantile(share, alpha, beta), alpha, beta) == pytest.approx(
        share, abs=1e-6
    )


@given(st.floats(0, 1), shapes, shapes)
def test_beta_mirrors_itself(x: float, alpha: float, beta: float) -> None:
    assert beta_cdf(x, alpha, beta) == pytest.approx(1 - beta_cdf(1 - x, beta, alpha), abs=1e-7)


@given(st.floats(0.001, 0.999), st.integers(1, 40), st.integers(1, 40))
def test_beta_of_whole_numbers_is_a_sum_of_binomials(x: float, a: int, b: int) -> None:
    n = a + b - 1
    tail = sum(math.comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(a, n + 1))
    assert beta_cdf(x, a, b) == pytest.approx(tail, abs=1e-9)


@given(st.floats(0, 200), st.integers(1, 80))
def test_gamma_of_a_whole_number_is_a_sum_of_poissons(x: float, shape: int) -> None:
    below = sum(
        math.exp(k * math.log(x) - x - math.lgamma(k + 1)) if x else k == 0 for k in range(shape)
    )
    assert gamma_cdf(x, shape) == pytest.approx(1 - below, abs=1e-9)


@given(shares, shapes)
def test_a_gamma_quantile_is_where_its_share_lies(share: float, shape: float) -> None:
    assert gamma_cdf(gamma_quantile(share, shape), shape) == pytest.approx(share, abs=1e-6)


def test_the_rule_of_three_comes_out() -> None:
    # No event seen: the rate is below 2.996 / n with 95 % confidence.
    assert gamma_quantile(0.95, 1) == pytest.approx(2.9957, abs=1e-4)
    assert gamma_quantile(0.95, 0) == 0
    # chi-square, 10 degrees: 18.307 / 2.
    assert gamma_quantile(0.95, 5) == pytest.approx(9.1535, abs=1e-3)


@given(st.integers(0, 2000), st.integers(0, 2000))
def test_a_beta_interval_lies_between_its_bounds(upheld: int, dismissed: int) -> None:
    told = beta_interval(upheld, dismissed)
    assert 0 <= told.low <= told.value <= told.high <= 1


@given(st.integers(1, 30), st.integers(0, 30), st.floats(0.01, 0.99), st.floats(1, 100))
def test_a_prior_pulls_the_share_its_way_and_no_further(
    upheld: int, dismissed: int, believed: float, strength: float
) -> None:
    plain = upheld / (upheld + dismissed)
    pulled = beta_interval(upheld, dismissed, shrunk(believed, strength)).value
    assert min(plain, believed) - 1e-9 <= pulled <= max(plain, believed) + 1e-9


def test_a_prior_without_data_says_what_was_believed() -> None:
    assert beta_interval(0, 0, Prior(8, 2)).value == pytest.approx(0.8)
    assert beta_interval(0, 0, shrunk(0.8, 1e6)).value == pytest.approx(0.8, abs=1e-5)
