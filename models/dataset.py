"""Reads the labelled photo sets and splits them by group; pure, no picture is opened here.

Labels are partial: a set says what it knows and nothing else. ``None`` as hat or mask state means
"not labelled", which is never the same as "missing".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

CLASSES: Final = ("head", "rodent", "cockroach")
HAT_STATES: Final = ("worn", "missing")
MASK_STATES: Final = ("worn", "incorrect", "missing", "unseen")
HOLD_OUT_SHARE: Final = 0.18
SPLIT_SEED: Final = 170

_MASK_OF_SUFFIX: Final = {
    "mask": "worn",
    "nomask": "missing",
    "maskwrong": "incorrect",
    "faceunseen": "unseen",
}


@dataclass(frozen=True)
class Meaning:
    """What one class name of one set says; kind is a detector class or ``face``."""

    kind: str
    hat: str | None = None
    mask: str | None = None


@dataclass(frozen=True)
class Label:
    """One labelled box, centre x, centre y, width, height as shares of the picture."""

    meaning: Meaning
    xywh: tuple[float, float, float, float]


@dataclass(frozen=True)
class Picture:
    """One photograph with its labels; only the classes in ``complete`` are boxed exhaustively."""

    set_name: str
    path: Path
    group: str
    labels: tuple[Label, ...] = ()
    complete: frozenset[str] = field(default_factory=frozenset)

    @property
    def held_out(self) -> bool:
        """Whether the picture belongs to the validation side of the split."""
        return is_held_out(self.set_name, self.group)


def _states() -> dict[str, Meaning]:
    return {
        f"{prefix}_{suffix}": Meaning("head", hat, mask)
        for prefix, hat in (("hat", "worn"), ("nohat", "missing"))
        for suffix, mask in _MASK_OF_SUFFIX.items()
    }


MEANINGS: Final[Mapping[str, Meaning]] = {
    **_states(),
    "head": Meaning("head"),
    "Safety Helmet": Meaning("head", hat="worn"),
    "No Safety Helmet": Meaning("head", hat="missing"),
    "with_mask": Meaning("face", mask="worn"),
    "without_mask": Meaning("face", mask="missing"),
    "with_incorrect_mask": Meaning("face", mask="incorrect"),
    "mask_weared_incorrect": Meaning("face", mask="incorrect"),
    "rat": Meaning("rodent"),
    "cockroach": Meaning("cockroach"),
    "Cockroach": Meaning("cockroach"),
}

EVERYTHING: Final = frozenset(CLASSES)
# People also walk through pest pictures, but rarely: their heads stay unlabelled there.
COMPLETE_IN: Final[Mapping[str, frozenset[str]]] = {
    "kitchen-frames": EVERYTHING,
    "chef-photos": EVERYTHING,
    "idenprof-chef": EVERYTHING,
    "idenprof-doctor": EVERYTHING,
    "idenprof-mechanic-caps": EVERYTHING,
    "mask-ilc2021": EVERYTHING,
    "mask-kaggle853": frozenset(),
    "scut-head": EVERYTHING,
    "hardhat": EVERYTHING,
    "rat-dpk": EVERYTHING,
    "rat-jorge": EVERYTHING,
    "cockroach-leemark": EVERYTHING,
    "cockroach-zonebug": EVERYTHING,
    "empty-rooms": EVERYTHING,
}


def is_held_out(set_name: str, group: str, *, seed: int = SPLIT_SEED) -> bool:
    """Whether a whole group is kept for validation: a hash decides, so more data moves nothing."""
    digest = hashlib.sha256(f"{seed}/{set_name}/{group}".encode()).digest()
    return int.from_bytes(digest[:8]) < HOLD_OUT_SHARE * 2**64


def read_set(folder: Path) -> list[Picture]:
    """Read one set in the plain layout (images, labels, classes.txt, groups.tsv), sorted by name.

    A picture with a file in ``labels_head`` is read from there: whole heads instead of faces.
    """
    groups = read_groups(folder / "groups.tsv")
    heads = _read_classes(folder / "classes_head.txt")
    classes = _read_classes(folder / "classes.txt")
    pictures = []
    for path in sorted((folder / "images").glob("*.jpg")):
        head_labels = folder / "labels_head" / f"{path.stem}.txt"
        if head_labels.is_file():
            labels = read_labels(head_labels, heads)
        else:
            labels = read_labels(folder / "labels" / f"{path.stem}.txt", classes)
        complete = COMPLETE_IN.get(folder.name, frozenset())
        if any(label.meaning.kind == "face" for label in labels):
            complete = frozenset()
        pictures.append(Picture(folder.name, path, groups[path.stem], labels, complete))
    return pictures


def read_all(root: Path, names: Iterable[str] = tuple(COMPLETE_IN)) -> list[Picture]:
    """Read every named set below ``root``."""
    return [picture for name in names for picture in read_set(root / name)]


def read_groups(path: Path) -> dict[str, str]:
    """Map the name of a picture (no suffix) to its group."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line.strip())
    return {image: group for image, group in rows if image != "image"}


def read_labels(path: Path, classes: list[str]) -> tuple[Label, ...]:
    """Read one YOLO label file; a picture without one has no boxes."""
    if not path.is_file():
        return ()
    labels = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            index, x, y, w, h = line.split()[:5]
            xywh = (float(x), float(y), float(w), float(h))
            labels.append(Label(MEANINGS[classes[int(index)]], xywh))
    return tuple(labels)


def _read_classes(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n") if path.is_file() else []


def for_detector(pictures: Iterable[Picture]) -> list[Picture]:
    """Keep the pictures whose boxes are complete: an unlabelled head is never a negative."""
    return [picture for picture in pictures if picture.complete == EVERYTHING]


def head_from_face(xywh: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Grow a face box to a whole head: hair or a low cap above, ears at the sides."""
    x, y, w, h = xywh
    return (x, y - 0.2 * h, 1.36 * w, 1.4 * h)
