"""Cut heads out at full resolution, and say what may be said about hat and mask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, cast

import cv2
import numpy as np

from vision.detections import FloatArray, HatState, IntArray, MaskState
from vision.frames import Image
from vision.letterbox import PAD
from vision.model import HatSpec, MaskSpec

UNCLEAR: Final = 0
HAT_IDS: Final = {"worn": HatState.WORN, "missing": HatState.MISSING}
MASK_IDS: Final = {
    "worn": MaskState.WORN,
    "incorrect": MaskState.INCORRECT,
    "missing": MaskState.MISSING,
    "unseen": MaskState.UNCLEAR,
}


def crop_square(box: FloatArray, margin: float) -> tuple[int, int, int]:
    """Left, top and side, whole pixels, of the square around a (4,) head box.

    Its side is the longer side of the box plus ``margin`` of it on either side; it may
    reach out of the picture.
    """
    left, top, right, bottom = (float(edge) for edge in box)
    side = max(1, round(max(right - left, bottom - top) * (1 + 2 * margin)))
    return round((left + right - side) / 2), round((top + bottom - side) / 2), side


def head_crop(image: Image, box: FloatArray, margin: float, size_px: int) -> Image:
    """The square around a head, (size_px, size_px, 3) uint8, grey where the picture ends."""
    left, top, side = crop_square(box, margin)
    square = np.full((side, side, 3), PAD, np.uint8)
    rows = slice(max(0, top), max(0, min(image.shape[0], top + side)))
    columns = slice(max(0, left), max(0, min(image.shape[1], left + side)))
    seen = image[rows, columns]
    at_row, at_column = rows.start - top, columns.start - left
    square[at_row : at_row + seen.shape[0], at_column : at_column + seen.shape[1]] = seen
    method = cv2.INTER_AREA if side > size_px else cv2.INTER_LINEAR
    return cast("Image", cv2.resize(square, (size_px, size_px), interpolation=method))


def sharpness(crop: Image) -> float:
    """Variance of the Laplacian of the grey crop (Pech-Pacheco et al. 2000)."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_32F).var())


def choose_states(
    probabilities: FloatArray,
    heights_px: FloatArray,
    sharpnesses: FloatArray,
    spec: HatSpec | MaskSpec,
) -> tuple[IntArray, FloatArray]:
    """States (n,) and confidences (n,) from (n, k) probabilities in the order of ``spec.states``.

    A head that is too small or too blurred, a state below its threshold, or ``unseen`` is
    UNCLEAR; its confidence says how sure it is that nothing can be said.
    """
    ids: Mapping[str, int] = HAT_IDS if isinstance(spec, HatSpec) else MASK_IDS
    names: Sequence[str] = spec.states
    limits = {str(name): limit for name, limit in spec.thresholds.items()}
    told = np.array([ids[name] for name in names], np.int64)
    needed = np.array([limits.get(name, 0.0) for name in names], np.float32)
    best = probabilities.argmax(axis=1)
    sure = np.take_along_axis(probabilities, best[:, None], axis=1)[:, 0]
    seen = (heights_px >= spec.min_head_px) & (sharpnesses >= spec.min_sharpness)
    clear = seen & (sure >= needed[best])
    states: IntArray = np.where(clear, told[best], UNCLEAR)
    confidence = np.where(clear, sure, np.where(seen, 1 - sure, 1.0))
    return states, confidence.astype(np.float32)
