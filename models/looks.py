"""How a kitchen camera spoils a picture: night, steam, grease, movement, coding. BGR uint8 arrays.

Each look takes a picture and a generator and returns a new picture of the same shape.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import cv2
import numpy as np

from models.pictures import Image, Mask, Rng, blur, compress, noise, resize

Look: TypeAlias = Callable[[Image, Rng], Image]
MACROBLOCK_PX: Final = 16


def _bytes(values: Mask) -> Image:
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def _blurred(image: Image, sigma: float) -> Image:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)


def _from_middle(image: Image, rng: Rng) -> Mask:
    """Distance from a spot near the middle, 0 there and about 1 in the corners, (h, w, 1)."""
    h, w = image.shape[:2]
    y, x = np.ogrid[0:h, 0:w]
    cy, cx = rng.uniform(0.35, 0.65, 2)
    far = np.sqrt(((y / h - cy) / 0.7) ** 2 + ((x / w - cx) / 0.7) ** 2)
    return np.asarray(far[..., None], np.float32)


def infrared(image: Image, rng: Rng) -> Image:
    """A night camera: grey, lit by its own lamp, so hot in the middle and dark at the rim."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)[..., None] / 255
    toned = grey ** rng.uniform(0.6, 1.5) * rng.uniform(0.6, 1.1)
    far = _from_middle(image, rng)
    lamp = rng.uniform(0.9, 1.5) * (1 - rng.uniform(0.2, 0.75) * np.clip(far, 0, 1) ** 2)
    return np.repeat(_bytes(255 * toned * lamp), 3, axis=2)


def dim(image: Image, rng: Rng) -> Image:
    """Too little light: dark, flat, a colour cast, and the grain that gain brings."""
    cast = rng.uniform(0.85, 1.0, (1, 1, 3))
    dark = image.astype(np.float32) * rng.uniform(0.2, 0.55) * cast
    grain = rng.standard_normal(image.shape, np.float32) * np.float32(rng.uniform(2, 7))
    return _bytes((dark + grain + rng.uniform(0, 12)).astype(np.float32))


def steam(image: Image, rng: Rng) -> Image:
    """White clouds, thickest somewhere: random numbers of a few scales, blown up."""
    h, w = image.shape[:2]
    cloud = np.zeros((h, w), np.float32)
    for cells in (2, 4, 8):
        grid = rng.random((cells, cells)).astype(np.float32)
        cloud += cv2.resize(grid, (w, h), interpolation=cv2.INTER_CUBIC) / cells
    cloud = np.clip((cloud - cloud.min()) / max(float(np.ptp(cloud)), 1e-6), 0, 1)
    veil = cloud[..., None] * rng.uniform(0.25, 0.75)
    return _bytes(image * (1 - veil) + rng.uniform(190, 245) * veil)


def grease(image: Image, rng: Rng) -> Image:
    """A film on the dome: the lights bleed, contrast goes."""
    h, w = image.shape[:2]
    quarter = resize(image, max(8, w // 4), max(8, h // 4))
    glow = resize(_blurred(quarter, max(h, w) * rng.uniform(0.0025, 0.0075)), w, h)
    share = rng.uniform(0.25, 0.55)
    return _bytes(image * np.float32(1 - share) + glow * np.float32(share))


def rolling(image: Image, rng: Rng) -> Image:
    """A shaken rolling shutter: the rows are read one after the other and lean or wave."""
    h, w = image.shape[:2]
    rows = np.arange(h, dtype=np.float32)
    lean = rng.uniform(-0.04, 0.04) * (rows - h / 2)
    shift = lean + w * rng.uniform(0, 0.006) * np.sin(rows / h * rng.uniform(4, 20))
    x = np.arange(w, dtype=np.float32)[None] + shift[:, None].astype(np.float32)
    y = np.repeat(rows[:, None], w, axis=1)
    moved = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def coded(image: Image, rng: Rng) -> Image:
    """A starved video: JPEG at half the size, some macroblocks with their mean only."""
    h, w = image.shape[:2]
    small = compress(resize(image, max(8, w // 2), max(8, h // 2)), int(rng.integers(15, 45)))
    rough = resize(small, w, h)
    across, down = max(1, w // MACROBLOCK_PX), max(1, h // MACROBLOCK_PX)
    flat = cv2.resize(resize(rough, across, down), (w, h), interpolation=cv2.INTER_NEAREST)
    lost = (rng.random((down, across)) < rng.uniform(0, 0.06)).astype(np.uint8)
    holes = cv2.resize(lost, (w, h), interpolation=cv2.INTER_NEAREST)[..., None]
    return np.where(holes > 0, flat, rough).astype(np.uint8)


def jpeg(image: Image, rng: Rng) -> Image:
    """A hard JPEG."""
    return compress(image, int(rng.integers(20, 70)))


def far(image: Image, rng: Rng) -> Image:
    """A camera with too few pixels: shrunk to a third or a half and blown up."""
    h, w = image.shape[:2]
    ratio = rng.uniform(0.3, 0.7)
    small = resize(image, round(w * ratio), round(h * ratio))
    return resize(small, w, h)


# How often each look is taken, as a share of ``share``; in the order in which a camera does it.
LOOKS: Final[tuple[tuple[Look, float], ...]] = (
    (steam, 0.4),
    (grease, 0.4),
    (dim, 0.5),
    (infrared, 1.0),
    (rolling, 0.3),
    (far, 0.5),
    (blur, 0.8),
    (noise, 0.8),
    (coded, 0.5),
    (jpeg, 0.8),
)


def wear(image: Image, rng: Rng, share: float = 0.2) -> Image:
    """A copy as a cheap camera would make it: each look with its own part of ``share``."""
    for look, part in LOOKS:
        if rng.random() < share * part:
            image = look(image, rng)
    return image
