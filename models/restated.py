"""Head states told anew by eye, for boxes that stay as they are: a committed list.

Most are heads seen from behind that a set boxed and said nothing more of. Only the head-state
network and its figures read them; the detector knows no states.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from models.labels import MEANINGS, Label, Picture, Xywh
from vision.errors import ConfigError

RESTATED: Final = Path(__file__).parent / "restated.tsv"
SAME: Final = 0.0006  # boxes are listed with four places
NONE: Final = "none"  # no head, or one whose state nobody can tell


@dataclass(frozen=True)
class Restated:
    """What one box of one picture shows, ``label`` a class name or ``none``."""

    set_name: str
    image: str
    box: Xywh
    label: str
    reason: str


def read_restated(path: Path = RESTATED) -> list[Restated]:
    """The list; ConfigError for a line that cannot be read."""
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()[1:], 2):
        try:
            set_name, image, box, label, reason = line.split("\t")
            x, y, w, h = (float(value) for value in box.split())
        except ValueError as error:
            raise ConfigError(
                f"{path.name}, line {number}: needs five columns, a box of four"
            ) from error
        if label != NONE and label not in MEANINGS:
            raise ConfigError(f"{path.name}, line {number}: no set has a class {label!r}")
        rows.append(Restated(set_name, image, (x, y, w, h), label, reason))
    return rows


def restate(pictures: Iterable[Picture], rows: Iterable[Restated]) -> list[Picture]:
    """The pictures with the states of the list; ConfigError for a box that is no longer there."""
    by_image: dict[tuple[str, str], list[Restated]] = {}
    for row in rows:
        by_image.setdefault((row.set_name, row.image), []).append(row)
    told = []
    for picture in pictures:
        changes = by_image.get((picture.set_name, picture.path.stem), [])
        told.append(_restated(picture, changes) if changes else picture)
    return told


def _restated(picture: Picture, changes: Iterable[Restated]) -> Picture:
    labels: list[Label] = list(picture.labels)
    for change in changes:
        at = _find(labels, change)
        meaning = MEANINGS.get(change.label)
        kind = labels[at].meaning.kind
        bare = replace(labels[at].meaning, hat=None, mask=None)
        told = replace(meaning, kind=kind) if meaning else bare
        labels[at] = Label(told, labels[at].xywh)
    return picture.with_labels(labels)


def _find(labels: Iterable[Label], change: Restated) -> int:
    for index, label in enumerate(labels):
        if all(abs(a - b) < SAME for a, b in zip(label.xywh, change.box, strict=True)):
            return index
    raise ConfigError(
        f"{RESTATED.name}: {change.set_name}/{change.image} has no box {change.box}; "
        "take the line out"
    )
