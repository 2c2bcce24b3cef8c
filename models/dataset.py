"""Reads the labelled photo sets; pure, no picture is opened here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from models.corrections import correct, read_corrections
from models.labels import (
    CLASSES,
    HAT_STATES,
    HOLD_OUT_SHARE,
    MASK_STATES,
    MEANINGS,
    SPLIT_SEED,
    Label,
    Meaning,
    Picture,
    Xywh,
    is_held_out,
    meaning_of,
)

__all__ = [
    "CLASSES",
    "HAT_STATES",
    "HOLD_OUT_SHARE",
    "MASK_STATES",
    "MEANINGS",
    "SPLIT_SEED",
    "Label",
    "Meaning",
    "Picture",
    "is_held_out",
]

EVERYTHING: Final = frozenset(CLASSES)
IMAGES: Final = (".jpg", ".jpeg", ".png")
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


def read_set(folder: Path) -> list[Picture]:
    """Read one set in the plain layout (images, labels, classes.txt, groups.tsv), sorted by name.

    A picture with a file in ``labels_head`` is read from there: whole heads instead of faces.
    Without groups.tsv every picture is a group of its own.
    """
    groups = read_groups(folder / "groups.tsv")
    heads = read_classes(folder / "classes_head.txt")
    classes = read_classes(folder / "classes.txt")
    pictures = []
    for path in images_in(folder / "images"):
        head_labels = folder / "labels_head" / f"{path.stem}.txt"
        if head_labels.is_file():
            labels = read_labels(head_labels, heads)
        else:
            labels = read_labels(folder / "labels" / f"{path.stem}.txt", classes)
        complete = COMPLETE_IN.get(folder.name, labelled_kinds(classes))
        if any(label.meaning.kind == "face" for label in labels):
            complete = frozenset()
        group = groups.get(path.stem, path.stem)
        pictures.append(Picture(folder.name, path, group, labels, complete))
    return pictures


def images_in(folder: Path) -> list[Path]:
    """The pictures of a folder, sorted by name."""
    return sorted(path for path in folder.glob("*") if path.suffix.lower() in IMAGES)


def labelled_kinds(classes: Iterable[str]) -> frozenset[str]:
    """The detector classes that a set of these class names boxes: what it has a name for."""
    return EVERYTHING & {meaning_of(name).kind for name in classes if name.strip()}


def read_all(
    root: Path, names: Iterable[str] = tuple(COMPLETE_IN), *, corrected: bool = True
) -> list[Picture]:
    """Read every named set below ``root``; ``corrected=False`` leaves the labels as they came."""
    pictures = [picture for name in names for picture in read_set(root / name)]
    return correct(pictures, read_corrections()) if corrected else pictures


def read_groups(path: Path) -> dict[str, str]:
    """Map the name of a picture (no suffix) to its group."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
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
            labels.append(Label(meaning_of(classes[int(index)]), xywh))
    return tuple(labels)


def read_classes(path: Path) -> list[str]:
    """The class names of a set in their order; none where there is no file."""
    return path.read_text(encoding="utf-8").split("\n") if path.is_file() else []


def for_detector(pictures: Iterable[Picture]) -> list[Picture]:
    """Keep the pictures whose boxes are complete: an unlabelled head is never a negative."""
    return [picture for picture in pictures if picture.complete == EVERYTHING]


def head_from_face(xywh: Xywh) -> Xywh:
    """Grow a face box to a whole head: hair or a low cap above, ears at the sides."""
    x, y, w, h = xywh
    return (x, y - 0.2 * h, 1.36 * w, 1.4 * h)
