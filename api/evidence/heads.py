"""Where the heads are in one picture, out of an alert's data file."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from vision.alert import Box, ordered

HEAD: Final = "head"
Finite = Annotated[float, Field(allow_inf_nan=False)]


class _Read(BaseModel):
    """Written by another program, perhaps a newer one: what is not known here is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _Detection(_Read):
    kind: str
    box: tuple[Finite, Finite, Finite, Finite]


class _Frame(_Read):
    sha256: str | None = None
    detections: tuple[_Detection, ...]


class _Boxes(_Read):
    schema_: Annotated[Literal["brightkitchen.boxes/1"], Field(alias="schema")]
    frames: tuple[_Frame, ...]


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
