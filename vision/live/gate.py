"""Whether anything moves, from small pictures of brightness alone."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from vision.detections import Mask
from vision.frames import Image
from vision.restless import RESTLESS_SHARE, always_changing

LEVEL: Final = 8.0
NOISE_TIMES: Final = 6.0
# A rat of 25 px in a picture of 1920 covers about so many pixels of the small one.
LEAST_PX: Final = 6
# A clock, a fan: what changed in each of so many spans is left alone, unless it is large.
RESTLESS_SPANS: Final = 6
SPAN_S: Final = 1.5
# Figures of a clock do not change the same pixels each time, but those of one digit or the next.
DIGIT_PX: Final = 13


@dataclass(slots=True)
class Gate:
    """Compares each small picture with the one before it; times rise from call to call."""

    _before: Image | None = None
    _during: Mask | None = None
    _since_s: float = -math.inf
    _spans: deque[Mask] = field(default_factory=lambda: deque(maxlen=RESTLESS_SPANS))

    def moved(self, luma: Image, time_s: float) -> bool:
        """Whether more than noise has changed in what is not always changing; never at first."""
        before, self._before = self._before, luma
        if before is None or before.shape != luma.shape:
            self._during = None
            self._spans.clear()
            return False
        change = cv2.blur(luma.astype(np.float32) - before, (3, 3))
        # Brighter or darker as a whole is light; half of all pixels change less than noise does.
        change = np.abs(change - np.median(change))
        noise = 1.4826 * float(np.median(change))
        changed: Mask = change > max(LEVEL, NOISE_TIMES * noise)
        always = always_changing(self._spans, changed)
        new = changed & ~always if float(always.mean()) <= RESTLESS_SHARE else changed
        self._note(changed, time_s)
        return int(new.sum()) >= LEAST_PX

    def _note(self, changed: Mask, time_s: float) -> None:
        self._during = changed if self._during is None else self._during | changed
        if time_s - self._since_s >= SPAN_S:
            around = np.ones((DIGIT_PX, DIGIT_PX), np.uint8)
            self._spans.append(cv2.dilate(self._during.astype(np.uint8), around) > 0)
            self._during, self._since_s = None, time_s
