"""Corrections of labels that are wrong by eye: a committed list, applied wherever a set is read.

Each says why. A correction whose box is no longer there is an error, so the list cannot rot.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from models.labels import MEANINGS, Label, Picture, Xywh
from vision.errors import ConfigError
from vision.strict import Strict

CORRECTIONS: Final = Path(__file__).parent / "corrections.toml"
SAME: Final = 0.004  # of the side: a box in the list is rounded to three places

Action = Literal["drop", "replace", "add", "ignore-image"]
# Which of ``box`` (the label as it came) and ``instead`` an action needs.
_NEEDS: Final[Mapping[Action, tuple[bool, bool]]] = {
    "drop": (True, False),
    "replace": (True, True),
    "add": (False, True),
    "ignore-image": (False, False),
}


class Correction(Strict):
    """One change to one picture; boxes are centre x, centre y, width, height as shares."""

    set_name: Annotated[str, Field(alias="set")]
    image: str
    action: Action
    box: Xywh | None = None
    instead: Xywh | None = None
    label: str | None = None
    reason: Annotated[str, Field(min_length=3)]

    @model_validator(mode="after")
    def _whole(self) -> Correction:
        if _NEEDS[self.action] != (self.box is not None, self.instead is not None):
            raise ValueError(f"{self.set_name}/{self.image}: {self.action} has the wrong boxes")
        if (self.label is not None) != (self.action == "add") or self.label not in (
            None,
            *MEANINGS,
        ):
            raise ValueError(f"{self.set_name}/{self.image}: only add names a label, a known one")
        return self


def read_corrections(path: Path = CORRECTIONS) -> list[Correction]:
    """The list, empty where there is no file."""
    if not path.is_file():
        return []
    rows = tomllib.loads(path.read_text(encoding="utf-8")).get("correction", [])
    return [Correction.model_validate(row) for row in rows]


def correct(pictures: Iterable[Picture], corrections: Sequence[Correction]) -> list[Picture]:
    """The pictures with the list applied; an ignored one is left out."""
    by_image: dict[tuple[str, str], list[Correction]] = {}
    for one in corrections:
        by_image.setdefault((one.set_name, one.image), []).append(one)
    kept = []
    for picture in pictures:
        changes = by_image.get((picture.set_name, picture.path.stem), [])
        if not any(change.action == "ignore-image" for change in changes):
            kept.append(_corrected(picture, changes))
    return kept


def _corrected(picture: Picture, changes: Sequence[Correction]) -> Picture:
    labels = list(picture.labels)
    for change in changes:
        at = _find(labels, change) if change.box else len(labels)
        replaced = labels[at : at + 1]
        labels[at : at + 1] = _instead(replaced, change)
    return picture if not changes else picture.with_labels(labels)


def _find(labels: Sequence[Label], change: Correction) -> int:
    for index, label in enumerate(labels):
        if all(abs(a - b) < SAME for a, b in zip(label.xywh, change.box or (), strict=True)):
            return index
    raise ConfigError(
        f"models/corrections.toml: {change.set_name}/{change.image} has no box {change.box}; "
        "take the correction out."
    )


def _instead(replaced: Sequence[Label], change: Correction) -> list[Label]:
    if change.instead is None:
        return []
    meaning = MEANINGS[change.label] if change.label else replaced[0].meaning
    return [Label(meaning, change.instead)]
