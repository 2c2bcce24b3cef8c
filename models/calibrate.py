"""Makes confidence mean probability, and chooses thresholds for a wanted precision; numpy only.

The held-out groups are halved by a hash. Whatever is fitted is fitted on one half and told of the
other, both ways (cross-fitting); what ships is fitted on both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from models.labels import SPLIT_SEED
from models.metrics import wilson
from vision.detections import FloatArray, IntArray, Mask

COOLEST: Final = 0.25
HOTTEST: Final = 6.0
STEPS: Final = 60
GOLDEN: Final = (5**0.5 - 1) / 2
BINS: Final = 10
FEW: Final = 10
SMALLEST: Final = 1e-7


def half_of(set_name: str, group: str) -> int:
    """0 or 1: which half of the validation side a whole group belongs to."""
    text = f"{SPLIT_SEED}/calibrate/{set_name}/{group}"
    return hashlib.sha256(text.encode()).digest()[0] % 2


def cooled(probabilities: FloatArray, temperature: float) -> FloatArray:
    """Softmax outputs (n, k) as if the logits had been divided by ``temperature``."""
    logits = np.log(np.clip(probabilities, SMALLEST, 1)) / temperature
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def surprise(probabilities: FloatArray, truth: IntArray) -> float:
    """Mean negative log-likelihood of the true states."""
    told = np.take_along_axis(probabilities, truth[:, None], axis=1)[:, 0]
    return float(-np.log(np.clip(told, SMALLEST, 1)).mean())


def temperature_of(probabilities: FloatArray, truth: IntArray) -> float:
    """The temperature with the least surprise (Guo et al. 2017), by golden-section search."""
    low, high = COOLEST, HOTTEST
    for _ in range(STEPS):
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        better_left = surprise(cooled(probabilities, left), truth) < surprise(
            cooled(probabilities, right), truth
        )
        low, high = (low, right) if better_left else (left, high)
    return round((low + high) / 2, 3)


def isotonic(confidence: FloatArray, right: Mask) -> tuple[FloatArray, FloatArray]:
    """Rising steps, confidence -> share that was right, by pooling neighbours (PAVA)."""
    order = np.argsort(confidence, kind="stable")
    blocks: list[tuple[float, int, float]] = []
    for value, hit in zip(confidence[order].tolist(), right[order].tolist(), strict=True):
        total, count = float(hit), 1
        while blocks and blocks[-1][0] * count >= total * blocks[-1][1]:
            before, number, _ = blocks.pop()
            total, count = total + before, count + number
        blocks.append((total, count, value))
    edges = np.array([edge for _, _, edge in blocks], np.float32)
    return edges, np.array([total / count for total, count, _ in blocks], np.float32)


def risen(steps: tuple[FloatArray, FloatArray], confidence: FloatArray) -> FloatArray:
    """Confidences as the fitted steps see them."""
    edges, shares = steps
    at = np.clip(np.searchsorted(edges, confidence), 0, len(edges) - 1)
    return np.asarray(shares[at], np.float32)


@dataclass(frozen=True)
class Reliability:
    """Confidence against truth in ten equal steps; ``gap`` is the expected calibration error."""

    bins: tuple[dict[str, float], ...]
    gap: float

    @property
    def table(self) -> dict[str, Any]:
        """For JSON."""
        return {"gap": self.gap, "bins": list(self.bins)}


def reliability(confidence: FloatArray, right: Mask) -> Reliability:
    """How often things told with a confidence were right; steps nobody used are left out."""
    step = np.minimum((confidence * BINS).astype(int), BINS - 1)
    bins, gap = [], 0.0
    for number in range(BINS):
        rows = step == number
        count, hits = int(rows.sum()), int(right[rows].sum())
        if not count:
            continue
        told = float(confidence[rows].mean())
        low, high = wilson(hits, count)
        gap += count / len(confidence) * abs(told - hits / count)
        one = {"confidence": told, "right": hits / count, "low": low, "high": high}
        bins.append({name: round(value, 4) for name, value in one.items()} | {"count": count})
    return Reliability(tuple(bins), round(gap, 4))


def threshold_for(
    confidence: FloatArray, right: Mask, precision: float, grid: Sequence[float], otherwise: float
) -> float:
    """The lowest of ``grid`` from which on the precision holds; ``otherwise`` where none does.

    Fewer than FEW verdicts say nothing and are passed over.
    """
    failing = []
    for threshold in grid:
        told = right[confidence >= threshold]
        if len(told) >= FEW and float(told.mean()) < precision:
            failing.append(threshold)
    above = [one for one in grid if not failing or one > max(failing)]
    return above[0] if above else otherwise
