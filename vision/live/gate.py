"""Whether anything moves, from small pictures of brightness alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from vision.frames import Image

LEVEL: Final = 8.0
NOISE_TIMES: Final = 6.0
# A rat of 25 px in a picture of 1920 covers about so many pixels of the small one.
LEAST_PX: Final = 6


@dataclass(slots=True)
class Gate:
    """Compares each small picture with the one before it."""

    _before: Image | None = None

    def moved(self, luma: Image) -> bool:
        """Whether more than noise has changed; never for the first picture."""
        before, self._before = self._before, luma
        if before is None or before.shape != luma.shape:
            return False
        change = cv2.blur(luma.astype(np.float32) - before, (3, 3))
        # Brighter or darker as a whole is light; half of all pixels change less than noise does.
        change = np.abs(change - np.median(change))
        noise = 1.4826 * float(np.median(change))
        return int((change > max(LEVEL, NOISE_TIMES * noise)).sum()) >= LEAST_PX
