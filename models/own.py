"""Reads the pictures of whoever trains: sets in the plain layout, or a YOLO folder (data.yaml).

Of a set that is not ours the class names say what it labels: a folder of rats alone must not teach
that there are no heads, so ``filled`` boxes the other classes with a detector.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np

from models.dataset import (
    COMPLETE_IN,
    EVERYTHING,
    images_in,
    labelled_kinds,
    read_all,
    read_groups,
    read_labels,
    read_set,
)
from models.labels import CLASSES, Label, Meaning, Picture
from models.pictures import Image, read_image
from vision.detections import KINDS, Detections, FloatArray
from vision.errors import ConfigError

Look: TypeAlias = Callable[[Image], Detections]
DATA_YAML: Final = "data.yaml"
SIDES: Final = {"train": False, "val": True}
FILLED_FROM: Final = 0.4
SAME_THING: Final = 0.5  # of the smaller box: a face within a head is the same thing
# Ours that leave out heads in the background; those would be taught as "no head".
SPARSE: Final[Mapping[str, frozenset[str]]] = {"mask-ilc2021": frozenset({"head"})}


def read_folder(root: Path) -> list[Picture]:
    """The pictures below ``root``, whichever way it is laid out; ConfigError when no way fits."""
    if (root / DATA_YAML).is_file():
        return read_yolo(root)
    if (root / "classes.txt").is_file():
        return read_set(root)
    names = sorted(path.parent.name for path in root.glob("*/classes.txt"))
    if not names:
        raise ConfigError(
            f"{root} holds no labelled pictures: it needs a data.yaml, or images/, labels/ and "
            "classes.txt, or folders of that kind."
        )
    ours = [name for name in COMPLETE_IN if name in names]
    others = [name for name in names if name not in ours]
    return read_all(root, (*ours, *others))


def read_yolo(root: Path) -> list[Picture]:
    """A YOLO folder: its own split, groups.tsv where there is one."""
    spec = _read_spec(root / DATA_YAML)
    classes = _names(spec)
    groups = read_groups(root / "groups.tsv")
    complete = labelled_kinds(classes)
    pictures = []
    for side, validation in SIDES.items():
        for path in _pictures_of(root, spec, side):
            labels = read_labels(_labels_beside(path), classes)
            group = groups.get(path.stem, path.stem)
            told = validation if spec.get("val") else None
            pictures.append(Picture(root.name, path, group, labels, complete, told))
    if not pictures:
        raise ConfigError(f"{root / DATA_YAML} leads to no picture; check its train and val.")
    return pictures


def _read_spec(path: Path) -> dict[str, Any]:
    yaml: Any = importlib.import_module("yaml")  # comes with the extra ``train``
    try:
        spec = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not YAML; write it as ultralytics describes it.") from error
    if not isinstance(spec, dict) or not spec.get("train") or not spec.get("names"):
        raise ConfigError(f"{path} must name train and names.")
    return spec


def _names(spec: dict[str, Any]) -> list[str]:
    names = spec["names"]
    return [str(names[key]) for key in sorted(names)] if isinstance(names, dict) else list(names)


def _pictures_of(root: Path, spec: dict[str, Any], side: str) -> list[Path]:
    """The pictures of one side: a folder, a text file of paths, or several of these."""
    given = spec.get(side) or []
    found: list[Path] = []
    for entry in given if isinstance(given, list) else [given]:
        place = _place(root, spec, str(entry))
        if place.is_dir():
            found += images_in(place)
        else:
            lines = place.read_text(encoding="utf-8").splitlines()
            found += [_place(root, spec, line.strip()) for line in lines if line.strip()]
    return found


def _place(root: Path, spec: dict[str, Any], entry: str) -> Path:
    """A path of data.yaml: below its ``path``, or below the folder it was moved to."""
    for below in (root / str(spec.get("path") or "."), root):
        if (below / entry).exists():
            return below / entry
    raise ConfigError(f"{root / DATA_YAML} names {entry}, which is not there.")


def _labels_beside(path: Path) -> Path:
    parts = list(path.parts)
    for at in range(len(parts) - 2, -1, -1):
        if parts[at] == "images":
            return Path(*parts[:at], "labels", *parts[at + 1 :]).with_suffix(".txt")
    return path.with_suffix(".txt")


def filled(pictures: Iterable[Picture], look: Look) -> list[Picture]:
    """The pictures with every class boxed: what a set does not label, ``look`` does.

    Pictures with nothing complete (faces only) stay as they are: they are not for the detector.
    Held-out pictures of our own sets stay too: nothing is measured against a model's own boxes.
    """
    kept = []
    for picture in pictures:
        kinds = _not_labelled(picture)
        kept.append(_filled(picture, kinds, read_image(picture.path), look) if kinds else picture)
    return kept


def _not_labelled(picture: Picture) -> frozenset[str]:
    if not picture.complete:
        return frozenset()
    if picture.set_name in SPARSE:
        return frozenset() if picture.held_out else SPARSE[picture.set_name]
    return EVERYTHING - picture.complete


def _filled(picture: Picture, kinds: frozenset[str], image: Image, look: Look) -> Picture:
    size = np.array([image.shape[1], image.shape[0]] * 2, np.float32)
    found, labels = look(image), list(picture.labels)
    for kind in CLASSES:
        if kind not in kinds:
            continue
        rows = found[(found.class_id == KINDS.index(kind)) & (found.confidence >= FILLED_FROM)]
        for box in rows.xyxy / size:
            if not _taken(box, picture.labels):
                x1, y1, x2, y2 = (float(value) for value in box)
                xywh = ((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1)
                labels.append(Label(Meaning(kind), xywh))
    return replace(picture, labels=tuple(labels), complete=EVERYTHING)


def _taken(box: FloatArray, labels: Iterable[Label]) -> bool:
    """Whether a labelled thing of whatever class is there: a rat is no cockroach."""
    x1, y1, x2, y2 = (float(value) for value in box)
    for x, y, w, h in (label.xywh for label in labels):
        across = min(x2, x + w / 2) - max(x1, x - w / 2)
        down = min(y2, y + h / 2) - max(y1, y - h / 2)
        smaller = min((x2 - x1) * (y2 - y1), w * h)
        if across > 0 and down > 0 and across * down > SAME_THING * smaller:
            return True
    return False
