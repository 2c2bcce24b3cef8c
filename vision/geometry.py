"""Boxes and points; numpy only, and nothing breaks on zero rows."""

from __future__ import annotations

import numpy as np

from vision.detections import FloatArray, Mask


def box_area(xyxy: FloatArray) -> FloatArray:
    """Areas of (n, 4) boxes in square pixels; an inverted box has none."""
    sides: FloatArray = np.clip(xyxy[:, 2:] - xyxy[:, :2], 0, None)
    return sides[:, 0] * sides[:, 1]


def box_iou(a: FloatArray, b: FloatArray) -> FloatArray:
    """Intersection over union of (n, 4) and (m, 4) boxes, as (n, m) in [0, 1]."""
    top_left = np.maximum(a[:, None, :2], b[None, :, :2])
    bottom_right = np.minimum(a[:, None, 2:], b[None, :, 2:])
    sides: FloatArray = np.clip(bottom_right - top_left, 0, None)
    overlap: FloatArray = sides[..., 0] * sides[..., 1]
    union = box_area(a)[:, None] + box_area(b)[None, :] - overlap
    iou: FloatArray = np.divide(overlap, union, out=np.zeros_like(overlap), where=union > 0)
    return iou


def centres(xyxy: FloatArray) -> FloatArray:
    """Middle points of (n, 4) boxes, (n, 2)."""
    middle: FloatArray = (xyxy[:, :2] + xyxy[:, 2:]) * np.float32(0.5)
    return middle


def feet(xyxy: FloatArray) -> FloatArray:
    """Middle of each box's lower edge, (n, 2): where a thing stands on the floor."""
    middle: FloatArray = np.stack([(xyxy[:, 0] + xyxy[:, 2]) / 2, xyxy[:, 3]], axis=1)
    return middle


def box_size(xyxy: FloatArray) -> FloatArray:
    """Longer side of each box, (n,) in pixels."""
    size: FloatArray = np.max(xyxy[:, 2:] - xyxy[:, :2], axis=1, initial=0)
    return size


def gaps(a: FloatArray, b: FloatArray) -> FloatArray:
    """Distance between the middles of (n, 4) and (m, 4) boxes, in lengths of the larger one.

    Shape (n, m). Counting in body lengths makes one limit serve near and far subjects.
    """
    apart = np.linalg.norm(centres(a)[:, None] - centres(b)[None], axis=2)
    size = np.maximum(box_size(a)[:, None], box_size(b)[None])
    lengths: FloatArray = np.divide(
        apart, size, out=np.full_like(apart, np.inf), where=size > 0
    ).astype(np.float32)
    return lengths


def inside(points: FloatArray, polygon: FloatArray) -> Mask:
    """Which (n, 2) points lie in a (k, 2) polygon, by the even-odd rule."""
    x, y = points[:, 0, None], points[:, 1, None]
    x1, y1 = polygon[:, 0], polygon[:, 1]
    x2, y2 = np.roll(x1, -1), np.roll(y1, -1)
    straddles = (y1 > y) != (y2 > y)
    rise = np.where(y2 == y1, 1, y2 - y1)
    crosses = straddles & (x < (x2 - x1) * (y - y1) / rise + x1)
    odd: Mask = crosses.sum(axis=1) % 2 == 1
    return odd


def nearest_pairs(distance: FloatArray, limit: float) -> list[tuple[int, int]]:
    """Rows and columns of (n, m) ``distance`` paired nearest first, none used twice.

    Pairs farther than ``limit`` stay apart. Ties go to the lower row, then column, so that
    the same input always gives the same pairs.
    """
    order = np.argsort(distance, axis=None, kind="stable")
    rows, columns = np.unravel_index(order, distance.shape)
    pairs: list[tuple[int, int]] = []
    free_rows, free_columns = set(range(distance.shape[0])), set(range(distance.shape[1]))
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if distance[row, column] > limit:
            break
        if row in free_rows and column in free_columns:
            pairs.append((row, column))
            free_rows.remove(row)
            free_columns.remove(column)
    return pairs
