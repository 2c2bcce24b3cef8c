"""Contact sheets: labels and what a model says of them side by side, for a person to look at.

``python -m models.sheets --data DIR --set cockroach-leemark --out DIR`` draws labels green and,
with ``--model``, the model's boxes red; the pictures it disagrees with most come first. Every tile
has the picture's name, so that a correction can be written down (``corrections.toml``).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import cv2
import numpy as np
import typer

from models.dataset import Picture, read_all
from models.pictures import Image, fit, read_image, write_image
from vision.detections import FloatArray
from vision.detector import OpenVinoDetector
from vision.frames import Frame
from vision.geometry import box_iou
from vision.model import load_model

GREEN: Final = (0, 200, 0)
RED: Final = (0, 0, 255)
WHITE: Final = (255, 255, 255)
TILE_PX: Final = 210
COLUMNS: Final = 6
ROWS: Final = 5
SURE: Final = 0.3


def contact_sheet(images: Sequence[Image], columns: int = 8, side: int = 160) -> Image:
    """Pictures side by side, for a person to look at."""
    tiles = []
    for image in images:
        tile = np.full((side, side, 3), 40, np.uint8)
        small = fit(image, side)
        tile[: small.shape[0], : small.shape[1]] = small
        tiles.append(tile)
    blank = np.full((side, side, 3), 40, np.uint8)
    tiles += [blank] * (-len(tiles) % columns)
    rows = [np.hstack(tiles[at : at + columns]) for at in range(0, len(tiles), columns)]
    return np.asarray(np.vstack(rows), np.uint8)


def drawn(image: Image, boxes: FloatArray, colour: tuple[int, int, int]) -> Image:
    """A copy with boxes drawn in."""
    copy = image.copy()
    for x1, y1, x2, y2 in boxes.round().astype(int).tolist():
        cv2.rectangle(copy, (x1, y1), (x2, y2), colour, max(2, copy.shape[1] // 200))
    return copy


def labelled_boxes(picture: Picture, width: int, height: int) -> FloatArray:
    """All labelled boxes of a picture, (n, 4) px."""
    xywh = np.array([label.xywh for label in picture.labels], np.float32).reshape(-1, 4)
    corners = np.hstack([xywh[:, :2] - xywh[:, 2:] / 2, xywh[:, :2] + xywh[:, 2:] / 2])
    return np.asarray(corners * np.array([width, height] * 2), np.float32)


def disagreement(labelled: FloatArray, found: FloatArray) -> float:
    """How badly the worst box of either side is matched by the other: 0 the same, 1 not at all."""
    if not len(labelled) and not len(found):
        return 0.0
    if not len(labelled) or not len(found):
        return 1.0
    overlap = box_iou(labelled, found)
    return float(1 - min(overlap.max(axis=0).min(), overlap.max(axis=1).min()))


def tile(picture: Picture, detector: OpenVinoDetector | None) -> tuple[float, Image]:
    """How much the model disagrees, and the picture with both kinds of boxes and its name."""
    image = read_image(picture.path)
    labelled = labelled_boxes(picture, image.shape[1], image.shape[0])
    found = np.zeros((0, 4), np.float32)
    if detector:
        detections = detector.detect(Frame(image, 0.0))
        found = detections.xyxy[detections.confidence >= SURE]
    shown = fit(drawn(drawn(image, labelled, GREEN), found, RED), TILE_PX)
    font, at = cv2.FONT_HERSHEY_PLAIN, (2, 12)
    cv2.putText(shown, picture.path.stem[:24], at, font, 0.8, (0, 0, 0), 3)
    cv2.putText(shown, picture.path.stem[:24], at, font, 0.8, WHITE, 1)
    return disagreement(labelled, found), shown


def write_sheets(tiles: Sequence[Image], out: Path, name: str) -> None:
    """Sheets of 30 tiles, numbered."""
    out.mkdir(parents=True, exist_ok=True)
    step = COLUMNS * ROWS
    for number, at in enumerate(range(0, len(tiles), step)):
        sheet = contact_sheet(tiles[at : at + step], COLUMNS, TILE_PX)
        write_image(out / f"{name}-{number:03d}.jpg", sheet)


def main(
    data: Annotated[Path, typer.Option()],
    name: Annotated[str, typer.Option("--set")],
    out: Annotated[Path, typer.Option()],
    model: Annotated[Path | None, typer.Option()] = None,
    held_out: Annotated[bool, typer.Option("--held-out")] = False,
) -> None:
    """Write the sheets of one set below --out, the model's strongest disagreements first."""
    detector = OpenVinoDetector(load_model(model)) if model else None
    pictures = [p for p in read_all(data, (name,)) if p.held_out or not held_out]
    tiles = sorted((tile(p, detector) for p in pictures), key=lambda pair: -pair[0])
    write_sheets([image for _, image in tiles], out, name)


if __name__ == "__main__":
    typer.run(main)
