"""What the detector says of held-out pictures, through the very path that footage takes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from models.dataset import Picture, for_detector
from models.looks import Look, dim, infrared
from models.metrics import Matches, match
from models.pictures import Image, fit, read_image
from vision.detections import KINDS, Detections, FloatArray
from vision.detector import OpenVinoDetector, Precision
from vision.frames import Frame
from vision.model import ModelBundle

LOWEST_CONFIDENCE: Final = 0.001  # of a chance: a network unsure of itself says 0.01 to 0.02
SHAPES: Final = 64  # photographs have all sorts of sides, and compiling takes longer than looking
SHRUNK_TO: Final = 1 / 3
CANVAS_PX: Final = 640
PESTS: Final = ("rat-dpk", "rat-jorge", "cockroach-leemark", "cockroach-zonebug")
# Pictures by day are as they are; the others are made of the very same pictures.
LookName = Literal["day", "dim", "infrared"]
LOOKS: Final[Mapping[LookName, Look | None]] = {"day": None, "dim": dim, "infrared": infrared}


@dataclass(frozen=True)
class Seen:
    """One held-out picture and everything the detector said of it, however unsure."""

    picture: Picture
    width: int
    height: int
    found: Detections

    def truth(self, name: str) -> FloatArray:
        """True boxes (n, 4) px of a class."""
        rows = [label.xywh for label in self.picture.labels if label.meaning.kind == name]
        xywh = np.array(rows, np.float32).reshape(-1, 4)
        corners = np.hstack([xywh[:, :2] - xywh[:, 2:] / 2, xywh[:, :2] + xywh[:, 2:] / 2])
        size = np.array([self.width, self.height] * 2, np.float32)
        return np.asarray(corners * size, np.float32)

    def of(self, name: str) -> Detections:
        """The detections of a class."""
        return self.found[self.found.class_id == [str(kind) for kind in KINDS].index(name)]

    def matches(self, name: str, iou: float = 0.5) -> Matches:
        """The detections of a class against the truth."""
        told, truth = self.of(name), self.truth(name)
        correct = match(told.xyxy, told.confidence, truth, iou)
        return Matches(told.confidence, correct, len(truth))


def open_bare(
    bundle: ModelBundle, *, threads: int | None = None, precision: Precision = "auto"
) -> OpenVinoDetector:
    """The runtime's detector with the thresholds all but off, and no head states."""
    everything = dict.fromkeys(bundle.manifest.detector.classes, LOWEST_CONFIDENCE)
    detector = bundle.manifest.detector.model_copy(update={"thresholds": everything})
    manifest = bundle.manifest.model_copy(update={"detector": detector, "head_state": None})
    bare = bundle.model_copy(update={"manifest": manifest})
    return OpenVinoDetector(bare, threads, precision, SHAPES)


def some_of(pictures: Iterable[Picture]) -> list[Picture]:
    """About a quarter of the pictures, always the same: enough for a made look."""
    return [p for p in pictures if _number(p) % 4 == 0]


def _number(picture: Picture) -> int:
    return zlib.crc32(f"{picture.set_name}/{picture.path.stem}".encode())


def held_out(pictures: Iterable[Picture]) -> list[Picture]:
    """The pictures of the validation side whose boxes are complete."""
    return [picture for picture in for_detector(pictures) if picture.held_out]


def look_at(
    detector: OpenVinoDetector, pictures: Iterable[Picture], look: LookName = "day"
) -> list[Seen]:
    """Run the detector over pictures, each first given a look that depends on its name only."""
    return [_seen(detector, picture, looked(picture, look)) for picture in pictures]


def looked(picture: Picture, look: LookName) -> Image:
    """The picture as it would look; the same every time."""
    image, change = read_image(picture.path), LOOKS[look]
    return change(image, np.random.default_rng(_number(picture))) if change else image


def look_at_small(detector: OpenVinoDetector, pictures: Iterable[Picture]) -> list[Seen]:
    """Pest pictures shrunk to a third on grey: pests as small as on a camera."""
    chosen = [picture for picture in pictures if picture.set_name in PESTS]
    return [_seen(detector, _shrunk(p), _on_grey(read_image(p.path))) for p in chosen]


def retold(seen: Sequence[Seen], pictures: Iterable[Picture]) -> list[Seen]:
    """The same detections against other labels of the same pictures."""
    by_path = {picture.path: picture for picture in pictures}
    return [replace(one, picture=by_path.get(one.picture.path, one.picture)) for one in seen]


def _seen(detector: OpenVinoDetector, picture: Picture, image: Image) -> Seen:
    found = detector.detect(Frame(image, 0.0))
    return Seen(picture, image.shape[1], image.shape[0], found)


def _on_grey(image: Image) -> Image:
    small = fit(image, round(CANVAS_PX * SHRUNK_TO))
    h, w = small.shape[:2]
    canvas = np.full((CANVAS_PX, CANVAS_PX, 3), 114, np.uint8)
    top, left = (CANVAS_PX - h) // 2, (CANVAS_PX - w) // 2
    canvas[top : top + h, left : left + w] = small
    return canvas


def _shrunk(picture: Picture) -> Picture:
    h, w = read_image(picture.path).shape[:2]
    sx, sy = w / max(w, h) * SHRUNK_TO, h / max(w, h) * SHRUNK_TO
    return picture.with_labels(
        replace(
            label,
            xywh=(
                0.5 + (label.xywh[0] - 0.5) * sx,
                0.5 + (label.xywh[1] - 0.5) * sy,
                label.xywh[2] * sx,
                label.xywh[3] * sy,
            ),
        )
        for label in picture.labels
    )
