"""Head crops with their partial labels, and the wear that makes them look like camera heads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from models.dataset import HAT_STATES, MASK_STATES, Label, Picture, head_from_face
from models.drawn import Face, draw_beard, draw_mask, draw_visor, transplant
from models.drawn_hats import draw_bald, draw_hat
from models.faces import FaceFinder
from models.looks import wear
from models.pictures import Image, Rng, read_image, shrink_and_grow
from models.restated import read_restated, restate
from vision.detections import FloatArray
from vision.heads import head_crop

INPUT_PX: Final = 112
MARGIN: Final = 0.2
STORED_MARGIN: Final = 0.4  # wider than the network sees, so that the box can be jittered
STORED_PX: Final = 168
SEEN_PX: Final = STORED_PX * (1 + 2 * MARGIN) / (1 + 2 * STORED_MARGIN)
HEAD_TOP_PX: Final = STORED_PX / 2 - SEEN_PX / (1 + 2 * MARGIN) / 2
HEAD_END_PX: Final = STORED_PX - HEAD_TOP_PX
UNLABELLED: Final = -1
SMALLEST_PX: Final = 12
# Smaller heads are not trained on: their labels are guesses.
TRAINED_FROM_PX: Final = 10
SET_WEIGHTS: Final = {"kitchen-frames": 2.0, "chef-photos": 2.0, "hardhat": 0.4}
MISSING_HAT: Final = HAT_STATES.index("missing")
WORN_HAT: Final = HAT_STATES.index("worn")
MISSING_MASK: Final = MASK_STATES.index("missing")
UNSEEN: Final = MASK_STATES.index("unseen")
DONORS: Final = {MASK_STATES.index("worn"): 1.0, MASK_STATES.index("incorrect"): 2.5}
DONOR_FROM_PX: Final = 36
DONOR_TRIES: Final = 4


@dataclass(frozen=True)
class Crop:
    """One head: a square picture of the box grown by STORED_MARGIN, and what is known of it.

    ``hat`` and ``mask`` index HAT_STATES and MASK_STATES, -1 where nobody labelled them. ``face``
    lies in the square, where one was found.
    """

    set_name: str
    name: str
    group: str
    held_out: bool
    image: Image
    head_px: float
    hat: int
    mask: int
    face: Face | None = None


@dataclass(frozen=True)
class Shares:
    """How often a training view is drawn on; masks, beards and visors on bare faces only."""

    transplant: float = 0.25
    mask: float = 0.12
    beard: float = 0.15
    visor: float = 0.04
    hat: float = 0.25
    bald: float = 0.08
    worn_look: float = 0.3


def read_crops(pictures: Iterable[Picture], finder: FaceFinder | None = None) -> list[Crop]:
    """Cut every head with a hat or mask state, states restated by eye; faces are grown to heads."""
    told = restate(pictures, read_restated())
    return [crop for picture in told for crop in _crops_of(picture, finder)]


def _crops_of(picture: Picture, finder: FaceFinder | None) -> list[Crop]:
    stated = [label for label in picture.labels if label.meaning.hat or label.meaning.mask]
    if not stated:
        return []
    image = read_image(picture.path)
    return [_crop(picture, image, label, finder) for label in stated]


def _crop(picture: Picture, image: Image, label: Label, finder: FaceFinder | None) -> Crop:
    xywh = head_from_face(label.xywh) if label.meaning.kind == "face" else label.xywh
    h, w = image.shape[:2]
    x, y, bw, bh = xywh[0] * w, xywh[1] * h, xywh[2] * w, xywh[3] * h
    box = np.array([x - bw / 2, y - bh / 2, x + bw / 2, y + bh / 2], np.float32)
    square = head_crop(image, box, STORED_MARGIN, STORED_PX)
    face = finder.find(square) if finder else None
    if label.meaning.mask == "unseen":
        face = _turned_away(bw / max(bw, bh), bh / max(bw, bh))
    return Crop(
        picture.set_name,
        picture.path.stem,
        picture.group,
        picture.held_out,
        square,
        bh,
        HAT_STATES.index(label.meaning.hat) if label.meaning.hat else UNLABELLED,
        MASK_STATES.index(label.meaning.mask) if label.meaning.mask else UNLABELLED,
        face,
    )


def _turned_away(width: float, height: float) -> Face:
    """Where the face would be on the far side of a head: enough to put a hat on it."""
    w, h = (value * SEEN_PX / (1 + 2 * MARGIN) for value in (width, height))
    middle, top, unit = STORED_PX / 2, STORED_PX / 2 - h / 2, h / 3.15
    places = [(-0.23, 1.6), (0.23, 1.6), (0.0, 2.2), (-0.2, 2.6), (0.2, 2.6)]
    points = np.array([(middle + u * w, top + v * unit) for u, v in places])
    return Face(points, (middle - w / 2, top + unit, w, h - unit))


def weights(crops: Sequence[Crop]) -> list[float]:
    """How often each crop is drawn: rare pairs of states more often, by the square root."""
    counts = Counter((crop.hat, crop.mask) for crop in crops)
    return [
        SET_WEIGHTS.get(crop.set_name, 1.0) / counts[(crop.hat, crop.mask)] ** 0.5 for crop in crops
    ]


def as_the_network_sees(crop: Crop) -> Image:
    """The crop at the runtime's margin, (INPUT_PX, INPUT_PX, 3) BGR."""
    return _window(crop.image, (STORED_PX / 2, STORED_PX / 2), SEEN_PX)


def _window(image: Image, middle: tuple[float, float], side: float) -> Image:
    (x, y), half = middle, side / 2
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


class Views:
    """Training views of crops: drawn on, moved, turned, shrunk, tinted, worn."""

    def __init__(self, crops: Sequence[Crop], shares: Shares, rng: Rng) -> None:
        self._shares = shares
        self._rng = rng
        self._donors = [
            crop
            for crop in crops
            if crop.face and crop.mask in DONORS and crop.head_px > DONOR_FROM_PX
        ]
        chances = np.array([DONORS[crop.mask] for crop in self._donors])
        self._chances = chances / max(chances.sum(), 1e-9)

    def of(self, crop: Crop) -> tuple[Image, int, int]:
        """One view with its hat and mask state, which drawing may have changed."""
        image, mask = self._face_drawn(crop)
        image, hat, top = self._head_drawn(crop, image)
        rng, middle = self._rng, STORED_PX / 2
        height = HEAD_END_PX - top
        side = height * (1 + 2 * MARGIN)
        dx, dy = rng.normal(0, 0.05, 2) * side
        at = (middle + float(dx), (top + HEAD_END_PX) / 2 + float(dy))
        image = _window(image, at, side * float(rng.uniform(0.85, 1.15)))
        return self._worn(image), hat, mask

    def _face_drawn(self, crop: Crop) -> tuple[Image, int]:
        if crop.face is None or crop.mask != MISSING_MASK:
            return crop.image, crop.mask
        s, chance = self._shares, self._rng.random()
        if chance < s.transplant:
            return self._with_another_mask(crop, crop.face)
        if chance < s.transplant + s.mask:
            return draw_mask(crop.image, crop.face, self._rng)
        if chance < s.transplant + s.mask + s.beard:
            return draw_beard(crop.image, crop.face, self._rng), crop.mask
        if chance < s.transplant + s.mask + s.beard + s.visor:
            return draw_visor(crop.image, crop.face, self._rng), crop.mask
        return crop.image, crop.mask

    def _with_another_mask(self, crop: Crop, face: Face) -> tuple[Image, int]:
        for _ in range(DONOR_TRIES if self._donors else 0):
            donor = self._donors[int(self._rng.choice(len(self._donors), p=self._chances))]
            image = transplant(crop.image, face, donor.image, donor.face) if donor.face else None
            if image is not None:
                return image, donor.mask
        return crop.image, crop.mask

    def _head_drawn(self, crop: Crop, image: Image) -> tuple[Image, int, float]:
        """Also tells where the head with its new hat begins, px from the top."""
        if crop.face is None or crop.hat != MISSING_HAT:
            return image, crop.hat, HEAD_TOP_PX
        chance = self._rng.random()
        if chance < self._shares.hat:
            image, top = draw_hat(image, crop.face, self._rng)
            return image, WORN_HAT, min(max(top, 2.0), HEAD_TOP_PX)
        if chance < self._shares.hat + self._shares.bald and crop.mask != UNSEEN:
            return draw_bald(image, crop.face, self._rng), crop.hat, HEAD_TOP_PX
        return image, crop.hat, HEAD_TOP_PX

    def _worn(self, image: Image) -> Image:
        rng = self._rng
        if rng.random() < 0.5:
            image = np.ascontiguousarray(image[:, ::-1])
        turn = cv2.getRotationMatrix2D((INPUT_PX / 2, INPUT_PX / 2), float(rng.normal(0, 8)), 1)
        turned = cv2.warpAffine(image, turn, (INPUT_PX, INPUT_PX), borderMode=1)
        image = np.asarray(turned, np.uint8)
        if rng.random() < 0.65:
            side = int(SMALLEST_PX * (INPUT_PX / SMALLEST_PX) ** rng.random())
            image = shrink_and_grow(image, side)
        tint = rng.uniform(0.75, 1.25) * rng.uniform(0.9, 1.1, 3)
        image = np.clip(image * tint, 0, 255).astype(np.uint8)
        return wear(image, rng, self._shares.worn_look)


def as_input(images: Sequence[Image]) -> FloatArray:
    """(n, 3, px, px) float32 RGB 0-1."""
    stack = np.stack([image[..., ::-1].transpose(2, 0, 1) for image in images])
    return np.asarray(np.ascontiguousarray(stack, np.float32) / 255, np.float32)
