"""Makes the training pictures that no set has: many small heads, and small pests in kitchens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.dataset import CLASSES, Picture
from models.decoys import decoy
from models.looks import dim, infrared, wear
from models.pictures import (
    CutOut,
    Image,
    Mask,
    Rng,
    blur,
    cut_out,
    dot,
    fit,
    paste,
    read_image,
    resize,
    resize_mask,
    turn,
)

Box = tuple[int, float, float, float, float]
SIDE_PX = 640
PEST_SHARE = (0.03, 0.16)  # of the long side: what a pest takes up on a kitchen camera
DARKEST = 28  # mean grey below which nobody could see a pest
NIGHT, EVENING = 0.35, 0.15  # how many of the rooms: pests come when nobody is there
COCKROACH = CLASSES.index("cockroach")
RODENT = CLASSES.index("rodent")


def boxes_of(picture: Picture) -> list[Box]:
    """Detector boxes: class id, then centre x, centre y, width, height as shares."""
    wanted = [label for label in picture.labels if label.meaning.kind in CLASSES]
    return [(CLASSES.index(label.meaning.kind), *label.xywh) for label in wanted]


def collage(pictures: Sequence[Picture], rng: Rng) -> tuple[Image, list[Box]]:
    """Tile a grid with shrunken pictures, so that large heads and pests become small ones."""
    per_side = round(len(pictures) ** 0.5)
    tile = SIDE_PX // per_side
    canvas = np.full((tile * per_side, tile * per_side, 3), int(rng.integers(60, 160)), np.uint8)
    boxes: list[Box] = []
    for index, picture in enumerate(pictures):
        row, column = divmod(index, per_side)
        image = fit(read_image(picture.path), int(tile * rng.uniform(0.7, 1.0)))
        h, w = image.shape[:2]
        y = row * tile + int(rng.integers(0, tile - h + 1))
        x = column * tile + int(rng.integers(0, tile - w + 1))
        canvas[y : y + h, x : x + w] = image
        boxes += [_moved(box, (x, y, w, h), canvas.shape[0]) for box in boxes_of(picture)]
    return wear(canvas, rng, 0.1), boxes


def _moved(box: Box, at: tuple[int, int, int, int], side: int) -> Box:
    class_id, cx, cy, bw, bh = box
    x, y, w, h = at
    return (class_id, (x + cx * w) / side, (y + cy * h) / side, bw * w / side, bh * h / side)


def cut_outs(picture: Picture, most: int = 2) -> list[CutOut]:
    """Cut the pests out of one picture; the unclear ones are left."""
    image = read_image(picture.path)
    found = []
    for class_id, cx, cy, bw, bh in boxes_of(picture)[:most]:
        h, w = image.shape[:2]
        grow = 0.15 * max(bw * w, bh * h)
        x1, y1 = int(max(0, (cx - bw / 2) * w - grow)), int(max(0, (cy - bh / 2) * h - grow))
        x2, y2 = int(min(w, (cx + bw / 2) * w + grow)), int(min(h, (cy + bh / 2) * h + grow))
        if min(x2 - x1, y2 - y1) < 24:
            continue
        crop = fit(image[y1:y2, x1:x2], 144)
        ratio = max(crop.shape[:2]) / max(x2 - x1, y2 - y1)
        left, top = ((cx - bw / 2) * w - x1) * ratio, ((cy - bh / 2) * h - y1) * ratio
        inner = (int(left) + 1, int(top) + 1, int(bw * w * ratio) - 2, int(bh * h * ratio) - 2)
        mask = cut_out(crop, inner) if min(inner[2:]) > 8 else None
        if mask is not None:
            found.append(CutOut(class_id, crop, mask))
    return found


def infested(
    ground: Picture, pests: Sequence[CutOut], strays: Sequence[Picture], rng: Rng
) -> tuple[Image, list[Box]]:
    """Put pests, and things that are none, into a room; lit, blurred and worn as a whole."""
    side = SIDE_PX if rng.random() < 0.6 else SIDE_PX // 2
    image = fit(read_image(ground.path), side).copy()
    boxes = boxes_of(ground)
    for stray in strays:
        _place(image, decoy(fit(read_image(stray.path), 256), rng), rng)
    spots = [_place(image, pest, rng) for pest in pests]
    image = _lit(image, [spot for spot in spots if spot], rng)
    boxes += [spot for spot in spots if spot]
    if side < SIDE_PX:
        image = fit(image, SIDE_PX)
    elif rng.random() < 0.3:
        image = blur(image, rng)
    return wear(image, rng, 0.12), boxes


def _lit(image: Image, spots: Sequence[Box], rng: Rng) -> Image:
    """By day, in the evening, or at night by the camera's own lamp, which eyes throw back."""
    light = rng.random()
    if light > NIGHT + EVENING:
        return image
    dark = infrared(image, rng) if light < NIGHT else dim(image, rng)
    if dark.mean() < DARKEST:
        return image
    for spot in spots if light < NIGHT else ():
        if spot[0] == RODENT and rng.random() < 0.5:
            _bright_eyes(dark, spot, rng)
    return dark


def _bright_eyes(image: Image, spot: Box, rng: Rng) -> None:
    """One or two dots near one end of the animal, in place."""
    height, width = image.shape[:2]
    _, x, y, w, h = spot
    end = 0.3 if rng.random() < 0.5 else -0.3
    along = (end * w, rng.uniform(-0.2, 0.2) * h)
    if h > w:
        along = (rng.uniform(-0.2, 0.2) * w, end * h)
    size = max(1, round(0.02 * max(w * width, h * height)))
    for apart in (0, 0.08 * max(w * width, h * height))[: int(rng.integers(1, 3))]:
        at = (round((x + along[0]) * width + apart), round((y + along[1]) * height))
        dot(image, at, size)


def _place(image: Image, pest: CutOut, rng: Rng) -> Box | None:
    height, width = image.shape[:2]
    most = 360 if pest.class_id == COCKROACH else 25
    turned, mask = turn(pest.image, pest.mask, rng.uniform(0, most))
    if rng.random() < 0.5:
        turned, mask = turned[:, ::-1], mask[:, ::-1]
    turned, mask = _trim(turned, mask)
    low, high = PEST_SHARE
    long_px = max(width, height) * low * (high / low) ** rng.random()
    ratio = long_px / max(mask.shape)
    w, h = max(4, round(mask.shape[1] * ratio)), max(4, round(mask.shape[0] * ratio))
    if w >= width or h >= height:
        return None
    x = int(rng.integers(0, width - w))
    y = int(rng.integers(min(height // 4, height - h - 1), height - h))
    small = resize_mask(mask, w, h)
    paste(image, resize(turned, w, h), small, x, y)
    return (pest.class_id, (x + w / 2) / width, (y + h / 2) / height, w / width, h / height)


def _trim(image: Image, mask: Mask) -> tuple[Image, Mask]:
    rows, columns = np.where((mask > 0.4).any(1))[0], np.where((mask > 0.4).any(0))[0]
    if not len(rows) or not len(columns):
        return image, mask
    window = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return image[window], mask[window]
