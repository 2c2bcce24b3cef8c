"""Evidence made for a test: a drawn kitchen as JPEG frames, a clip, and the boxes as data."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from vision.alert import EvidenceRef

Box = tuple[float, float, float, float]
WIDTH, HEIGHT, RATE = 640, 360, 10
SUBJECT: Box = (0.42, 0.2, 0.5, 0.36)
OTHERS: tuple[tuple[Box, str], ...] = (
    ((0.1, 0.3, 0.17, 0.46), "worn"),
    ((0.7, 0.1, 0.76, 0.2), "unclear"),
)


@dataclass(frozen=True)
class EvidenceFile:
    """One file and how an alert announces it."""

    kind: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The hash that names it."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def ref(self) -> EvidenceRef:
        """Its announcement."""
        return EvidenceRef.model_validate(
            {
                "sha256": self.sha256,
                "kind": self.kind,
                "media_type": self.media_type,
                "bytes": len(self.content),
            }
        )


@dataclass(frozen=True)
class Footage:
    """What one alert brings along."""

    files: tuple[EvidenceFile, ...] = field(default_factory=tuple)


def drawn_kitchen(seed: int, shift: float = 0.0) -> NDArray[np.uint8]:
    """(HEIGHT, WIDTH, 3) RGB: tiles, a bench, one block a head; another seed looks different."""
    image = np.full((HEIGHT, WIDTH, 3), 198 - seed * 7 % 60, np.uint8)
    image[::24] -= 18
    image[int(HEIGHT * 0.6) :] = (120, 96, 90)
    for (left, top, right, bottom), colour in (
        (SUBJECT, (224, 172, 140)),
        *((box, (240, 240, 240)) for box, _ in OTHERS),
    ):
        xs = slice(int((left + shift) * WIDTH), int((right + shift) * WIDTH))
        image[int(top * HEIGHT) : int(bottom * HEIGHT), xs] = colour
    image[4:12, 4 : 12 + seed % 40] = (20, 20, 20)
    return image


def jpeg(image: NDArray[np.uint8]) -> bytes:
    """The picture as JPEG."""
    codec = av.CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt = WIDTH, HEIGHT, "yuvj420p"
    codec.time_base = Fraction(1, RATE)
    frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuvj420p")
    return b"".join(bytes(packet) for packet in (*codec.encode(frame), *codec.encode(None)))


@cache
def clip(seconds: float = 20.0) -> bytes:
    """An H.264 clip that a browser plays; encoded once, every alert may bring the same."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for index in range(round(seconds * RATE)):
            frame = av.VideoFrame.from_ndarray(drawn_kitchen(0, index / 1000), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def head(box: Box, hat: str, subject: bool = False) -> dict[str, Any]:
    """One detection of the data file."""
    return {
        "kind": "head",
        "box": box,
        "confidence": 0.91,
        "hat": {"state": hat, "confidence": 0.94},
        "mask": {"state": "unclear", "confidence": 0.6},
        "subject": subject,
    }


def boxes() -> dict[str, Any]:
    """The data file of a ``missing_hat`` alert, with an evidence curve."""
    seen = [head(SUBJECT, "missing", subject=True), *(head(box, hat) for box, hat in OTHERS)]
    curve = [(t / 4, min(6.0, max(0.0, t / 4 - 2)), _state(t)) for t in range(60)]
    return {
        "schema": "brightkitchen.boxes/1",
        "width": WIDTH,
        "height": HEIGHT,
        "zone": {
            "name": "range",
            "type": "cooking",
            "polygon": [(0.3, 0.5), (0.9, 0.45), (0.95, 0.9), (0.35, 0.95)],
        },
        "frames": [
            {"path": f"{name}.jpg", "time_s": time_s, "detections": seen}
            for name, time_s in (("best", 12.0), ("before", 10.0), ("after", 15.0))
        ],
        "evidence_curve": curve,
        "on_delay_s": 3.0,
    }


def _state(quarter: int) -> str:
    if quarter < 6 or quarter in (24, 25, 26):
        return "unclear"
    return "complies" if quarter < 9 else "violates"


def make_footage(seed: int = 0, data: dict[str, Any] | None = None) -> Footage:
    """Three frames, a clip and the boxes; another seed gives other bytes."""
    frames = [drawn_kitchen(seed, shift) for shift in (0.0, -0.02, 0.03)]
    told = boxes() if data is None else data
    return Footage(
        (
            *(EvidenceFile("frame", "image/jpeg", jpeg(image)) for image in frames),
            EvidenceFile("clip", "video/mp4", clip()),
            EvidenceFile("data", "application/json", json.dumps(told).encode()),
        )
    )
