"""Read a detector's output as boxes, and drop the doubles; numpy only."""

from __future__ import annotations

from typing import Final

import numpy as np

from vision.detections import FloatArray, IntArray
from vision.geometry import box_iou

MAX_DETECTIONS: Final = 300


def read_end2end(output: FloatArray) -> tuple[FloatArray, FloatArray, IntArray]:
    """Boxes, confidences and classes from (n, 6) rows."""
    return output[:, :4], output[:, 4], np.nan_to_num(output[:, 5], nan=-1).astype(np.int64)


def read_raw(output: FloatArray) -> tuple[FloatArray, FloatArray, IntArray]:
    """Boxes, best confidence and its class from (4 + classes, n) centre-size columns."""
    middle, half = output[:2].T, output[2:4].T / 2
    xyxy: FloatArray = np.hstack([middle - half, middle + half])
    return xyxy, output[4:].max(axis=0), output[4:].argmax(axis=0)


def suppress(
    xyxy: FloatArray, confidence: FloatArray, classes: IntArray, max_iou: float
) -> IntArray:
    """Rows that are not a weaker double of another of their class, the surest first."""
    order = np.argsort(-confidence, kind="stable")[: 4 * MAX_DETECTIONS]
    boxes, kinds = xyxy[order], classes[order]
    doubles = (box_iou(boxes, boxes) > max_iou) & (kinds[:, None] == kinds[None])
    free = np.ones(len(order), np.bool_)
    kept: list[int] = []
    for row in range(len(order)):
        if free[row]:
            kept.append(row)
            free &= ~doubles[row]
    rows: IntArray = order[kept[:MAX_DETECTIONS]]
    return rows
