"""Proportions and rates with their uncertainty. Pure, and without a statistics library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, lgamma, log, log1p, sqrt
from typing import Final, NamedTuple

Z_95: Final = 1.959963984540054
TAIL: Final = 0.025
STEPS: Final = 200
TINY: Final = 1e-300


@dataclass(frozen=True, slots=True)
class Proportion:
    """A measured share or rate and its interval; a share lies in 0-1."""

    value: float
    low: float
    high: float


class Prior(NamedTuple):
    """What is believed before the first trial, as ``alpha`` successes and ``beta`` failures."""

    alpha: float
    beta: float


JEFFREYS: Final = Prior(0.5, 0.5)


def wilson(successes: int, trials: int, z: float = Z_95) -> Proportion | None:
    """Wilson's score interval (1927); None without a single trial."""
    if not 0 <= successes <= trials:
        raise ValueError("successes must lie between 0 and the number of trials")
    if trials == 0:
        return None
    share = successes / trials
    weight = 1 + z * z / trials
    centre = (share + z * z / (2 * trials)) / weight
    half = z / weight * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    # Rounding must not push a bound beyond the share it surrounds.
    return Proportion(
        share, max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))
    )


def beta_interval(successes: float, failures: float, prior: Prior = JEFFREYS) -> Proportion:
    """Mean and central 95 % of the Beta posterior; counts may be fractions."""
    alpha, beta = successes + prior.alpha, failures + prior.beta
    return Proportion(
        alpha / (alpha + beta),
        beta_quantile(TAIL, alpha, beta),
        beta_quantile(1 - TAIL, alpha, beta),
    )


def shrunk(share: float, strength: float) -> Prior:
    """A prior that says ``share`` (within 1 and 99 %) and weighs as much as ``strength`` trials."""
    kept = min(max(share, 0.01), 0.99)
    return Prior(kept * strength, (1 - kept) * strength)


def beta_quantile(share: float, alpha: float, beta: float) -> float:
    """Below which value ``share`` of Beta(alpha, beta) lies."""
    return _bisect(lambda x: beta_cdf(x, alpha, beta), share, 0.0, 1.0)


def gamma_quantile(share: float, shape: float) -> float:
    """Below which value ``share`` of Gamma(shape, 1) lies; 0 for shape 0."""
    if shape <= 0:
        return 0.0
    return _bisect(lambda x: gamma_cdf(x, shape), share, 0.0, shape + 40 * sqrt(shape) + 60)


def _bisect(cdf: Callable[[float], float], share: float, low: float, high: float) -> float:
    for _ in range(STEPS):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        low, high = (middle, high) if cdf(middle) < share else (low, middle)
    return (low + high) / 2


def beta_cdf(x: float, alpha: float, beta: float) -> float:
    """The regularised incomplete beta function (Numerical Recipes, 6.4)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (alpha + 1) / (alpha + beta + 2):
        return 1 - beta_cdf(1 - x, beta, alpha)
    front = lgamma(alpha + beta) - lgamma(alpha) - lgamma(beta)
    return exp(front + alpha * log(x) + beta * log1p(-x)) * _beta_fraction(x, alpha, beta) / alpha


def _beta_fraction(x: float, alpha: float, beta: float) -> float:
    """Lentz's method for the continued fraction."""
    c, d = 1.0, 1 / _away(1 - (alpha + beta) * x / (alpha + 1))
    value = d
    for m in range(1, 10_000):
        even = m * (beta - m) * x / ((alpha + 2 * m - 1) * (alpha + 2 * m))
        odd = -(alpha + m) * (alpha + beta + m) * x / ((alpha + 2 * m) * (alpha + 2 * m + 1))
        for term in (even, odd):
            d, c = 1 / _away(1 + term * d), _away(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return value


def gamma_cdf(x: float, shape: float) -> float:
    """The regularised lower incomplete gamma function (Numerical Recipes, 6.2)."""
    if x <= 0:
        return 0.0
    front = exp(shape * log(x) - x - lgamma(shape))
    return (
        front * _gamma_series(x, shape) if x < shape + 1 else 1 - front * _gamma_fraction(x, shape)
    )


def _gamma_series(x: float, shape: float) -> float:
    term = total = 1 / shape
    for n in range(1, 100_000):
        term *= x / (shape + n)
        total += term
        if term < total * 1e-15:
            break
    return total


def _gamma_fraction(x: float, shape: float) -> float:
    b, c = x + 1 - shape, 1 / TINY
    d = 1 / _away(b)
    value = d
    for n in range(1, 100_000):
        term = -n * (n - shape)
        b += 2
        d, c = 1 / _away(term * d + b), _away(b + term / c)
        value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return value


def _away(value: float) -> float:
    """Not quite zero, so that it can be divided by."""
    return value if abs(value) > TINY else TINY
