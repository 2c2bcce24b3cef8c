"""Writes labelled pictures in the layout that ``models train --data`` reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from models.labels import meaning_of
from vision.alert import Box
from vision.errors import ConfigError

SetName = Literal["verdict-heads", "verdict-pests"]
# What a set has a name for it boxes completely: heads are not claimed in pictures of pests.
SETS: Final[Mapping[SetName, tuple[str, ...]]] = {
    "verdict-heads": (
        "head",
        "No Safety Helmet",
        "hat_nomask",
        "nohat_nomask",
        "hat_maskwrong",
        "nohat_maskwrong",
    ),
    "verdict-pests": ("rodent", "cockroach", "cat", "dog"),
}


@dataclass(frozen=True, slots=True)
class Example:
    """One picture with its boxes (class name, left, top, right, bottom in shares).

    ``group`` decides the side of the split; one without boxes is a hard negative.
    """

    set_name: SetName
    name: str
    group: str
    picture: bytes
    ending: Literal["jpg", "png"]
    boxes: tuple[tuple[str, Box], ...]


def write_dataset(
    out: Path, examples: Iterable[Example], about: Callable[[Mapping[str, int]], str]
) -> dict[str, int]:
    """Write the sets into a new folder and count what is in them; ConfigError when it exists.

    ``about`` gives the text of SOURCE.md. A run that breaks off leaves only ``out``.partial.
    """
    if out.exists():
        raise ConfigError(f"{out} exists; give a new folder, nothing is overwritten")
    partial = out.with_name(out.name + ".partial")
    try:
        partial.mkdir(parents=True)
    except OSError as error:
        raise ConfigError(
            f"{partial} cannot be made ({error.strerror}); remove it first"
        ) from error
    counts, groups = Counter[str](), dict[SetName, dict[str, str]]()
    for example in examples:
        _write(partial / example.set_name, example)
        groups.setdefault(example.set_name, {})[example.name] = example.group
        counts.update(_counted(example))
    for name, of in groups.items():
        _finish(partial / name, SETS[name], of)
    (partial / "SOURCE.md").write_text(about(counts), encoding="utf-8")
    partial.rename(out)
    return dict(counts)


def _counted(example: Example) -> list[str]:
    of = f"{example.set_name}: "
    if not example.boxes:
        return [f"{of}pictures", f"{of}hard negatives"]
    return [f"{of}pictures", *(f"{of}{name}" for name, _ in example.boxes)]


def _write(folder: Path, example: Example) -> None:
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "images" / f"{example.name}.{example.ending}").write_bytes(example.picture)
    names = SETS[example.set_name]
    lines = [_line(names.index(name), box) for name, box in example.boxes]
    (folder / "labels" / f"{example.name}.txt").write_text("".join(lines), encoding="utf-8")


def _line(index: int, box: Box) -> str:
    left, top, right, bottom = box
    centre = (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
    return f"{index} " + " ".join(f"{value:.6f}" for value in centre) + "\n"


def _finish(folder: Path, names: tuple[str, ...], groups: Mapping[str, str]) -> None:
    """Class names, each known to the reader, and the group of each picture."""
    for name in names:
        meaning_of(name)
    (folder / "classes.txt").write_text("\n".join(names), encoding="utf-8")
    rows = ["image\tgroup\n", *(f"{image}\t{group}\n" for image, group in sorted(groups.items()))]
    (folder / "groups.tsv").write_text("".join(rows), encoding="utf-8")
