"""Other people's models on the same pictures, in the same run; none of them is part of the bundle.

YuNet (Wu et al. 2023) finds faces, AIZOO's FaceMaskDetection says mask or none of a face: the
face-box way of telling masks. A COCO detector knows cats, dogs, mice as little as we do, and says
where a pet stands.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import openvino as ov

from models.crops import STORED_PX, Crop
from models.dataset import MASK_STATES
from models.faces import YUNET, FaceFinder
from models.figures import told_figures
from models.judged import UNCLEAR
from models.metrics import share
from models.pictures import Image
from models.seen import PESTS, Seen
from vision.detections import FloatArray, IntArray
from vision.geometry import box_iou

AIZOO: Final = "aizoo_face_mask_260.onnx"
COCO: Final = "yolo26n-coco.pt"
AIZOO_PX: Final = 260
# Its anchors: cells a side, two sizes, three shapes (as published with the weights).
AIZOO_CELLS: Final = (33, 17, 9, 5, 3)
AIZOO_SIZES: Final = ((0.04, 0.056), (0.08, 0.11), (0.16, 0.22), (0.32, 0.45), (0.64, 0.72))
AIZOO_SHAPES: Final = (1, 0.62, 0.42)
AIZOO_SURE: Final = 0.5
PETS: Final = {15: "cat", 16: "dog"}
PET_SURE: Final = 0.5
SAME: Final = 0.4


def aizoo_anchors() -> FloatArray:
    """Centre x, y, width and height of its 5,972 anchors, as shares of the picture."""
    rows = []
    for cells, sizes in zip(AIZOO_CELLS, AIZOO_SIZES, strict=True):
        shapes = [(size, size) for size in sizes]
        shapes += [(sizes[0] * s**0.5, sizes[0] / s**0.5) for s in AIZOO_SHAPES[1:]]
        steps = (np.arange(cells) + 0.5) / cells
        for y in steps:
            rows += [(x, y, w, h) for x in steps for w, h in shapes]
    return np.array(rows, np.float32)


class Aizoo:
    """Tells mask or no mask of the face nearest the middle of a crop."""

    def __init__(self, weights: Path) -> None:
        self._compiled = ov.Core().compile_model(str(weights), "CPU")
        self._anchors = aizoo_anchors()

    def tell(self, crop: Image) -> tuple[int, float]:
        """Index of the mask state (UNCLEAR when no face is found) and the confidence."""
        small = cv2.resize(crop, (AIZOO_PX, AIZOO_PX))[..., ::-1]
        array = np.ascontiguousarray(small.transpose(2, 0, 1)[None], np.float32) / 255
        places, classes = (self._compiled(array)[number][0] for number in (0, 1))
        middles = self._anchors[:, :2] + places[:, :2] * 0.1 * self._anchors[:, 2:]
        near = np.hypot(*(middles - 0.5).T) < 0.25
        sure = np.where(near[:, None], classes, 0)
        best = int(sure.max(axis=1).argmax())
        if sure[best].max() < AIZOO_SURE:
            return UNCLEAR, float(sure[best].max())
        state = "worn" if sure[best].argmax() == 0 else "missing"
        return MASK_STATES.index(state), float(sure[best].max())


def masks(crops: Sequence[Crop], weights: Path) -> dict[str, Any]:
    """AIZOO's verdicts on held-out heads, and how many of their faces YuNet finds."""
    stated = [crop for crop in crops if crop.mask >= 0]
    tables: dict[str, Any] = {}
    truth: IntArray = np.array([crop.mask for crop in stated], np.int64)
    if (weights / AIZOO).is_file():
        aizoo = Aizoo(weights / AIZOO)
        told: IntArray = np.array([aizoo.tell(crop.image)[0] for crop in stated], np.int64)
        tables["aizoo"] = told_figures(told, truth, "mask")
    if (weights / YUNET).is_file():
        finder = FaceFinder(weights / YUNET, STORED_PX)
        found = np.array([finder.find(crop.image) is not None for crop in stated], np.bool_)
        tables["yunet"] = {
            f"face found, mask {name}": share(
                int(found[truth == number].sum()), int((truth == number).sum())
            )
            for number, name in enumerate(MASK_STATES)
        }
    return tables


def pets(seen: Sequence[Seen], threshold: float, weights: Path) -> dict[str, Any]:
    """Cats and dogs that a COCO detector finds, and how many of them we call a rodent.

    Pictures of the rodent sets are left out: a COCO detector calls a rat a cat.
    """
    if not importlib.util.find_spec("ultralytics") or not (weights / COCO).is_file():
        return {"skipped": "needs ultralytics (extra train) and the COCO start weights"}
    from ultralytics import YOLO

    network = YOLO(str(weights / COCO))
    hits = of = 0
    for one in (one for one in seen if one.picture.set_name not in PESTS):
        boxes = network.predict(
            str(one.picture.path), conf=PET_SURE, classes=list(PETS), device="cpu", verbose=False
        )[0].boxes.xyxy.numpy()
        rodents = one.of("rodent")
        sure = rodents.xyxy[rodents.confidence >= threshold]
        overlap = box_iou(boxes, sure) if len(boxes) and len(sure) else np.zeros((len(boxes), 1))
        hits += int((overlap.max(axis=1) > SAME).sum())
        of += len(boxes)
    return {"called_rodent": share(hits, of)}
