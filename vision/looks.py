"""What frames showed, as plain data: looked at on one machine, judged on another."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np

from vision.detections import Detections
from vision.health import STATES, State

COLUMNS: Final = tuple(column.name for column in fields(Detections))


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One frame without its picture: all that judging needs.

    state       whether it could be judged; else ``detections`` is empty
    since_s     since when it has been in that state
    detections  untracked, with head states and motion
    ground      (dx, dy) px by which the camera has moved the picture so far
    digest      of the picture: two looks at one frame have the same
    """

    time_s: float
    width: int
    height: int
    state: State
    since_s: float
    detections: Detections
    ground: tuple[float, float]
    digest: int


def to_bytes(looks: Sequence[Look]) -> bytes:
    """The looks as one compressed file."""
    columns: dict[str, Any] = {
        "time_s": np.array([look.time_s for look in looks], np.float64),
        "size": np.array([(look.width, look.height) for look in looks], np.int64).reshape(-1, 2),
        "state": np.array([STATES.index(look.state) for look in looks], np.int64),
        "since_s": np.array([look.since_s for look in looks], np.float64),
        "ground": np.array([look.ground for look in looks], np.float64).reshape(-1, 2),
        "digest": np.array([look.digest for look in looks], np.int64),
        "rows": np.array([len(look.detections) for look in looks], np.int64),
    }
    seen = [look.detections for look in looks] or [Detections.empty()]
    for name in COLUMNS:
        columns[f"seen_{name}"] = np.concatenate([getattr(one, name) for one in seen])
    file = io.BytesIO()
    np.savez_compressed(file, **columns)
    return file.getvalue()


def from_bytes(content: bytes) -> list[Look]:
    """The looks that ``to_bytes`` wrote; ValueError when it did not, or not all of it is there."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            columns = {name: stored[name] for name in stored.files}
        seen = Detections(*(columns[f"seen_{name}"] for name in COLUMNS))
        ends = np.cumsum(columns["rows"])
        return [_look(columns, seen, row, int(end)) for row, end in enumerate(ends)]
    except (BadZipFile, EOFError, KeyError, OSError, TypeError, ValueError) as error:
        raise ValueError("this is no file of looks") from error


def _look(columns: dict[str, Any], seen: Detections, row: int, end: int) -> Look:
    width, height = columns["size"][row].tolist()
    right, down = columns["ground"][row].tolist()
    return Look(
        time_s=float(columns["time_s"][row]),
        width=width,
        height=height,
        state=STATES[columns["state"][row]],
        since_s=float(columns["since_s"][row]),
        detections=seen[end - int(columns["rows"][row]) : end],
        ground=(right, down),
        digest=int(columns["digest"][row]),
    )
