"""Where the heads are in one picture, out of an alert's data file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from vision.alert import Box, ordered

HEAD: Final = "head"
Finite = Annotated[float, Field(allow_inf_nan=False)]


class _Read(BaseModel):
    """Written by another program, perhaps a newer one: what is not known here is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _State(_Read):
    state: str


class _Detection(_Read):
    kind: str
    box: tuple[Finite, Finite, Finite, Finite]
    hat: _State | None = None
    subject: bool = False


class _Frame(_Read):
    sha256: str | None = None
    detections: tuple[_Detection, ...]


class _Boxes(_Read):
    schema_: Annotated[Literal["brightkitchen.boxes/1"], Field(alias="schema")]
    frames: tuple[_Frame, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that the model found; ``hat`` is its word for a head's hat."""

    kind: str
    box: Box
    hat: str | None = None
    subject: bool = False


def seen_in(content: bytes, sha256: str) -> list[Seen] | None:
    """What was found in the picture with that hash; None when nothing is told of it."""
    try:
        told = [f for f in _Boxes.model_validate_json(content).frames if f.sha256 == sha256]
        return [_seen(item) for item in told[0].detections] if told else None
    except ValueError:
        return None


def _seen(item: _Detection) -> Seen:
    return Seen(item.kind, _clipped(item.box), item.hat.state if item.hat else None, item.subject)


def all_heads(content: bytes) -> list[Box] | None:
    """Head boxes of every picture that the file tells of; None when it cannot be read."""
    try:
        seen = [item for f in _Boxes.model_validate_json(content).frames for item in f.detections]
        return [_clipped(item.box) for item in seen if item.kind == HEAD]
    except ValueError:
        return None


def heads_in(content: bytes, sha256: str) -> list[Box] | None:
    """Head boxes of the picture with that hash, clipped to it.

    None when the file cannot be read, a box is no box, or nothing is told of that picture:
    "no heads" is said only where somebody looked.
    """
    try:
        told = [f for f in _Boxes.model_validate_json(content).frames if f.sha256 == sha256]
        seen = [item for frame in told for item in frame.detections]
        heads = [_clipped(item.box) for item in seen if item.kind == HEAD]
    except ValueError:
        return None
    return heads if told else None


def _clipped(box: Box) -> Box:
    left, top, right, bottom = (min(max(side, 0.0), 1.0) for side in box)
    return ordered((left, top, right, bottom))
