"""Contact sheets of what a bundle gets wrong on held-out pictures, for a person to look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from models.crops import as_the_network_sees
from models.judged import PARTS, STATES, UNCLEAR, Part
from models.measure import Observed, spec_of
from models.metrics import match
from models.pictures import Image, read_image, write_image
from models.seen import Seen
from models.sheets import GREEN, RED, contact_sheet, drawn
from vision.detections import FloatArray

ON_A_SHEET: Final = 48
HEADS_ON_A_SHEET: Final = 96
HEAD_TILE_PX: Final = 112


def write_sheets(observed: Observed, out: Path) -> None:
    """False and missed boxes of each class, and heads whose verdict is wrong."""
    out.mkdir(parents=True, exist_ok=True)
    for name, threshold in observed.bundle.manifest.detector.thresholds.items():
        false: list[Image] = []
        missed: list[Image] = []
        for one in observed.day:
            wrong, lost = _mistakes(one, name, threshold)
            false += _crops_around(one, wrong, RED)
            missed += _crops_around(one, lost, GREEN)
        _write(false, out / f"{name}-false-{len(false)}.jpg")
        _write(missed, out / f"{name}-missed-{len(missed)}.jpg")
    for part in PARTS if observed.views else ():
        _write_heads(observed, part, out)


def _write(images: Sequence[Image], path: Path) -> None:
    if images:
        step = max(1, len(images) // ON_A_SHEET)
        write_image(path, contact_sheet(images[::step][:ON_A_SHEET]))


def _write_heads(observed: Observed, part: Part, out: Path) -> None:
    answers = observed.views[0].answers(part)
    told = answers.verdicts(spec_of(observed.bundle.manifest, part))
    for code, state in enumerate(STATES[part]):
        wrong = (told == code) & (answers.truth != code) & (told != UNCLEAR)
        chosen = np.flatnonzero(wrong)[:HEADS_ON_A_SHEET]
        images = [as_the_network_sees(answers.crops[row]) for row in chosen]
        if images:
            sheet = contact_sheet(images, 12, HEAD_TILE_PX)
            write_image(out / f"{part}-wrongly-{state}-{int(wrong.sum())}.jpg", sheet)


def _mistakes(one: Seen, name: str, threshold: float) -> tuple[FloatArray, FloatArray]:
    """Boxes of a class that are wrong, and true ones that were not found."""
    told = one.of(name)
    sure = told[told.confidence >= threshold]
    truth = one.truth(name)
    correct = match(sure.xyxy, sure.confidence, truth)
    lost = ~match(truth, -truth[:, 0], sure.xyxy)
    return sure.xyxy[~correct], truth[lost]


def _crops_around(one: Seen, boxes: FloatArray, colour: tuple[int, int, int]) -> list[Image]:
    if not len(boxes):
        return []
    image = read_image(one.picture.path)
    crops = []
    for box in boxes:
        x1, y1, x2, y2 = box.tolist()
        grow = 1.0 * max(x2 - x1, y2 - y1)
        top, left = max(0, int(y1 - grow)), max(0, int(x1 - grow))
        shown = drawn(image, box[None], colour)
        crops.append(shown[top : int(y2 + grow), left : int(x2 + grow)])
    return crops
