"""Head crops with their partial labels, and the wear that makes them look like camera heads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from models.dataset import (
    HAT_STATES,
    MASK_STATES,
    Label,
    Picture,
    head_from_face,
    read_labels,
)
from models.pictures import Image, Rng, read_image, shrink_and_grow, wear
from vision.detections import FloatArray
from vision.heads import head_crop

INPUT_PX: Final = 112
MARGIN: Final = 0.2
STORED_MARGIN: Final = 0.4  # wider than the network sees, so that the box can be jittered
STORED_PX: Final = 168
UNLABELLED: Final = -1
SMALLEST_PX: Final = 12
SET_WEIGHTS: Final = {"kitchen-frames": 2.0, "chef-photos": 2.0, "hardhat": 0.4}
FACE_CLASSES: Final = ["with_mask", "without_mask", "with_incorrect_mask"]


@dataclass(frozen=True)
class Crop:
    """One head: a square picture of the box grown by STORED_MARGIN, and what is known of it.

    ``hat`` and ``mask`` index HAT_STATES and MASK_STATES, -1 where nobody labelled them. ``face``
    is the face box as shares of the crop, where one is known.
    """

    set_name: str
    name: str
    held_out: bool
    image: Image
    head_px: float
    hat: int
    mask: int
    face: tuple[float, float, float, float] | None = None


def read_crops(pictures: Iterable[Picture]) -> list[Crop]:
    """Cut every head with a hat or mask state; faces are grown to heads first."""
    return [crop for picture in pictures for crop in _crops_of(picture)]


def _crops_of(picture: Picture) -> list[Crop]:
    stated = [label for label in picture.labels if label.meaning.hat or label.meaning.mask]
    if not stated:
        return []
    image = read_image(picture.path)
    faces = _faces_of(picture)
    return [_crop(picture, image, label, faces) for label in stated]


def _faces_of(picture: Picture) -> list[tuple[float, float, float, float]]:
    path = picture.path.parent.parent / "labels_face" / f"{picture.path.stem}.txt"
    return [label.xywh for label in read_labels(path, FACE_CLASSES)]


def _crop(
    picture: Picture, image: Image, label: Label, faces: Sequence[tuple[float, float, float, float]]
) -> Crop:
    xywh = head_from_face(label.xywh) if label.meaning.kind == "face" else label.xywh
    h, w = image.shape[:2]
    x, y, bw, bh = xywh[0] * w, xywh[1] * h, xywh[2] * w, xywh[3] * h
    box = np.array([x - bw / 2, y - bh / 2, x + bw / 2, y + bh / 2], np.float32)
    side = max(bw, bh) * (1 + 2 * STORED_MARGIN)
    inside = [f for f in faces if abs(f[0] * w - x) < bw / 2 and abs(f[1] * h - y) < bh / 2]
    face = None
    if len(inside) == 1:
        fx, fy, fw, fh = inside[0]
        face = ((fx * w - x) / side + 0.5, (fy * h - y) / side + 0.5, fw * w / side, fh * h / side)
    return Crop(
        picture.set_name,
        picture.path.stem,
        picture.held_out,
        head_crop(image, box, STORED_MARGIN, STORED_PX),
        bh,
        HAT_STATES.index(label.meaning.hat) if label.meaning.hat else UNLABELLED,
        MASK_STATES.index(label.meaning.mask) if label.meaning.mask else UNLABELLED,
        face,
    )


def weights(crops: Sequence[Crop]) -> list[float]:
    """How often each crop is drawn: rare pairs of states more often, by the square root."""
    counts = Counter((crop.hat, crop.mask) for crop in crops)
    return [
        SET_WEIGHTS.get(crop.set_name, 1.0) / counts[(crop.hat, crop.mask)] ** 0.5 for crop in crops
    ]


def as_the_network_sees(crop: Crop) -> Image:
    """The crop at the runtime's margin, (INPUT_PX, INPUT_PX, 3) BGR."""
    return _window(crop.image, 0.0, 0.0, 1.0)


def _window(image: Image, dx: float, dy: float, zoom: float) -> Image:
    side = STORED_PX * (1 + 2 * MARGIN) / (1 + 2 * STORED_MARGIN) * zoom
    middle = STORED_PX / 2
    x, y = middle + dx * side, middle + dy * side
    half = side / 2
    box = np.array([x - half, y - half, x + half, y + half], np.float32)
    return head_crop(image, box, 0, INPUT_PX)


def at_height(crop: Crop, head_px: float) -> Image:
    """As the network would see this head if it were ``head_px`` high in the frame."""
    ratio = head_px / max(crop.head_px, 1.0)
    image = as_the_network_sees(crop)
    if ratio >= 1:
        return image
    stored_side = crop.head_px * (1 + 2 * MARGIN)
    return shrink_and_grow(image, max(4, round(min(INPUT_PX, stored_side * ratio))))


def vary(crop: Crop, rng: Rng, drawn_mask_share: float) -> tuple[Image, int]:
    """A training view of the crop and its mask state, which a drawn mask may have changed."""
    image, mask = crop.image, crop.mask
    missing = MASK_STATES.index("missing")
    if crop.face and mask == missing and rng.random() < drawn_mask_share:
        image, mask = draw_mask(image, crop.face, rng)
    dx, dy = rng.normal(0, 0.05, 2)
    image = _window(image, float(dx), float(dy), float(rng.uniform(0.85, 1.15)))
    if rng.random() < 0.5:
        image = np.ascontiguousarray(image[:, ::-1])
    turn = cv2.getRotationMatrix2D((INPUT_PX / 2, INPUT_PX / 2), float(rng.normal(0, 8)), 1)
    image = np.asarray(cv2.warpAffine(image, turn, (INPUT_PX, INPUT_PX), borderMode=1), np.uint8)
    if rng.random() < 0.65:
        image = shrink_and_grow(image, int(SMALLEST_PX * (INPUT_PX / SMALLEST_PX) ** rng.random()))
    tint = rng.uniform(0.75, 1.25) * rng.uniform(0.9, 1.1, 3)
    image = np.clip(image * tint, 0, 255).astype(np.uint8)
    return wear(image, rng, 0.15), mask


def draw_mask(image: Image, face: tuple[float, float, float, float], rng: Rng) -> tuple[Image, int]:
    """Draw a plain mask over the lower face, or one under the nose, as hats with masks are rare."""
    worn = rng.random() < 0.75
    x, y, w, h = (value * STORED_PX for value in face)
    top = y + h * (rng.uniform(-0.08, 0.05) if worn else rng.uniform(0.2, 0.28))
    bottom = y + h * rng.uniform(0.46, 0.56)
    half = w * rng.uniform(0.38, 0.46)
    outline = [
        (x - half, top + 0.08 * h), (x, top - 0.06 * h), (x + half, top + 0.08 * h),
        (x + 0.7 * half, bottom - 0.06 * h), (x, bottom), (x - 0.7 * half, bottom - 0.06 * h),
    ]  # fmt: skip
    colours = [(235, 235, 235), (215, 190, 150), (40, 40, 40), (200, 200, 170), (190, 160, 120)]
    colour = np.array(colours[int(rng.integers(len(colours)))]) * rng.uniform(0.7, 1.05)
    area = np.zeros(image.shape[:2], np.float32)
    cv2.fillPoly(area, [np.array(outline, np.int32)], 1.0)
    area = np.asarray(cv2.GaussianBlur(area, (0, 0), 1.2), np.float32)
    shade = 0.75 + 0.5 * cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), (0, 0), 4) / 255
    cloth = np.clip(colour[None, None] * shade[..., None], 0, 255)
    drawn = image * (1 - area[..., None]) + cloth * area[..., None]
    return drawn.astype(np.uint8), MASK_STATES.index("worn" if worn else "incorrect")


def as_input(images: Sequence[Image]) -> FloatArray:
    """(n, 3, px, px) float32 RGB 0-1."""
    stack = np.stack([image[..., ::-1].transpose(2, 0, 1) for image in images])
    return np.asarray(np.ascontiguousarray(stack, np.float32) / 255, np.float32)
