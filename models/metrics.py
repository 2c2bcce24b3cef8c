"""Figures for boxes and for answers; numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vision import intervals
from vision.detections import FloatArray, IntArray, Mask
from vision.geometry import box_iou

MATCH_IOU: Final = 0.5
IOUS: Final = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
FEW: Final = 20
# Standard score of a two-sided interval of 95 %.


@dataclass(frozen=True)
class Matches:
    """One class over some pictures: a row per detection, and how many there were to find."""

    confidence: FloatArray
    correct: Mask
    to_find: int

    def counts(self, threshold: float) -> tuple[int, int]:
        """How many detections are at or above ``threshold``, and how many of them are right."""
        kept = self.correct[self.confidence >= threshold]
        return len(kept), int(kept.sum())

    def at(self, threshold: float) -> tuple[float, float]:
        """Precision and recall of the detections at or above ``threshold``; 1 where empty."""
        kept = self.correct[self.confidence >= threshold]
        precision = float(kept.mean()) if len(kept) else 1.0
        return precision, float(kept.sum()) / self.to_find if self.to_find else 1.0


def match(
    found: FloatArray, confidence: FloatArray, truth: FloatArray, iou: float = MATCH_IOU
) -> Mask:
    """Which of the (n, 4) boxes find a true box that no surer one has taken."""
    return pairs(found, confidence, truth, iou) >= 0


def pairs(
    found: FloatArray, confidence: FloatArray, truth: FloatArray, iou: float = MATCH_IOU
) -> IntArray:
    """For each of the (n, 4) boxes the row of the true box it finds, -1 where it finds none."""
    taken: IntArray = np.full(len(found), -1, np.int64)
    if not len(found) or not len(truth):
        return taken
    overlap = box_iou(found, truth)
    free = np.ones(len(truth), np.bool_)
    for row in np.argsort(-confidence, kind="stable"):
        best = int(np.argmax(np.where(free, overlap[row], -1)))
        if free[best] and overlap[row, best] >= iou:
            taken[row], free[best] = best, False
    return taken


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The interval of 95 % of a share; everything is possible where nothing is."""
    found = intervals.wilson(hits, of)
    return (found.low, found.high) if found else (0.0, 1.0)


def share(hits: int, of: int) -> dict[str, float]:
    """A share as it is printed: hits, of how many, value and interval; no value where 0 of 0."""
    low, high = wilson(hits, of)
    value = {"value": round(hits / of, 4)} if of else {}
    return {"hits": hits, "of": of, **value, "low": round(low, 4), "high": round(high, 4)}


def join(parts: Sequence[Matches]) -> Matches:
    """The matches of several pictures as one."""
    return Matches(
        np.concatenate([np.zeros(0, np.float32), *(part.confidence for part in parts)]),
        np.concatenate([np.zeros(0, np.bool_), *(part.correct for part in parts)]),
        sum(part.to_find for part in parts),
    )


def average_precision(matches: Matches) -> float:
    """Area under the precision-recall curve, precision made falling (PASCAL VOC 2010)."""
    if not matches.to_find:
        return float("nan")
    order = np.argsort(-matches.confidence, kind="stable")
    hits = np.cumsum(matches.correct[order])
    precision = hits / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    steps = np.diff(np.concatenate([[0], hits / matches.to_find]))
    return float((steps * envelope).sum())


def lowest_threshold(
    matches: Matches, precision: float, grid: Sequence[float], otherwise: float
) -> float:
    """The lowest threshold of ``grid`` from which on the precision holds.

    Where fewer than FEW detections remain, one mistake says nothing and is passed over.
    """
    enough = [t for t in grid if int((matches.confidence >= t).sum()) >= FEW]
    failing = [t for t in enough if matches.at(t)[0] < precision]
    above = [t for t in grid if not failing or t > max(failing)]
    return above[0] if above else otherwise
