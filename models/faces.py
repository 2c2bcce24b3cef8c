"""The door to YuNet: five landmarks of the face in a head crop, for drawing on it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import cv2
import numpy as np

from models.drawn import Face
from models.pictures import Image

YUNET: Final = "yunet.onnx"
LOWEST: Final = 0.3
TRUSTED: Final = 0.5
DOUBLES_IOU: Final = 0.3
KEPT: Final = 20
# A face of the head itself lies near the middle of its crop, as shares of the side.
MIDDLE: Final = (0.5, 0.535)
AWAY: Final = 0.27
WIDE: Final = 0.18


class FaceFinder:
    """Finds the face of the head that a square crop is centred on."""

    def __init__(self, weights: Path, side_px: int) -> None:
        size = (side_px, side_px)
        self._network = cv2.FaceDetectorYN.create(str(weights), "", size, LOWEST, DOUBLES_IOU, KEPT)
        self._side = side_px

    def find(self, crop: Image) -> Face | None:
        """The surest face in the middle, None when there is none to trust."""
        found = self._network.detect(crop)[1]
        rows = np.zeros((0, 15)) if found is None else np.asarray(found, np.float64)
        x, y = (rows[:, :2] + rows[:, 2:4] / 2).T / self._side
        near = np.hypot(x - MIDDLE[0], y - MIDDLE[1]) < AWAY
        rows = rows[near & (rows[:, 2] > WIDE * self._side) & (rows[:, 14] > TRUSTED)]
        if not len(rows):
            return None
        best = rows[rows[:, 14].argmax()]
        return Face(best[4:14].reshape(5, 2), tuple(best[:4].tolist()))


def finder_beside(start: Path, side_px: int) -> FaceFinder | None:
    """A finder where YuNet's weights lie beside the start weights."""
    path = start.parent / YUNET
    return FaceFinder(path, side_px) if path.is_file() else None
