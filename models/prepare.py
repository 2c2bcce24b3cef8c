"""Lays out the training tree: real pictures by weight, collages, and rooms with pests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from models.compose import Box, CutOut, boxes_of, collage, cut_outs, infested
from models.dataset import CLASSES, Picture, for_detector
from models.pictures import Image, Rng, write_image

SEED: Final = 7
COLLAGES: Final = 500
ROOMS: Final = 1100
# How often a picture is shown in one epoch.
WEIGHTS: Final = {
    "kitchen-frames": 3.0,
    "chef-photos": 2.0,
    "idenprof-chef": 0.3,
    "idenprof-doctor": 0.2,
    "idenprof-mechanic-caps": 0.5,
    "mask-ilc2021": 1.0,
    "scut-head": 1.0,
    "hardhat": 1.0,
    "rat-dpk": 0.75,
    "rat-jorge": 1.0,
    "cockroach-leemark": 0.6,
    "cockroach-zonebug": 0.5,
    "empty-rooms": 1.0,
}
ONE_KITCHEN_MANY_TIMES: Final = 10  # a group with more pictures than this counts once each


def lay_out(pictures: Sequence[Picture], out: Path, *, collages: int, rooms: int) -> None:
    """Write images/, labels/, train.txt, val.txt and data.yaml below ``out``."""
    for folder in ("images", "labels"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    usable = for_detector(pictures)
    train = [picture for picture in usable if not picture.held_out]
    held_out = [picture for picture in usable if picture.held_out]
    rng = np.random.default_rng(SEED)
    lines = [
        line for picture in train for line in _links(picture, out, _times(picture, train, rng))
    ]
    lines += _made("collage", collages, lambda: _one_collage(train, rng), out)
    bank = [cut for picture in _of(train, "rat", "cockroach") for cut in cut_outs(picture)]
    lines += _made("room", rooms, lambda: _one_room(train, bank, rng), out)
    (out / "train.txt").write_text("\n".join(lines), encoding="utf-8")
    val = [line for picture in held_out for line in _links(picture, out, 1)]
    (out / "val.txt").write_text("\n".join(val[::4]), encoding="utf-8")
    names = "".join(f"  {index}: {name}\n" for index, name in enumerate(CLASSES))
    data = f"path: {out}\ntrain: train.txt\nval: val.txt\nnames:\n{names}"
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
    link = out / "images" / f"{name}.jpg"
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
        path = out / "images" / f"{kind}--{index:05d}.jpg"
        write_image(path, image)
        _write_labels(out / "labels" / f"{kind}--{index:05d}.txt", boxes)
        lines.append(str(path))
    return lines


def _of(pictures: Sequence[Picture], *prefixes: str) -> list[Picture]:
    return [picture for picture in pictures if picture.set_name.startswith(prefixes)]


def _pick(pictures: Sequence[Picture], count: int, rng: Rng) -> list[Picture]:
    return [pictures[int(index)] for index in rng.integers(0, len(pictures), count)]


def _one_collage(train: Sequence[Picture], rng: Rng) -> tuple[Image, list[Box]]:
    per_side = int(rng.integers(2, 5))
    heads, pests = _of(train, "idenprof", "kitchen", "chef"), _of(train, "rat", "cockroach")
    chosen = [_pick(heads if rng.random() < 0.7 else pests, 1, rng)[0] for _ in range(per_side**2)]
    return collage(chosen, rng)


def _one_room(
    train: Sequence[Picture], bank: Sequence[CutOut], rng: Rng
) -> tuple[Image, list[Box]]:
    rooms = _of(train, "empty") if rng.random() < 0.65 else _of(train, "kitchen", "chef", "scut")
    class_id = 1 if rng.random() < 0.55 else 2
    pool = [cut for cut in bank if cut.class_id == class_id]
    pests = [pool[int(index)] for index in rng.integers(0, len(pool), int(rng.integers(0, 4)))]
    strays = _pick(_of(train, "empty"), int(rng.integers(0, 4)), rng)
    return infested(_pick(rooms, 1, rng)[0], pests, strays, rng)
