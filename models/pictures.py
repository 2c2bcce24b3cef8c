"""The door to OpenCV for training: pictures in, crops and worn-out copies out. BGR uint8 arrays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

Image: TypeAlias = npt.NDArray[np.uint8]
Mask: TypeAlias = npt.NDArray[np.float32]
Rng: TypeAlias = np.random.Generator


@dataclass(frozen=True)
class CutOut:
    """One thing without its ground; ``class_id`` -1 is none that gets a label."""

    class_id: int
    image: Image
    mask: Mask


def read_image(path: Path) -> Image:
    """Read a picture as (h, w, 3) BGR; raises ValueError when it is not one."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError(f"{path} is not a readable picture; take it out of the set.")
    return np.asarray(image, np.uint8)


def write_image(path: Path, image: Image, quality: int = 90) -> None:
    """Write a JPEG."""
    cv2.imwrite(str(path), image, [cv2.IMWRITE_JPEG_QUALITY, quality])


def resize(image: Image, width: int, height: int) -> Image:
    """Resize with the filter that suits the direction."""
    smaller = width * height < image.shape[0] * image.shape[1]
    mode = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (max(1, width), max(1, height)), interpolation=mode))


def resize_mask(mask: Mask, width: int, height: int) -> Mask:
    """Resize a mask of shares, kept within 0-1."""
    resized = cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA)
    return np.clip(np.asarray(resized, np.float32), 0, 1)


def fit(image: Image, side: int) -> Image:
    """Resize so that the long side is ``side`` px."""
    ratio = side / max(image.shape[:2])
    return resize(image, round(image.shape[1] * ratio), round(image.shape[0] * ratio))


def shrink_and_grow(image: Image, side: int) -> Image:
    """Lose the detail that a picture of ``side`` px would not have had."""
    h, w = image.shape[:2]
    ratio = side / max(h, w)
    small = resize(image, round(w * ratio), round(h * ratio))
    return np.asarray(cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR))


def compress(image: Image, quality: int) -> Image:
    """Run the picture through JPEG."""
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def infrared(image: Image, rng: Rng) -> Image:
    """Grey with a changed tone curve: what a night camera without colour shows."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32) / 255
    toned = np.clip(grey ** rng.uniform(0.6, 1.6) * rng.uniform(0.7, 1.2), 0, 1) * 255
    return np.repeat(toned.astype(np.uint8)[..., None], 3, axis=2)


def blur(image: Image, rng: Rng) -> Image:
    """Blur as by focus or by movement."""
    if rng.random() < 0.5:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 2.0)), np.uint8)
    length = int(rng.integers(3, 8))
    line = np.zeros((length, length), np.float32)
    line[length // 2] = 1 / length
    matrix = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), rng.uniform(0, 180), 1)
    kernel = np.asarray(cv2.warpAffine(line, matrix, (length, length)), np.float32)
    return np.asarray(cv2.filter2D(image, -1, kernel / max(kernel.sum(), 1e-6)), np.uint8)


def noise(image: Image, rng: Rng) -> Image:
    """Add sensor noise."""
    grain = rng.standard_normal(image.shape, np.float32) * np.float32(rng.uniform(3, 14))
    return np.clip(image.astype(np.float32) + grain, 0, 255).astype(np.uint8)


def wear(image: Image, rng: Rng, share: float = 0.2) -> Image:
    """Make a copy as a cheap camera would: each of the faults with probability ``share``."""
    if rng.random() < share:
        image = infrared(image, rng)
    if rng.random() < share:
        image = blur(image, rng)
    if rng.random() < share:
        image = noise(image, rng)
    if rng.random() < share:
        image = compress(image, int(rng.integers(25, 75)))
    return image


def cut_out(crop: Image, inner: tuple[int, int, int, int]) -> Mask | None:
    """Separate the animal inside ``inner`` (x, y, w, h) from its ground; None when unclear."""
    mask = np.zeros(crop.shape[:2], np.uint8)
    ground, animal = np.zeros((1, 65), np.float64), np.zeros((1, 65), np.float64)
    cv2.setRNGSeed(0)
    cv2.grabCut(crop, mask, inner, ground, animal, 3, cv2.GC_INIT_WITH_RECT)
    found = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
    share = float(found.sum()) / (inner[2] * inner[3])
    if not 0.2 < share < 0.85:
        return None
    return np.asarray(cv2.GaussianBlur(found, (0, 0), 1.0), np.float32)


def turn(image: Image, mask: Mask, degrees: float) -> tuple[Image, Mask]:
    """Rotate a cut-out about its middle, canvas grown to hold it."""
    h, w = mask.shape
    side = int(np.ceil(np.hypot(h, w)))
    matrix = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 1)
    matrix[:, 2] += (side / 2 - w / 2, side / 2 - h / 2)
    turned = cv2.warpAffine(image, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8), np.asarray(cv2.warpAffine(mask, matrix, (side, side)))


def paste(ground: Image, image: Image, mask: Mask, left: int, top: int) -> None:
    """Blend a cut-out into ``ground`` in place, half matched to the light of the spot."""
    h, w = mask.shape
    spot = ground[top : top + h, left : left + w].astype(np.float32)
    inside = mask > 0.5
    light = spot.mean() / max(float(image[inside].mean()) if inside.any() else 1.0, 1.0)
    lit = np.clip(image.astype(np.float32) * np.clip(light**0.4, 0.5, 1.6), 0, 255)
    alpha = mask[..., None]
    ground[top : top + h, left : left + w] = (alpha * lit + (1 - alpha) * spot).astype(np.uint8)


def dot(image: Image, at: tuple[int, int], radius: int) -> None:
    """Draw a bright disc in place."""
    cv2.circle(image, at, radius, (245, 245, 245), -1, cv2.LINE_AA)
