"""The one columnar container that crosses every stage."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

Kind = Literal["head", "rodent", "cockroach", "fly", "cat", "dog"]
KINDS: Final[tuple[Kind, ...]] = ("head", "rodent", "cockroach", "fly", "cat", "dog")
HEAD: Final = KINDS.index("head")
UNTRACKED: Final = -1

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class HatState(IntEnum):
    """Whether the hair is covered; UNCLEAR is an answer of its own."""

    UNCLEAR = 0
    WORN = 1
    MISSING = 2


class MaskState(IntEnum):
    """Whether nose and mouth are covered; UNCLEAR is an answer of its own."""

    UNCLEAR = 0
    WORN = 1
    INCORRECT = 2
    MISSING = 3


class MotionState(IntEnum):
    """What is known of a thing's own motion; UNTOLD while the camera or the light moves."""

    UNTOLD = 0
    STILL = 1
    MOVES = 2
    ARRIVED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """What the detector saw in one frame, one row per object; no rows is normal.

    xyxy             (n, 4) float32, pixels of the frame: left, top, right, bottom
    confidence       (n,) float32, 0-1
    class_id         (n,) int64, index into KINDS
    track_id         (n,) int64, UNTRACKED before the tracker ran or when it is unsure
    hat, mask        (n,) int64, HatState and MaskState; UNCLEAR for all that is no head
    hat_confidence, mask_confidence   (n,) float32, 0-1, of the state given
    motion           (n,) int64, MotionState; UNTOLD before the pipeline looked for motion
    """

    xyxy: FloatArray
    confidence: FloatArray
    class_id: IntArray
    track_id: IntArray
    hat: IntArray
    hat_confidence: FloatArray
    mask: IntArray
    mask_confidence: FloatArray
    motion: IntArray

    def __post_init__(self) -> None:
        n = len(self.xyxy)
        for name in COLUMNS:
            shape = getattr(self, name).shape
            expected = (n, 4) if name == "xyxy" else (n,)
            if shape != expected:
                raise ValueError(f"{name} has shape {shape}, expected {expected}")

    def __len__(self) -> int:
        return len(self.xyxy)

    def __getitem__(self, rows: Mask | IntArray | slice) -> Detections:
        """Keep the chosen rows: ``detections[detections.confidence > 0.5]``."""
        return Detections(*(getattr(self, name)[rows] for name in COLUMNS))

    def with_columns(self, **columns: Any) -> Detections:
        """The same rows with some columns replaced."""
        return replace(self, **columns)

    def joined(self, other: Detections) -> Detections:
        """These rows and then the other ones."""
        pairs = ((getattr(self, name), getattr(other, name)) for name in COLUMNS)
        return Detections(*(np.concatenate(pair) for pair in pairs))

    @staticmethod
    def of(xyxy: FloatArray, confidence: FloatArray, class_id: IntArray) -> Detections:
        """Untracked detections whose head states are still UNCLEAR."""
        n = len(xyxy)
        return Detections(
            xyxy=np.asarray(xyxy, np.float32).reshape(n, 4),
            confidence=np.asarray(confidence, np.float32),
            class_id=np.asarray(class_id, np.int64),
            track_id=np.full(n, UNTRACKED, np.int64),
            hat=np.zeros(n, np.int64),
            hat_confidence=np.zeros(n, np.float32),
            mask=np.zeros(n, np.int64),
            mask_confidence=np.zeros(n, np.float32),
            motion=np.zeros(n, np.int64),
        )

    @staticmethod
    def unknown_animals(xyxy: FloatArray) -> Detections:
        """Boxes (n, 4) of things that move like animals; nothing is said about their kind."""
        n = len(xyxy)
        return Detections.of(xyxy, np.zeros(n, np.float32), np.full(n, -1, np.int64))

    @staticmethod
    def empty() -> Detections:
        """No rows."""
        return Detections.of(
            np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64)
        )


COLUMNS: Final = tuple(column.name for column in fields(Detections))
