"""Boxes for the overlay, out of an alert's data file: fractions in, drawing units out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vision.alert import Box
from vision.names import RuleId

WIDTH: Final = 1000.0  # every picture is this wide in drawing units, however many pixels it has
Look = Literal["violation", "fine", "unsure"]
Finite = Annotated[float, Field(allow_inf_nan=False)]
# A head's eyes lie in this band of its box: what is blurred keeps hat and mask decidable.
_EYES_TOP, _EYES_BOTTOM = 0.32, 0.58


class _Read(BaseModel):
    """Written by another program, perhaps a newer one: what is not known here is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class State(_Read):
    """One judgement about a head."""

    state: str
    confidence: Finite = 0.0


class Detection(_Read):
    """One thing seen in one frame; box in fractions of the picture."""

    kind: str
    box: tuple[Finite, Finite, Finite, Finite]
    confidence: Finite
    hat: State | None = None
    mask: State | None = None
    subject: bool = False


class Frame(_Read):
    """One evidence frame; without a hash it is matched by its place among the alert's frames."""

    sha256: str | None = None
    time_s: Finite
    detections: tuple[Detection, ...] = ()


class Zone(_Read):
    """The zone's outline, in fractions of the picture."""

    name: str
    polygon: tuple[tuple[Finite, Finite], ...] = ()


class Scene(_Read):
    """What the data file tells."""

    schema_: Annotated[Literal["brightkitchen.boxes/1"], Field(alias="schema")]
    width: Annotated[int, Field(gt=0, le=100_000)]
    height: Annotated[int, Field(gt=0, le=100_000)]
    zone: Zone | None = None
    frames: tuple[Frame, ...] = ()
    evidence_curve: tuple[tuple[Finite, Finite, str], ...] = ()
    on_delay_s: Finite | None = None


@dataclass(frozen=True)
class Rect:
    """Left, top, width and height in drawing units."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True)
class Shape:
    """One box with its look; ``about`` and ``state`` choose the words of its label."""

    rect: Rect
    look: Look
    about: str
    state: str
    confidence: float
    subject: bool


@dataclass(frozen=True)
class Overlay:
    """Everything drawn over one frame; ``eyes`` are the bands that B blurs."""

    height: float
    shapes: tuple[Shape, ...]
    eyes: tuple[Rect, ...]
    zone: str
    offset_s: float | None


def read_scene(content: bytes) -> Scene | None:
    """The scene, or None when the file is not one this version can read."""
    try:
        return Scene.model_validate_json(content)
    except ValidationError:
        return None


def overlay(scene: Scene, index: int, sha256: str, rule: RuleId) -> Overlay:
    """The drawing for the alert's frame ``index``; empty when the data says nothing of it."""
    height = WIDTH * scene.height / scene.width
    frame = _find(scene, index, sha256)
    seen = frame.detections if frame else ()
    shapes = (_shape(item, rule, height) for item in seen)
    return Overlay(
        height=round(height, 1),
        shapes=tuple(sorted((s for s in shapes if s), key=lambda shape: shape.subject)),
        eyes=tuple(_eyes(item.box, height) for item in seen if item.kind == "head"),
        zone=_polygon(scene.zone, height),
        offset_s=frame.time_s - scene.frames[0].time_s if frame and index else None,
    )


def _find(scene: Scene, index: int, sha256: str) -> Frame | None:
    hashed = [frame for frame in scene.frames if frame.sha256 == sha256]
    if hashed:
        return hashed[0]
    frame = scene.frames[index] if index < len(scene.frames) else None
    return frame if frame and frame.sha256 is None else None


def plain_overlay(box: Box | None, width: int, height: int) -> Overlay:
    """The alert's own box, if it belongs there, over a picture that came without data."""
    tall = WIDTH * height / width
    drawn = (box,) if box else ()
    shapes = tuple(Shape(_rect(b, tall), "violation", "", "", 0.0, subject=True) for b in drawn)
    return Overlay(round(tall, 1), shapes, (), "", None)


def closeup(box: Box, height: float) -> str:
    """A ``viewBox`` around the subject: three times its size, 4:3, inside the picture."""
    left, top, right, bottom = box
    wide = max((right - left) * WIDTH, (bottom - top) * height * 4 / 3) * 3
    wide = min(max(wide, WIDTH / 8), WIDTH, height * 4 / 3)
    tall = wide * 3 / 4
    x = min(max((left + right) / 2 * WIDTH - wide / 2, 0), WIDTH - wide)
    y = min(max((top + bottom) / 2 * height - tall / 2, 0), height - tall)
    return f"{x:.1f} {y:.1f} {wide:.1f} {tall:.1f}"


def _shape(detection: Detection, rule: RuleId, height: float) -> Shape | None:
    """None for what the rule does not look at: heads when it is about pests."""
    about = _part(rule)
    judged = {"hat": detection.hat, "mask": detection.mask}.get(about)
    if detection.kind == "head" and judged is None and not detection.subject:
        return None
    state = judged.state if judged else ""
    confidence = judged.confidence if judged else detection.confidence
    return Shape(
        _rect(detection.box, height),
        _look(state, detection.subject),
        about if judged else detection.kind,
        state,
        confidence,
        detection.subject,
    )


def _part(rule: RuleId) -> str:
    if rule == "missing_hat":
        return "hat"
    return "mask" if rule in ("missing_mask", "mask_worn_wrong") else ""


def _look(state: str, subject: bool) -> Look:
    if state == "unclear":
        return "unsure"
    return "fine" if state == "worn" and not subject else "violation"


def _rect(box: Box, height: float) -> Rect:
    left, top, right, bottom = (min(max(edge, 0.0), 1.0) for edge in box)
    return Rect(
        round(left * WIDTH, 1),
        round(top * height, 1),
        round(max(right - left, 0.0) * WIDTH, 1),
        round(max(bottom - top, 0.0) * height, 1),
    )


def _eyes(box: Box, height: float) -> Rect:
    left, top, right, bottom = box
    tall = bottom - top
    return _rect((left, top + tall * _EYES_TOP, right, top + tall * _EYES_BOTTOM), height)


def _polygon(zone: Zone | None, height: float) -> str:
    """The outline for ``<polygon points>``; empty without a zone or when it is the whole frame."""
    if zone is None or len(zone.polygon) < 3 or _whole(zone.polygon):
        return ""
    return " ".join(f"{x * WIDTH:.1f},{y * height:.1f}" for x, y in zone.polygon)


def _whole(polygon: tuple[tuple[float, float], ...]) -> bool:
    return all(x in (0.0, 1.0) and y in (0.0, 1.0) for x, y in polygon)
