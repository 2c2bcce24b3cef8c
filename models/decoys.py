"""Things that lie about in kitchens and are no pests: they must be seen to be told apart."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from models.pictures import CutOut, Image, Mask, Rng, resize

NOTHING: Final = -1  # the class of a cut-out that gets no label
CANVAS_PX: Final = 96


def _canvas(colour: Mask) -> tuple[Image, Mask]:
    image = np.full((CANVAS_PX, CANVAS_PX, 3), colour, np.float32)
    return np.asarray(image, np.uint8), np.zeros((CANVAS_PX, CANVAS_PX), np.float32)


def _dark(rng: Rng) -> Mask:
    return np.asarray(rng.uniform(10, 90) * rng.uniform(0.6, 1.1, 3), np.float32)


def blob(rng: Rng) -> CutOut:
    """A dark spot: a stain, a stone, a shadow, a dropped piece of food."""
    image, mask = _canvas(_dark(rng))
    middle = CANVAS_PX // 2
    for _ in range(int(rng.integers(1, 4))):
        axes = (int(rng.integers(12, 40)), int(rng.integers(8, 26)))
        at = tuple(int(v) for v in middle + rng.integers(-8, 9, 2))
        cv2.ellipse(mask, at, axes, float(rng.uniform(0, 180)), 0, 360, 1.0, -1)
    return CutOut(NOTHING, _grained(image, rng), _soft(mask, rng))


def drain(rng: Rng) -> CutOut:
    """A drain cover: a round or square plate with slots."""
    image, mask = _canvas(np.asarray(np.full(3, rng.uniform(70, 170)), np.float32))
    middle, radius = CANVAS_PX // 2, int(rng.integers(28, 44))
    low, high = middle - radius, middle + radius
    if rng.random() < 0.6:
        cv2.circle(mask, (middle, middle), radius, 1.0, -1)
    else:
        cv2.rectangle(mask, (low, low), (high, high), 1.0, -1)
    for x in range(low + 4, high - 2, int(rng.integers(7, 13))):
        cv2.line(image, (x, low + 5), (x, high - 5), (25, 25, 25), int(rng.integers(2, 4)))
    return CutOut(NOTHING, _grained(image, rng), _soft(mask, rng))


def cloth(rng: Rng) -> CutOut:
    """A crumpled cloth or glove: a jagged outline of one colour with folds."""
    image, mask = _canvas(np.asarray(rng.uniform(30, 230, 3), np.float32))
    angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(7, 13))))
    reach = rng.uniform(20, 46, len(angles))
    corners = CANVAS_PX / 2 + np.stack([np.cos(angles), np.sin(angles)], 1) * reach[:, None]
    cv2.fillPoly(mask, [corners.astype(np.int32)], 1.0)
    folds = rng.random((6, 6)).astype(np.float32)
    shade = cv2.resize(folds, (CANVAS_PX, CANVAS_PX), interpolation=cv2.INTER_CUBIC)
    folded = np.clip(image * (0.5 + 0.6 * shade[..., None]), 0, 255).astype(np.uint8)
    return CutOut(NOTHING, folded, _soft(mask, rng))


def cable(rng: Rng) -> CutOut:
    """A bent dark line: a cable, a cord, a crack; a tail without a rat."""
    image, mask = _canvas(_dark(rng))
    steps = np.linspace(0, 1, 24)
    bend = rng.uniform(-22, 22) * np.sin(steps * rng.uniform(2, 8))
    points = np.stack([6 + 84 * steps, CANVAS_PX / 2 + bend], 1).astype(np.int32)
    cv2.polylines(mask, [points], False, 1.0, int(rng.integers(2, 7)))
    return CutOut(NOTHING, _grained(image, rng), _soft(mask, rng))


def patch(room: Image, rng: Rng) -> CutOut:
    """A blob of some room: what pasting leaves behind must not be what makes a pest."""
    side = min(int(rng.integers(32, 96)), *room.shape[:2])
    y = int(rng.integers(0, room.shape[0] - side + 1))
    x = int(rng.integers(0, room.shape[1] - side + 1))
    crop = resize(room[y : y + side, x : x + side], CANVAS_PX, int(rng.integers(40, CANVAS_PX)))
    h, w = crop.shape[:2]
    yy, xx = np.ogrid[0:h, 0:w]
    distance = ((xx - w / 2) / (w / 2)) ** 2 + ((yy - h / 2) / (h / 2)) ** 2
    return CutOut(NOTHING, crop, np.clip((1 - distance) * 6, 0, 1).astype(np.float32))


DRAWN: Final = (blob, drain, cloth, cable)


def decoy(room: Image, rng: Rng) -> CutOut:
    """One of them: a piece of ``room`` as often as something drawn."""
    if rng.random() < 0.5:
        return patch(room, rng)
    return DRAWN[int(rng.integers(len(DRAWN)))](rng)


def _grained(image: Image, rng: Rng) -> Image:
    grain = rng.normal(0, rng.uniform(2, 12), image.shape)
    return np.clip(image + grain, 0, 255).astype(np.uint8)


def _soft(mask: Mask, rng: Rng) -> Mask:
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.8, 3.0)), np.float32)
