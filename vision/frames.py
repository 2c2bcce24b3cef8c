"""A decoded picture that knows its own time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A picture, (h, w, 3) uint8 BGR, ``time_s`` seconds into its source.

    For files the time is the presentation time, counted from the first frame's;
    for live cameras it is monotonic, taken after the read. It is never index / fps.
    """

    image: Image
    time_s: float

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return int(self.image.shape[1])

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return int(self.image.shape[0])
