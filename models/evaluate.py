"""Measures a bundle on held-out pictures, through the very path that footage takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import cv2
import numpy as np

from models.crops import Crop, at_height
from models.dataset import CLASSES, HAT_STATES, MASK_STATES, Picture, for_detector
from models.metrics import (
    Answers,
    Matches,
    answer_figures,
    average_precision,
    join,
    lowest_threshold,
    match,
)
from models.pictures import Image, fit, read_image
from vision.detections import KINDS, Detections, FloatArray
from vision.detector import Engine, OpenVinoDetector, engine_settings
from vision.frames import Frame
from vision.heads import sharpness
from vision.model import ModelBundle

LOWEST_CONFIDENCE: Final = 0.01
GRID: Final = tuple(round(float(value), 2) for value in np.arange(0.2, 0.96, 0.05))
STATE_GRID: Final = tuple(round(float(value), 2) for value in np.arange(0.6, 0.96, 0.01))
PRECISION: Final = {"head": 0.85, "rodent": 0.75, "cockroach": 0.75}
FALSE_PESTS_A_PICTURE: Final = 0.006
STATE_PRECISION: Final = {"worn": 0.95, "incorrect": 0.98, "missing": 0.97}
HEIGHTS_PX: Final = (12, 16, 20, 24, 32, 48, 80)
SHRUNK_TO: Final = 1 / 3
PESTS: Final = ("rat-dpk", "rat-jorge", "cockroach-leemark", "cockroach-zonebug")


@dataclass(frozen=True)
class Seen:
    """One held-out picture and everything the detector said of it, however unsure."""

    picture: Picture
    width: int
    height: int
    found: Detections

    @cached_property
    def truth(self) -> dict[str, FloatArray]:
        """True boxes (n, 4) px by class."""
        size = np.array([self.width, self.height] * 2, np.float32)
        boxes: dict[str, FloatArray] = {}
        for name in CLASSES:
            rows = [b.xywh for b in self.picture.labels if b.meaning.kind == name]
            xywh = np.array(rows, np.float32).reshape(-1, 4)
            half = xywh[:, 2:] / 2
            corners = np.hstack([xywh[:, :2] - half, xywh[:, :2] + half]) * size
            boxes[name] = np.asarray(corners, np.float32)
        return boxes

    def matches(self, name: str) -> Matches:
        """The detections of one class against the truth."""
        of_class = self.found[self.found.class_id == [str(kind) for kind in KINDS].index(name)]
        truth = self.truth[name]
        correct = match(of_class.xyxy, of_class.confidence, truth)
        return Matches(of_class.confidence, correct, len(truth))


def open_bare(bundle: ModelBundle, *, threads: int | None = None) -> OpenVinoDetector:
    """The runtime's detector with the thresholds all but off, and no head states."""
    everything = dict.fromkeys(bundle.manifest.detector.classes, LOWEST_CONFIDENCE)
    detector = bundle.manifest.detector.model_copy(update={"thresholds": everything})
    manifest = bundle.manifest.model_copy(update={"detector": detector, "head_state": None})
    return OpenVinoDetector(bundle.model_copy(update={"manifest": manifest}), threads)


def look(detector: OpenVinoDetector, pictures: Iterable[Picture]) -> list[Seen]:
    """Run the detector over the held-out pictures whose boxes are complete."""
    chosen = [picture for picture in for_detector(pictures) if picture.held_out]
    return [_look(detector, picture, read_image(picture.path)) for picture in chosen]


def look_at_small(detector: OpenVinoDetector, pictures: Iterable[Picture]) -> list[Seen]:
    """The held-out pest pictures again, shrunk to a third on grey: pests as small as in CCTV."""
    chosen = [p for p in for_detector(pictures) if p.held_out and p.set_name in PESTS]
    return [_look(detector, _shrunk(p), _on_grey(read_image(p.path))) for p in chosen]


def _look(detector: OpenVinoDetector, picture: Picture, image: Image) -> Seen:
    found = detector.detect(Frame(image, 0.0))
    return Seen(picture, image.shape[1], image.shape[0], found)


def _on_grey(image: Image) -> Image:
    side = 640
    small = fit(image, round(side * SHRUNK_TO))
    h, w = small.shape[:2]
    canvas = np.full((side, side, 3), 114, np.uint8)
    top, left = (side - h) // 2, (side - w) // 2
    canvas[top : top + h, left : left + w] = small
    return canvas


def _shrunk(picture: Picture) -> Picture:
    size = read_image(picture.path).shape
    long_side = max(size[:2])
    scale = np.array([size[1], size[0]]) / long_side * SHRUNK_TO
    labels = tuple(
        type(label)(
            label.meaning,
            (
                float(0.5 + (label.xywh[0] - 0.5) * scale[0]),
                float(0.5 + (label.xywh[1] - 0.5) * scale[1]),
                float(label.xywh[2] * scale[0]),
                float(label.xywh[3] * scale[1]),
            ),
        )
        for label in picture.labels
    )
    return Picture(picture.set_name, picture.path, picture.group, labels, picture.complete)


def detector_thresholds(seen: Sequence[Seen]) -> dict[str, float]:
    """Per class the lowest threshold with the wanted precision; pests also leave rooms alone.

    In pest pictures a loose box counts as a mistake; what an operator suffers from is a pest
    seen where there is none, so that is limited apart.
    """
    thresholds = {}
    for name in CLASSES:
        precise = lowest_threshold(
            join([one.matches(name) for one in seen]), PRECISION[name], GRID, otherwise=0.9
        )
        thresholds[name] = precise if name == "head" else max(precise, _quiet_from(seen, name))
    return thresholds


def _quiet_from(seen: Sequence[Seen], name: str) -> float:
    """The lowest threshold with few enough false pests in pictures without any pest."""
    clean = [one for one in seen if one.picture.set_name not in PESTS]
    false = join([one.matches(name) for one in clean]).confidence
    most = FALSE_PESTS_A_PICTURE * len(clean)
    quiet = [t for t in GRID if int((false >= t).sum()) <= most]
    return quiet[0] if quiet else 0.9


def detector_figures(seen: Sequence[Seen], thresholds: Mapping[str, float]) -> dict[str, Any]:
    """AP50 per class, per set and overall; precision and recall at the thresholds."""
    figures: dict[str, Any] = {"overall": _figures(seen, thresholds)}
    for set_name in sorted({one.picture.set_name for one in seen}):
        of_set = [one for one in seen if one.picture.set_name == set_name]
        figures[set_name] = _figures(of_set, thresholds)
    return figures


def _figures(seen: Sequence[Seen], thresholds: Mapping[str, float]) -> dict[str, Any]:
    figures: dict[str, Any] = {"pictures": len(seen)}
    false_pests = 0
    for name in CLASSES:
        matches = join([one.matches(name) for one in seen])
        if matches.to_find:
            precision, recall = matches.at(thresholds[name])
            figures[f"{name}_ap50"] = round(average_precision(matches), 3)
            figures[f"{name}_precision"] = round(precision, 3)
            figures[f"{name}_recall"] = round(recall, 3)
            figures[f"{name}_boxes"] = matches.to_find
        if name != "head":
            sure = matches.confidence >= thresholds[name]
            false_pests += int((sure & ~matches.correct).sum())
    figures["false_pests_a_picture"] = round(false_pests / max(len(seen), 1), 4)
    return figures


class HeadStates:
    """The head-state network of a bundle, run as the runtime runs it."""

    def __init__(self, bundle: ModelBundle, threads: int | None = None) -> None:
        path = bundle.head_state_path
        if path is None:
            raise ValueError(f"{bundle.folder} has no head-state network; export one first.")
        self._engine = Engine(path, engine_settings(threads, "auto"), ("hat", "mask"))

    def __call__(self, images: Sequence[Image]) -> tuple[FloatArray, FloatArray]:
        """Probabilities of the hat (n, 2) and the mask (n, 4)."""
        parts = [
            self._engine.run(np.stack(images[at : at + 64])) for at in range(0, len(images), 64)
        ]
        return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


@dataclass(frozen=True)
class Judged:
    """All held-out crops as if ``head_px`` high (0: as they are), with the network's answers."""

    crops: Sequence[Crop]
    head_px: float
    hat: FloatArray
    mask: FloatArray
    sharp: FloatArray

    def answers(self, part: str) -> tuple[Answers, list[Crop]]:
        """Answers for the heads whose hat (or mask) state is known and can be seen."""
        seen = MASK_STATES.index("unseen")
        truth = np.array([getattr(crop, part) for crop in self.crops], np.int64)
        tall = np.array([crop.head_px >= self.head_px for crop in self.crops])
        rows = (truth >= 0) & tall & ((truth != seen) if part == "mask" else True)
        kept = [crop for crop, row in zip(self.crops, rows, strict=True) if row]
        return Answers(getattr(self, part)[rows], truth[rows]), kept


def judge(network: HeadStates, crops: Sequence[Crop], head_px: float = 0) -> Judged:
    """Ask the network about every crop, shrunk to a head of ``head_px`` first."""
    images = [at_height(crop, head_px or crop.head_px) for crop in crops]
    hat, mask = network(images)
    sharp = np.array([sharpness(image) for image in images], np.float32)
    return Judged(crops, head_px, hat, mask, sharp)


STATES: Final = {"hat": HAT_STATES, "mask": MASK_STATES}


def state_thresholds(judged: Sequence[Judged], part: str) -> dict[str, float]:
    """Per state the lowest threshold whose verdicts are right often enough, over all views."""
    answers = [one.answers(part)[0] for one in judged]
    probabilities = np.concatenate([a.probabilities for a in answers])
    truth = np.concatenate([a.truth for a in answers])
    both = Answers(probabilities, truth)
    return {
        state: both.trusted_from(index, STATE_PRECISION[state], STATE_GRID, otherwise=0.95)
        for index, state in enumerate(STATES[part])
        if state != "unseen"
    }


def state_figures(judged: Judged, part: str, thresholds: Mapping[str, float]) -> dict[str, Any]:
    """The figures of one view, overall and per set."""
    limits = np.array([thresholds.get(state, 0.0) for state in STATES[part]], np.float32)
    missing = STATES[part].index("missing")
    answers, crops = judged.answers(part)
    figures: dict[str, Any] = {"overall": answer_figures(answers, limits, missing)}
    for name in sorted({crop.set_name for crop in crops}):
        rows = np.array([crop.set_name == name for crop in crops])
        figures[name] = answer_figures(answers.of(rows), limits, missing)
    return figures


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
