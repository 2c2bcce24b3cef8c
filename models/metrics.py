"""Figures for boxes and for answers; numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vision.detections import FloatArray, IntArray, Mask
from vision.geometry import box_iou

MATCH_IOU: Final = 0.5
FEW: Final = 20


@dataclass(frozen=True)
class Matches:
    """One class over some pictures: a row per detection, and how many there were to find."""

    confidence: FloatArray
    correct: Mask
    to_find: int

    def at(self, threshold: float) -> tuple[float, float]:
        """Precision and recall of the detections at or above ``threshold``; 1 where empty."""
        kept = self.correct[self.confidence >= threshold]
        precision = float(kept.mean()) if len(kept) else 1.0
        return precision, float(kept.sum()) / self.to_find if self.to_find else 1.0


def match(found: FloatArray, confidence: FloatArray, truth: FloatArray) -> Mask:
    """Which of the (n, 4) boxes find a true box not taken by a surer one; IoU at least 0.5."""
    correct = np.zeros(len(found), np.bool_)
    if not len(found) or not len(truth):
        return correct
    overlap = box_iou(found, truth)
    free = np.ones(len(truth), np.bool_)
    for row in np.argsort(-confidence, kind="stable"):
        best = int(np.argmax(np.where(free, overlap[row], -1)))
        if free[best] and overlap[row, best] >= MATCH_IOU:
            correct[row], free[best] = True, False
    return correct


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


@dataclass(frozen=True)
class Answers:
    """What the head-state network said of heads whose state is known."""

    probabilities: FloatArray
    truth: IntArray

    def of(self, rows: Mask | IntArray) -> Answers:
        """Some of the heads."""
        return Answers(self.probabilities[rows], self.truth[rows])

    def trusted_from(
        self, state: int, precision: float, grid: Sequence[float], otherwise: float
    ) -> float:
        """The lowest threshold from which on verdicts of ``state`` are right often enough.

        Counted as if half of all heads were in that state, so that a set full of bare heads does
        not flatter the verdict ``missing``.
        """
        probability = self.probabilities[:, state]
        told, true = self.probabilities.argmax(axis=1) == state, self.truth == state
        failing = []
        for threshold in grid:
            called = told & (probability >= threshold)
            right, wrong = float(called[true].mean()), float(called[~true].mean())
            if called.sum() >= FEW and right < precision * (right + wrong):
                failing.append(threshold)
        above = [t for t in grid if not failing or t > max(failing)]
        return above[0] if above else otherwise

    def verdicts(self, thresholds: FloatArray) -> IntArray:
        """The state told of each head, -1 where its probability is below its threshold."""
        best = self.probabilities.argmax(axis=1)
        sure = np.take_along_axis(self.probabilities, best[:, None], axis=1)[:, 0]
        told: IntArray = np.where(sure >= thresholds[best], best, -1)
        return told


def answer_figures(answers: Answers, thresholds: FloatArray, missing: int) -> dict[str, float]:
    """Accuracy, coverage, and how far a verdict of ``missing`` may be trusted.

    ``wrongly_missing`` is the share of heads in another state that are called missing: unlike
    the precision it does not depend on how many bare heads a set holds.
    """
    told = answers.verdicts(thresholds)
    clear, called = told >= 0, told == missing
    right = told == answers.truth
    others, bare = answers.truth != missing, answers.truth == missing
    return {
        "heads": len(told),
        "accuracy": _share(answers.probabilities.argmax(axis=1) == answers.truth),
        "coverage": _share(clear),
        "accuracy_when_clear": _share(right[clear]),
        "missing_precision": _share(right[called]),
        "missing_recall": _share(called[bare]),
        "wrongly_missing": _share(called[others]),
    }


def _share(rows: Mask) -> float:
    return round(float(rows.mean()), 3) if len(rows) else float("nan")
