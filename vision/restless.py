"""What changes all the time in a picture, a clock or a fan, tells nothing of what moves."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from vision.detections import Mask

# Where more of a picture than this always changes, it is no clock.
RESTLESS_SHARE: Final = 0.02


def always_changing(changes: deque[Mask], like: Mask) -> Mask:
    """What changed in each of the last ``changes``; nothing before there are as many as fit."""
    if len(changes) != changes.maxlen:
        return np.zeros_like(like)
    always: Mask = np.logical_and.reduce(list(changes))
    return always
