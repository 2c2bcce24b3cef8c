"""Lays out the training tree: real pictures by weight, collages, and rooms with pests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from models.compose import Box, boxes_of, collage, cut_outs, infested
from models.dataset import CLASSES, Picture, for_detector
from models.pictures import CutOut, Image, Rng, write_image

SEED: Final = 7
COLLAGES: Final = 500
ROOMS: Final = 1400
LARGE: Final = 0.15  # of the side: what has larger boxes only is worth shrinking
PORTRAIT: Final = 0.45  # of the height: a head this large leaves no room for a pest
RODENTS: Final = 0.5  # of the pests in a room; the rest are cockroaches
EMPTY: Final = 0.65  # of the rooms; the rest have people in them
# How often a picture is shown in one epoch.
WEIGHTS: Final = {
    "kitchen-frames": 3.0,
    "chef-photos": 2.0,
    "idenprof-chef": 0.4,
    "idenprof-doctor": 0.25,
    "idenprof-mechanic-caps": 0.6,
    "mask-ilc2021": 0.8,
    "scut-head": 1.0,
    "hardhat": 1.0,
    "rat-dpk": 0.8,
    "rat-jorge": 1.2,
    "cockroach-leemark": 1.3,
    "cockroach-zonebug": 0.7,
    "empty-rooms": 1.0,
}
ONE_KITCHEN_MANY_TIMES: Final = 10  # a group with more pictures than this counts once each


def lay_out(pictures: Sequence[Picture], out: Path, *, collages: int, rooms: int) -> None:
    """Write images/, labels/, train.txt, val.txt and data.yaml below ``out``.

    Collages need large boxes, rooms need pests and pictures without; both are left out otherwise.
    """
    for folder in ("images", "labels"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    usable = for_detector(pictures)
    train = [picture for picture in usable if not picture.held_out]
    rng = np.random.default_rng(SEED)
    lines = [
        line for picture in train for line in _links(picture, out, _times(picture, train, rng))
    ]
    if large := _Large(train):
        count = min(collages, len(train) // 4)
        lines += _made("collage", count, lambda: large.collage(rng), out)
    if scenes := _Scenes(train):
        lines += _made("room", min(rooms, len(train) // 2), lambda: scenes.room(rng), out)
    held_out = [picture for picture in usable if picture.held_out]
    val = [line for picture in held_out for line in _links(picture, out, 1)]
    _list(out, lines, val)


def _list(out: Path, train: Sequence[str], val: Sequence[str]) -> None:
    (out / "train.txt").write_text("\n".join(train), encoding="utf-8")
    (out / "val.txt").write_text("\n".join(val), encoding="utf-8")
    names = "".join(f"  {index}: {name}\n" for index, name in enumerate(CLASSES))
    data = f"path: {out.resolve()}\ntrain: train.txt\nval: val.txt\nnames:\n{names}"
    (out / "data.yaml").write_text(data, encoding="utf-8")


def _times(picture: Picture, train: Sequence[Picture], rng: Rng) -> int:
    weight = WEIGHTS.get(picture.set_name, 1.0)
    if picture.set_name == "chef-photos":
        alike = sum(p.group == picture.group and p.set_name == picture.set_name for p in train)
        weight = 1.0 if alike > ONE_KITCHEN_MANY_TIMES else weight
    return int(weight + rng.random())


def _links(picture: Picture, out: Path, times: int) -> list[str]:
    """Link one picture, write its labels, and list it as often as it is to be shown."""
    if not times:
        return []
    name = f"{picture.set_name}--{picture.path.stem}"
    link = out.resolve() / "images" / f"{name}{picture.path.suffix}"
    if not link.exists():
        link.symlink_to(picture.path.resolve())
    _write_labels(out / "labels" / f"{name}.txt", boxes_of(picture))
    return [str(link)] * times


def _write_labels(path: Path, boxes: Iterable[Box]) -> None:
    lines = (f"{c} {x:.6f} {y:.6f} {w:.6f} {h:.6f}" for c, x, y, w, h in boxes)
    path.write_text("\n".join(lines), encoding="utf-8")


def _made(
    kind: str, count: int, make: Callable[[], tuple[Image, list[Box]]], out: Path
) -> list[str]:
    lines = []
    for index in range(count):
        image, boxes = make()
        path = out.resolve() / "images" / f"{kind}--{index:05d}.jpg"
        write_image(path, image)
        _write_labels(out / "labels" / f"{kind}--{index:05d}.txt", boxes)
        lines.append(str(path))
    return lines


def _pick(pictures: Sequence[Picture], count: int, rng: Rng) -> list[Picture]:
    return [pictures[int(index)] for index in rng.integers(0, len(pictures), count)]


def kinds_of(picture: Picture) -> set[str]:
    """The detector classes that are boxed in a picture."""
    return {CLASSES[box[0]] for box in boxes_of(picture)}


class _Large:
    """Pictures whose boxes are all large, to be shrunk into collages."""

    def __init__(self, train: Sequence[Picture]) -> None:
        large = [p for p in train if min((b[4] for b in boxes_of(p)), default=0) > LARGE]
        self._heads = [p for p in large if "head" in kinds_of(p)]
        self._pests = [p for p in large if "head" not in kinds_of(p)]

    def __bool__(self) -> bool:
        return bool(self._heads or self._pests)

    def collage(self, rng: Rng) -> tuple[Image, list[Box]]:
        heads, pests = self._heads or self._pests, self._pests or self._heads
        count = int(rng.integers(2, 5)) ** 2
        chosen = [_pick(heads if rng.random() < 0.6 else pests, 1, rng)[0] for _ in range(count)]
        return collage(chosen, rng)


class _Scenes:
    """Rooms to put cut-out pests into."""

    def __init__(self, train: Sequence[Picture]) -> None:
        self._empty = [p for p in train if not p.labels]
        self._people = [
            p
            for p in train
            if kinds_of(p) == {"head"} and max(box[4] for box in boxes_of(p)) < PORTRAIT
        ]
        cuts = [cut for p in train if kinds_of(p) - {"head"} for cut in cut_outs(p)]
        pests = (CLASSES.index("rodent"), CLASSES.index("cockroach"))
        self._bank: list[list[CutOut]] = [
            [cut for cut in cuts if cut.class_id == class_id] for class_id in pests
        ]

    def __bool__(self) -> bool:
        return bool(self._empty) and any(self._bank)

    def room(self, rng: Rng) -> tuple[Image, list[Box]]:
        people = self._people or self._empty
        grounds = self._empty if rng.random() < EMPTY else people
        rodents, cockroaches = self._bank
        wanted = rodents if rng.random() < RODENTS else cockroaches
        pool = wanted or rodents or cockroaches
        pests = [pool[int(index)] for index in rng.integers(0, len(pool), int(rng.integers(0, 4)))]
        strays = _pick(self._empty, int(rng.integers(0, 5)), rng)
        return infested(_pick(grounds, 1, rng)[0], pests, strays, rng)
