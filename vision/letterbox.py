"""Fit a picture into the detector's input and bring its boxes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self, cast

import cv2
import numpy as np

from vision.detections import FloatArray
from vision.frames import Image

STRIDE_PX: Final = 32
PAD: Final = 114


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where a ``width`` x ``height`` picture lies inside the input; all in pixels.

    The long side becomes ``input_px``, the short side is padded evenly to the next
    multiple of 32, as ultralytics does it: the network was trained on that.
    """

    width: int
    height: int
    inner_width: int
    inner_height: int
    input_width: int
    input_height: int

    @classmethod
    def of(cls, width: int, height: int, input_px: int) -> Self:
        """For a picture of at least 1x1 and an ``input_px`` that is a multiple of 32."""
        scale = input_px / max(width, height)
        inner = [max(1, round(side * scale)) for side in (width, height)]
        padded = [-(-side // STRIDE_PX) * STRIDE_PX for side in inner]
        return cls(width, height, *inner, *padded)

    @property
    def left(self) -> int:
        """Padding left of the picture."""
        return (self.input_width - self.inner_width) // 2

    @property
    def top(self) -> int:
        """Padding above the picture."""
        return (self.input_height - self.inner_height) // 2

    def fit(self, image: Image) -> Image:
        """The padded input, (input_height, input_width, 3) uint8, colours as given."""
        size = (self.inner_width, self.inner_height)
        inner = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
        right = self.input_width - self.inner_width - self.left
        bottom = self.input_height - self.inner_height - self.top
        sides = (self.top, bottom, self.left, right)
        fitted = cv2.copyMakeBorder(inner, *sides, cv2.BORDER_CONSTANT, value=(PAD, PAD, PAD))
        return cast("Image", fitted)

    def to_frame(self, xyxy: FloatArray) -> FloatArray:
        """(n, 4) boxes in input pixels as boxes in the picture's pixels, clipped to it."""
        corner = np.array([self.left, self.top] * 2, np.float32)
        scale = [self.width / self.inner_width, self.height / self.inner_height]
        moved = (xyxy - corner) * np.array(scale * 2, np.float32)
        limits = np.array([self.width, self.height] * 2, np.float32)
        clipped: FloatArray = np.clip(moved, np.float32(0), limits)
        return clipped
