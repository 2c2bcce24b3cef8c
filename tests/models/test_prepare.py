"""The tree that is trained on: held-out pictures stay out of it, and made ones have true boxes."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.labels import CLASSES, MEANINGS, Label, Picture
from models.prepare import kinds_of, lay_out

BOX = (0.5, 0.5, 0.5, 0.5)


def a_picture(folder: Path, name: str, *labels: Label, validation: bool = False) -> Picture:
    """A dark animal-like blob on a grey, grainy ground."""
    rng = np.random.default_rng(len(name))
    image = rng.normal(150, 6, (160, 160, 3))
    if labels:
        cv2.ellipse(image, (80, 80), (36, 26), 20, 0, 360, (30, 40, 50), -1)
    path = folder / f"{name}.jpg"
    cv2.imwrite(str(path), np.clip(image, 0, 255).astype(np.uint8))
    return Picture("own", path, name, labels, frozenset(CLASSES), validation)


def rat(xywh: tuple[float, float, float, float] = BOX) -> Label:
    return Label(MEANINGS["rat"], xywh)


def listed(out: Path, side: str) -> list[str]:
    return [Path(line).stem for line in (out / f"{side}.txt").read_text("utf-8").split("\n")]


def test_held_out_pictures_are_listed_for_validation_alone(tmp_path: Path) -> None:
    pictures = [
        a_picture(tmp_path, "a", rat()),
        a_picture(tmp_path, "b", rat(), validation=True),
    ]
    lay_out(pictures, tmp_path / "tree", collages=0, rooms=0)
    assert listed(tmp_path / "tree", "train") == ["own--a"]
    assert listed(tmp_path / "tree", "val") == ["own--b"]


def test_a_picture_whose_labels_are_not_complete_is_not_trained_on(tmp_path: Path) -> None:
    part = replace(a_picture(tmp_path, "a", rat()), complete=frozenset({"rodent"}))
    lay_out([part, a_picture(tmp_path, "b", rat())], tmp_path / "tree", collages=0, rooms=0)
    assert listed(tmp_path / "tree", "train") == ["own--b"]


def test_made_pictures_have_boxes_within_themselves(tmp_path: Path) -> None:
    pictures = [a_picture(tmp_path, f"rat{n}", rat()) for n in range(8)]
    pictures += [a_picture(tmp_path, f"empty-{n}") for n in range(8)]
    out = tmp_path / "tree"
    lay_out(pictures, out, collages=3, rooms=8)
    made = [name for name in listed(out, "train") if name.startswith(("collage", "room"))]
    assert len(made) == 11
    rows = [
        [float(value) for value in line.split()]
        for name in made
        for line in (out / "labels" / f"{name}.txt").read_text("utf-8").splitlines()
    ]
    assert rows and {int(row[0]) for row in rows} == {CLASSES.index("rodent")}
    for _, x, y, w, h in rows:
        assert x - w / 2 >= -1e-6 and x + w / 2 <= 1 + 1e-6
        assert y - h / 2 >= -1e-6 and y + h / 2 <= 1 + 1e-6


def test_without_rooms_or_large_boxes_nothing_is_made(tmp_path: Path) -> None:
    small = a_picture(tmp_path, "small", rat((0.5, 0.5, 0.05, 0.05)))
    lay_out([small] * 8, tmp_path / "tree", collages=5, rooms=5)
    assert set(listed(tmp_path / "tree", "train")) == {"own--small"}


def test_the_same_pictures_give_the_same_tree(tmp_path: Path) -> None:
    pictures = [a_picture(tmp_path, f"rat{n}", rat()) for n in range(8)]
    for out in ("one", "two"):
        lay_out(pictures, tmp_path / out, collages=2, rooms=0)
    one, two = (
        {p.name: p.read_bytes() for p in sorted((tmp_path / out).glob("*/collage*"))}
        for out in ("one", "two")
    )
    assert one == two and one


@pytest.mark.parametrize(("name", "kind"), [("rat", "rodent"), ("hat_mask", "head")])
def test_a_picture_has_the_kinds_that_are_boxed_in_it(name: str, kind: str) -> None:
    picture = Picture("own", Path("a.jpg"), "a", (Label(MEANINGS[name], BOX),))
    assert kinds_of(picture) == {kind}


def test_a_cat_is_no_kind_of_the_detector() -> None:
    assert kinds_of(Picture("own", Path("a.jpg"), "a", (Label(MEANINGS["cat"], BOX),))) == set()
